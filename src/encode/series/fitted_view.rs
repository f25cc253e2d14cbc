//! A view of series with what was learned for it: thresholds of its filters' responses, and the whitening of what they pool
//! to.

use std::ops::Range;

use nafal_kernels::Isa;

use super::EncoderOptions;
use super::pooling::{quantiles, segment};
use super::view::View;
use super::whitening::Whitening;
use crate::data::container::{Container, Fields, Tensor};
use crate::error::Result;

/// Training cases whose responses give a filter's quantiles: as many as are needed for steady quantiles.
const QUANTILE_CASES: usize = 256;

/// A view with what was learned for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FittedView {
    pub view: View,
    /// Thresholds of the filters' shares, group by group: `[quantiles, F]`.
    pub thresholds: Vec<f32>,
    pub whitening: Whitening,
}

/// Buffers of one view.
#[derive(Default)]
pub(super) struct Scratch {
    /// A case in the view's channels, between margins of zeros.
    mixed: Vec<f32>,
    /// Statistics of one group of filters.
    statistics: Vec<f32>,
    pooled: Vec<f32>,
}

impl FittedView {
    /// Learns from the cases `kept` of `planes: [n, L, C]`; also returns the features `[n, width]` of all of them.
    pub fn fit(
        isa: Isa,
        view: View,
        options: &EncoderOptions,
        planes: &[f32],
        kept: &[usize],
        length: usize,
        width: usize,
    ) -> (FittedView, Vec<f32>) {
        let size = length * view.map.len() / view.channels();
        let mut scratch = Scratch::default();
        let thresholds = thresholds(isa, &view, options, planes, kept, length);
        let whitening = Whitening { mean: vec![], inverse_deviation: vec![], projection: vec![], offset: vec![] };
        let mut fitted = FittedView { view, thresholds, whitening };
        fitted.pool(isa, planes, length, options.slope, &mut scratch);
        let (row, pooled) = (fitted.pooled(), &mut scratch.pooled);
        let learned: Vec<f32> = kept.iter().flat_map(|&i| &pooled[i * row..(i + 1) * row]).copied().collect();
        fitted.whitening = Whitening::fit(&learned, kept.len(), width);
        let mut features = vec![0.0; planes.len() / size * width];
        fitted.whitening.apply(isa, pooled, &mut features);
        (fitted, features)
    }

    /// Number of pooled features of a case.
    fn pooled(&self) -> usize {
        (self.view.filters() + self.thresholds.len()) * self.view.segments
    }

    /// Pooled responses of the cases `planes: [n, L, C]` into `scratch.pooled: [n, P]`, ordered by filter, segment, statistic.
    fn pool(&self, isa: Isa, planes: &[f32], length: usize, slope: f32, scratch: &mut Scratch) {
        let Scratch { mixed, statistics, pooled } = scratch;
        let view = &self.view;
        let (channels, margin) = (view.channels(), view.margin());
        let size = length * view.map.len() / channels;
        let quantiles = self.thresholds.len() / view.filters();
        let segments: Vec<Range<usize>> = (0..view.segments).map(|s| segment(length, view.segments, s)).collect();
        mixed.clear();
        mixed.resize((length + 2 * margin) * channels, 0.0);
        pooled.resize(planes.len() / size * self.pooled(), 0.0);
        for (case, pooled) in planes.chunks_exact(size).zip(pooled.chunks_exact_mut(self.pooled())) {
            view.apply(isa, case, length, &mut mixed[margin * channels..(margin + length) * channels]);
            let mut first = 0;
            for group in &view.groups {
                let filters = group.bias.len();
                let thresholds = &self.thresholds[first * quantiles..(first + filters) * quantiles];
                group.pool(isa, mixed, margin, slope, thresholds, &segments, statistics);
                let of_filters =
                    pooled[first * segments.len() * (1 + quantiles)..].chunks_mut(segments.len() * (1 + quantiles));
                for (f, out) in of_filters.take(filters).enumerate() {
                    out.iter_mut().zip(statistics[f..].iter().step_by(filters)).for_each(|(out, &v)| *out = v);
                }
                first += filters;
            }
        }
    }

    /// Features `[n, m]` of cases `[n, L, C]`.
    pub fn encode(&self, isa: Isa, planes: &[f32], length: usize, slope: f32, scratch: &mut Scratch, out: &mut [f32]) {
        self.pool(isa, planes, length, slope, scratch);
        self.whitening.apply(isa, &mut scratch.pooled, out);
    }

    /// `PREFIX.thresholds` f32 `[Q, F]`, the view's tensors and the whitening's.
    pub fn write(&self, file: &mut Container, prefix: &str) {
        let filters = self.view.filters();
        let thresholds = Tensor::f32(&[self.thresholds.len() / filters, filters], self.thresholds.clone());
        file.insert(&format!("{prefix}.thresholds"), thresholds);
        self.view.write(file, prefix);
        self.whitening.write(file, prefix);
    }

    /// The view that [`FittedView::write`] wrote; `fields` are the sizes of its random part.
    pub fn read(
        file: &Container,
        prefix: &str,
        fields: &Fields,
        [channels, length]: [usize; 2],
        quantiles: usize,
        width: usize,
    ) -> Result<FittedView> {
        let view = View::read(file, prefix, fields, channels, length)?;
        let filters = view.filters();
        let thresholds = file.tensor_f32(&format!("{prefix}.thresholds"), &[quantiles, filters])?.to_vec();
        let whitening = Whitening::read(file, prefix, filters * view.segments * (1 + quantiles), width)?;
        Ok(FittedView { view, thresholds, whitening })
    }
}

/// Quantiles of each filter's responses over evenly spaced ones of the cases `kept`, group by group `[Q, F]`.
fn thresholds(
    isa: Isa,
    view: &View,
    options: &EncoderOptions,
    planes: &[f32],
    kept: &[usize],
    length: usize,
) -> Vec<f32> {
    let size = length * view.map.len() / view.channels();
    let used = kept.len().min(QUANTILE_CASES);
    let (mut mixed, mut responses) = (vec![0.0; length * view.channels()], Vec::new());
    let mut seen: Vec<Vec<f32>> = vec![Vec::with_capacity(used * length); view.filters()];
    for u in 0..used {
        let i = kept[u * kept.len() / used];
        view.apply(isa, &planes[i * size..(i + 1) * size], length, &mut mixed);
        let mut of_group = &mut seen[..];
        for group in &view.groups {
            let filters = group.bias.len();
            group.respond(isa, &mixed, length, options.slope, &mut responses);
            let (seen, rest) = of_group.split_at_mut(filters);
            of_group = rest;
            for row in responses.chunks_exact(filters) {
                seen.iter_mut().zip(row).for_each(|(seen, &v)| seen.push(v));
            }
        }
    }
    let mut all = Vec::with_capacity(view.filters() * options.quantiles.len());
    let mut of_group = &mut seen[..];
    for group in &view.groups {
        let (seen, rest) = of_group.split_at_mut(group.bias.len());
        of_group = rest;
        let by_filter: Vec<Vec<f32>> = seen.iter_mut().map(|s| quantiles(s, &options.quantiles)).collect();
        all.extend((0..options.quantiles.len()).flat_map(|q| by_filter.iter().map(move |values| values[q])));
    }
    all
}
