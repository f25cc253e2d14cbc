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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Counts steps, and stops after some.
    struct Counter {
        steps: AtomicU64,
        stop: u64,
    }

    impl Progress for Counter {
        fn begin(&self, _: &str, _: u64) {}
        fn advance(&self, steps: u64) {
            self.steps.fetch_add(steps, Ordering::Relaxed);
        }
        fn cancelled(&self) -> bool {
            self.steps.load(Ordering::Relaxed) >= self.stop
        }
    }

    /// A run whose step `n` has loss `n` and norm 1; the steps progress saw, and what the run gave.
    fn run(steps: u64, stop: u64, watch: impl FnMut(Step) -> Result<ControlFlow<()>>) -> (u64, Result<f64>) {
        let progress = Counter { steps: AtomicU64::new(0), stop };
        let schedule = Schedule::Constant { steps, rate: 0.1 };
        let loss = train(schedule, &progress, |number, rate| (number as f64, 10.0 * rate), watch);
        (progress.steps.into_inner(), loss)
    }

    #[test]
    fn the_loss_is_the_mean_of_the_last_tenth() {
        let go = |_| Ok(ControlFlow::Continue(()));
        assert!(matches!(run(20, u64::MAX, go), (20, Ok(18.5))));
        assert!(matches!(run(3, u64::MAX, go), (3, Ok(2.0))));
        assert!(matches!(run(0, u64::MAX, go), (0, Ok(0.0))));
    }

    #[test]
    fn a_run_ends_early_on_a_break_an_interruption_or_a_divergence() {
        let until =
            |n| move |step: Step| Ok(if step.number == n { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
        assert!(matches!(run(20, u64::MAX, until(18)), (19, Ok(18.0))));
        assert!(matches!(run(20, 7, until(18)), (7, Err(Error::Interrupted))));
        let finite = |step: Step| {
            let norm = if step.number == 5 { f64::NAN } else { step.norm };
            require_finite(Step { norm, ..step }, "the loss").map(ControlFlow::Continue)
        };
        let (steps, outcome) = run(20, u64::MAX, finite);
        assert_eq!((steps, outcome.unwrap_err().exit_code()), (5, 6));
    }
}
