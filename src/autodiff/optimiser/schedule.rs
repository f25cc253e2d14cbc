//! Learning rates over a run: constant, or the one-cycle schedule (Smith & Topin 2018), cosine up, cosine down.

use std::f64::consts::PI;

/// Rate over a run of `steps`: from `peak/25` up to `peak` during the first `warm_up` share, then down to
/// `peak/250000`, both along half a cosine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneCycle {
    /// Steps of the run.
    pub steps: u64,
    /// Highest rate.
    pub peak: f64,
    /// Share of the steps on the way up, in (0, 1).
    pub warm_up: f64,
}

impl OneCycle {
    /// Rate of step `step` in `0..steps`.
    pub fn rate(&self, step: u64) -> f64 {
        let (low, end) = (self.peak / 25.0, self.peak / 250_000.0);
        let last = (self.steps.max(2) - 1) as f64;
        let top = (self.warm_up * self.steps as f64 - 1.0).max(0.0);
        let at = (step as f64).min(last);
        let blend = |from: f64, to: f64, share: f64| to + (from - to) * 0.5 * (1.0 + (PI * share).cos());
        if at <= top && top > 0.0 {
            blend(low, self.peak, at / top)
        } else {
            blend(self.peak, end, ((at - top) / (last - top).max(1.0)).min(1.0))
        }
    }
}

/// A learning rate for every step of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// One cycle up and down.
    OneCycle(OneCycle),
    /// The same rate in every step.
    Constant {
        /// Steps of the run.
        steps: u64,
        /// The rate.
        rate: f64,
    },
}

impl From<OneCycle> for Schedule {
    fn from(schedule: OneCycle) -> Self {
        Schedule::OneCycle(schedule)
    }
}

impl Schedule {
    /// Steps of the run.
    pub fn steps(&self) -> u64 {
        match *self {
            Schedule::OneCycle(OneCycle { steps, .. }) | Schedule::Constant { steps, .. } => steps,
        }
    }
    /// Rate of step `step`.
    pub fn rate(&self, step: u64) -> f64 {
        match self {
            Schedule::OneCycle(schedule) => schedule.rate(step),
            Schedule::Constant { rate, .. } => *rate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn climbs_to_the_peak_and_falls_below_where_it_began() {
        let s = OneCycle { steps: 100, peak: 1e-2, warm_up: 0.2 };
        let rates: Vec<f64> = (0..100).map(|i| s.rate(i)).collect();
        assert!((rates[0] - 4e-4).abs() < 1e-12 && (rates[19] - 1e-2).abs() < 1e-12);
        assert!(rates[..20].windows(2).all(|w| w[0] < w[1]) && rates[19..].windows(2).all(|w| w[0] > w[1]));
        assert!((rates[99] - 4e-8).abs() < 1e-12);
    }
}
