//! How long something takes: twice to warm up, then again and again for some seconds, as the rival is timed.

use std::time::Instant;

/// Durations of the runs of one measurement.
pub struct Timing {
    /// The shortest, in seconds.
    pub best: f64,
    /// The median, in seconds.
    pub median: f64,
    /// How many there were.
    pub runs: usize,
}

/// Times `f` for `seconds`, at least three runs.
pub fn time(seconds: f64, mut f: impl FnMut()) -> Timing {
    f();
    f();
    let mut durations = Vec::new();
    let begin = Instant::now();
    while durations.len() < 3 || begin.elapsed().as_secs_f64() < seconds {
        let start = Instant::now();
        f();
        durations.push(start.elapsed().as_secs_f64());
    }
    durations.sort_by(f64::total_cmp);
    Timing { best: durations[0], median: durations[durations.len() / 2], runs: durations.len() }
}
