//! The encoder in a model file: sizes in the header, everything learned or drawn as tensors.
//!
//! Random maps and filters are stored, not drawn again: a file means the same to every later version.

use nafal_kernels::Isa;
use serde_json::{Value, json};

use super::SeriesEncoder;
use super::encoder::FittedView;
use super::filters::FilterGroup;
use super::prepare::Preparation;
use super::view::View;
use super::whitening::Whitening;
use crate::data::container::{Container, Fields, Tensor};
use crate::error::Result;

/// Header field of the encoder.
const FIELD: &str = "series_encoder";
/// Largest value of any one size; far beyond what is of use.
const LARGEST: usize = 1 << 20;
/// Largest `C·L`, which decides the memory of a case.
const LARGEST_CASE: usize = 1 << 28;

impl SeriesEncoder {
    /// Adds the encoder to a model file.
    pub fn write(&self, container: &mut Container) {
        let views: Vec<Value> = self.views.iter().map(|v| view_sizes(&v.view)).collect();
        let p = &self.preparation;
        container.set(
            FIELD,
            json!({
                "channels": self.channels(), "length": p.length, "features": self.width, "slope": f64::from(self.slope),
                "quantiles": self.views[0].thresholds.len() / self.views[0].view.filters(), "views": views,
            }),
        );
        container.insert("encoder.mean", Tensor::f64(&[self.channels()], p.mean.clone()));
        container.insert("encoder.scale", Tensor::f64(&[1], vec![p.scale]));
        for (k, fitted) in self.views.iter().enumerate() {
            for (name, shape, values) in tensors(fitted, self.channels(), self.width) {
                container.insert(&format!("encoder.view{k}.{name}"), Tensor::f32(&shape, values));
            }
        }
    }

    /// The encoder of a model file.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming the field or tensor that is missing or makes no sense.
    pub fn read(container: &Container) -> Result<SeriesEncoder> {
        let fields = container.header().object(FIELD)?;
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
        let scale = container.tensor_f64("encoder.scale", &[1])?[0];
        if scale <= 0.0 {
            return Err(container.error("encoder.scale", "must be positive"));
        }
        let mean = container.tensor_f64("encoder.mean", &[channels])?.to_vec();
        let views = fields.objects("views")?;
        let read = |(k, f): (usize, &Fields)| read_view(container, f, k, channels, length, quantiles, width);
        let views = views.iter().enumerate().map(read).collect::<Result<Vec<_>>>()?;
        if views.is_empty() {
            return Err(fields.error("views", "is an empty list"));
        }
        Ok(SeriesEncoder { preparation: Preparation { length, mean, scale }, slope, views, width, isa: Isa::detect() })
    }
}

fn view_sizes(view: &View) -> Value {
    let groups: Vec<Value> =
        view.groups.iter().map(|g| json!({"filters": g.bias.len(), "taps": g.taps, "dilation": g.dilation})).collect();
    json!({"channels": view.channels(), "segments": view.segments, "groups": groups})
}

/// Name, shape and values of everything in a view.
fn tensors(fitted: &FittedView, channels: usize, width: usize) -> Vec<(String, Vec<usize>, Vec<f32>)> {
    let (view, whitening) = (&fitted.view, &fitted.whitening);
    let pooled = whitening.mean.len();
    let mut all = vec![
        ("map".into(), vec![channels, view.channels()], view.map.clone()),
        ("shift".into(), vec![view.channels()], view.shift.clone()),
        (
            "thresholds".into(),
            vec![fitted.thresholds.len() / view.filters(), view.filters()],
            fitted.thresholds.clone(),
        ),
        ("pooled_mean".into(), vec![pooled], whitening.mean.clone()),
        ("pooled_inverse_deviation".into(), vec![pooled], whitening.inverse_deviation.clone()),
        ("projection".into(), vec![pooled, width], whitening.projection.clone()),
        ("offset".into(), vec![width], whitening.offset.clone()),
    ];
    for (g, group) in view.groups.iter().enumerate() {
        let shape = vec![group.taps, view.channels(), group.bias.len()];
        all.push((format!("group{g}.weight"), shape, group.weights.clone()));
        all.push((format!("group{g}.bias"), vec![group.bias.len()], group.bias.clone()));
    }
    all
}

fn read_view(
    container: &Container,
    fields: &Fields,
    k: usize,
    channels: usize,
    length: usize,
    quantiles: usize,
    width: usize,
) -> Result<FittedView> {
    let values = |name: &str, shape: &[usize]| -> Result<Vec<f32>> {
        Ok(container.tensor_f32(&format!("encoder.view{k}.{name}"), shape)?.to_vec())
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
    let view = View { map: values("map", &[channels, mixed])?, shift: values("shift", &[mixed])?, groups, segments };
    let filters = view.filters();
    let pooled = filters * segments * (1 + quantiles);
    let whitening = Whitening {
        mean: values("pooled_mean", &[pooled])?,
        inverse_deviation: values("pooled_inverse_deviation", &[pooled])?,
        projection: values("projection", &[pooled, width])?,
        offset: values("offset", &[width])?,
    };
    Ok(FittedView { view, thresholds: values("thresholds", &[quantiles, filters])?, whitening })
}
