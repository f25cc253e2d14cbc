//! An extractor and one flow on its features: the net of Eq. 6.

use nafal_kernels::Real;

use super::{Extractor, ExtractorSpec};
use crate::flow::{Density, Flow, FlowError, FlowSpec};

/// A feature extractor behind `K` views and a flow on its features, conditioned on the view if the flow has classes.
#[derive(Clone, Debug)]
pub struct ViewNet<T: Real> {
    /// `f_θ`.
    pub extractor: Extractor<T>,
    /// `f_ψ`.
    pub flow: Flow<T>,
}

impl<T: Real> ViewNet<T> {
    /// Random weights of the stream `(seed, key)`. The views are folded in by a [`super::JointTrainer`].
    ///
    /// # Errors
    /// If a size of the flow makes no sense, or is not the extractor's.
    pub fn new(extractor: ExtractorSpec, flow: FlowSpec, seed: u64, key: u64) -> Result<Self, FlowError> {
        if flow.features != extractor.features {
            let (value, size) = (flow.features, extractor.features);
            return Err(FlowError::Size { what: "features", value, min: size, max: size });
        }
        Ok(ViewNet { extractor: Extractor::new(extractor, seed, key), flow: Flow::new(flow, seed, key)? })
    }

    /// The same net in another precision.
    pub fn cast<U: Real>(&self) -> ViewNet<U> {
        ViewNet { extractor: self.extractor.cast(), flow: self.flow.cast() }
    }

    /// See [`Extractor::density`].
    pub fn density(&self, rows: &[T]) -> Density {
        self.extractor.density(&self.flow, rows)
    }

    /// Mean over views of `−log p` of each row of `[n, d]` (Eq. 7 with the Jacobian).
    pub fn score(&self, rows: &[T]) -> Vec<f64> {
        let n = rows.len() / self.extractor.spec().columns;
        let density = self.density(rows);
        let mut score = vec![0.0; n];
        for view in density.log_density.chunks_exact(n.max(1)) {
            score.iter_mut().zip(view).for_each(|(s, l)| *s -= l);
        }
        let views = self.extractor.spec().views as f64;
        score.iter_mut().for_each(|s| *s /= views);
        score
    }
}
