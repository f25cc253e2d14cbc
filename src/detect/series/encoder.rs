//! The series encoder: what is learned from normal cases and how a case becomes features.

use nafal_kernels::Isa;
use rayon::prelude::*;

use super::pooling::{pool, quantiles, segment};
use super::prepare::Preparation;
use super::view::View;
use super::whitening::Whitening;
use super::{EncoderOptions, ViewFeatures};
use crate::data::{Series, SeriesSet};
use crate::error::{DataError, Result};

/// Training cases whose responses give a filter's quantiles: as many as are needed for steady quantiles.
const QUANTILE_CASES: usize = 256;

/// A frozen random encoder `f_θ ∘ T_k`, scaled and whitened on normal cases.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesEncoder {
    pub(super) preparation: Preparation,
    pub(super) slope: f32,
    pub(super) views: Vec<FittedView>,
    pub(super) width: usize,
    pub(super) isa: Isa,
}

/// A view with what was learned for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FittedView {
    pub view: View,
    /// Thresholds of the filters' shares, group by group: `[quantiles, F]`.
    pub thresholds: Vec<f32>,
    pub whitening: Whitening,
}

/// Buffers of one view of one case.
#[derive(Default)]
struct Scratch {
    mixed: Vec<f32>,
    responses: Vec<f32>,
    sums: Vec<f32>,
    pooled: Vec<f32>,
}

/// Which cases a view does not learn from.
#[derive(Clone, Copy, Debug)]
pub(in crate::detect) struct LeftOut<'a> {
    /// The fold of each case.
    pub folds: &'a [usize],
    /// Number of folds.
    pub count: usize,
    /// Consecutive views that leave out the same fold.
    pub run: usize,
}

impl LeftOut<'_> {
    /// The cases view `view` learns from.
    fn kept(&self, view: usize) -> Vec<usize> {
        let fold = view / self.run % self.count;
        (0..self.folds.len()).filter(|&i| self.folds[i] != fold).collect()
    }
}

impl SeriesEncoder {
    /// Learns from normal cases; also returns their features, `[K][n, m]` with `m = min(components, n/2)`.
    ///
    /// # Errors
    /// Options that make no sense; values whose variance overflows.
    pub fn fit(set: &SeriesSet, options: &EncoderOptions, seed: u64) -> Result<(SeriesEncoder, ViewFeatures)> {
        Self::fit_views(set, options, seed, |_| (0..set.len()).collect())
    }

    /// As [`SeriesEncoder::fit`], but thresholds and whitening of a view never see the fold it leaves out.
    pub(in crate::detect) fn fit_leaving_out(
        set: &SeriesSet,
        options: &EncoderOptions,
        seed: u64,
        left_out: LeftOut,
    ) -> Result<(SeriesEncoder, ViewFeatures)> {
        Self::fit_views(set, options, seed, |view| left_out.kept(view))
    }

    fn fit_views(
        set: &SeriesSet,
        options: &EncoderOptions,
        seed: u64,
        kept: impl Fn(usize) -> Vec<usize> + Sync,
    ) -> Result<(SeriesEncoder, ViewFeatures)> {
        options.check()?;
        let isa = Isa::detect();
        let length = options.length.unwrap_or(set.longest());
        let preparation = Preparation::fit(set, length)?;
        let planes = prepare(&preparation, set.cases());
        let fewest = (0..options.views).map(|view| kept(view).len()).min().unwrap_or(0);
        let width = options.components.min(fewest / 2).max(1);
        let fitted: Vec<(FittedView, Vec<f32>)> = (0..options.views)
            .into_par_iter()
            .map(|k| {
                let view = View::random(options, set.channels(), length, seed, k);
                FittedView::fit(isa, view, options, &planes, &kept(k), length, width)
            })
            .collect();
        let (views, features): (Vec<_>, Vec<_>) = fitted.into_iter().unzip();
        let features = ViewFeatures::new(options.views, set.len(), width, features.concat());
        Ok((SeriesEncoder { preparation, slope: options.slope, views, width, isa }, features))
    }

    /// Features of each case under each view.
    ///
    /// # Errors
    /// If the number of channels is not that of the training cases.
    pub fn encode(&self, set: &SeriesSet) -> Result<ViewFeatures> {
        self.check_channels(set.channels()).map_err(|e| DataError { source: set.source().into(), ..e })?;
        let (n, m) = (set.len(), self.width);
        let rows = self.encode_rows(set.cases());
        let mut values = vec![0.0; rows.len()];
        for (i, row) in rows.chunks_exact(self.views.len() * m).enumerate() {
            for (k, features) in row.chunks_exact(m).enumerate() {
                values[(k * n + i) * m..(k * n + i + 1) * m].copy_from_slice(features);
            }
        }
        Ok(ViewFeatures::new(self.views.len(), n, m, values))
    }

    /// Features of each case, its views one behind the other: `[n, K·m]`. The numbers of channels must be right.
    pub(in crate::detect) fn encode_rows(&self, cases: &[Series]) -> Vec<f32> {
        let (m, length) = (self.width, self.preparation.length);
        let planes = prepare(&self.preparation, cases);
        let mut rows = vec![0.0; cases.len() * self.views.len() * m];
        // Views outside: a view's weights stay in the cache over all cases.
        let jobs: Vec<(usize, Vec<&mut [f32]>)> = {
            let mut by_view: Vec<(usize, Vec<&mut [f32]>)> = (0..self.views.len()).map(|k| (k, Vec::new())).collect();
            for (at, features) in rows.chunks_exact_mut(m).enumerate() {
                by_view[at % self.views.len()].1.push(features);
            }
            by_view
        };
        jobs.into_par_iter().for_each_init(Scratch::default, |scratch, (k, rows)| {
            for (row, planes) in rows.into_iter().zip(planes.chunks_exact(self.preparation.size())) {
                self.views[k].encode(self.isa, planes, length, self.slope, scratch, row);
            }
        });
        rows
    }

    /// Whether series of `channels` channels can be encoded.
    ///
    /// # Errors
    /// If the number is not that of the training cases.
    pub fn check_channels(&self, channels: usize) -> Result<(), DataError> {
        if channels == self.channels() {
            return Ok(());
        }
        let problem = format!("{channels} channels, the model was fitted to series of {}", self.channels());
        Err(DataError::new("", problem))
    }

    /// Channels `C` of a series.
    pub fn channels(&self) -> usize {
        self.preparation.mean.len()
    }
    /// Time steps `L` that series are resampled to.
    pub fn length(&self) -> usize {
        self.preparation.length
    }
    /// Number `K` of views.
    pub fn views(&self) -> usize {
        self.views.len()
    }
    /// Features `m` of a view.
    pub fn width(&self) -> usize {
        self.width
    }
}

impl FittedView {
    fn fit(
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
        let thresholds = thresholds(isa, &view, options, planes, kept, length, &mut scratch);
        let whitening = Whitening { mean: vec![], inverse_deviation: vec![], projection: vec![], offset: vec![] };
        let mut fitted = FittedView { view, thresholds, whitening };
        let mut pooled = Vec::new();
        for case in planes.chunks_exact(size) {
            fitted.pool(isa, case, length, options.slope, &mut scratch);
            pooled.extend_from_slice(&scratch.pooled);
        }
        let row = fitted.pooled();
        let learned: Vec<f32> = kept.iter().flat_map(|&i| &pooled[i * row..(i + 1) * row]).copied().collect();
        fitted.whitening = Whitening::fit(&learned, kept.len(), width);
        let mut features = vec![0.0; planes.len() / size * width];
        for (row, out) in pooled.chunks_exact_mut(row).zip(features.chunks_exact_mut(width)) {
            fitted.whitening.apply(isa, row, out);
        }
        (fitted, features)
    }

    /// Number of pooled features of a case.
    fn pooled(&self) -> usize {
        (self.view.filters() + self.thresholds.len()) * self.view.segments
    }

    /// Pooled responses of one case `[L, C]` into `scratch.pooled`, ordered by filter, segment, statistic.
    fn pool(&self, isa: Isa, planes: &[f32], length: usize, slope: f32, scratch: &mut Scratch) {
        let Scratch { mixed, responses, sums, pooled } = scratch;
        let (view, segments) = (&self.view, self.view.segments);
        let quantiles = self.thresholds.len() / view.filters();
        let statistics = 1 + quantiles;
        view.apply(isa, planes, length, mixed);
        pooled.clear();
        pooled.resize(self.pooled(), 0.0);
        let mut first = 0;
        for group in &view.groups {
            let filters = group.bias.len();
            group.respond(isa, mixed, length, slope, responses);
            let thresholds = &self.thresholds[first * quantiles..(first + filters) * quantiles];
            for s in 0..segments {
                let steps = segment(length, segments, s);
                let responses = &responses[steps.start * filters..steps.end * filters];
                let out = &mut pooled[(first * segments + s) * statistics..];
                pool(responses, filters, thresholds, sums, out, segments * statistics);
            }
            first += filters;
        }
    }

    fn encode(&self, isa: Isa, planes: &[f32], length: usize, slope: f32, scratch: &mut Scratch, out: &mut [f32]) {
        self.pool(isa, planes, length, slope, scratch);
        self.whitening.apply(isa, &mut scratch.pooled, out);
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
    scratch: &mut Scratch,
) -> Vec<f32> {
    let size = length * view.map.len() / view.channels();
    let used = kept.len().min(QUANTILE_CASES);
    let mut seen: Vec<Vec<f32>> = vec![Vec::with_capacity(used * length); view.filters()];
    for u in 0..used {
        let i = kept[u * kept.len() / used];
        view.apply(isa, &planes[i * size..(i + 1) * size], length, &mut scratch.mixed);
        let mut of_group = &mut seen[..];
        for group in &view.groups {
            let filters = group.bias.len();
            group.respond(isa, &scratch.mixed, length, options.slope, &mut scratch.responses);
            let (seen, rest) = of_group.split_at_mut(filters);
            of_group = rest;
            for row in scratch.responses.chunks_exact(filters) {
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

/// All cases as planes, `[n, L, C]`.
fn prepare(preparation: &Preparation, cases: &[Series]) -> Vec<f32> {
    let mut planes = vec![0.0; cases.len() * preparation.size()];
    planes
        .par_chunks_mut(preparation.size())
        .zip(cases)
        .for_each_init(|| vec![0.0; preparation.length], |line, (out, case)| preparation.planes(case, line, out));
    planes
}
