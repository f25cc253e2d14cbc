//! Scores of cases so far out that a double does not hold how far.

/// The score, or the largest one where it overflowed: such a case is an anomaly, and scores are finite.
pub(crate) fn bounded(score: f64) -> f64 {
    if score.is_nan() { f64::MAX } else { score.clamp(f64::MIN, f64::MAX) }
}
