//! What of the training cases a part of a model keeps, and a model file with it.

/// What of the training cases a part of a model keeps; a later one is more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held {
    /// Figures that sum up many values: means, covariances, parameters of flows, thresholds, a median.
    Figures,
    /// Values, or quantiles, of single columns, each column sorted by itself.
    ColumnValues,
    /// Whole training cases, as the features that are compared.
    Cases,
}

impl Held {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Held::Figures => "figures",
            Held::ColumnValues => "column-values",
            Held::Cases => "cases",
        }
    }
}
