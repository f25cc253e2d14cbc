//! The two traits of a detector: what can be fitted, and what was fitted.
//!
//! A detector is a value of settings that implements [`Fit`]; fitting it to normal cases gives a [`Fitted`], which scores
//! other cases, may have p-values, and writes itself into a model file. Both are object-safe, so that the protocols, the
//! command and the battery of laws treat all registered detectors alike. A [`Registration`] is a detector's line in the
//! registry.

use std::fmt::Debug;

use super::Preset;
use crate::data::container::Container;
use crate::data::{Dataset, Kind};
use crate::error::Result;
use crate::progress::Progress;

/// Settings of a detector: something that learns from normal cases.
pub trait Fit: Debug + Send + Sync {
    /// Learns from `train`; every case counts as normal, whatever its label. Every random choice follows from `seed`, and
    /// the result depends on nothing else (threads, batches, time).
    ///
    /// # Errors
    /// [`crate::Error::Data`] for data of a kind it does not take or too few cases, [`crate::Error::Training`] if the fit
    /// fails, [`crate::Error::Interrupted`] if `progress` asks to stop.
    fn fit(&self, train: &dyn Dataset, seed: u64, progress: &dyn Progress) -> Result<Box<dyn Fitted>>;

    /// Whether it scales columns itself; one that does not is given standardised columns by the protocols.
    fn scales_itself(&self) -> bool {
        false
    }

    /// Whether it has to see how often a case occurs. Where many cases are repeats (KDD), one that judges by distances to
    /// neighbours is given each case once, one that judges by frequencies all repeats.
    fn needs_repeats(&self) -> bool {
        false
    }
}

/// A fitted detector.
pub trait Fitted: Debug + Send + Sync {
    /// One score a case; higher = more anomalous. A case's bits depend neither on the other cases nor on the threads.
    ///
    /// # Errors
    /// [`crate::Error::Data`] for cases of another kind, or with other columns or channels, than the training cases.
    fn score(&self, cases: &dyn Dataset) -> Result<Vec<f64>>;

    /// [`Fitted::score`], with a p-value a case if the detector is calibrated.
    ///
    /// # Errors
    /// As [`Fitted::score`].
    fn score_with_p_values(&self, cases: &dyn Dataset) -> Result<(Vec<f64>, Option<Vec<f64>>)> {
        Ok((self.score(cases)?, None))
    }

    /// Writes everything that scoring needs into a container, and the registered name as the header's field `detector`;
    /// the reader stands beside it and in the registry.
    fn write(&self, file: &mut Container);
}

/// A detector's line in the registry.
#[derive(Clone, Copy, Debug)]
pub struct Registration {
    /// Its name on the command line, in results and in model files.
    pub name: &'static str,
    /// Kinds of data it takes.
    pub kinds: &'static [Kind],
    /// Whether its scores depend on the seed for given data.
    pub random: bool,
    /// Its settings under a preset; most detectors have one setting for all.
    pub(super) settings: fn(Preset) -> Box<dyn Fit>,
    /// Reads what its [`Fitted::write`] wrote.
    pub(super) read: fn(&Container) -> Result<Box<dyn Fitted>>,
}

impl Registration {
    /// The line of a detector: name, kinds, whether it is random, settings under a preset, reader of its model files.
    pub(super) const fn new(
        name: &'static str,
        kinds: &'static [Kind],
        random: bool,
        settings: fn(Preset) -> Box<dyn Fit>,
        read: fn(&Container) -> Result<Box<dyn Fitted>>,
    ) -> Registration {
        Registration { name, kinds, random, settings, read }
    }
}
