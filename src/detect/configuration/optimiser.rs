//! How flows are optimised: Adam's constants and the schedule of its learning rate.

use crate::autodiff::{AdamOptions, OneCycle, Schedule};

/// How the flows of a family are optimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optimiser {
    /// Adam with β₂ = 0.99 and gradients clipped at norm 10, the rate in one cycle up to its peak and down.
    OneCycle,
    /// Adam as published (β₂ = 0.999, no clipping) at a constant rate.
    Plain,
}

impl Optimiser {
    /// Each with its name in configurations and model files.
    pub(super) const NAMES: [(&'static str, Optimiser); 2] =
        [("onecycle", Optimiser::OneCycle), ("plain", Optimiser::Plain)];

    pub(super) fn name(self) -> &'static str {
        Self::NAMES.into_iter().find(|(_, optimiser)| *optimiser == self).map_or("", |(name, _)| name)
    }

    pub(in crate::detect) fn adam(self) -> AdamOptions {
        match self {
            Optimiser::OneCycle => AdamOptions { beta2: 0.99, clip: 10.0, ..AdamOptions::default() },
            Optimiser::Plain => AdamOptions::default(),
        }
    }

    pub(in crate::detect) fn schedule(self, steps: u64, peak: f64) -> Schedule {
        match self {
            Optimiser::OneCycle => OneCycle { steps, peak, warm_up: 0.2 }.into(),
            Optimiser::Plain => Schedule::Constant { steps, rate: peak },
        }
    }
}
