//! The panel of tables: which experts stand for election and how many are kept; chosen on the development tables alone
//! (docs/decisions/0004).

use std::sync::Arc;

use super::tables;
use crate::detect::configuration::{
    CalibrationKind, Configuration, FamilyConfiguration, LearnerConfiguration, Preset, ScoreKind,
    SelectionConfiguration, ViewInput,
};
use crate::encode::table::TableEncoding;
use crate::error::Result;

/// Learners and what they look at.
const LEARNERS: [(&str, &[&str]); 5] = [
    ("neighbours", &["standard", "robust", "gaussian"]),
    ("gaussian", &["standard", "robust", "gaussian"]),
    ("mixture", &["standard", "robust", "gaussian"]),
    ("tails", &["standard"]),
    ("isolation", &["standard"]),
];

/// Flows: name, what they look at, training noise.
const FLOWS: [(&str, &str, f64); 3] = [
    ("flows on gaussian", "gaussian", 0.3),
    ("flows on standard", "standard", 0.5),
    ("flows on robust", "robust", 0.3),
];

/// The panel of a preset; the paper's has flows alone.
///
/// # Errors
/// None: tables have all presets.
pub(super) fn preset(preset: Preset) -> Result<Configuration> {
    let naf = tables::preset(preset)?;
    let Some(wide) = naf.families.iter().find(|family| family.name == "wide") else { return Ok(naf) };
    let flow = |(name, block, noise): (&str, &str, f64)| FamilyConfiguration {
        name: name.into(),
        input: ViewInput::block(&format!("{block}/*")),
        flows: naf.folds,
        noise,
        ..wide.clone()
    };
    let learners = |(learner, blocks): (&str, &[&str])| -> Vec<LearnerConfiguration> {
        blocks.iter().map(|block| LearnerConfiguration::new(learner, &format!("{block}/*"))).collect()
    };
    Ok(Configuration {
        families: FLOWS.map(flow).into(),
        coverage: 0,
        learners: LEARNERS.into_iter().flat_map(learners).collect(),
        selection: Some(SelectionConfiguration { keep: 4, flows: 2, cases: 1000 }),
        calibration: CalibrationKind::LeaveOneOut,
        score: ScoreKind::Calibrated,
        encoder: Arc::new(TableEncoding { in_folds: true }),
        ..naf
    })
}
