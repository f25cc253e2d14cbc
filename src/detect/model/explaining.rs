//! A model explained by the training cases that it keeps.

use super::model::Model;
use crate::data::{Dataset, Kind};
use crate::detect::explanation::{Explanation, Reference, explain, explain_by_columns};
use crate::error::{Error, Result};

impl Model {
    /// Why each case has its score, with values of the training cases that the model keeps ([`Model::reference_rows`]). A
    /// model of tables that keeps none takes quantiles of each column by itself, which know nothing of the other columns:
    /// the normal value is then searched for over the column's whole range.
    ///
    /// Cost: as [`explain`](crate::detect::explain()).
    ///
    /// # Errors
    /// As [`Model::score`]; [`Error::Usage`] for a model of series that keeps no training case.
    pub fn explain(&self, cases: &dyn Dataset) -> Result<Vec<Explanation>> {
        if let Some(reference) = &self.reference {
            return explain(self, &*reference.cases, cases);
        }
        self.check_explains()?;
        explain_by_columns(self, &*self.encoder, cases)?.ok_or_else(|| hint("no values of its columns"))
    }

    /// Whether [`Model::explain`] has normal values to work with, before any case is read.
    ///
    /// # Errors
    /// [`Error::Usage`] for a model of series that keeps no training case.
    pub fn check_explains(&self) -> Result<()> {
        match self.kind() {
            Kind::Series if self.reference.is_none() => Err(hint("no training series")),
            _ => Ok(()),
        }
    }

    /// The model with some of the cases `kept` of `data` to take normal values from, if it may hold any.
    pub(in crate::detect) fn referring_to(
        mut self,
        data: &dyn Dataset,
        kept: &[usize],
        may_hold: bool,
    ) -> Result<Model> {
        self.reference =
            may_hold.then(|| Reference::sample(data, kept, self.seed, self.encoder.columns())).transpose()?;
        Ok(self)
    }

    /// Training cases that the model keeps as they were, for explanations; 0 of a model fitted without training rows, or by
    /// an older version.
    pub fn reference_rows(&self) -> usize {
        self.reference.as_ref().map_or(0, Reference::len)
    }
}

/// The model cannot explain, for want of `what`.
fn hint(what: &str) -> Error {
    Error::Usage(format!(
        "the model holds {what} to explain with; fit it again without --no-training-rows, with this version of nafal"
    ))
}
