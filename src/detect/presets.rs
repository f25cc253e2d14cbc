//! The configurations of the presets for tables.

use super::configuration::{Base, Configuration, FamilyConfiguration, MapKind, Optimiser};
use super::{Preset, ScoreKind, paper};

impl Configuration {
    /// The configuration of a preset, without active learning.
    pub fn preset(preset: Preset, score: ScoreKind) -> Configuration {
        let pairs = FamilyConfiguration {
            name: "pairs".into(),
            maps: MapKind::Axes,
            base: Base::Normal,
            features: 2,
            flows: 5,
            views_per_flow: 24,
            conditioned: true,
            extractor: None,
            blocks: 2,
            layers: 1,
            hidden: 64,
            units: 4,
            steps: 200,
            batch: 256,
            peak_rate: 2e-3,
            optimiser: Optimiser::OneCycle,
            noise: 0.1,
            scaling: None,
            round_steps: 30,
            draws: 4,
        };
        let wide = FamilyConfiguration {
            name: "wide".into(),
            maps: MapKind::Axes,
            base: Base::Normal,
            features: 32,
            flows: 10,
            views_per_flow: 1,
            conditioned: true,
            extractor: None,
            blocks: 2,
            layers: 1,
            hidden: 128,
            units: 4,
            steps: 1000,
            batch: 128,
            peak_rate: 1e-2,
            optimiser: Optimiser::OneCycle,
            noise: 0.3,
            scaling: None,
            round_steps: 40,
            draws: 1,
        };
        let plain = FamilyConfiguration { name: "plain".into(), base: Base::Standard, ..wide.clone() };
        let families = match preset {
            Preset::Fast => {
                let fewer = |f: FamilyConfiguration| FamilyConfiguration {
                    flows: 5,
                    views_per_flow: f.views_per_flow.div_ceil(3),
                    steps: f.steps.div_ceil(4),
                    ..f
                };
                [pairs, wide, plain].map(fewer).into()
            }
            Preset::Paper => vec![paper::family()],
            Preset::Default => vec![pairs, wide, plain],
        };
        Configuration { families, folds: 5, coverage: 3, score, active: None, encoder: None }
    }
}
