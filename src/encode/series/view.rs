//! A view `T_k(x) = A_k x + b_k` of the channels at every time step, and the frozen filters that look at it.

use nafal_kernels::Isa;
use nafal_kernels::conv1d::{self, Conv1d};
use nafal_kernels::gemm::Epilogue;
use rand::Rng;
use rand_distr::{Distribution, Uniform};
use serde_json::{Value, json};

use super::EncoderOptions;
use super::filters::FilterGroup;
use crate::data::container::{Container, Fields, Tensor};
use crate::error::Result;
use crate::random::{Key, normal, stream};

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
        let mut rng = stream(seed, Key::View { flow: k as u64, view: 0 });
        let deviation = 1.0 / (channels as f64).sqrt();
        let map = (0..mixed * channels).map(|_| (deviation * normal::<f64>(&mut rng)) as f32).collect();
        let shift = (0..mixed).map(|_| (options.shift * normal::<f64>(&mut rng)) as f32).collect();
        let groups = (0..options.filters.div_ceil(options.group))
            .map(|g| {
                let count = options.group.min(options.filters - g * options.group);
                let mut rng = stream(seed, Key::Filters { view: k as u64, group: g as u64 });
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
    /// Steps before and behind a series at which some filter looks.
    pub fn margin(&self) -> usize {
        self.groups.iter().map(FilterGroup::margin).max().unwrap_or(0)
    }
    /// Number of filters.
    pub fn filters(&self) -> usize {
        self.groups.iter().map(|g| g.bias.len()).sum()
    }
    /// Writes the view of `planes: [L, C]` as `out: [L, C']`.
    pub fn apply(&self, isa: Isa, planes: &[f32], length: usize, out: &mut [f32]) {
        let geometry = Conv1d {
            channels_in: planes.len() / length,
            channels_out: self.channels(),
            taps: 1,
            stride: 1,
            padding: 0,
            dilation: 1,
        };
        conv1d::forward(isa, &geometry, length, planes, &self.map, &self.shift, Epilogue::Store, out);
    }
}

/// Largest value of any one size in a model file; far beyond what is of use.
pub(super) const LARGEST: usize = 1 << 20;

impl View {
    /// Its sizes, for the header of a model file.
    pub fn sizes(&self) -> Value {
        let group = |g: &FilterGroup| json!({"filters": g.bias.len(), "taps": g.taps, "dilation": g.dilation});
        let groups: Vec<Value> = self.groups.iter().map(group).collect();
        json!({"channels": self.channels(), "segments": self.segments, "groups": groups})
    }

    /// `PREFIX.map` `[C, C']`, `.shift` `[C']`, and for each group of filters `.group{g}.weight` `[taps, C', F]` and
    /// `.group{g}.bias` `[F]`. Random maps and filters are stored, not drawn again: a file means the same to every later
    /// version.
    pub fn write(&self, file: &mut Container, prefix: &str) {
        let channels = self.map.len() / self.channels();
        let mut insert = |name: &str, shape: &[usize], values: &[f32]| {
            file.insert(&format!("{prefix}.{name}"), Tensor::f32(shape, values.to_vec()));
        };
        insert("map", &[channels, self.channels()], &self.map);
        insert("shift", &[self.channels()], &self.shift);
        for (g, group) in self.groups.iter().enumerate() {
            let shape = [group.taps, self.channels(), group.bias.len()];
            insert(&format!("group{g}.weight"), &shape, &group.weights);
            insert(&format!("group{g}.bias"), &shape[2..], &group.bias);
        }
    }

    /// The view of `channels` channels and `length` steps that [`View::write`] wrote; `fields` are its sizes.
    pub fn read(file: &Container, prefix: &str, fields: &Fields, channels: usize, length: usize) -> Result<View> {
        let values = |name: &str, shape: &[usize]| -> Result<Vec<f32>> {
            Ok(file.tensor_f32(&format!("{prefix}.{name}"), shape)?.to_vec())
        };
        let mixed = fields.usize_in("channels", 1..=LARGEST)?;
        let segments = fields.usize_in("segments", 1..=LARGEST)?;
        let mut groups = Vec::new();
        for (g, sizes) in fields.objects("groups")?.iter().enumerate() {
            let filters = sizes.usize_in("filters", 1..=LARGEST)?;
            let taps = sizes.usize_in("taps", 1..=LARGEST)?;
            let dilation = sizes.usize_in("dilation", 1..=length.max(2) - 1)?;
            if taps % 2 == 0 || taps / 2 * dilation > length.max(taps) {
                return Err(sizes.error("taps", "must be odd and fit the series"));
            }
            let weights = values(&format!("group{g}.weight"), &[taps, mixed, filters])?;
            let bias = values(&format!("group{g}.bias"), &[filters])?;
            groups.push(FilterGroup { taps, dilation, weights, bias });
        }
        if groups.is_empty() {
            return Err(fields.error("groups", "is an empty list"));
        }
        Ok(View { map: values("map", &[channels, mixed])?, shift: values("shift", &[mixed])?, groups, segments })
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
