//! How a command ends that did not fail: exit code 0, or 10 where it was asked to say so if there are anomalies.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It did what it was asked for.
    Done,
    /// It did, and there are anomalies (`--fail-on-anomaly`).
    Anomalies,
}

impl From<()> for Outcome {
    fn from((): ()) -> Outcome {
        Outcome::Done
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        match outcome {
            Outcome::Done => ExitCode::SUCCESS,
            Outcome::Anomalies => ExitCode::from(10),
        }
    }
}
