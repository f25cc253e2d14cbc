//! What the baselines ask of their training cases.

use crate::data::Dataset;
use crate::error::{DataError, Result};

/// At least `least` training cases, or an error that names the method.
pub(super) fn require_cases(train: &dyn Dataset, least: usize, method: &str) -> Result<()> {
    if train.len() >= least {
        return Ok(());
    }
    let problem =
        format!("{method} needs at least {least} normal {}, there are {}; add some", train.kind().cases(), train.len());
    Err(DataError::new(train.source(), problem).into())
}
