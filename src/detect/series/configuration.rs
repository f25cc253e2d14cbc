//! The configuration of detectors of series, the same for every data set; chosen on NATOPS and RacketSports alone.

use super::EncoderOptions;
use crate::detect::{Base, Configuration, FamilyConfiguration, MapKind, Optimiser, Preset, RowScaling, ScoreKind};

impl Configuration {
    /// The configuration of a preset for series, without active learning.
    pub fn series(preset: Preset, score: ScoreKind) -> Configuration {
        let family = FamilyConfiguration {
            name: "series".into(),
            maps: MapKind::Encoder,
            base: Base::Standard,
            features: 32,
            flows: 20,
            views_per_flow: 1,
            conditioned: false,
            extractor: None,
            blocks: 2,
            layers: 1,
            hidden: 64,
            units: 4,
            steps: 200,
            batch: 128,
            peak_rate: 1e-2,
            optimiser: Optimiser::OneCycle,
            noise: 0.55,
            scaling: Some(RowScaling { rows: 100.0, noise: 0.25, steps: 0.5, most: 8.0 }),
            round_steps: 30,
            draws: 1,
        };
        let configuration = Configuration {
            families: vec![family],
            folds: 10,
            coverage: 0,
            score,
            active: None,
            encoder: Some(EncoderOptions::default()),
        };
        match preset {
            Preset::Fast => configuration.with_views(5),
            Preset::Default | Preset::Paper => configuration,
        }
    }
}
