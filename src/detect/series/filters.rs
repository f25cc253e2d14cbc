//! Filters that share taps and dilation, over the channels of a view.
//!
//! `y[f, t] = bias_f + Σ_{c,j} w[f, c, j]·x[c, t + (j − (taps−1)/2)·dilation]`, zeros beyond the ends ("same" padding);
//! the batch lanes are the time steps.

/// Filters of equal taps and dilation.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FilterGroup {
    /// Taps, odd.
    pub taps: usize,
    /// Time steps between two taps.
    pub dilation: usize,
    /// `[F, C', taps]`.
    pub weights: Vec<f32>,
    /// `[F]`.
    pub bias: Vec<f32>,
}

impl FilterGroup {
    /// Time steps that a filter looks beyond its centre.
    pub fn reach(&self) -> usize {
        (self.taps - 1) / 2 * self.dilation
    }

    /// Writes `max(y, slope·y)` as `[F, L]` for `padded: [C', pad + L + pad]`, `pad` at least [`FilterGroup::reach`].
    pub fn respond(&self, padded: &[f32], pad: usize, length: usize, slope: f32, out: &mut [f32]) {
        let row = length + 2 * pad;
        let width = self.weights.len() / self.bias.len();
        for (f, y) in out.chunks_exact_mut(length).enumerate() {
            y.fill(self.bias[f]);
            for (i, &w) in self.weights[f * width..(f + 1) * width].iter().enumerate() {
                let (c, j) = (i / self.taps, i % self.taps);
                let start = c * row + pad - self.reach() + j * self.dilation;
                for (y, &x) in y.iter_mut().zip(&padded[start..start + length]) {
                    *y += w * x;
                }
            }
            for y in y.iter_mut() {
                *y = y.max(slope * *y);
            }
        }
    }
}
