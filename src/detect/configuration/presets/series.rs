//! The configurations of detectors of series, the same for every data set; chosen on NATOPS and RacketSports alone
//! (docs/decisions/0003).

use std::sync::Arc;

use super::tables::TRIMMED;
use crate::detect::configuration::{
    CalibrationKind, Configuration, FamilyConfiguration, LearnerConfiguration, Optimiser, Preset, RowScaling,
    ScoreKind, SelectionConfiguration, TrimmingConfiguration, ViewInput,
};
use crate::detect::views::ViewFamily;
use crate::encode::series::EncoderOptions;
use crate::error::{Error, Result};

/// Views, one a flow.
const VIEWS: usize = 20;

/// The panel: the nearest of all training cases in every view, and flows (docs/decisions/0004).
///
/// # Errors
/// As [`preset`].
pub(super) fn panel(preset: Preset) -> Result<Configuration> {
    let naf = self::preset(preset)?;
    Ok(Configuration {
        learners: vec![near(naf.views())],
        selection: Some(SelectionConfiguration { keep: 1, flows: 1, cases: 1000 }),
        calibration: CalibrationKind::LeaveOneOut,
        score: ScoreKind::Calibrated,
        ..naf
    })
}

/// The panel, all kept.
///
/// # Errors
/// As [`preset`].
pub(super) fn all(preset: Preset) -> Result<Configuration> {
    let panel = panel(preset)?;
    let learners = vec![LearnerConfiguration::of_views("neighbours", panel.views())];
    Ok(Configuration { selection: None, learners, ..panel })
}

/// The nearest of all training cases in each of `views` views.
fn near(views: usize) -> LearnerConfiguration {
    LearnerConfiguration { scores: vec!["near".into()], ..LearnerConfiguration::of_views("neighbours", views) }
}

/// The configuration of a preset.
///
/// # Errors
/// [`Error::Usage`] for [`Preset::Paper`], which is for tables.
pub(super) fn preset(preset: Preset) -> Result<Configuration> {
    let family = FamilyConfiguration {
        name: "series".into(),
        maps: ViewFamily::IDENTITY,
        input: ViewInput::BlockAView,
        features: 32,
        flows: VIEWS,
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
        samples: 1,
    };
    let configuration = Configuration {
        families: vec![family],
        learners: Vec::new(),
        selection: None,
        calibration: CalibrationKind::HeldOut,
        folds: 10,
        coverage: 0,
        score: ScoreKind::Likelihood,
        trimming: Some(TrimmingConfiguration { share: TRIMMED, learner: near(VIEWS) }),
        active: None,
        encoder: Arc::new(EncoderOptions::default()),
    };
    match preset {
        Preset::Default => Ok(configuration),
        Preset::Fast => Ok(configuration.with_views(5)),
        Preset::Paper => Err(Error::Usage("the preset `paper` is for tables; series have `default` and `fast`".into())),
    }
}
