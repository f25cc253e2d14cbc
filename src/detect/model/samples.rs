//! Samples of a model's views, in the table's own units.
//!
//! A sample belongs to one view; it is taken in the view's feature space, where its log-density is stated, and mapped back
//! column by column. Columns its view does not look at are left open.

use rayon::prelude::*;

use super::model::Model;
use crate::data::Kind;
use crate::detect::panel::FittedExpert;
use crate::error::{Error, Result};
use crate::random::{Key, stream};

/// Samples of a model's views.
#[derive(Clone, Debug)]
pub struct Samples {
    /// Names of the columns of `values`.
    pub names: Vec<String>,
    /// View each sample belongs to.
    pub view: Vec<usize>,
    /// Row-major `[n, names.len()]` in the table's units, NaN where the sample's view does not look, and for a
    /// category or a time, of which a view has values that need not go together.
    pub values: Vec<f64>,
    /// `log p` of each sample in its view's feature space.
    pub log_density: Vec<f64>,
}

impl Model {
    /// `n` samples, one view after the other in turn, from the stream of `seed`.
    ///
    /// # Errors
    /// [`Error::Usage`] for a model without flows, or one whose views or features cannot be mapped back to the inputs.
    pub fn sample(&self, n: usize, seed: u64) -> Result<Samples> {
        let names = self.encoder.input_names().to_vec();
        // Experts without a density have no samples.
        let with_density = |fitted: &&FittedExpert| fitted.expert.has_density();
        let views: Vec<(&FittedExpert, usize)> = self
            .experts
            .iter()
            .filter(with_density)
            .flat_map(|fitted| (0..fitted.expert.views()).map(move |v| (fitted, v)))
            .collect();
        if views.is_empty() {
            let problem =
                "the model keeps no flows, and only flows can be drawn from; fit one with flows among its experts";
            return Err(Error::Usage(problem.into()));
        }
        let mixed = || {
            let kind = self.kind().in_words();
            Error::Usage(format!(
                "samples live in the feature space of {kind} and cannot be mapped back; draw from a model of a table"
            ))
        };
        let sample = |i: usize| -> Result<(Vec<f64>, f64)> {
            let (expert, view) = views[i % views.len()];
            let mut rng = stream(seed, Key::Sample { number: i as u64 });
            let sample = expert.expert.sample(view, &mut rng)?;
            let mut row = vec![f64::NAN; names.len()];
            for (feature, value) in sample.values {
                match self.encoder.invert(sample.block, feature, value) {
                    Some((input, value)) => row[input] = value,
                    // One value of a category or a time is no cell.
                    None if self.kind() == Kind::Table => {}
                    None => return Err(mixed()),
                }
            }
            Ok((row, sample.log_density))
        };
        let rows: Vec<(Vec<f64>, f64)> = (0..n).into_par_iter().map(sample).collect::<Result<_>>()?;
        let view = (0..n).map(|i| i % views.len()).collect();
        let (values, log_density): (Vec<Vec<f64>>, Vec<f64>) = rows.into_iter().unzip();
        Ok(Samples { names, view, values: values.concat(), log_density })
    }
}
