//! How the time of a score grows: `cargo bench -p nafal --bench scaling [-- --axis NAME] [--seconds S]`.
//!
//! Along each axis (rows, K, d, m, hidden width, units, threads) prints one JSON line a point, with the logarithms of the
//! time and of the counted work a thread (see `cost`), and one with the slope of a line through them by least squares. A
//! slope of 1 says that time is spent on what is counted, at a rate that does not depend on size.

mod axes;
mod cost;

use std::process::ExitCode;
use std::time::Instant;

use nafal::autodiff::AdamOptions;
use nafal::detect::{JointTrainer, ViewFamily, ViewNet, dense_views};
use nafal::random::{Key, normal, stream};
use nafal_kernels::Isa;
use serde_json::json;

use axes::Point;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let (mut only, mut seconds) = (None, 0.5);
    for pair in arguments.chunks(2) {
        match (pair[0].as_str(), pair.get(1), pair.get(1).and_then(|v| v.parse().ok())) {
            ("--axis", Some(name), _) => only = Some(name.clone()),
            ("--seconds", _, Some(value)) => seconds = value,
            _ => {
                eprintln!("scaling: usage: [--axis rows|K|d|m|hidden|units|threads] [--seconds S]");
                return ExitCode::from(2);
            }
        }
    }
    for (axis, values, point) in axes::all() {
        if only.as_ref().is_some_and(|name| name != axis) {
            continue;
        }
        let points: Vec<(f64, f64)> = values
            .iter()
            .map(|&value| {
                let point = point(value);
                let views = point.extractor.views;
                let work = cost::of_view_row(&point.extractor, &point.flow) * (point.rows * views) as f64;
                let work = work / point.threads as f64;
                let time = best_time(&point, seconds);
                let line = json!({
                    "axis": axis, "value": value, "ms": time * 1e3, "work": work,
                    "log_work": work.ln(), "log_time": time.ln(),
                });
                println!("{line}");
                (work.ln(), time.ln())
            })
            .collect();
        if points.len() > 1 {
            println!("{}", json!({ "axis": axis, "slope": (slope(&points) * 1e3).round() / 1e3 }));
        }
    }
    ExitCode::SUCCESS
}

/// Least time of scoring the point's rows, over so many seconds; the answer is checked against single rows first.
fn best_time(point: &Point, seconds: f64) -> f64 {
    let d = point.extractor.columns;
    let mut rng = stream(0, Key::Simulation(0, 0));
    let rows: Vec<f32> = (0..point.rows * d).map(|_| normal(&mut rng)).collect();
    let net = ViewNet::<f32>::new(point.extractor, point.flow, 0, 0).expect("sizes of a net");
    let maps = dense_views(ViewFamily::GAUSSIAN, point.extractor.views, d, 0, &[], 0, 0);
    let net = JointTrainer::new(Isa::detect(), net, maps.into(), AdamOptions::default(), 0.0, 0, 0).net();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(point.threads).build().expect("a pool of threads");
    pool.install(|| {
        let scores = net.score(&rows);
        assert_eq!(net.score(&rows[..d])[0].to_bits(), scores[0].to_bits(), "a row alone and in the batch");
        let (begin, mut best) = (Instant::now(), f64::INFINITY);
        while begin.elapsed().as_secs_f64() < seconds {
            let start = Instant::now();
            std::hint::black_box(net.score(std::hint::black_box(&rows)));
            best = best.min(start.elapsed().as_secs_f64());
        }
        best
    })
}

/// Slope of the line through the points by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / n, y + p.1 / n));
    let covariance: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    covariance / points.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
}
