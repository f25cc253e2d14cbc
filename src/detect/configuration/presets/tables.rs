//! The configurations of detectors of tables; chosen on the development tables alone (docs/decisions/0001).

use std::sync::Arc;

use super::paper;
use crate::detect::configuration::{
    CalibrationKind, Configuration, FamilyConfiguration, LearnerConfiguration, Optimiser, Preset, ScoreKind,
    TrimmingConfiguration, ViewInput,
};
use crate::detect::views::ViewFamily;
use crate::encode::table::{GAUSSIAN, STANDARDISED, TableEncoding};
use crate::error::Result;

/// Folds of the training rows.
const FOLDS: usize = 5;

/// Training cases that a robust fit leaves out, those that an isolation forest finds most unusual: on contaminated
/// development tables it hid the fewest anomalies (docs/decisions/0004).
pub(super) const TRIMMED: f64 = 0.2;

/// The configuration of a preset.
///
/// # Errors
/// None: tables have all presets.
pub(super) fn preset(preset: Preset) -> Result<Configuration> {
    let pairs = FamilyConfiguration {
        name: "pairs".into(),
        maps: ViewFamily::AXES,
        input: ViewInput::block(GAUSSIAN),
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
        samples: 4,
    };
    let wide = FamilyConfiguration {
        name: "wide".into(),
        features: 32,
        flows: 10,
        views_per_flow: 1,
        hidden: 128,
        steps: 1000,
        batch: 128,
        peak_rate: 1e-2,
        noise: 0.3,
        round_steps: 40,
        samples: 1,
        ..pairs.clone()
    };
    let plain = FamilyConfiguration { name: "plain".into(), input: ViewInput::block(STANDARDISED), ..wide.clone() };
    let whitened = FamilyConfiguration { name: "whitened".into(), maps: ViewFamily::ROTATION, ..plain.clone() };
    let (families, score) = match preset {
        Preset::Fast => {
            let fewer = |f: FamilyConfiguration| FamilyConfiguration {
                flows: 5,
                views_per_flow: f.views_per_flow.div_ceil(3),
                steps: f.steps.div_ceil(4),
                ..f
            };
            ([pairs, wide, plain, whitened].map(fewer).into(), ScoreKind::Calibrated)
        }
        Preset::Paper => (vec![paper::family()], ScoreKind::Likelihood),
        Preset::Default => (vec![pairs, wide, plain, whitened], ScoreKind::Calibrated),
    };
    Ok(Configuration {
        families,
        learners: Vec::new(),
        selection: None,
        calibration: CalibrationKind::HeldOut,
        folds: FOLDS,
        coverage: 3,
        score,
        trimming: Some(TrimmingConfiguration {
            share: TRIMMED,
            learner: LearnerConfiguration::new("isolation", STANDARDISED, FOLDS),
        }),
        active: None,
        encoder: Arc::new(TableEncoding::default()),
    })
}
