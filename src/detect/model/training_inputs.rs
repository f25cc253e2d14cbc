//! What the columns, or channels, of a model looked like in training: where a value of today lies among those.

use super::model::Model;
use crate::data::{ColumnKind, SeriesSet, Table};

/// A column or a channel of the training data, as far as the model keeps rows of them.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingInput {
    /// Its name.
    pub name: String,
    /// What its cells are.
    pub kind: ColumnKind,
    /// Its values, ascending; places in the kind's list for categories.
    pub sorted: Vec<f64>,
    /// Cells that are missing.
    pub missing: usize,
}

impl Model {
    /// What each column or channel looked like, from the training cases that the model keeps ([`Model::reference_rows`]);
    /// nothing of a model that keeps none. Of series all steps count.
    pub fn training_inputs(&self) -> Vec<TrainingInput> {
        let Some(reference) = &self.reference else { return Vec::new() };
        let of = |name: &String, kind: ColumnKind, mut sorted: Vec<f64>| {
            let all = sorted.len();
            sorted.retain(|v| !v.is_nan());
            sorted.sort_by(f64::total_cmp);
            TrainingInput { name: name.clone(), kind, missing: all - sorted.len(), sorted }
        };
        if let Some(table) = reference.cases.downcast::<Table>() {
            let column = |(j, name): (usize, &String)| {
                of(name, table.kinds()[j].clone(), (0..table.rows()).map(|i| table.row(i)[j]).collect())
            };
            return table.names().iter().enumerate().map(column).collect();
        }
        let Some(set) = reference.cases.downcast::<SeriesSet>() else { return Vec::new() };
        let channel = |(c, name): (usize, &String)| {
            of(name, ColumnKind::Number, set.cases().iter().flat_map(|case| case.channel(c)).copied().collect())
        };
        self.input_names().iter().enumerate().map(channel).collect()
    }

    /// The training series that the model keeps, if it is one of series.
    pub fn training_series(&self) -> Option<&SeriesSet> {
        self.reference.as_ref()?.cases.downcast()
    }
}
