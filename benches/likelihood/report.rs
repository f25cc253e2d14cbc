//! One JSON line a measurement, with the rival's keys and the share of the arithmetic limit.
//!
//! `percent_of_peak = 100 · 2·(non-zero weights multiplied a view-row)·view-rows / (best time · peak)`, the peak being that
//! of a loop of multiply-adds on as many threads, the best of what was measured before and after. Element-wise work counts
//! as zero. Training multiplies every weight three times (forward, input gradient, weight gradient), except the folded
//! first layer, which has no input gradient; folding and unfolding the views, and the optimiser, count as zero.

use std::time::Instant;

use nafal_kernels::{Isa, peak};
use rayon::prelude::*;
use serde_json::json;

use crate::options::Options;
use crate::timing::{Timing, time};

/// Multiply-adds a second of all threads of the current pool together, in operations.
fn peak_rate() -> f64 {
    let threads = rayon::current_num_threads();
    let isa = Isa::detect();
    let best = |_| (0..20).map(|_| one_rate(isa)).fold(0.0, f64::max);
    (0..threads).into_par_iter().with_max_len(1).map(best).sum()
}

/// Operations a second of one core, over about a millisecond.
fn one_rate(isa: Isa) -> f64 {
    let start = Instant::now();
    let (operations, sum) = peak::multiply_adds::<f32>(isa, 500_000);
    std::hint::black_box(sum);
    operations as f64 / start.elapsed().as_secs_f64()
}

/// Times `f`, which scores or trains on `view_rows` view-rows with `multiplications` of weights a view-row, and prints the
/// line.
pub fn measure(options: &Options, what: &str, view_rows: usize, multiplications: f64, f: impl FnMut()) {
    let before = peak_rate();
    let Timing { best, median, runs } = time(options.seconds, f);
    let peak = before.max(peak_rate());
    let rounded = |v: f64, digits: i32| (v * 10f64.powi(digits)).round() / 10f64.powi(digits);
    let line = json!({
        "preset": options.preset,
        "threads": options.threads,
        "what": what,
        "best_ms": rounded(best * 1e3, 4),
        "median_ms": rounded(median * 1e3, 4),
        "runs": runs,
        "view_rows_per_s": (view_rows as f64 / median).round(),
        "percent_of_peak": rounded(200.0 * multiplications * view_rows as f64 / (best * peak), 1),
        "peak_gflops": rounded(peak * 1e-9, 1),
        "isa": Isa::detect().name(),
    });
    println!("{line}");
}
