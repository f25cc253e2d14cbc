//! The ablation: named configurations that show what each departure from the paper is worth.

use crate::detect::{
    Configuration, Experts, ExtractorConfiguration, ExtractorKind, FamilyConfiguration, Optimiser, Preset, ScoreKind,
    ViewFamily, ViewInput,
};
use crate::encode::table::{KIND, STANDARDISED};

/// Noise on the standardised features of frozen extractors.
const FROZEN_NOISE: f64 = 0.1;

/// The configurations with their names, each one step away from the paper's or from the default.
///
/// Names `paper-…` change one piece of `paper`; where an extractor is frozen, the flow trains on its standardised
/// features for 500 steps with the noise named. Names without the prefix change one piece of `default`.
pub fn configurations() -> Vec<(&'static str, Configuration)> {
    let preset = |preset| Configuration::preset(KIND, Experts::Flows, preset).expect("tables have every preset");
    let default = || preset(Preset::Default);
    let paper = || preset(Preset::Paper);
    let every = |mut c: Configuration, f: &dyn Fn(&mut FamilyConfiguration)| {
        c.families.iter_mut().for_each(f);
        c
    };
    let frozen = |kind, noise| {
        every(paper(), &|f| {
            f.extractor = f.extractor.map(|e| ExtractorConfiguration { kind, ..e });
            (f.steps, f.optimiser, f.peak_rate, f.noise) = (500, Optimiser::OneCycle, 1e-2, noise);
        })
    };
    let random = || frozen(ExtractorKind::Random, FROZEN_NOISE);
    let one_each = |mut c: Configuration| {
        for f in &mut c.families {
            (f.flows, f.views_per_flow) = (f.flows * f.views_per_flow, 1);
        }
        c
    };
    let scored = |mut c: Configuration, score| {
        c.score = score;
        c
    };
    let of_family = |name: &str| {
        let mut c = default();
        c.families.retain(|f| f.name == name);
        c
    };
    let without_family = |name: &str| {
        let mut c = default();
        c.families.retain(|f| f.name != name);
        c
    };
    let mapped = |maps| every(default(), &|f| f.maps = maps);
    vec![
        ("default", default()),
        ("default-pairs", of_family("pairs")),
        ("default-wide", of_family("wide")),
        ("default-plain", of_family("plain")),
        ("default-whitened", of_family("whitened")),
        ("default-unwhitened", without_family("whitened")),
        ("default-gaussian", mapped(ViewFamily::GAUSSIAN)),
        ("default-rotation", mapped(ViewFamily::ROTATION)),
        ("default-standard", every(default(), &|f| f.input = ViewInput::block(STANDARDISED))),
        ("default-untrained", default().with_steps(0)),
        ("default-no-noise", every(default(), &|f| f.noise = 0.0)),
        ("default-uncalibrated", scored(default(), ScoreKind::Likelihood)),
        ("default-latent", scored(default(), ScoreKind::Latent)),
        ("default-unconditioned", every(default(), &|f| f.conditioned = false)),
        ("paper", paper()),
        ("paper-latent", scored(paper(), ScoreKind::Latent)),
        ("paper-calibrated", scored(paper(), ScoreKind::Calibrated)),
        ("paper-conditioned", every(paper(), &|f| f.conditioned = true)),
        ("paper-noise", every(paper(), &|f| f.noise = FROZEN_NOISE)),
        ("paper-random", random()),
        ("paper-random-no-noise", frozen(ExtractorKind::Random, 0.0)),
        ("paper-random-calibrated", scored(random(), ScoreKind::Calibrated)),
        ("paper-random-conditioned", every(random(), &|f| f.conditioned = true)),
        ("paper-predictive", frozen(ExtractorKind::Predictive, FROZEN_NOISE)),
        (
            "paper-predictive-conditioned",
            every(frozen(ExtractorKind::Predictive, FROZEN_NOISE), &|f| f.conditioned = true),
        ),
        ("paper-no-extractor", every(random(), &|f| f.extractor = None)),
        ("paper-axes", every(random(), &|f| (f.extractor, f.maps) = (None, ViewFamily::AXES))),
        ("paper-rotation", every(random(), &|f| (f.extractor, f.maps) = (None, ViewFamily::ROTATION))),
        ("paper-flow-a-view", one_each(every(random().with_views(64), &|f| (f.extractor, f.batch) = (None, 64)))),
    ]
}
