//! Ranking metrics of anomaly scores: AUROC, average precision, F1.
//!
//! Labels are `[n]` with `true` for an anomaly, scores `[n]` with higher = more anomalous. Every metric is a
//! function of counts within groups of tied scores, so a permutation of the rows gives the same bits, and so does
//! a strictly increasing map of the scores (F1 at the true ratio: up to the interpolation of its threshold).

use crate::error::{DataError, Result};

/// Area under the ROC curve: the probability that an anomaly scores above a normal row, a tie counting one half.
///
/// `(2·#{s⁺ > s⁻} + #{s⁺ = s⁻}) / (2·P·N)` in integers, divided once. O(n log n).
///
/// # Errors
/// If the lengths differ, a score is not finite, or only one class is present.
pub fn auroc(labels: &[bool], scores: &[f64]) -> Result<f64> {
    let groups = tied_groups(labels, scores)?;
    let (mut negatives_below, mut doubled) = (0u128, 0u128);
    for g in groups.iter().rev() {
        doubled += g.positives as u128 * (2 * negatives_below + g.negatives as u128);
        negatives_below += g.negatives as u128;
    }
    let positives: u128 = groups.iter().map(|g| g.positives as u128).sum();
    Ok(doubled as f64 / (2 * positives * negatives_below) as f64)
}

/// Average precision `Σ_t (R_t − R_{t−1})·P_t` over the distinct scores `t`, highest first, without interpolation
/// (the definition of scikit-learn's `average_precision_score`). O(n log n).
///
/// # Errors
/// If the lengths differ, a score is not finite, or only one class is present.
pub fn average_precision(labels: &[bool], scores: &[f64]) -> Result<f64> {
    let groups = tied_groups(labels, scores)?;
    let positives: u64 = groups.iter().map(|g| g.positives).sum();
    let (mut hits, mut flagged, mut sum) = (0u64, 0u64, 0.0);
    for g in &groups {
        hits += g.positives;
        flagged += g.positives + g.negatives;
        sum += g.positives as f64 / positives as f64 * (hits as f64 / flagged as f64);
    }
    // Rounding may add up to more.
    Ok(sum.min(1.0))
}

/// F1 of the anomalies when a row is called anomalous if its score is at least the `100·(1 − anomalies/n)`
/// percentile of all scores (linear interpolation): the paper's rule, which borrows the count of anomalies from the
/// labels. Without ties it is the precision among the `anomalies` highest scores. O(n log n).
///
/// # Errors
/// If the lengths differ, a score is not finite, or only one class is present.
pub fn f1_at_true_ratio(labels: &[bool], scores: &[f64]) -> Result<f64> {
    check(labels, scores)?;
    let anomalies = labels.iter().filter(|&&l| l).count();
    let share = 1.0 - anomalies as f64 / labels.len() as f64;
    let threshold = percentile(scores, 100.0 * share);
    let flags: Vec<bool> = scores.iter().map(|&s| s >= threshold).collect();
    f1(labels, &flags)
}

/// F1 of the anomalies, `2·TP / (2·TP + FP + FN)`.
///
/// # Errors
/// If the lengths differ or only one class is present.
pub fn f1(labels: &[bool], flags: &[bool]) -> Result<f64> {
    check_labels(labels, flags.len())?;
    let (mut hits, mut wrong) = (0u64, 0u64);
    for (&label, &flag) in labels.iter().zip(flags) {
        hits += (label && flag) as u64;
        wrong += (label != flag) as u64;
    }
    Ok((2 * hits) as f64 / (2 * hits + wrong) as f64)
}

/// The `q`-th percentile of finite `values` (`0 <= q <= 100`, at least one value), by linear interpolation between
/// order statistics with NumPy's rounding. O(n).
pub fn percentile(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    let position = (values.len() - 1) as f64 * (q / 100.0);
    let below = (position.floor() as usize).min(values.len() - 1);
    let (_, &mut a, above) = sorted.select_nth_unstable_by(below, f64::total_cmp);
    let b = above.iter().copied().min_by(f64::total_cmp).unwrap_or(a);
    let t = position - below as f64;
    // NumPy rounds from the nearer end.
    if t < 0.5 { a + (b - a) * t } else { b - (b - a) * (1.0 - t) }
}

/// Anomalies and normal rows that share one score.
struct Group {
    positives: u64,
    negatives: u64,
}

/// Groups of equal scores, highest score first.
fn tied_groups(labels: &[bool], scores: &[f64]) -> Result<Vec<Group>> {
    check(labels, scores)?;
    // Adding zero turns −0 into +0, which are the same score.
    let mut rows: Vec<(f64, bool)> = scores.iter().map(|s| s + 0.0).zip(labels.iter().copied()).collect();
    rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let group = |rows: &[(f64, bool)]| {
        let positives = rows.iter().filter(|r| r.1).count() as u64;
        Group { positives, negatives: rows.len() as u64 - positives }
    };
    Ok(rows.chunk_by(|a, b| a.0 == b.0).map(group).collect())
}

fn check(labels: &[bool], scores: &[f64]) -> Result<()> {
    check_labels(labels, scores.len())?;
    match scores.iter().position(|s| !s.is_finite()) {
        Some(i) => Err(DataError::new("", format!("the score {} cannot be ranked", scores[i])).at_row(i).into()),
        None => Ok(()),
    }
}

fn check_labels(labels: &[bool], n: usize) -> Result<()> {
    if labels.len() != n {
        return Err(DataError::new("", format!("{} labels for {n} scores", labels.len())).into());
    }
    let anomalies = labels.iter().filter(|&&l| l).count();
    if anomalies == 0 || anomalies == n {
        let kind = if anomalies == 0 { "normal" } else { "anomalous" };
        let problem = format!("all {n} rows are {kind}, and a metric needs normal rows and anomalies; add the others");
        return Err(DataError::new("", problem).into());
    }
    Ok(())
}
