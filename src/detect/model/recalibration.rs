//! New p-values for a model that stays as it is: split conformal prediction on cases that it never saw.
//!
//! `p(s) = (1 + #{i : s_i ≥ s})/(n + 1)` with the scores `s_i` of the `n` given cases by the whole model. If these and a new case
//! are exchangeable, `Pr(p ≤ α) = ⌊α(n + 1)⌋/(n + 1) ≤ α` exactly (for scores without ties), whatever the model has learned
//! (Vovk, Gammerman and Shafer 2005); no training case enters.

use super::model::Model;
use crate::data::Dataset;
use crate::detect::calibration::Conformal;
use crate::error::{DataError, Error, Result};

impl Model {
    /// The model with p-values that rank among `normals`, cases that it never saw: those with a normal label, if they have
    /// labels. Scores stay what they were, to the bit. Cost: scoring the cases.
    ///
    /// The training cases themselves are no such cases: the model has seen them, and p-values would be far too small.
    ///
    /// # Errors
    /// As [`Model::score`]; [`Error::Data`] if no case is normal.
    pub fn recalibrated(&self, normals: &dyn Dataset) -> Result<Model> {
        let normal = normals.require_normal(&self.normals)?;
        if normal.is_empty() {
            return Err(DataError::new(normals.source(), "holds no case; p-values need some").into());
        }
        self.ranking_among(self.score(&*normals.select(&normal)?)?)
    }

    /// The model with p-values that rank among those scores of new cases.
    ///
    /// # Errors
    /// [`Error::Usage`] without scores, or for one that is no finite number.
    pub fn ranking_among(&self, scores: Vec<f64>) -> Result<Model> {
        if scores.is_empty() || !scores.iter().all(|score| score.is_finite()) {
            let problem = "p-values rank among the scores of new normal cases; give at least one, and finite ones only";
            return Err(Error::Usage(problem.into()));
        }
        Ok(Model { conformal: Conformal::of_new_cases(scores), ..self.clone() })
    }

    /// Whether p-values rank among cases given to [`Model::recalibrated`] instead of the training cases.
    pub fn is_recalibrated(&self) -> bool {
        self.conformal.is_of_new_cases()
    }
}
