//! An extractor and one flow on its features: the net of Eq. 6.

use nafal_kernels::Real;

use super::{Extractor, ExtractorSpec};
use crate::flow::{Density, Flow, FlowError, FlowSpec};

/// Rows scored at once: enough to fill the tiles of every view.
const BLOCK: usize = 256;

/// A feature extractor behind `K` views and a flow on its features, conditioned on the view if the flow has contexts.
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

    /// Mean over views of `−log p` of each row of `[n, d]` (Eq. 7 with the Jacobian). Rows are scored in blocks: memory
    /// beyond the result does not grow with them.
    pub fn score(&self, rows: &[T]) -> Vec<f64> {
        let ExtractorSpec { columns, views, .. } = *self.extractor.spec();
        let mut scores = Vec::with_capacity(rows.len() / columns);
        for block in rows.chunks(BLOCK * columns) {
            let n = block.len() / columns;
            let density = self.density(block);
            let first = scores.len();
            scores.resize(first + n, 0.0);
            for view in density.log_density.chunks_exact(n) {
                scores[first..].iter_mut().zip(view).for_each(|(s, l)| *s -= l);
            }
            scores[first..].iter_mut().for_each(|s| *s /= views as f64);
        }
        scores
    }
}
