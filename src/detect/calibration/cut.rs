//! Where a threshold cuts the rows at hand.
//!
//! The `k`-th highest score is found digit by digit: scores become whole numbers of the same order, and eight passes count
//! those that share the digits found so far, so that rows need not be sorted, copied or held in one piece.
//!
//! Benjamini and Hochberg (1995), at level `Q` among `m` rows: rows with `p ≤ p_(k)` are anomalous, `k` the largest number with
//! `p_(k) ≤ k·Q/m`. Only p-values of at most `Q` can be, and conformal ones take few values: these are counted.

use std::collections::BTreeMap;

/// Where a threshold cuts: says of one row after another, in the order of the rows or by descending score, whether it is
/// anomalous. Made by [`Threshold::cut`](super::Threshold::cut).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cut {
    /// No row is anomalous.
    Nowhere,
    /// Rows with a p-value of at most this are.
    PValue(f64),
    /// Rows with a score of at least this are.
    Score(f64),
    /// Rows with a score above `score` are, and the next `ties` rows that have that score.
    Highest {
        /// The lowest score that is still among the highest.
        score: f64,
        /// How many rows of that score are left to be called anomalous.
        ties: usize,
    },
}

impl Cut {
    /// Whether the next row is anomalous.
    pub fn flags(&mut self, score: f64, p_value: f64) -> bool {
        match self {
            Cut::Nowhere => false,
            Cut::PValue(most) => p_value <= *most,
            Cut::Score(least) => score >= *least,
            Cut::Highest { score: least, ties } => {
                let tie = score == *least && *ties > 0;
                *ties -= usize::from(tie);
                tie || score > *least
            }
        }
    }

    /// The `count` rows of highest score, the first ones of those that tie.
    pub(super) fn highest<I: Iterator<Item = f64>>(count: usize, scores: impl Fn() -> I) -> Cut {
        match kth_highest(count, &scores) {
            None => Cut::Nowhere,
            Some(score) => {
                let above = scores().filter(|&s| s > score).count();
                Cut::Highest { score, ties: count.min(scores().count()) - above }
            }
        }
    }

    /// The `count` rows of highest score, and all that tie with the last of them.
    pub(super) fn highest_and_ties<I: Iterator<Item = f64>>(count: usize, scores: impl Fn() -> I) -> Cut {
        kth_highest(count, &scores).map_or(Cut::Nowhere, Cut::Score)
    }

    /// Those rows of `p_values` that Benjamini and Hochberg call anomalous at the level `q`.
    pub(super) fn benjamini_hochberg(q: f64, p_values: impl Iterator<Item = f64>) -> Cut {
        let (mut rows, mut counts) = (0usize, BTreeMap::new());
        for p in p_values {
            rows += 1;
            if p <= q {
                *counts.entry(ordered(p)).or_insert(0usize) += 1;
            }
        }
        let (mut k, mut cut) = (0, Cut::Nowhere);
        for (p, count) in counts {
            k += count;
            let p = value(p);
            // Where both sides are the same number, rounding shall not tell them apart.
            if p * rows as f64 <= k as f64 * q * (1.0 + 1e-12) {
                cut = Cut::PValue(p);
            }
        }
        cut
    }
}

/// A whole number that grows with `x`.
fn ordered(x: f64) -> u64 {
    let bits = x.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// What `ordered` made a whole number of.
fn value(ordered: u64) -> f64 {
    f64::from_bits(if ordered >> 63 == 1 { ordered & !(1 << 63) } else { !ordered })
}

/// The `k`-th highest of the scores, counted from 1, or the lowest if there are fewer; `None` for the 0th or of no scores.
fn kth_highest<I: Iterator<Item = f64>>(k: usize, scores: impl Fn() -> I) -> Option<f64> {
    let mut left = k.min(scores().count());
    if left == 0 {
        return None;
    }
    let (mut found, mut mask) = (0u64, 0u64);
    for shift in (0..64).step_by(8).rev() {
        let mut counts = [0usize; 256];
        for key in scores().map(ordered).filter(|key| key & mask == found) {
            counts[(key >> shift & 255) as usize] += 1;
        }
        let mut digit = 255;
        while left > counts[digit] {
            left -= counts[digit];
            digit -= 1;
        }
        found |= (digit as u64) << shift;
        mask |= 255 << shift;
    }
    Some(value(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scores() -> impl Strategy<Value = Vec<f64>> {
        let few = (-3i32..4).prop_map(f64::from);
        let any = any::<f64>().prop_filter("a number", |x| x.is_finite());
        prop::collection::vec(prop_oneof![few, any], 1..60)
    }

    proptest! {
        #[test]
        fn the_kth_highest_is_that_of_a_sorted_list(scores in scores(), k in 0usize..70) {
            let mut sorted = scores.clone();
            sorted.sort_by(|a, b| b.total_cmp(a));
            let want = (k > 0).then(|| sorted[k.min(sorted.len()) - 1].to_bits());
            prop_assert_eq!(kth_highest(k, || scores.iter().copied()).map(f64::to_bits), want);
        }

        #[test]
        fn as_many_as_asked_for_are_highest_and_ties_go_to_the_first(scores in scores(), count in 0usize..70) {
            let mut cut = Cut::highest(count, || scores.iter().copied());
            let flags: Vec<bool> = scores.iter().map(|&s| cut.flags(s, 1.0)).collect();
            let mut order: Vec<usize> = (0..scores.len()).collect();
            order.sort_by(|&a, &b| scores[b].partial_cmp(&scores[a]).unwrap());
            let mut want = vec![false; scores.len()];
            order.iter().take(count).for_each(|&i| want[i] = true);
            prop_assert_eq!(flags, want);
        }

        /// By the definition: the largest k with p_(k) ≤ k·q/m, and everything up to p_(k).
        #[test]
        fn the_step_up_is_that_of_the_definition(ranks in prop::collection::vec(1u32..40, 1..80), q in 0.01f64..0.99) {
            let p: Vec<f64> = ranks.iter().map(|&r| f64::from(r) / 40.0).collect();
            let mut sorted = p.clone();
            sorted.sort_by(f64::total_cmp);
            let m = p.len() as f64;
            let k = (1..=p.len()).rev().find(|&k| sorted[k - 1] * m <= k as f64 * q * (1.0 + 1e-12));
            let want: Vec<bool> = p.iter().map(|&p| k.is_some_and(|k| p <= sorted[k - 1])).collect();
            let mut cut = Cut::benjamini_hochberg(q, p.iter().copied());
            prop_assert_eq!(p.iter().map(|&p| cut.flags(0.0, p)).collect::<Vec<_>>(), want);
        }
    }

    #[test]
    fn a_step_that_is_just_reached_counts() {
        for (p, q, m) in [(0.01, 0.1, 10), (1.0 / 30.0, 0.1, 3), (0.001, 0.3, 300), (1.0 / 7.0, 0.7, 5 - 1)] {
            let rows = (0..m).map(|i| if i == 0 { p } else { 1.0 });
            let reached = p * f64::from(m) <= q + 1e-15;
            assert_eq!(Cut::benjamini_hochberg(q, rows) == Cut::PValue(p), reached, "{p} {q} {m}");
        }
    }
}
