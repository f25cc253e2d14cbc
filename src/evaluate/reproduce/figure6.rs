//! Figure 6: which samples active learning adds, and where the boundary goes, for three strategies on rows of two columns.
//!
//! Normal rows lie on a bow, anomalies around it. A flow trained on the normal rows sets the level `ξ` that a twentieth of
//! its training rows fall below. Then five rounds of training with samples of the flow follow, chosen aggressively (the
//! tenth of lowest likelihood), conservatively (the half of highest likelihood) or marginally (the tenth of lowest
//! likelihood inside the χ² gate: the paper's). The line `log p = ξ` shows what each does to the region that counts as
//! normal. The share of samples in a batch is the default's.

use rand::Rng;

use crate::autodiff::{AdamOptions, OneCycle};
use crate::detect::ActiveConfiguration;
use crate::error::{Error, Result};
use crate::evaluate::results::{Cell, Drawing, Figure, Plane, Record, Rows, Sink};
use crate::flow::{BatchSource, Context, Flow, FlowSpec, Trainer, TrainingOptions, Transform};
use crate::progress::Progress;
use crate::random::{Key, below, normal, stream, uniform};
use crate::stats::Standardizer;
use crate::stats::chi_square;
use crate::stats::mahalanobis::Mahalanobis;

/// Training rows, normal test rows, anomalies.
const ROWS: [usize; 3] = [150, 400, 200];
/// Noise on training rows.
const NOISE: f64 = 0.1;
/// Steps of the training, and of a round.
const STEPS: (u64, u64) = (500, 40);
/// Samples of a round.
const SAMPLES: usize = 400;
/// Half the width of the picture, in standard deviations, and its grid's points a side.
const EXTENT: f64 = 4.0;
const SIDE: usize = 81;

/// How samples are chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Strategy {
    None,
    Aggressive,
    Conservative,
    Marginal,
}

impl Strategy {
    const ALL: [Strategy; 4] = [Strategy::None, Strategy::Aggressive, Strategy::Conservative, Strategy::Marginal];

    fn name(self) -> &'static str {
        match self {
            Strategy::None => "before",
            Strategy::Aggressive => "aggressive",
            Strategy::Conservative => "conservative",
            Strategy::Marginal => "marginal",
        }
    }

    /// The samples that are kept, of `samples` by growing likelihood.
    fn choose(self, samples: &[[f64; 2]], gate: &Mahalanobis, limit: f64) -> Vec<[f64; 2]> {
        let tenth = samples.len() / 10;
        match self {
            Strategy::None => Vec::new(),
            Strategy::Aggressive => samples[..tenth].to_vec(),
            Strategy::Conservative => samples[samples.len() / 2..].to_vec(),
            Strategy::Marginal => samples[..tenth].iter().copied().filter(|x| gate.squared(x) < limit).collect(),
        }
    }
}

/// Runs all strategies from the same trained flow.
pub fn run(progress: &dyn Progress, sink: &mut dyn Sink) -> Result<()> {
    let [train, normals, anomalies] = data()?;
    let flat: Vec<f64> = train.concat();
    let failed = |e: &dyn std::fmt::Display| Error::Training(format!("the χ² gate: {e}"));
    let gate = Mahalanobis::fit(&flat, 2, NOISE * NOISE).map_err(|e| failed(&e))?;
    let usual = ActiveConfiguration::default();
    let limit = chi_square::quantile_upper(usual.gate, 2).map_err(|e| failed(&e))?;
    let spec = FlowSpec { features: 2, contexts: 0, blocks: 2, layers: 1, hidden: 64, transform: Transform::dsf(8) };
    let mut level = f64::NAN;
    let (mut panels, mut points, mut summary) = (Vec::new(), Vec::new(), Vec::new());
    for strategy in Strategy::ALL {
        progress.begin(&format!("figure6: {}", strategy.name()), STEPS.0 + usual.rounds as u64 * STEPS.1);
        let mut flow = Flow::<f32>::new(spec, 0, 0).map_err(|e| Error::Usage(e.to_string()))?;
        let adam = AdamOptions { beta2: 0.99, clip: 10.0, ..AdamOptions::default() };
        let mut trainer = Trainer::new(&flow, TrainingOptions { batch: 128, adam });
        let mut augmented: Vec<[f64; 2]> = Vec::new();
        let rounds = if strategy == Strategy::None { 0 } else { usual.rounds };
        for round in 0..=rounds {
            if round > 0 {
                let sampled = flow.sample(
                    SAMPLES,
                    0,
                    &mut stream(0, Key::ActiveSamples { flow: 0, round: 0, view: round as u64 }),
                );
                let mut samples: Vec<([f64; 2], f64)> =
                    sampled.x.chunks_exact(2).map(|x| [x[0], x[1]]).zip(sampled.log_density).collect();
                samples.sort_by(|a, b| a.1.total_cmp(&b.1));
                let samples: Vec<[f64; 2]> = samples.into_iter().map(|d| d.0).collect();
                augmented.extend(strategy.choose(&samples, &gate, limit));
            }
            let part = usual.share * round as f64;
            let source = Samples { rows: &train, augmented: &augmented, share: part / (1.0 + part) };
            let steps = if round == 0 { STEPS.0 } else { STEPS.1 };
            let loss = trainer.run(&mut flow, OneCycle { steps, peak: 1e-2, warm_up: 0.2 }, &source, |_, _| {
                progress.advance(1);
                !progress.cancelled()
            });
            if progress.cancelled() {
                return Err(Error::Interrupted);
            }
            if !loss.is_finite() {
                return Err(Error::Training("the likelihood of figure 6 became non-finite; use another seed".into()));
            }
        }
        let density = |rows: &[[f64; 2]]| -> Vec<f64> {
            let x: Vec<f32> = rows.iter().flatten().map(|&v| v as f32).collect();
            flow.density(&x, Context::None).log_density
        };
        if strategy == Strategy::None {
            level = twentieth(density(&train));
        }
        let grid = density(&grid());
        let inside = |density: &[f64]| density.iter().filter(|&&l| l >= level).count() as f64 / density.len() as f64;
        let (of_normals, of_anomalies) = (density(&normals), density(&anomalies));
        let (outside, missed) = (1.0 - inside(&of_normals), inside(&of_anomalies));
        let area = inside(&grid) * (2.0 * EXTENT) * (2.0 * EXTENT);
        let name = strategy.name();
        summary.push(vec![name.into(), (augmented.len() as u64).into(), area.into(), outside.into(), missed.into()]);
        let of_augmented = density(&augmented);
        for (kind, rows, densities) in [
            ("normal", &normals, of_normals),
            ("anomalous", &anomalies, of_anomalies),
            ("augmented", &augmented, of_augmented),
        ] {
            let row = |(x, l): (&[f64; 2], &f64)| -> Vec<Cell> {
                vec![name.into(), kind.into(), x[0].into(), x[1].into(), (*l).into(), u64::from(*l >= level).into()]
            };
            points.extend(rows.iter().zip(&densities).map(row));
        }
        panels.push(Plane {
            title: name.into(),
            normal: normals.clone(),
            anomalous: anomalies.clone(),
            augmented,
            density: grid,
            extent: EXTENT,
            level,
        });
    }
    let caption =
        "The line surrounds what counts as normal: the density at which a twentieth of the training rows lay \
                   outside before any samples were added."
            .into();
    sink.record(&Record::Figure(Figure {
        name: "figure6".into(),
        title: "Where active learning moves the boundary".into(),
        points: Rows { columns: vec!["strategy", "kind", "x", "y", "log_density", "inside"], rows: points },
        summary: Rows {
            columns: vec!["strategy", "augmented", "area", "normals_outside", "anomalies_inside"],
            rows: summary,
        },
        drawing: Drawing::Plane { caption, panels },
    }))
}

/// Training rows, normal test rows and anomalies, standardised by the first.
fn data() -> Result<[Vec<[f64; 2]>; 3]> {
    let mut rng = stream(0, Key::Simulation(6, 0));
    let mut raw: Vec<Vec<[f64; 2]>> = Vec::new();
    for (kind, count) in ROWS.into_iter().enumerate() {
        let mut rows = Vec::new();
        while rows.len() < count {
            let row = if kind < 2 { bow(&mut rng) } else { around(&mut rng) };
            rows.extend(row);
        }
        raw.push(rows);
    }
    let scaling = Standardizer::fit(&raw[0].concat(), 2);
    let standard = |rows: &Vec<[f64; 2]>| -> Vec<[f64; 2]> {
        let mut values = rows.concat();
        scaling.transform(&mut values);
        values.chunks_exact(2).map(|x| [x[0], x[1]]).collect()
    };
    Ok([standard(&raw[0]), standard(&raw[1]), standard(&raw[2])])
}

/// A normal row: `y = x²/2` with noise that grows to the right.
fn bow(rng: &mut impl Rng) -> Option<[f64; 2]> {
    let x: f64 = normal(rng);
    Some([x, 0.5 * x * x + (0.2 + 0.1 * (x + 2.0).max(0.0)) * normal::<f64>(rng)])
}

/// An anomaly: anywhere in a box, but not near the bow.
fn around(rng: &mut impl Rng) -> Option<[f64; 2]> {
    let mut uniform = |low: f64, high: f64| low + (high - low) * uniform(rng);
    let (x, y) = (uniform(-3.0, 3.0), uniform(-2.0, 4.5));
    ((y - 0.5 * x * x).abs() > 2.5 * (0.2 + 0.1 * (x + 2.0).max(0.0))).then_some([x, y])
}

fn grid() -> Vec<[f64; 2]> {
    let at = |i: usize| EXTENT * (2.0 * i as f64 / (SIDE - 1) as f64 - 1.0);
    (0..SIDE * SIDE).map(|i| [at(i % SIDE), at(i / SIDE)]).collect()
}

/// The value that a twentieth of the values lie below.
fn twentieth(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 20]
}

/// Training rows with noise, and augmented samples without.
struct Samples<'a> {
    rows: &'a [[f64; 2]],
    augmented: &'a [[f64; 2]],
    share: f64,
}

impl BatchSource<f32> for Samples<'_> {
    fn fill(&self, step: u64, first: usize, count: usize, _: &mut [u32], tile: &mut [f32], lanes: usize) {
        let mut rng = stream(0, Key::Batch { flow: 6, step, first: first as u64 });
        for b in 0..count {
            let uniform = uniform(&mut rng);
            let (row, noise) = if uniform < self.share && !self.augmented.is_empty() {
                (self.augmented[below(&mut rng, self.augmented.len())], 0.0)
            } else {
                (self.rows[below(&mut rng, self.rows.len())], NOISE)
            };
            for (i, v) in row.into_iter().enumerate() {
                tile[i * lanes + b] = (v + noise * normal::<f64>(&mut rng)) as f32;
            }
        }
    }
}
