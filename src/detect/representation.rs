//! From rows to the features a flow sees: plain affine views, or affine views with a frozen feature extractor behind them.

use nafal_kernels::Isa;

use super::extractor::Extractor;
use super::view::View;

/// The views of one flow, `[d] → [m]` each.
#[derive(Clone, Debug)]
pub(super) enum Representation {
    /// Affine views.
    Views(Vec<View>),
    /// Affine views folded into an extractor.
    Extracted(Box<Extractor<f32>>),
}

impl Representation {
    /// Number of views.
    pub(super) fn count(&self) -> usize {
        match self {
            Representation::Views(views) => views.len(),
            Representation::Extracted(extractor) => extractor.spec().views,
        }
    }

    /// Number of features `m`.
    pub(super) fn features(&self) -> usize {
        match self {
            Representation::Views(views) => views[0].features(),
            Representation::Extracted(extractor) => extractor.spec().features,
        }
    }

    /// The affine views, if nothing is behind them.
    pub(super) fn views(&self) -> Option<&[View]> {
        match self {
            Representation::Views(views) => Some(views),
            Representation::Extracted(_) => None,
        }
    }

    /// Features of (view, row) pairs as the first columns of `tile: [m, lanes]`.
    pub(super) fn pairs(&self, isa: Isa, pairs: &[(u32, &[f32])], tile: &mut [f32], lanes: usize) {
        match self {
            Representation::Views(views) => {
                for (b, &(view, row)) in pairs.iter().enumerate() {
                    views[view as usize].apply(row, &mut tile[b..], lanes);
                }
            }
            Representation::Extracted(extractor) => extractor.pairs(isa, pairs, tile, lanes),
        }
    }

    /// Features `[n, m]` of the rows `rows` of `base: [n, d]` under view `view`.
    pub(super) fn rows(&self, isa: Isa, view: usize, base: &[f32], d: usize, rows: &[usize]) -> Vec<f32> {
        match self {
            Representation::Views(views) => {
                let mut features = vec![0f32; rows.len() * self.features()];
                for (out, &i) in features.chunks_exact_mut(self.features()).zip(rows) {
                    views[view].apply(&base[i * d..(i + 1) * d], out, 1);
                }
                features
            }
            Representation::Extracted(extractor) => extractor.features(isa, view, &gather(base, d, rows)),
        }
    }
}

/// The rows `rows` of `base: [n, d]`.
pub(super) fn gather(base: &[f32], d: usize, rows: &[usize]) -> Vec<f32> {
    rows.iter().flat_map(|&i| &base[i * d..(i + 1) * d]).copied().collect()
}
