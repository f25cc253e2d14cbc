//! Nearest neighbours in the encoder's features: what the flow has to beat.
//!
//! `s(x) = mean_k min_i ‖f_k(x) − f_k(x_i)‖` over the views `k`; the encoder is the detector's, learned from all training
//! series, and scales no view apart from its whitening.

use crate::data::{SeriesSet, Table};
use crate::detect::Configuration;
use crate::detect::series::{EncoderOptions, SeriesEncoder, ViewFeatures};
use crate::error::{Error, Result};
use crate::evaluate::rivals::{AnomalyDetector, NearestNeighbours, Scorer};

/// Which neighbour counts: the nearest did better than the fifth on the sets that configurations are chosen on.
const NEIGHBOUR: usize = 1;

/// One nearest-neighbour detector a view.
pub struct EncodedNeighbours {
    encoder: SeriesEncoder,
    views: Vec<Box<dyn Scorer>>,
}

impl EncodedNeighbours {
    /// Learns the encoder of `configuration` and keeps the features of the training series.
    ///
    /// # Errors
    /// As [`SeriesEncoder::fit`], and for a configuration of tables.
    pub fn fit(train: &SeriesSet, configuration: &Configuration, seed: u64) -> Result<EncodedNeighbours> {
        let (Some(options), Some(family)) = (&configuration.encoder, configuration.families.first()) else {
            return Err(Error::Usage("neighbours in the encoder's features need a configuration of series".into()));
        };
        let options = EncoderOptions { views: configuration.views(), components: family.features, ..options.clone() };
        let (encoder, features) = SeriesEncoder::fit(train, &options, seed)?;
        let detector = NearestNeighbours { k: NEIGHBOUR };
        let views = (0..features.views()).map(|k| detector.fit(&table(&features, k)?, seed)).collect::<Result<_>>()?;
        Ok(EncodedNeighbours { encoder, views })
    }

    /// Mean over views of the distance to the nearest training series.
    ///
    /// # Errors
    /// If the series have another number of channels.
    pub fn score(&self, test: &SeriesSet) -> Result<Vec<f64>> {
        let features = self.encoder.encode(test)?;
        let mut scores = vec![0.0; test.len()];
        for (k, view) in self.views.iter().enumerate() {
            let distances = view.score(&table(&features, k)?)?;
            scores.iter_mut().zip(distances).for_each(|(s, d)| *s += d / self.views.len() as f64);
        }
        Ok(scores)
    }
}

/// The features of one view as rows.
fn table(features: &ViewFeatures, view: usize) -> Result<Table> {
    let names = (0..features.width()).map(|i| format!("feature {i}")).collect();
    Table::new(names, features.view(view).iter().map(|&v| f64::from(v)).collect())
}
