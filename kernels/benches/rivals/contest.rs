//! Timing of contestants against each other: short blocks in turn, the best block of each.
//!
//! A machine that slows down, or is shared, slows all contestants of a round alike; the best of many rounds is what
//! each can do when it is left alone. The loop of [`peak`] is one of the contestants.

use nafal_kernels::{Isa, Real, peak};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Length of a block: long against the clock's grain, short against a time slice.
const BLOCK: Duration = Duration::from_micros(150);
/// Time for all rounds of a contest.
const CONTEST: Duration = Duration::from_millis(400);
/// Rounds at least.
const ROUNDS: usize = 12;
/// Steps of the peak loop in a call.
const PEAK_STEPS: usize = 1000;

/// What to run, and under which instruction set.
pub struct Setting {
    /// The instruction set of our kernels.
    pub isa: Isa,
    /// Words one of which a line's kernel or shape contains; none means every line.
    pub words: Vec<String>,
}

/// What a line is about.
pub struct Line<'a> {
    /// The kernel.
    pub kernel: &'a str,
    /// Its shape and scalar type.
    pub shape: &'a str,
    /// `"flops"` or `"numbers"`.
    pub counts: &'a str,
    /// How many of them a call computes.
    pub work: f64,
}

/// A rival: its name, and one call of it.
pub type Rival<'a> = (&'a str, Box<dyn FnMut() + 'a>);

impl Setting {
    /// Whether a line is asked for.
    pub fn wants(&self, kernel: &str, shape: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|w| kernel.contains(w.as_str()) || shape.contains(w.as_str()))
    }

    /// Times `ours`, the rivals and the peak loop of `T`, and prints a line for each rival.
    pub fn contest<'a, T: Real>(&self, line: &Line, ours: impl FnMut() + 'a, rivals: Vec<Rival<'a>>) {
        let isa = self.isa;
        let peak_work = peak::multiply_adds::<T>(isa, PEAK_STEPS).0 as f64;
        let mut names = vec!["peak", "ours"];
        let peak = Box::new(move || {
            black_box(peak::multiply_adds::<T>(isa, black_box(PEAK_STEPS)));
        });
        let mut calls: Vec<Box<dyn FnMut() + 'a>> = vec![peak, Box::new(ours)];
        for (name, call) in rivals {
            names.push(name);
            calls.push(call);
        }
        let seconds = best_seconds(&mut calls);
        let rate = |work: f64, i: usize| round(work / seconds[i] * 1e-9);
        for (i, rival) in names.iter().enumerate().skip(2) {
            let fields = serde_json::json!({
                "kernel": line.kernel, "shape": line.shape, "isa": isa.name(), "counts": line.counts,
                "gflops": rate(line.work, 1), "peak_gflops": rate(peak_work, 0),
                "rival": rival, "rival_gflops": rate(line.work, i),
            });
            println!("{fields}");
        }
    }
}

/// The least seconds a call of each took.
fn best_seconds(calls: &mut [Box<dyn FnMut() + '_>]) -> Vec<f64> {
    let time = |call: &mut dyn FnMut(), repeats: u32| {
        let begin = Instant::now();
        (0..repeats).for_each(|_| call());
        begin.elapsed()
    };
    // The second block is warm; its speed decides how many calls fill a block.
    let repeats: Vec<u32> = calls
        .iter_mut()
        .map(|call| {
            let mut repeats = 1;
            while repeats < 1 << 20 && time(call.as_mut(), repeats) < BLOCK / 2 {
                repeats *= 2;
            }
            repeats
        })
        .collect();
    let mut best = vec![f64::INFINITY; calls.len()];
    let begin = Instant::now();
    let mut round = 0;
    while round < ROUNDS || begin.elapsed() < CONTEST {
        for i in 0..calls.len() {
            // Each round begins with another contestant.
            let i = (i + round) % calls.len();
            let seconds = time(calls[i].as_mut(), repeats[i]).as_secs_f64() / repeats[i] as f64;
            best[i] = best[i].min(seconds);
        }
        round += 1;
    }
    best
}

/// Four significant digits.
fn round(v: f64) -> f64 {
    let unit = 10f64.powi(v.abs().max(1e-9).log10().floor() as i32 - 3);
    ((v / unit).round() * unit * 1e9).round() / 1e9
}
