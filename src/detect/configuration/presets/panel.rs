//! The panel of tables: which experts stand for election and how many are kept; chosen on the development tables alone
//! (docs/decisions/0004).

use std::sync::Arc;

use super::tables::{self, TRIMMED};
use crate::detect::configuration::{
    CalibrationKind, Configuration, FamilyConfiguration, LearnerConfiguration, Preset, ScoreKind,
    SelectionConfiguration, TrimmingConfiguration, ViewInput,
};
use crate::encode::table::TableEncoding;
use crate::error::Result;

/// What experts look at.
const BLOCKS: [&str; 3] = ["standard", "robust", "gaussian"];

/// Learners that stand for election, and what they look at.
const ELECTED: [(&str, &[&str]); 3] = [("neighbours", &BLOCKS), ("mixture", &BLOCKS), ("tails", &["standard"])];

/// Learners that do not: on the development tables the panel is better off without.
const OTHERS: [(&str, &[&str]); 2] = [("gaussian", &BLOCKS), ("isolation", &["standard"])];

/// Flows: name, what they look at, training noise.
const FLOWS: [(&str, &str, f64); 3] = [
    ("flows on gaussian", "gaussian", 0.3),
    ("flows on standard", "standard", 0.5),
    ("flows on robust", "robust", 0.3),
];

/// A learner on each of some blocks.
fn learners((learner, blocks): (&str, &[&str]), folds: usize) -> Vec<LearnerConfiguration> {
    blocks.iter().map(|block| LearnerConfiguration::new(learner, &format!("{block}/*"), folds)).collect()
}

/// The panel with every learner, all kept.
///
/// # Errors
/// As [`preset`].
pub(super) fn all(preset: Preset) -> Result<Configuration> {
    let mut panel = self::preset(preset)?;
    if panel.selection.take().is_some() {
        panel.learners.extend(OTHERS.into_iter().flat_map(|line| learners(line, panel.folds)));
    }
    Ok(panel)
}

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
    Ok(Configuration {
        families: FLOWS.map(flow).into(),
        coverage: 0,
        learners: ELECTED.into_iter().flat_map(|line| learners(line, naf.folds)).collect(),
        trimming: Some(TrimmingConfiguration {
            share: TRIMMED,
            learner: LearnerConfiguration::new("isolation", "standard/*", naf.folds),
        }),
        selection: Some(SelectionConfiguration { keep: 2, flows: 2, cases: 1000 }),
        calibration: CalibrationKind::LeaveOneOut,
        score: ScoreKind::Calibrated,
        encoder: Arc::new(TableEncoding { in_folds: true, impute: false }),
        ..naf
    })
}
