//! A model file of every registered detector on every kind of data, as small as they get.

use std::sync::Arc;

use nafal::detect::baselines::{EncodedNeighbours, IsolationForest};
use nafal::detect::{Fit, Registration, registry};
use nafal::encode::series::EncoderOptions;
use nafal::{Dataset, Detector, Experts, Kind, Preset, Quiet, Series, SeriesSet, Table};

/// The file of a detector that was fitted to [`cases`].
pub struct TinyModel {
    pub detector: &'static str,
    pub kind: Kind,
    pub bytes: Vec<u8>,
}

/// Ten rows of two columns, or ten series of six steps.
pub fn cases(kind: Kind) -> Box<dyn Dataset> {
    let value = |i: usize, j: usize| ((i * 37 + j * 11 + i * i * (j + 3)) % 50) as f64;
    match kind {
        Kind::Table => {
            let values = (0..10).flat_map(|i| [value(i, 0), value(i, 1)]).collect();
            Box::new(Table::new(vec!["a".into(), "b".into()], values).unwrap())
        }
        Kind::Series => {
            let case = |i: usize| Series::new(&[(0..6).map(|t| value(i, t)).collect::<Vec<_>>()]).unwrap();
            Box::new(SeriesSet::new((0..10).map(case).collect()).unwrap())
        }
    }
}

/// All of them, in the order of the registry.
pub fn tiny_models() -> Vec<TinyModel> {
    let each_kind = |line: &'static Registration| line.kinds.iter().map(move |&kind| (line, kind));
    let of = |(line, kind): (&'static Registration, Kind)| {
        let detector = tiny(line.name, kind).unwrap_or_else(|| line.detector(Preset::Fast));
        let fitted = detector.fit(&*cases(kind), 0, &Quiet).unwrap_or_else(|e| panic!("{} on {kind}: {e}", line.name));
        TinyModel { detector: line.name, kind, bytes: registry::to_bytes(&*fitted).unwrap() }
    };
    registry::all().flat_map(each_kind).map(of).collect()
}

/// A detector with settings that keep its file short; `None` for those whose file is short by itself.
fn tiny(name: &str, kind: Kind) -> Option<Box<dyn Fit>> {
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
    if kind == Kind::Series {
        configuration.encoder = Arc::new(encoder);
    }
    Some(Box::new(builder.with_configuration(configuration)))
}
