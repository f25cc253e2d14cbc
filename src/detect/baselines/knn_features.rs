//! Nearest neighbours in the features of the series encoder, without a flow.
//!
//! `s(x) = mean_k min_i ‖f_k(x) − f_k(x_i)‖` over the views `k` and the training series `x_i`; the encoder is that of our
//! own detector, learned from all training series, and no view is scaled apart from its whitening.

use super::neighbours::Neighbours;
use super::rows::Points;
use crate::data::container::Container;
use crate::data::{Dataset, SeriesSet};
use crate::detect::series::{EncoderOptions, SeriesEncoder, ViewFeatures};
use crate::detect::{Detector, Fit, Fitted, Preset};
use crate::error::{DataError, Result};
use crate::progress::Progress;

/// Which neighbour counts: the nearest did better than the fifth on the sets that configurations are chosen on.
const NEIGHBOUR: usize = 1;

/// Mean distance over views to the nearest training series, in the encoder's features.
#[derive(Clone, Debug)]
pub struct EncodedNeighbours {
    /// Settings of the encoder.
    pub encoder: EncoderOptions,
}

impl EncodedNeighbours {
    /// The encoder that our own detector of series has under `preset`.
    pub fn preset(preset: Preset) -> EncodedNeighbours {
        let configuration = Detector::builder().preset(preset).series_configuration();
        let options = configuration.encoder.clone().unwrap_or_default();
        let components = configuration.families.first().map_or(options.components, |family| family.features);
        EncodedNeighbours { encoder: EncoderOptions { views: configuration.views(), components, ..options } }
    }
}

impl Fit for EncodedNeighbours {
    fn fit(&self, train: &dyn Dataset, seed: u64, _progress: &dyn Progress) -> Result<Box<dyn Fitted>> {
        let (encoder, features) = SeriesEncoder::fit(series(train)?, &self.encoder, seed)?;
        let views = (0..features.views()).map(|k| Neighbours::new(points(&features, k))).collect();
        Ok(Box::new(EncodedCases { encoder, views }))
    }

    fn scales_itself(&self) -> bool {
        true
    }
}

/// The encoder, and the training series in the features of each view.
#[derive(Debug)]
struct EncodedCases {
    encoder: SeriesEncoder,
    views: Vec<Neighbours>,
}

impl Fitted for EncodedCases {
    fn score(&self, cases: &dyn Dataset) -> Result<Vec<f64>> {
        let features = self.encoder.encode(series(cases)?)?;
        let mut scores = vec![0.0; cases.len()];
        for (k, view) in self.views.iter().enumerate() {
            let nearest = view.nearest(&points(&features, k), NEIGHBOUR);
            let share = self.views.len() as f64;
            scores.iter_mut().zip(nearest).for_each(|(s, n)| *s += n[NEIGHBOUR - 1].distance / share);
        }
        Ok(scores)
    }

    fn write(&self, file: &mut Container) {
        file.set("detector", "knn-features");
        file.set("kind", "series");
        self.encoder.write(file);
        for (k, view) in self.views.iter().enumerate() {
            view.points().write(file, &format!("training.view{k}"));
        }
    }
}

pub(super) fn read(file: &Container) -> Result<Box<dyn Fitted>> {
    let encoder = SeriesEncoder::read(file)?;
    let view = |k| Ok(Neighbours::new(Points::read(file, &format!("training.view{k}"), encoder.width())?));
    let views = (0..encoder.views()).map(view).collect::<Result<_>>()?;
    Ok(Box::new(EncodedCases { encoder, views }))
}

fn series(cases: &dyn Dataset) -> Result<&SeriesSet> {
    cases.downcast::<SeriesSet>().ok_or_else(|| {
        let problem =
            format!("neighbours in the encoder's features are those of series, not of {}", cases.kind().in_words());
        DataError::new(cases.source(), problem).into()
    })
}

/// The features of one view, `[n, m]`.
fn points(features: &ViewFeatures, view: usize) -> Points<'static> {
    Points::new(features.width(), features.view(view).iter().map(|&v| f64::from(v)).collect::<Vec<f64>>())
}
