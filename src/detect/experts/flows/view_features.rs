//! From rows of a block to the features a flow sees: affine views, or affine views with a feature extractor behind them.

use nafal_kernels::Isa;

use super::extractor::Extractor;
use crate::detect::views::View;
use crate::encode::Block;

/// The views of one flow, `[d] → [m]` each.
#[derive(Clone, Debug)]
pub(super) enum ViewFeatures {
    /// Affine views.
    Affine(Vec<View>),
    /// Affine views folded into an extractor.
    Extracted(Box<Extractor<f32>>),
}

impl ViewFeatures {
    /// Number of views.
    pub fn count(&self) -> usize {
        match self {
            ViewFeatures::Affine(views) => views.len(),
            ViewFeatures::Extracted(extractor) => extractor.spec().views,
        }
    }

    /// Number of features `m`.
    pub fn features(&self) -> usize {
        match self {
            ViewFeatures::Affine(views) => views[0].features(),
            ViewFeatures::Extracted(extractor) => extractor.spec().features,
        }
    }

    /// The affine views, if nothing is behind them.
    pub fn affine(&self) -> Option<&[View]> {
        match self {
            ViewFeatures::Affine(views) => Some(views),
            ViewFeatures::Extracted(_) => None,
        }
    }

    /// Features of (view, row) pairs as the first columns of `tile: [m, lanes]`.
    pub fn pairs(&self, isa: Isa, pairs: &[(u32, &[f32])], tile: &mut [f32], lanes: usize) {
        match self {
            ViewFeatures::Affine(views) => {
                for (b, &(view, row)) in pairs.iter().enumerate() {
                    views[view as usize].apply(row, &mut tile[b..], lanes);
                }
            }
            ViewFeatures::Extracted(extractor) => extractor.pairs(isa, pairs, tile, lanes),
        }
    }

    /// Features `[n, m]` of the rows `rows` of a block under view `view`.
    pub fn rows(&self, isa: Isa, view: usize, block: &Block, rows: &[usize]) -> Vec<f32> {
        match self {
            ViewFeatures::Affine(views) => {
                let mut features = vec![0f32; rows.len() * self.features()];
                for (out, &i) in features.chunks_exact_mut(self.features()).zip(rows) {
                    views[view].apply(block.row(i), out, 1);
                }
                features
            }
            ViewFeatures::Extracted(extractor) => extractor.features(isa, view, &block.select(rows)),
        }
    }
}
