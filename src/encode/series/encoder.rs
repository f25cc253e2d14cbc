//! The series encoder: what is learned from normal cases and how a case becomes features, one block a view.

use std::borrow::Borrow;
use std::ops::Range;
use std::sync::Arc;

use nafal_kernels::Isa;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::fitted_view::{FittedView, Scratch};
use super::prepare::Preparation;
use super::view::{LARGEST, View};
use super::{EncoderOptions, KIND, MADE_KINDS, made, variety};
use crate::data::container::{Container, Fields};
use crate::data::series::SERIES_LABEL;
use crate::data::{Dataset, Kind, Series, SeriesSet};
use crate::encode::{Block, BoundCases, Encoder, EncoderSettings, Features, Held, Making, Plan};
use crate::error::{Bounds, DataError, Result};

/// Header field of the encoder.
const FIELD: &str = "series_encoder";
/// Largest `C·L`, which decides the memory of a case.
const LARGEST_CASE: usize = 1 << 28;

/// A frozen random encoder `f_θ ∘ T_k`, scaled and whitened on normal cases.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesEncoder {
    preparation: Preparation,
    slope: f32,
    views: Vec<FittedView>,
    width: usize,
    channels: Vec<String>,
    /// The name of the training series' labels, if they had some.
    label: Option<String>,
    isa: Isa,
}

impl SeriesEncoder {
    /// Learns from normal cases; also returns their features, `K` blocks `[n, m]` with `m = min(components, n/2)`.
    ///
    /// # Errors
    /// Options that make no sense; values whose variance overflows.
    pub fn fit(set: &SeriesSet, options: &EncoderOptions, seed: u64) -> Result<(SeriesEncoder, Features)> {
        let cases: Vec<&Series> = set.cases().iter().collect();
        let all: Vec<usize> = (0..cases.len()).collect();
        Self::fit_views(&cases, set.source(), options, seed, 1, |_| all.clone())
    }

    /// As [`SeriesEncoder::fit`], but of the cases `different` must differ, and view `view` learns its thresholds and its
    /// whitening from the cases `learned(view)` alone.
    fn fit_views(
        cases: &[&Series],
        source: &str,
        options: &EncoderOptions,
        seed: u64,
        different: usize,
        learned: impl Fn(usize) -> Vec<usize> + Sync,
    ) -> Result<(SeriesEncoder, Features)> {
        options.check()?;
        let (isa, channels) = (Isa::detect(), cases[0].channels());
        let length = options.length.unwrap_or_else(|| cases.iter().map(|c| c.longest()).max().unwrap_or(0));
        check_room(cases, length)?;
        let preparation = Preparation::fit(cases, length, source)?;
        let planes = preparation.apply(cases);
        variety::check_different(&planes, preparation.size(), different, source)?;
        let fewest = (0..options.views).map(|view| learned(view).len()).min().unwrap_or(0);
        let width = options.components.min(fewest / 2).max(1);
        let fitted: Vec<(FittedView, Block)> = (0..options.views)
            .into_par_iter()
            .map(|k| {
                let view = View::random(options, channels, length, seed, k);
                let (view, features) = FittedView::fit(isa, view, options, &planes, &learned(k), length, width);
                (view, Block::new(width, features))
            })
            .collect();
        let (views, blocks): (Vec<_>, Vec<_>) = fitted.into_iter().unzip();
        let channels = channel_names(channels);
        let encoder = SeriesEncoder { preparation, slope: options.slope, views, width, channels, label: None, isa };
        Ok((encoder, Features::new(cases.len(), blocks)))
    }

    /// Features of each case under each view, a block a view.
    ///
    /// # Errors
    /// If the number of channels is not that of the training cases.
    pub fn encode(&self, set: &SeriesSet) -> Result<Features> {
        self.check_channels(set)?;
        Ok(self.features(set.cases()))
    }

    /// Features of cases whose numbers of channels are right. Views outside: a view's weights stay in the cache over all
    /// cases.
    fn features<S: Borrow<Series> + Sync>(&self, cases: &[S]) -> Features {
        let (m, length) = (self.width, self.preparation.length);
        let planes = self.preparation.apply(cases);
        let block = |scratch: &mut Scratch, view: &FittedView| {
            let mut rows = vec![0.0; cases.len() * m];
            view.encode(self.isa, &planes, length, self.slope, scratch, &mut rows);
            Block::new(m, rows)
        };
        Features::new(cases.len(), self.views.par_iter().map_init(Scratch::default, block).collect())
    }

    /// Whether a set can be encoded.
    fn check_channels(&self, set: &SeriesSet) -> Result<()> {
        if set.channels() == self.channels() {
            return Ok(());
        }
        let problem = format!(
            "{} channels, the model was fitted to series of {}; use another file or model",
            set.channels(),
            self.channels()
        );
        Err(DataError::new(set.source(), problem).into())
    }

    /// Channels `C` of a series.
    pub fn channels(&self) -> usize {
        self.channels.len()
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

    /// The encoder of a model file.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming the field or tensor that is missing or makes no sense.
    pub fn read(file: &Container) -> Result<SeriesEncoder> {
        let header = file.header();
        let label = match (header.bool("labelled")?, header.contains("label")) {
            (true, true) => Some(header.str("label")?.to_owned()),
            (labelled, _) => labelled.then(|| SERIES_LABEL.to_owned()),
        };
        let fields = file.header().object(FIELD)?;
        let channels = fields.usize_in("channels", 1..=LARGEST)?;
        let length = fields.usize_in("length", 1..=LARGEST)?;
        if channels * length > LARGEST_CASE {
            return Err(fields.error("length", "makes a series larger than can be handled"));
        }
        let width = fields.usize_in("features", 1..=LARGEST)?;
        let quantiles = fields.usize_in("quantiles", 0..=64)?;
        let slope = fields.f64("slope")? as f32;
        if !(0.0..1.0).contains(&slope) {
            return Err(fields.error("slope", "must lie in [0, 1)"));
        }
        let preparation = Preparation::read(file, channels, length)?;
        let view = |(k, f): (usize, &Fields)| {
            FittedView::read(file, &format!("encoder.view{k}"), f, [channels, length], quantiles, width)
        };
        let views = fields.objects("views")?.iter().enumerate().map(view).collect::<Result<Vec<_>>>()?;
        if views.is_empty() {
            return Err(fields.error("views", "is an empty list"));
        }
        let numbered = channel_names(channels);
        let channels = if fields.contains("names") { fields.strings("names")? } else { numbered.clone() };
        if channels.len() != numbered.len() {
            return Err(fields.error("names", "are not as many as the channels"));
        }
        Ok(SeriesEncoder { preparation, slope, views, width, channels, label, isa: Isa::detect() })
    }
}

/// Refuses a length to which cases would be stretched until memory does not hold them.
fn check_room(cases: &[&Series], length: usize) -> Result<()> {
    const MOST_VALUES: usize = 1 << 28;
    let own: usize = cases.iter().map(|case| case.flat().len()).sum();
    let most = MOST_VALUES.max(own.saturating_mul(16));
    let stretched = cases[0].channels().saturating_mul(length);
    if stretched <= LARGEST_CASE && stretched.saturating_mul(cases.len()) <= most {
        return Ok(());
    }
    let steps = most / cases.len() / cases[0].channels();
    Bounds("series encoder".into()).refuse("length", length, format_args!("be at most {steps} for these series"))
}

/// Names of channels that have none of their own.
fn channel_names(channels: usize) -> Vec<String> {
    (0..channels).map(|c| format!("channel {c}")).collect()
}

impl Encoder for SeriesEncoder {
    fn kind(&self) -> Kind {
        KIND
    }
    fn input_names(&self) -> &[String] {
        &self.channels
    }
    fn describe(&self) -> String {
        format!("{} channels of {} steps", self.channels(), self.length())
    }
    fn sizes(&self) -> Vec<(&'static str, usize)> {
        vec![("channels", self.channels()), ("length", self.length())]
    }
    fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }
    fn widths(&self) -> Vec<usize> {
        vec![self.width; self.views.len()]
    }
    fn block_named(&self, _: &str) -> Option<usize> {
        None
    }
    fn blocks_of_views(&self) -> usize {
        self.views.len()
    }
    fn bind<'a>(&'a self, data: &'a dyn Dataset) -> Result<Box<dyn BoundCases + 'a>> {
        let set = data.expect::<SeriesSet>(KIND)?;
        self.check_channels(set)?;
        Ok(Box::new(BoundSeries { set, encoder: self }))
    }
    fn invert(&self, _: usize, _: usize, _: f64) -> Option<(usize, f64)> {
        None
    }
    /// Every view is made by the same pass over the planes: none is left out.
    fn keeping(&self, _: &[bool]) -> Arc<dyn Encoder> {
        Arc::new(self.clone())
    }
    /// Planes in single precision: one of the case's channels, and with margins one of a view's.
    fn bytes_a_case(&self) -> usize {
        let (length, channels) = (self.length(), self.channels());
        let of_view =
            |view: &FittedView| view.view.margin().saturating_mul(2).saturating_add(length) * view.view.channels();
        let widest = self.views.iter().map(of_view).max().unwrap_or(0);
        size_of::<f32>() * (length * channels).saturating_add(widest) + size_of::<f64>() * length
    }
    /// Thresholds are quantiles of responses of random filters, over many cases and steps.
    fn holds(&self) -> Held {
        Held::Figures
    }
    fn made_kinds(&self) -> &'static [&'static str] {
        &MADE_KINDS
    }
    fn made(&self, data: &dyn Dataset, kept: &[usize], makings: &[Making], seed: u64) -> Result<Box<dyn Dataset>> {
        made(data, kept, makings, seed)
    }
    /// Sizes in the header; everything learned or drawn as tensors `encoder.…`.
    fn write(&self, file: &mut Container) {
        let views: Vec<Value> = self.views.iter().map(|v| v.view.sizes()).collect();
        let quantiles = self.views[0].thresholds.len() / self.views[0].view.filters();
        file.set("kind", KIND.name());
        file.set("labelled", self.label.is_some());
        // What is not as usual alone.
        if let Some(label) = self.label.as_ref().filter(|label| *label != SERIES_LABEL) {
            file.set("label", label.clone());
        }
        let mut fields = json!({
            "channels": self.channels(), "length": self.length(), "features": self.width,
            "slope": f64::from(self.slope), "quantiles": quantiles, "views": views,
        });
        if self.channels != channel_names(self.channels()) {
            fields["names"] = json!(self.channels);
        }
        file.set(FIELD, fields);
        self.preparation.write(file);
        for (k, view) in self.views.iter().enumerate() {
            view.write(file, &format!("encoder.view{k}"));
        }
    }
}

/// Series with an encoder's channels.
struct BoundSeries<'a> {
    set: &'a SeriesSet,
    encoder: &'a SeriesEncoder,
}

impl BoundCases for BoundSeries<'_> {
    fn encode(&self, range: Range<usize>) -> Features {
        self.encoder.features(&self.set.cases()[range])
    }
}

impl EncoderSettings for EncoderOptions {
    fn kind(&self) -> Kind {
        KIND
    }
    fn check(&self) -> Result<()> {
        EncoderOptions::check(self)
    }
    /// Thresholds and whitening of a view never see the fold that the view leaves out.
    fn fit(&self, data: &dyn Dataset, plan: &Plan) -> Result<(Arc<dyn Encoder>, Features)> {
        let set = data.expect::<SeriesSet>(KIND)?;
        let cases: Vec<&Series> = plan.kept.iter().map(|&i| set.case(i)).collect();
        let options =
            EncoderOptions { views: plan.views, components: self.components.min(plan.features), ..self.clone() };
        let learned = |view: usize| -> Vec<usize> {
            let fold = view / plan.run % plan.fold_count;
            (0..plan.folds.len()).filter(|&i| plan.folds[i] != fold).collect()
        };
        let (source, different) = (set.source(), variety::FEWEST_DIFFERENT);
        variety::check_varies(&cases, source)?;
        let (encoder, features) = SeriesEncoder::fit_views(&cases, source, &options, plan.seed, different, learned)?;
        let label = set.label_name().map(str::to_owned);
        let channels = set.channel_names().map_or_else(|| channel_names(set.channels()), <[String]>::to_vec);
        Ok((Arc::new(SeriesEncoder { label, channels, ..encoder }), features))
    }
    fn to_json(&self) -> Value {
        EncoderOptions::to_json(self)
    }
    fn stage(&self) -> &'static str {
        "encoding series"
    }
}
