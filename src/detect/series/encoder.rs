//! The series encoder: what is learned from normal cases and how a case becomes features.

use rayon::prelude::*;

use super::filters::FilterGroup;
use super::pooling::{pool, quantiles, segment};
use super::prepare::Preparation;
use super::view::View;
use super::whitening::Whitening;
use super::{EncoderOptions, ViewFeatures};
use crate::data::{Case, SeriesSet};
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
}

/// A view with what was learned for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FittedView {
    pub view: View,
    /// Thresholds of each filter's shares: `[F, quantiles]`.
    pub thresholds: Vec<f32>,
    pub whitening: Whitening,
}

/// Buffers of one view of one case.
#[derive(Default)]
struct Scratch {
    padded: Vec<f32>,
    responses: Vec<f32>,
    pooled: Vec<f32>,
}

impl SeriesEncoder {
    /// Learns from normal cases; also returns their features, `[K][n, m]` with `m = min(components, n/2)`.
    ///
    /// # Errors
    /// Options that make no sense; values whose variance overflows.
    pub fn fit(set: &SeriesSet, options: &EncoderOptions, seed: u64) -> Result<(SeriesEncoder, ViewFeatures)> {
        options.check()?;
        let length = options.length.unwrap_or(set.longest());
        let preparation = Preparation::fit(set, length)?;
        let planes = prepare(&preparation, set.cases());
        let width = options.components.min(set.len() / 2).max(1);
        let fitted: Vec<(FittedView, Vec<f32>)> = (0..options.views)
            .into_par_iter()
            .map(|k| {
                let view = View::random(options, set.channels(), length, seed, k);
                FittedView::fit(view, options, &planes, set.len(), length, width)
            })
            .collect();
        let (views, features): (Vec<_>, Vec<_>) = fitted.into_iter().unzip();
        let features = ViewFeatures::new(options.views, set.len(), width, features.concat());
        Ok((SeriesEncoder { preparation, slope: options.slope, views, width }, features))
    }

    /// Features of each case under each view.
    ///
    /// # Errors
    /// If the number of channels is not that of the training cases.
    pub fn encode(&self, set: &SeriesSet) -> Result<ViewFeatures> {
        self.check_channels(set.channels()).map_err(|e| DataError { source: set.source().into(), ..e })?;
        let planes = prepare(&self.preparation, set.cases());
        let (n, m, size) = (set.len(), self.width, self.preparation.size());
        let mut values = vec![0.0; self.views.len() * n * m];
        values.par_chunks_mut(n * m).zip(&self.views).for_each(|(rows, view)| {
            rows.par_chunks_mut(m).zip(planes.par_chunks(size)).for_each_init(Scratch::default, |scratch, (row, p)| {
                view.encode(p, self.preparation.length, self.slope, scratch, row);
            });
        });
        Ok(ViewFeatures::new(self.views.len(), n, m, values))
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
        view: View,
        options: &EncoderOptions,
        planes: &[f32],
        n: usize,
        length: usize,
        width: usize,
    ) -> (FittedView, Vec<f32>) {
        let size = planes.len() / n;
        let mut scratch = Scratch::default();
        let thresholds = thresholds(&view, options, planes, size, length, &mut scratch);
        let whitening = Whitening { mean: vec![], inverse_deviation: vec![], projection: vec![], offset: vec![] };
        let mut fitted = FittedView { view, thresholds, whitening };
        let mut pooled = Vec::with_capacity(n * fitted.view.filters() * fitted.view.segments * options.statistics());
        for case in planes.chunks_exact(size) {
            fitted.pool(case, length, options.slope, &mut scratch);
            pooled.extend_from_slice(&scratch.pooled);
        }
        fitted.whitening = Whitening::fit(&pooled, n, width);
        let mut features = vec![0.0; n * width];
        let row = pooled.len() / n;
        for (row, out) in pooled.chunks_exact_mut(row).zip(features.chunks_exact_mut(width)) {
            fitted.whitening.apply(row, out);
        }
        (fitted, features)
    }

    /// Pooled responses of one case `[C, L]` into `scratch.pooled`.
    fn pool(&self, planes: &[f32], length: usize, slope: f32, scratch: &mut Scratch) {
        let view = &self.view;
        let quantiles = self.thresholds.len() / view.filters();
        view.apply(planes, length, &mut scratch.padded);
        scratch.pooled.clear();
        scratch.pooled.resize(view.filters() * view.segments * (1 + quantiles), 0.0);
        let mut out = scratch.pooled.chunks_exact_mut(1 + quantiles);
        let mut thresholds = self.thresholds.chunks_exact(quantiles.max(1));
        for group in &view.groups {
            let responses = respond(group, &scratch.padded, view.padding(), length, slope, &mut scratch.responses);
            for response in responses.chunks_exact(length) {
                let thresholds = thresholds.next().unwrap_or(&[]);
                for (s, out) in (0..view.segments).zip(&mut out) {
                    pool(&response[segment(length, view.segments, s)], thresholds, out);
                }
            }
        }
    }

    fn encode(&self, planes: &[f32], length: usize, slope: f32, scratch: &mut Scratch, out: &mut [f32]) {
        self.pool(planes, length, slope, scratch);
        self.whitening.apply(&mut scratch.pooled, out);
    }
}

/// Responses `[F, L]` of a group, in `buffer`.
fn respond<'b>(
    group: &FilterGroup,
    padded: &[f32],
    pad: usize,
    length: usize,
    slope: f32,
    buffer: &'b mut Vec<f32>,
) -> &'b [f32] {
    buffer.clear();
    buffer.resize(group.bias.len() * length, 0.0);
    group.respond(padded, pad, length, slope, buffer);
    buffer
}

/// Quantiles `[F, Q]` of each filter's responses over evenly spaced training cases.
fn thresholds(
    view: &View,
    options: &EncoderOptions,
    planes: &[f32],
    size: usize,
    length: usize,
    scratch: &mut Scratch,
) -> Vec<f32> {
    let n = planes.len() / size;
    let used = n.min(QUANTILE_CASES);
    let mut seen: Vec<Vec<f32>> = vec![Vec::with_capacity(used * length); view.filters()];
    for u in 0..used {
        let i = u * n / used;
        view.apply(&planes[i * size..(i + 1) * size], length, &mut scratch.padded);
        let mut of_filter = seen.iter_mut();
        for group in &view.groups {
            let responses =
                respond(group, &scratch.padded, view.padding(), length, options.slope, &mut scratch.responses);
            for (response, seen) in responses.chunks_exact(length).zip(&mut of_filter) {
                seen.extend_from_slice(response);
            }
        }
    }
    seen.iter_mut().flat_map(|s| quantiles(s, &options.quantiles)).collect()
}

/// All cases as planes, `[n, C, L]`.
fn prepare(preparation: &Preparation, cases: &[Case]) -> Vec<f32> {
    let mut planes = vec![0.0; cases.len() * preparation.size()];
    planes
        .par_chunks_mut(preparation.size())
        .zip(cases)
        .for_each_init(|| vec![0.0; preparation.length], |line, (out, case)| preparation.planes(case, line, out));
    planes
}
