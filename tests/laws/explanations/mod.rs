//! Laws of explanations: of every registered detector, on planted causes, on real tables.
#![cfg(feature = "cli")]

mod every_detector;
mod planted;
mod real;
mod series;
mod without_rows;

use nafal::detect::Explanation;

/// Shares add up to 1, or are all 0; the largest stands first; nothing is better than what the score falls to.
fn assert_sound(why: &Explanation, place: &str) {
    let sum: f64 = why.causes.iter().map(|cause| cause.share).sum();
    let none = why.causes.iter().all(|cause| cause.share == 0.0);
    assert!(none || (sum - 1.0).abs() <= 1e-9, "{place}: shares add up to {sum}");
    assert!(why.causes.windows(2).all(|pair| pair[0].share >= pair[1].share), "{place}: {why:?}");
    for cause in &why.causes {
        assert!((0.0..=1.0).contains(&cause.share) && cause.score_with.is_finite(), "{place}: {cause:?}");
        assert_eq!(cause.share > 0.0, cause.score_with < why.score, "{place}: {cause:?} of {}", why.score);
    }
}

/// The place of an input among the causes.
fn rank(why: &Explanation, input: usize) -> usize {
    why.causes.iter().position(|cause| cause.input == input).unwrap_or(usize::MAX)
}
