//! Filters that share taps and dilation, over the channels of a view.
//!
//! `y[t, f] = bias_f + Σ_{j,c} w[j, c, f]·x[t + (j − (taps−1)/2)·dilation, c]`, zeros beyond the ends ("same" padding);
//! the vector lanes are the filters ([`nafal_kernels::conv1d`]).

use nafal_kernels::Isa;
use nafal_kernels::conv1d::{self, Conv1d};
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
    /// Writes `max(y, slope·y)` as `[L, F]` for `x: [L, C']`; `out` is resized.
    pub fn respond(&self, isa: Isa, x: &[f32], length: usize, slope: f32, out: &mut Vec<f32>) {
        let filters = self.bias.len();
        let geometry = Conv1d {
            channels_in: x.len() / length,
            channels_out: filters,
            taps: self.taps,
            stride: 1,
            padding: (self.taps - 1) / 2 * self.dilation,
            dilation: self.dilation,
        };
        out.resize(length * filters, 0.0);
        conv1d::forward(isa, &geometry, length, x, &self.weights, &self.bias, Epilogue::LeakyRelu(slope), out);
    }
}
