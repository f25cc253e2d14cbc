//! Scores with their truth, walked from the most anomalous row down: the points of ROC and precision–recall curves.

/// A scored sample, and the figure its curve is known by.
#[derive(Clone, Debug, Default)]
pub struct Ranking {
    /// Whose scores these are.
    pub name: String,
    /// One a row, higher = more anomalous; NaN ranks above all, as the positive NaN of the total order.
    pub scores: Vec<f64>,
    /// Whether each row is an anomaly, as many as `scores`.
    pub anomalous: Vec<bool>,
    /// Area under the curve or average precision, as computed by whoever calls: it is printed, not recomputed.
    pub figure: f64,
}

/// Rows at or above a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flagged {
    pub(super) anomalies: usize,
    pub(super) normals: usize,
}

impl Ranking {
    /// What each threshold flags, from none to all, one entry per distinct score.
    pub(super) fn walk(&self) -> Vec<Flagged> {
        let mut rows: Vec<(f64, bool)> = self.scores.iter().copied().zip(self.anomalous.iter().copied()).collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut now = Flagged { anomalies: 0, normals: 0 };
        let mut walk = vec![now];
        for (i, &(score, anomalous)) in rows.iter().enumerate() {
            if anomalous {
                now.anomalies += 1
            } else {
                now.normals += 1
            }
            if rows.get(i + 1).is_none_or(|next| next.0 != score) {
                walk.push(now);
            }
        }
        walk
    }
}

/// The points that differ on paper: a curve of a million rows needs no million points.
pub(super) fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let last = points.len().saturating_sub(1);
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for (i, point) in points.into_iter().enumerate() {
        let far = kept.last().is_none_or(|k| (k.0 - point.0).abs() > 1e-3 || (k.1 - point.1).abs() > 1e-3);
        if far || i == last {
            kept.push(point);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_flagged_together() {
        let ranking = Ranking {
            scores: vec![1.0, 3.0, 2.0, 3.0, 1.0],
            anomalous: vec![false, true, true, false, true],
            ..Ranking::default()
        };
        let walk: Vec<_> = ranking.walk().iter().map(|f| (f.anomalies, f.normals)).collect();
        assert_eq!(walk, [(0, 0), (1, 1), (2, 1), (3, 2)]);
        assert_eq!(Ranking::default().walk().len(), 1);
    }

    #[test]
    fn thinning_keeps_both_ends() {
        let points: Vec<_> = (0..=100_000).map(|i| (f64::from(i) / 1e5, 0.5)).collect();
        let kept = thinned(points);
        assert_eq!((kept[0], *kept.last().unwrap()), ((0.0, 0.5), (1.0, 0.5)));
        assert!(kept.len() < 1100, "{}", kept.len());
    }
}
