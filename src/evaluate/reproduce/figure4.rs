//! Figure 4: F1 against the share of augmented samples λ, and against the number of views K.
//!
//! λ is the number of augmented samples over the number of training pairs in a batch after the last round, so that
//! λ = 0.5 is the paper's cap. All points of a line have the same training steps, on the same splits; at λ = 0 they are
//! taken without augmented samples. What is drawn is the mean difference to that point, which pairing makes visible.

use super::options::Options;
use super::table1;
use crate::detect::{ActiveConfiguration, Configuration, DetectorBuilder};
use crate::encode::table::KIND;
use crate::error::{Error, Result};
use crate::evaluate::metrics::f1_at_true_ratio;
use crate::evaluate::protocol::{Labelled, Task};
use crate::evaluate::results::{Drawing, Figure, Line, Record, Rows, Sink, mean_and_sd};
use crate::progress::Progress;

/// Shares of augmented samples.
const SHARES: [f64; 6] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5];
/// About how many views.
const VIEWS: [usize; 6] = [10, 20, 40, 80, 160, 320];
/// Seeds, unless the options say otherwise.
const SEEDS: u64 = 3;

/// One value: a set, a seed, a setting, a method.
struct Point {
    set: &'static str,
    seed: u64,
    at: f64,
    method: &'static str,
    f1: f64,
}

/// Samples both halves for the small data sets that `options` ask for.
pub fn run(options: &Options, progress: &dyn Progress, sink: &mut dyn Sink) -> Result<()> {
    let sets = options.datasets(&table1::SMALL)?;
    let seeds = options.seeds.unwrap_or(SEEDS);
    let read = |&set: &&'static str| -> Result<(&'static str, Labelled)> {
        Ok((set, Labelled::read(&options.data.join(format!("tabular/{set}.csv.gz")))?))
    };
    let labelled: Vec<(&'static str, Labelled)> = sets.iter().map(read).collect::<Result<_>>()?;
    let builder = options.builder().progress(progress);
    let (mut shares, mut views) = (Vec::new(), Vec::new());
    for seed in 0..seeds {
        for (set, labelled) in &labelled {
            let task = labelled.task(options.split, seed, None)?;
            let value = |points: &mut Vec<Point>, at, method, configuration| -> Result<()> {
                progress.begin(&format!("figure4 {set}: {method} at {at}, seed {seed}"), 1);
                if progress.cancelled() {
                    return Err(Error::Interrupted);
                }
                points.push(Point { set, seed, at, method, f1: f1(&builder, configuration, &task, seed)? });
                Ok(())
            };
            for share in SHARES {
                let method = if share > 0.0 { "naf-al" } else { "control" };
                value(&mut shares, share, method, augmented(builder.configuration(KIND)?, share))?;
            }
            for configuration in distinct_views(&builder.configuration(KIND)?) {
                let at = configuration.views() as f64;
                value(&mut views, at, "naf-ad", configuration.clone())?;
                value(&mut views, at, "naf-al", augmented(configuration.clone(), SHARES[5]))?;
                value(&mut views, at, "control", augmented(configuration, 0.0))?;
            }
        }
    }
    sink.record(&Record::Figure(against_share(&sets, &shares)))?;
    sink.record(&Record::Figure(against_views(&views, sets.len())))
}

/// Five rounds that end with the share `share` of augmented samples; with none, the same steps on training rows.
fn augmented(configuration: Configuration, share: f64) -> Configuration {
    let usual = ActiveConfiguration::default();
    let active = ActiveConfiguration { share: share / usual.rounds as f64, augment: share > 0.0, ..usual };
    Configuration { active: Some(active), ..configuration }
}

/// Configurations with growing numbers of views: every flow has at least one, so small numbers may coincide.
fn distinct_views(configuration: &Configuration) -> Vec<Configuration> {
    let mut all: Vec<Configuration> = VIEWS.iter().map(|&k| configuration.clone().with_views(k)).collect();
    all.dedup_by_key(|c| c.views());
    all
}

fn f1(builder: &DetectorBuilder, configuration: Configuration, task: &Task, seed: u64) -> Result<f64> {
    let model = builder.clone().with_configuration(configuration).seed(seed).fit(&*task.raw.train)?;
    f1_at_true_ratio(&task.labels, &task.expand(&model.score(&*task.raw.test)?))
}

fn against_share(sets: &[&'static str], points: &[Point]) -> Figure {
    let (mut lines, mut summary) = (Vec::new(), Vec::new());
    for &set in sets {
        let mut line = Vec::new();
        for share in SHARES {
            let of = |at: f64| points.iter().filter(move |p| p.set == set && p.at == at).map(|p| p.f1);
            let (mean, sd) = mean_and_sd(&of(share).collect::<Vec<_>>());
            let gains: Vec<f64> = of(share).zip(of(SHARES[0])).map(|(f1, base)| f1 - base).collect();
            let (gain, error) = mean_and_error(&gains);
            line.push((share, 100.0 * gain, 100.0 * error));
            summary.push(vec![set.into(), share.into(), mean.into(), sd.into(), gain.into(), error.into()]);
        }
        lines.push(Line { name: set.to_owned(), points: line });
    }
    Figure {
        name: "figure4-share".into(),
        title: "F1 gained by augmented samples, over the same steps without any".into(),
        points: runs("lambda", points),
        summary: Rows {
            columns: vec!["dataset", "lambda", "mean_f1", "sd", "gain_over_control", "standard_error"],
            rows: summary,
        },
        drawing: Drawing::Lines {
            x: "share of augmented samples λ".into(),
            y: "gain in F1 (percentage points)".into(),
            bars: bars(points),
            lines,
        },
    }
}

fn against_views(points: &[Point], sets: usize) -> Figure {
    let mut settings: Vec<f64> = points.iter().map(|p| p.at).collect();
    settings.sort_by(f64::total_cmp);
    settings.dedup();
    let (mut lines, mut summary) = (Vec::new(), Vec::new());
    for method in ["naf-ad", "naf-al", "control"] {
        let mut line = Vec::new();
        for &at in &settings {
            let of_sets: Vec<&Point> = points.iter().filter(|p| p.method == method && p.at == at).collect();
            // The points of a seed follow each other, one a set.
            let means: Vec<f64> =
                of_sets.chunks(sets).map(|c| c.iter().map(|p| p.f1).sum::<f64>() / sets as f64).collect();
            let (mean, error) = mean_and_error(&means);
            line.push((at, 100.0 * mean, 100.0 * error));
            summary.push(vec![method.into(), (at as u64).into(), mean.into(), error.into()]);
        }
        lines.push(Line { name: method.to_owned(), points: line });
    }
    Figure {
        name: "figure4-views".into(),
        title: format!("F1 against the number of views, mean of {sets} data sets"),
        points: runs("views", points),
        summary: Rows { columns: vec!["method", "views", "mean_f1", "standard_error"], rows: summary },
        drawing: Drawing::Lines { x: "views K".into(), y: "F1 (%)".into(), bars: bars(points), lines },
    }
}

/// One row a fit.
fn runs(setting: &'static str, points: &[Point]) -> Rows {
    let row = |p: &Point| vec![p.set.into(), p.seed.into(), p.method.into(), p.at.into(), p.f1.into()];
    Rows {
        columns: vec!["dataset", "seed", "method", setting, "f1_at_true_ratio"],
        rows: points.iter().map(row).collect(),
    }
}

fn bars(points: &[Point]) -> String {
    let seeds = points.iter().map(|p| p.seed + 1).max().unwrap_or(0);
    format!("± 1 standard error over {seeds} random splits")
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let (mean, sd) = mean_and_sd(values);
    (mean, sd / (values.len() as f64).sqrt())
}
