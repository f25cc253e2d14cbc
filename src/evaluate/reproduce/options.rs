//! What to run: data, methods, seeds, preset.

use std::path::PathBuf;

use crate::detect::{Detector, DetectorBuilder, Experts, Preset};
use crate::error::{Error, Result, quoted};
use crate::evaluate::protocol::Split;
use crate::evaluate::{Evaluator, Method};
use crate::progress::Progress;

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folder with `tabular/`, `dev/`, `kdd/`, `timeseries/`.
    pub data: PathBuf,
    /// Data sets, matched without case; all if empty.
    pub datasets: Vec<String>,
    /// Methods in the order wanted; all if empty.
    pub methods: Vec<Method>,
    /// Seeds `0..seeds`; the experiment's own number if `None` (5 for table1, 4 for dev, 3 for series and figure4, 2 for the ablation and for contamination).
    pub seeds: Option<u64>,
    /// How normal rows are halved; KDD's are permuted whatever this says, and so are the development sets'. Series have
    /// the archive's own split.
    pub split: Split,
    /// Number of normal classes of series, if not the table's own.
    pub normals: Option<usize>,
    /// The level of F1 at a p-value threshold.
    pub alpha: f64,
    /// The configuration of detectors that have presets, the same for all data sets.
    pub preset: Preset,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            data: PathBuf::new(),
            datasets: Vec::new(),
            methods: Vec::new(),
            seeds: None,
            split: Split::Random,
            normals: None,
            alpha: 0.05,
            preset: Preset::Default,
        }
    }
}

impl Options {
    /// The evaluator of an experiment with its own number of seeds, and with the hash of our configuration for its data.
    pub(super) fn evaluator<'a>(
        &self,
        table: &'static str,
        seeds: u64,
        config: String,
        progress: &'a dyn Progress,
    ) -> Evaluator<'a> {
        let (seeds, methods) = (self.seeds.unwrap_or(seeds), self.methods.clone());
        Evaluator { table, methods, seeds, alpha: self.alpha, preset: self.preset, config, progress }
    }

    /// The builder of flows alone.
    pub(super) fn builder(&self) -> DetectorBuilder<'static> {
        Detector::builder().experts(Experts::Flows).preset(self.preset)
    }

    /// The names asked for among `known`, in the order of `known`.
    pub(super) fn datasets<'k>(&self, known: &[&'k str]) -> Result<Vec<&'k str>> {
        for name in &self.datasets {
            if !known.iter().any(|k| k.eq_ignore_ascii_case(name)) {
                return Err(Error::Usage(format!("unknown data set {}; use {}", quoted(name), known.join(", "))));
            }
        }
        let asked = |k: &str| self.datasets.is_empty() || self.datasets.iter().any(|n| n.eq_ignore_ascii_case(k));
        Ok(known.iter().copied().filter(|k| asked(k)).collect())
    }
}
