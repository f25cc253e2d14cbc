//! The training loop: the steps of a schedule, watched.

use std::fmt::Display;
use std::ops::ControlFlow;

use crate::autodiff::Schedule;
use crate::error::{Error, Result};
use crate::progress::Progress;

/// What one step of a training gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Its number within the run.
    pub number: u64,
    /// Mean loss of its batch.
    pub loss: f64,
    /// Norm of the gradient, before clipping.
    pub norm: f64,
}

/// Runs a schedule: `step(number, rate)` makes one step at a learning rate and returns the mean loss and the gradient's norm;
/// `watch` sees each step and may end the run, early (`Break`) or as failed. Returns the mean loss of the last tenth of the
/// scheduled steps, as far as they were made; 0 if none was.
///
/// # Errors
/// What `watch` returns; [`Error::Interrupted`] if `progress` says so.
pub fn train(
    schedule: impl Into<Schedule>,
    progress: &dyn Progress,
    mut step: impl FnMut(u64, f64) -> (f64, f64),
    mut watch: impl FnMut(Step) -> Result<ControlFlow<()>>,
) -> Result<f64> {
    let schedule = schedule.into();
    let steps = schedule.steps();
    let tail = steps - steps.div_ceil(10).min(steps);
    let (mut sum, mut count) = (0.0, 0u64);
    for number in 0..steps {
        let (loss, norm) = step(number, schedule.rate(number));
        let verdict = watch(Step { number, loss, norm })?;
        if number >= tail {
            sum += loss;
            count += 1;
        }
        progress.advance(1);
        if progress.cancelled() {
            return Err(Error::Interrupted);
        }
        if verdict.is_break() {
            break;
        }
    }
    Ok(sum / count.max(1) as f64)
}

/// The simplest divergence check: loss and gradient are finite. `what` names the loss, such as "the likelihood of …".
///
/// # Errors
/// [`Error::Training`] if they are not.
pub fn require_finite(step: Step, what: impl Display) -> Result<()> {
    if step.loss.is_finite() && step.norm.is_finite() {
        return Ok(());
    }
    Err(Error::Training(format!("{what} became non-finite; check the data for extreme values")))
}
