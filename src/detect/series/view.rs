//! A view `T_k(x) = A_k x + b_k` of the channels at every time step, and the frozen filters that look at it.

use nafal_kernels::Isa;
use nafal_kernels::conv1d::{self, Conv1d};
use nafal_kernels::gemm::Epilogue;
use rand::Rng;
use rand_distr::{Distribution, Uniform};

use super::EncoderOptions;
use super::filters::FilterGroup;
use crate::random::{Purpose, normal, stream};

/// The fixed random part of a view.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct View {
    /// `A_k`, transposed: `[C, C']`.
    pub map: Vec<f32>,
    /// `b_k: [C']`.
    pub shift: Vec<f32>,
    /// Filters, a group at a time.
    pub groups: Vec<FilterGroup>,
    /// Time segments that are pooled apart.
    pub segments: usize,
}

impl View {
    /// View number `k` of series with `channels` channels and `length` steps.
    pub fn random(options: &EncoderOptions, channels: usize, length: usize, seed: u64, k: usize) -> View {
        let mixed = options.mixed_channels.unwrap_or(if channels > 8 { 8 } else { 4 });
        let mut rng = stream(seed, Purpose::Views, k as u64, 0);
        let deviation = 1.0 / (channels as f64).sqrt();
        let map = (0..mixed * channels).map(|_| (deviation * normal::<f64>(&mut rng)) as f32).collect();
        let shift = (0..mixed).map(|_| (options.shift * normal::<f64>(&mut rng)) as f32).collect();
        let groups = (0..options.filters.div_ceil(options.group))
            .map(|g| {
                let count = options.group.min(options.filters - g * options.group);
                let mut rng = stream(seed, Purpose::Filters, k as u64, g as u64);
                let taps = options.taps[g % options.taps.len()];
                random_group(&mut rng, count, mixed, taps, length)
            })
            .collect();
        View { map, shift, groups, segments: options.segments[k % options.segments.len()] }
    }

    /// Channels `C'` of the view.
    pub fn channels(&self) -> usize {
        self.shift.len()
    }
    /// Number of filters.
    pub fn filters(&self) -> usize {
        self.groups.iter().map(|g| g.bias.len()).sum()
    }
    /// Writes the view of `planes: [L, C]` as `[L, C']`; `out` is resized.
    pub fn apply(&self, isa: Isa, planes: &[f32], length: usize, out: &mut Vec<f32>) {
        let geometry = Conv1d {
            channels_in: planes.len() / length,
            channels_out: self.channels(),
            taps: 1,
            stride: 1,
            padding: 0,
            dilation: 1,
        };
        out.resize(length * self.channels(), 0.0);
        conv1d::forward(isa, &geometry, length, planes, &self.map, &self.shift, Epilogue::Store, out);
    }
}

/// Weights N(0, 1)/√(C'·taps), biases N(0, 0.2²), dilation ⌊2^U⌋ with U uniform up to the widest that fits (ROCKET's law:
/// Dempster et al. 2020).
fn random_group(rng: &mut impl Rng, count: usize, channels: usize, taps: usize, length: usize) -> FilterGroup {
    let widest = (length.saturating_sub(1) as f64 / (taps - 1).max(1) as f64).max(1.0).log2();
    let exponent = if widest > 0.0 {
        let law = Uniform::new_inclusive(0.0, widest).expect("zero to a positive number is a range");
        law.sample(rng)
    } else {
        0.0
    };
    let deviation = 1.0 / ((channels * taps) as f64).sqrt();
    FilterGroup {
        taps,
        dilation: exponent.exp2() as usize,
        weights: (0..count * channels * taps).map(|_| (deviation * normal::<f64>(rng)) as f32).collect(),
        bias: (0..count).map(|_| (0.2 * normal::<f64>(rng)) as f32).collect(),
    }
}
