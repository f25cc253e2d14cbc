//! Laws of scores: one a case, finite; p-values from `1/(n+1)` to 1; the same bits again from what is written.

use nafal::detect::{Fitted, registry};
use nafal::{Dataset, Error};

/// Scores cases and holds the scores against the laws; `None` if the cases are refused as data. `calibrating`: the most cases
/// that p-values can come from, if it is known.
///
/// # Panics
/// Where a law is broken.
pub fn score(fitted: &dyn Fitted, cases: &dyn Dataset, calibrating: Option<usize>) -> Option<Vec<u64>> {
    let (scores, p_values) = match fitted.score_with_p_values(cases) {
        Ok(both) => both,
        Err(Error::Data(_)) => return None,
        Err(other) => panic!("scoring ends in another error than one of the data: {other}"),
    };
    assert_eq!(scores.len(), cases.len());
    let who = || format!("{fitted:?}").chars().take(80).collect::<String>();
    assert!(scores.iter().all(|score| score.is_finite()), "{}: {scores:?}", who());
    if let Some(p_values) = &p_values {
        assert_eq!(p_values.len(), cases.len());
        let least = calibrating.map_or(f64::MIN_POSITIVE, |n| 1.0 / (n as f64 + 1.0));
        assert!(p_values.iter().all(|p| (least * (1.0 - 1e-12)..=1.0).contains(p)), "{p_values:?} below {least}");
    }
    Some(scores.iter().chain(p_values.iter().flatten()).map(|value| value.to_bits()).collect())
}

/// Scores as [`score`], and again by what was written and read.
///
/// # Panics
/// Where a law is broken, also that of the file: the same bits.
pub fn score_and_save(fitted: &dyn Fitted, cases: &dyn Dataset, calibrating: Option<usize>) -> Option<Vec<u64>> {
    let bits = score(fitted, cases, calibrating);
    let file = registry::to_bytes(fitted).unwrap_or_else(|e| panic!("what scores cannot be written: {e}"));
    let again = registry::from_bytes(&file, "again").unwrap_or_else(|e| panic!("what was written is refused: {e}"));
    assert_eq!(score(&*again, cases, calibrating), bits, "other scores from the file");
    bits
}
