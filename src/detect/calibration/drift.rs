//! Whether rows as a whole look more unusual than the rows that calibrate, by their p-values, in memory that does not grow.
//!
//! Exchangeable rows have p-values with `F(x) ≤ x`, a few anomalies among them, a share `ε` at most, `F(x) ≤ ε + (1 − ε)·x`. What
//! the `m` p-values seen exceed that by, `D = max_x (F_m(x) − ε − (1 − ε)·x)`, is compared with the one-sided two-sample
//! Kolmogorov–Smirnov bound `c·√((n + m)/(n·m))`: p-values from one set of `n` rows share that set's noise. `c = √(ln(200)/2)`
//! makes a false alarm on exchangeable rows rarer than 1 in 200, and `ε` much rarer than that.
//!
//! Rows that look too usual are no drift, but may be rows that the model was fitted to: `D' = max_x (x − F_m(x)) − ε'` is compared
//! with the same bound. `ε'` is for p-values of unseen rows that are larger than they had to be.

/// Steps of the counts: p-values are told apart to a thousandth.
const STEPS: usize = 1000;

/// Share of anomalies that is no drift.
const ANOMALIES: f64 = 0.1;

/// By how much p-values of unseen rows may be too large.
const CAUTION: f64 = 0.05;

/// `√(ln(200)/2)`.
const CRITICAL: f64 = 1.6276;

/// Fewest rows that are judged.
const FEWEST: u64 = 50;

/// Counts p-values as they come. Memory: 8 kB.
#[derive(Clone, Debug)]
pub struct DriftWatch {
    calibrating: usize,
    /// How many p-values lie in `(i/STEPS, (i+1)/STEPS]`.
    counts: Vec<u64>,
    rows: u64,
}

/// By how much rows look more unusual than those that calibrate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// Rows seen.
    pub rows: u64,
    /// The median of their p-values, to a thousandth, where 0.5 is expected.
    pub median_p_value: f64,
    /// `D`, from −1 to 1.
    pub distance: f64,
    /// `D'`, from −1 to 1: large where the rows look too usual.
    pub usual_distance: f64,
    /// What `D` stays below without a drift, and `D'` for rows that the model never saw.
    pub critical: f64,
}

impl Drift {
    /// Whether the rows look different as a whole.
    pub fn is_significant(&self) -> bool {
        self.distance > self.critical
    }

    /// Whether the rows look so usual that the model may have been fitted to them.
    pub fn may_be_trained_on(&self) -> bool {
        self.usual_distance > self.critical
    }
}

impl DriftWatch {
    /// Has seen nothing so far; p-values will be those of a model that so many rows calibrate
    /// ([`Model::calibration_rows`](crate::Model::calibration_rows)).
    pub fn new(calibrating: usize) -> DriftWatch {
        DriftWatch { calibrating, counts: vec![0; STEPS], rows: 0 }
    }

    /// Adds the p-value of a row, in (0, 1].
    pub fn add(&mut self, p_value: f64) {
        let step = (p_value * STEPS as f64).ceil() as usize;
        self.counts[step.clamp(1, STEPS) - 1] += 1;
        self.rows += 1;
    }

    /// What the p-values so far say; `None` of fewer than 50, which say little.
    pub fn drift(&self) -> Option<Drift> {
        if self.rows < FEWEST || self.calibrating == 0 {
            return None;
        }
        let (n, m) = (self.calibrating as f64, self.rows as f64);
        let (mut seen, mut median, mut distance, mut usual_distance) = (0, None, f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (step, count) in self.counts.iter().enumerate() {
            seen += count;
            let (x, share) = ((step + 1) as f64 / STEPS as f64, seen as f64 / m);
            distance = distance.max(share - ANOMALIES - (1.0 - ANOMALIES) * x);
            usual_distance = usual_distance.max(x - share - CAUTION);
            if 2 * seen >= self.rows {
                median.get_or_insert(x);
            }
        }
        let critical = CRITICAL * ((n + m) / (n * m)).sqrt();
        let median_p_value = median.unwrap_or(1.0);
        Some(Drift { rows: self.rows, median_p_value, distance, usual_distance, critical })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, stream, uniform};
    use rand_chacha::ChaCha8Rng;

    /// The drift of `m` rows of which a share is as unusual as can be and the others have scores `u^power`, `power` below 1 for
    /// larger ones, among `n` that calibrate.
    fn drift(rng: &mut ChaCha8Rng, n: usize, m: usize, anomalies: f64, power: f64) -> Drift {
        let mut calibrating: Vec<f64> = (0..n).map(|_| uniform(rng)).collect();
        calibrating.sort_by(f64::total_cmp);
        let mut watch = DriftWatch::new(n);
        for _ in 0..m {
            let score = if uniform(rng) < anomalies { 2.0 } else { uniform(rng).powf(power) };
            let at_least = n - calibrating.partition_point(|&s| s < score);
            watch.add((1 + at_least) as f64 / (1 + n) as f64);
        }
        watch.drift().unwrap()
    }

    #[test]
    fn exchangeable_rows_raise_no_alarm_even_with_some_anomalies() {
        let mut rng = stream(1, Key::Simulation(77, 0));
        for (n, m) in [(20, 50), (60, 1000), (500, 500), (300, 5000)] {
            for anomalies in [0.0, 0.05, 0.1] {
                let repeats = 400;
                let alarms = (0..repeats).filter(|_| drift(&mut rng, n, m, anomalies, 1.0).is_significant()).count();
                // Fewer than one in a hundred.
                assert!(alarms <= 4, "{n} {m} {anomalies}: {alarms} of {repeats}");
            }
        }
    }

    #[test]
    fn rows_that_are_unusual_as_a_whole_are_found() {
        let mut rng = stream(2, Key::Simulation(77, 0));
        for (n, m, power, median) in [(60, 100, 0.1, 0.07), (500, 500, 0.3, 0.19), (1000, 5000, 0.5, 0.29)] {
            let found = drift(&mut rng, n, m, 0.0, power);
            assert!(found.is_significant(), "{found:?}");
            assert!((found.median_p_value - median).abs() < 0.06, "{found:?}");
        }
        // More usual than they should be: no drift.
        let usual = drift(&mut rng, 500, 500, 0.0, 2.0);
        assert!(!usual.is_significant() && usual.may_be_trained_on(), "{usual:?}");
    }

    #[test]
    fn few_rows_say_nothing() {
        let mut watch = DriftWatch::new(100);
        (0..49).for_each(|_| watch.add(0.01));
        assert_eq!(watch.drift(), None);
        watch.add(1.0);
        let drift = watch.drift().unwrap();
        assert!(drift.is_significant() && drift.median_p_value == 0.01 && drift.rows == 50, "{drift:?}");
    }
}
