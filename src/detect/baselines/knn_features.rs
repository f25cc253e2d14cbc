//! Nearest neighbours in the features of the series encoder, without a flow.
//!
//! `s(x) = mean_k min_i ‖f_k(x) − f_k(x_i)‖` over the views `k` and the training series `x_i`; the encoder is that of our
//! own detector, learned from all training series, and no view is scaled apart from its whitening.

use super::neighbours::Neighbours;
use crate::data::Dataset;
use crate::data::container::Container;
use crate::detect::{Configuration, Experts, Fit, Fitted, Preset};
use crate::encode::series::{EncoderOptions, KIND, SeriesEncoder};
use crate::encode::{Encoder, Points};
use crate::error::Result;
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
        // A preset that series do not have stands for the default.
        let configuration = Configuration::preset(KIND, Experts::Flows, preset)
            .or_else(|_| Configuration::preset(KIND, Experts::Flows, Preset::Default));
        let (views, components) = configuration.map_or((1, 1), |c| (c.views(), c.families[0].features));
        EncodedNeighbours { encoder: EncoderOptions { views, components, ..EncoderOptions::default() } }
    }
}

impl Fit for EncodedNeighbours {
    fn fit(&self, train: &dyn Dataset, seed: u64, _progress: &dyn Progress) -> Result<Box<dyn Fitted>> {
        let (encoder, features) = SeriesEncoder::fit(train.expect(KIND)?, &self.encoder, seed)?;
        let views = features.blocks().iter().map(|block| Neighbours::new(block.points(0..features.cases()))).collect();
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
        let features = self.encoder.encode(cases.expect(KIND)?)?;
        let mut scores = vec![0.0; cases.len()];
        for (k, view) in self.views.iter().enumerate() {
            let nearest = view.nearest(&features.block(k).points(0..cases.len()), NEIGHBOUR);
            let share = self.views.len() as f64;
            scores.iter_mut().zip(nearest).for_each(|(s, n)| *s += n[NEIGHBOUR - 1].distance / share);
        }
        Ok(scores)
    }

    fn write(&self, file: &mut Container) {
        file.set("detector", "knn-features");
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
