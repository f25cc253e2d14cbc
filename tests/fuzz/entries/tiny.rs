//! Every registered detector with settings by which it fits in no time and its file is short.

use std::sync::Arc;

use nafal::detect::baselines::{EncodedNeighbours, IsolationForest};
use nafal::detect::{Fit, Registration};
use nafal::encode::series::EncoderOptions;
use nafal::{Detector, Experts, Kind, Preset};

/// A registered detector for data of a kind.
pub fn detector(line: &'static Registration, kind: Kind) -> Box<dyn Fit> {
    with_settings(line.name, kind).unwrap_or_else(|| line.detector(Preset::Fast))
}

/// `None` for a detector that is small by itself.
fn with_settings(name: &str, kind: Kind) -> Option<Box<dyn Fit>> {
    let encoder = EncoderOptions { views: 2, filters: 4, components: 2, ..EncoderOptions::default() };
    let (experts, active) = match name {
        "panel" => (Experts::Panel, false),
        "naf-ad" => (Experts::Flows, false),
        "naf-al" => (Experts::Flows, true),
        "iforest" => return Some(Box::new(IsolationForest { trees: 4, subsample: 8 })),
        "knn-features" => return Some(Box::new(EncodedNeighbours { encoder })),
        _ => return None,
    };
    let builder = Detector::builder().preset(Preset::Fast).experts(experts).views(2).steps(1).active(active);
    let mut configuration = builder.configuration(kind).unwrap();
    configuration.families.truncate(1);
    (configuration.folds, configuration.coverage) = (2, 0);
    let family = &mut configuration.families[0];
    (family.flows, family.views_per_flow, family.features) = (2, 1, 2);
    (family.hidden, family.units, family.batch, family.round_steps, family.samples) = (2, 1, 8, 1, 1);
    // Of each sort of learner one.
    configuration.learners.sort_by(|a, b| a.learner.cmp(&b.learner));
    configuration.learners.dedup_by(|a, b| a.learner == b.learner);
    configuration.learners.iter_mut().for_each(|learner| learner.views = 2);
    if let Some(trimming) = &mut configuration.trimming {
        trimming.learner.views = 2;
    }
    if let Some(selection) = &mut configuration.selection {
        selection.cases = 20;
    }
    if kind == Kind::Series {
        configuration.encoder = Arc::new(encoder);
    }
    Some(Box::new(builder.with_configuration(configuration)))
}
