//! Gradient steps through the folded views: some rows, every view, any loss on the features.
//!
//! A step's samples are the `n·K` pairs of `n` rows and all views. A tile holds rows of one view or, where the rows are
//! few, of several; a shard sums the gradients of its tiles, and the folded maps' gradient is carried back to `W₁` once a step.

use std::sync::Arc;

use nafal_kernels::{Isa, Matrix, MatrixMut, Real, gemm};

use super::{ExtractorSpec, Layers};
use crate::autodiff::{AdamOptions, AffineMaps, AlignedVec, Folding, Parameters, Tape, Var};
use crate::nn::Learner;

/// Most rows of a tile.
pub(super) const TILE: usize = 64;

/// Columns of a tile for nets whose weights exceed the second-level cache: one pass over the weights serves more columns.
const WIDE_TILE: usize = 256;

/// Bytes of weights from which a net counts as such.
const MANY_BYTES: usize = 4 << 20;

/// Optimiser state and buffers of a training through folded views.
pub(super) struct ViewTrainer<T: Real> {
    isa: Isa,
    spec: ExtractorSpec,
    maps: Arc<AffineMaps<T>>,
    learner: Learner<T>,
    folding: Folding<T>,
    columns_of_tile: usize,
    /// The step's rows as columns with a one below, `[d+1, n]`.
    columns: AlignedVec<T>,
}

/// What a loss may know of its tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct TileInfo {
    /// Number of the tile within the step.
    pub(super) tile: usize,
    /// One over the samples of the step.
    pub(super) weight: f64,
}

impl<T: Real> ViewTrainer<T> {
    /// A trainer of `parameters`, which hold the extractor's `layers`; folds the views.
    pub(super) fn new(
        isa: Isa,
        spec: ExtractorSpec,
        layers: &Layers<T>,
        maps: Arc<AffineMaps<T>>,
        options: AdamOptions,
        parameters: &mut Parameters<T>,
    ) -> Self {
        assert_eq!((maps.count(), maps.columns()), (spec.views, spec.columns), "views and columns of the maps");
        let mut folding = Folding::new(layers.first, layers.folded.table);
        folding.refresh(isa, &maps, parameters);
        let learner = Learner::new(isa, parameters, options, spec.views);
        let table = parameters.shape(layers.folded.table);
        let weights = size_of::<T>() * (parameters.count() - table.rows * table.cols);
        let columns_of_tile = if weights > MANY_BYTES { WIDE_TILE } else { TILE };
        ViewTrainer { isa, spec, maps, learner, folding, columns_of_tile, columns: AlignedVec::new() }
    }

    /// Mean loss over rows `[n, d]` (row-major) and all views; `record(tape, features, info)` records a tile's loss. The
    /// gradients stay for [`ViewTrainer::update`].
    pub(super) fn gradient(
        &mut self,
        parameters: &Parameters<T>,
        layers: &Layers<T>,
        rows: &[T],
        record: impl Fn(&mut Tape<T>, Var, TileInfo) + Sync,
    ) -> f64 {
        let (d, views) = (self.spec.columns, self.spec.views);
        let n = rows.len() / d;
        self.columns.resize_dirty((d + 1) * n);
        let transposed = MatrixMut::new(&mut self.columns, d, n, n);
        gemm::transpose(self.isa, Matrix::new(rows, n, d, d), transposed);
        self.columns[d * n..].fill(T::ONE);
        let (columns, chunks, weight) = (&self.columns, n.div_ceil(TILE), 1.0 / (n * views) as f64);
        let together = if chunks == 1 { (self.columns_of_tile / n.max(1)).max(1) } else { 1 };
        let loss = self.learner.gradient(parameters, views.div_ceil(together) * chunks, |tile, tape| {
            let (view, first) = (tile / chunks * together, tile % chunks * TILE);
            let (count, shown) = (TILE.min(n - first), together.min(views - view));
            tape.begin(count * shown);
            tape.set_contexts((view..view + shown).flat_map(|v| std::iter::repeat_n(v as u32, count)));
            let x = tape.input(d + 1, false, |x, lanes| {
                for (x, column) in x.chunks_exact_mut(lanes).zip(columns.chunks_exact(n)) {
                    for x in x[..count * shown].chunks_exact_mut(count) {
                        x.copy_from_slice(&column[first..first + count]);
                    }
                }
            });
            let features = layers.record(tape, parameters, view, count, x);
            record(tape, features, TileInfo { tile, weight });
        });
        self.folding.pull_back(self.isa, &self.maps, parameters, self.learner.gradients_mut());
        loss
    }

    /// The gradients of the latest [`ViewTrainer::gradient`].
    #[cfg(test)]
    pub(super) fn gradients(&mut self) -> &crate::autodiff::Gradients<T> {
        self.learner.gradients_mut()
    }

    /// Steps done so far.
    pub(super) fn steps_done(&self) -> u64 {
        self.learner.steps_done()
    }

    /// One step of Adam with the latest gradients at learning rate `rate`, and the folding of the new weights; returns the
    /// gradient's norm before clipping.
    pub(super) fn update(&mut self, parameters: &mut Parameters<T>, rate: f64) -> f64 {
        let norm = self.learner.update(parameters, rate);
        self.folding.refresh(self.isa, &self.maps, parameters);
        norm
    }
}
