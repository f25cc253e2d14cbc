//! Samples from a model's flows, in the table's own units.
//!
//! A sample belongs to one view; it is drawn in the view's feature space, where its log-density is stated, and mapped back
//! column by column. Columns its view does not look at are left open.

use rayon::prelude::*;

use super::Model;
use super::configuration::Base;
use super::schema::Schema;
use crate::error::{Error, Result};
use crate::random::{Purpose, stream};

/// Samples from the flows of a model.
#[derive(Clone, Debug)]
pub struct Samples {
    /// Names of the columns of `values`.
    pub names: Vec<String>,
    /// View each sample was drawn for.
    pub view: Vec<usize>,
    /// Row-major `[n, names.len()]` in the table's units, NaN where the sample's view does not look.
    pub values: Vec<f64>,
    /// `log p` of each sample in its view's feature space.
    pub log_density: Vec<f64>,
}

impl Model {
    /// Samples `n` samples, dealt out over the views in turn, from the stream of `seed`.
    ///
    /// # Errors
    /// [`Error::Usage`] for a model whose views are not axis selections, which cannot be mapped back.
    pub fn sample(&self, n: usize, seed: u64) -> Result<Samples> {
        let Schema::Table { columns, map, .. } = &self.schema else {
            return Err(Error::Usage("samples live in the feature space of series and cannot be mapped back".into()));
        };
        let d = columns.len();
        let views: Vec<(usize, usize, usize)> = self
            .configuration
            .families
            .iter()
            .enumerate()
            .flat_map(|(f, family)| {
                (0..family.flows).flat_map(move |i| (0..family.views_per_flow).map(move |v| (f, i, v)))
            })
            .collect();
        let draw = |i: usize| -> Result<(Vec<f64>, f64)> {
            let (f, index, context) = views[i % views.len()];
            let subject = &self.families[f].flows[index];
            let dense = || Error::Usage("samples of dense views cannot be mapped back".into());
            let view = &subject.views.views().ok_or_else(dense)?[context];
            let axes = view.axes().ok_or_else(dense)?;
            let parts = view.parts();
            let scale = parts.axes.map_or(&[][..], |(_, scale)| scale);
            let draws = subject.flow.sample(1, context as u32, &mut stream(seed, Purpose::Samples, i as u64, u64::MAX));
            let mut row = vec![f64::NAN; d];
            for (k, &axis) in axes.iter().enumerate() {
                let base = (draws.x[k] - f64::from(parts.shift[k])) / f64::from(scale[k]);
                let column = &map.columns[axis as usize];
                row[axis as usize] = match self.configuration.families[f].base {
                    Base::Standard => column.undo_standard(base),
                    Base::Normal => column.undo_normal(self.isa, base),
                };
            }
            Ok((row, draws.log_density[0]))
        };
        let rows: Vec<(Vec<f64>, f64)> = (0..n).into_par_iter().map(draw).collect::<Result<_>>()?;
        let view = (0..n).map(|i| i % views.len()).collect();
        let (values, log_density): (Vec<Vec<f64>>, Vec<f64>) = rows.into_iter().unzip();
        Ok(Samples { names: columns.clone(), view, values: values.concat(), log_density })
    }
}
