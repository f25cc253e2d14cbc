//! Filters that share taps and dilation, over the channels of a view.
//!
//! `y[t, f] = bias_f + Σ_{j,c} w[j, c, f]·x[t + (j − (taps−1)/2)·dilation, c]`, zeros beyond the ends ("same" padding);
//! the vector lanes are the filters ([`nafal_kernels::conv1d`]).

use std::ops::Range;

use nafal_kernels::Isa;
use nafal_kernels::conv1d::{self, Conv1d, PooledFilters};
use nafal_kernels::gemm::Epilogue;

/// Filters of equal taps and dilation.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FilterGroup {
    /// Taps, odd.
    pub taps: usize,
    /// Time steps between two taps.
    pub dilation: usize,
    /// `[taps, C', F]`.
    pub weights: Vec<f32>,
    /// `[F]`.
    pub bias: Vec<f32>,
}

impl FilterGroup {
    /// The geometry over `C'` channels.
    fn geometry(&self) -> Conv1d {
        let filters = self.bias.len();
        Conv1d {
            channels_in: self.weights.len() / (self.taps * filters),
            channels_out: filters,
            taps: self.taps,
            stride: 1,
            padding: (self.taps - 1) / 2 * self.dilation,
            dilation: self.dilation,
        }
    }

    /// Writes `max(y, slope·y)` as `[L, F]` for `x: [L, C']`; `out` is resized.
    pub fn respond(&self, isa: Isa, x: &[f32], length: usize, slope: f32, out: &mut Vec<f32>) {
        out.resize(length * self.bias.len(), 0.0);
        let epilogue = Epilogue::LeakyRelu(slope);
        conv1d::forward(isa, &self.geometry(), length, x, &self.weights, &self.bias, epilogue, out);
    }

    /// Rows of zeros that [`FilterGroup::pool`] needs before a case and behind it.
    pub fn margin(&self) -> usize {
        self.geometry().padding + conv1d::STEPS
    }

    /// Writes, as `[segments, 1 + Q, F]`, each segment's means of what [`FilterGroup::respond`] gives and the shares of its
    /// steps above each of the thresholds `[Q, F]`; `x: [margin + L + margin, C']` has margins of zeros, `out` is resized.
    pub fn pool(
        &self,
        isa: Isa,
        x: &[f32],
        margin: usize,
        slope: f32,
        thresholds: &[f32],
        segments: &[Range<usize>],
        out: &mut Vec<f32>,
    ) {
        let (weights, bias) = (&self.weights[..], &self.bias[..]);
        let filters = PooledFilters { geometry: &self.geometry(), weights, bias, slope, thresholds };
        out.resize(segments.len() * filters.statistics(), 0.0);
        conv1d::pool(isa, &filters, margin, x, segments, out);
    }
}
