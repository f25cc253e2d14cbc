//! The smallest and the largest of some values, and whether rounding alone tells them apart.

/// Values that span less than this share of the largest magnitude differ by rounding alone.
pub(super) const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// The smallest and the largest value; `(∞, −∞)` of none.
pub(crate) fn range<'a>(values: impl IntoIterator<Item = &'a f64>) -> (f64, f64) {
    values.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
}

/// Whether values between `low` and `high` are the same but for rounding.
pub(crate) fn is_constant((low, high): (f64, f64)) -> bool {
    // Halves, so that the two ends of the number line do not overflow.
    0.5 * high - 0.5 * low <= 0.5 * ROUNDING * low.abs().max(high.abs())
}
