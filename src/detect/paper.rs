//! The paper's set-up for small tables, taken literally, and the ablation that shows what each departure from it is worth.

use super::configuration::{
    Base, Configuration, ExtractorConfiguration, ExtractorKind, FamilyConfiguration, MapKind, Optimiser,
};
use super::{Preset, ScoreKind};

/// 256 dense Gaussian views of standardised rows; one hidden layer of 8 leaky-ReLU nodes and a head to 8 features, trained
/// together with one unconditional flow of 4 blocks with 2 layers of 128; Adam at 1e-3. The paper does not say how many
/// units a univariate transform has (16, as in the code of Huang et al. 2018), how many rows a step (64) or how many steps it trains.
pub(super) fn family() -> FamilyConfiguration {
    FamilyConfiguration {
        name: "paper".into(),
        maps: MapKind::Gaussian,
        base: Base::Standard,
        features: 8,
        flows: 1,
        views_per_flow: 256,
        conditioned: false,
        extractor: Some(ExtractorConfiguration {
            kind: ExtractorKind::Joint,
            layers: 1,
            hidden: 8,
            rows: 64,
            steps: 150,
        }),
        blocks: 4,
        layers: 2,
        hidden: 128,
        units: 16,
        steps: 0,
        batch: 256,
        peak_rate: 1e-3,
        optimiser: Optimiser::Plain,
        noise: 0.0,
        scaling: None,
        round_steps: 30,
        draws: 4,
    }
}

impl Configuration {
    /// The ablation: named configurations, each one step away from the paper's or from the default.
    ///
    /// Names `paper-…` change one piece of `paper`; where an extractor is frozen, the flow trains on its standardised
    /// features for 500 steps with the noise named. Names without the prefix change one
    /// piece of `default`.
    pub fn ablations() -> Vec<(&'static str, Configuration)> {
        let default = || Configuration::preset(Preset::Default, ScoreKind::Calibrated);
        let paper = || Configuration::preset(Preset::Paper, ScoreKind::Likelihood);
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
        let mapped = |maps| every(default(), &|f| f.maps = maps);
        vec![
            ("default", default()),
            ("default-pairs", of_family("pairs")),
            ("default-wide", of_family("wide")),
            ("default-plain", of_family("plain")),
            ("default-gaussian", mapped(MapKind::Gaussian)),
            ("default-rotation", mapped(MapKind::Rotation)),
            ("default-standard", every(default(), &|f| f.base = Base::Standard)),
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
            ("paper-axes", every(random(), &|f| (f.extractor, f.maps) = (None, MapKind::Axes))),
            ("paper-rotation", every(random(), &|f| (f.extractor, f.maps) = (None, MapKind::Rotation))),
            ("paper-flow-a-view", one_each(every(random().with_views(64), &|f| (f.extractor, f.batch) = (None, 64)))),
        ]
    }
}

/// Noise on the standardised features of frozen extractors.
const FROZEN_NOISE: f64 = 0.1;
