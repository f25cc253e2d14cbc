//! Sequential minimal optimisation of `½ αᵀKα` with `0 <= α <= 1` and a fixed sum.
//!
//! Each step moves weight between the two rows chosen by second-order information (Fan, Chen, Lin 2005), as
//! libsvm does for its one-class machine: `i` is the row below its bound with the smallest gradient `(Kα)_i`, `j`
//! the row above zero that promises the largest decrease with it.

use std::rc::Rc;

/// Largest violation of the optimality conditions that is accepted (libsvm's default).
const TOLERANCE: f64 = 1e-3;
/// Smallest curvature of a step.
const TAU: f64 = 1e-12;
/// Steps after which the solution is taken as it is (libsvm's limit).
const LIMIT: usize = 10_000_000;

/// Optimises `alpha` `[n]` in place and returns the offset `ρ`.
///
/// `column(i)` gives column `i` of the kernel matrix, whose diagonal is one; `gradient` is `Kα` of the start.
/// O(n) a step beside the columns.
pub(super) fn minimise(mut column: impl FnMut(usize) -> Rc<[f32]>, alpha: &mut [f64], mut gradient: Vec<f64>) -> f64 {
    for _ in 0..LIMIT {
        let Some(i) = lowest_gradient(alpha, &gradient) else { break };
        let of_i = column(i);
        let Some(j) = best_partner(alpha, &gradient, gradient[i], &of_i) else { break };
        let of_j = column(j);
        let curvature = (2.0 - 2.0 * of_i[j] as f64).max(TAU);
        let wanted = (gradient[j] - gradient[i]) / curvature;
        // Neither weight may leave [0, 1].
        let step = wanted.min(1.0 - alpha[i]).min(alpha[j]);
        move_weight(alpha, i, j, step);
        for ((g, &ki), &kj) in gradient.iter_mut().zip(&*of_i).zip(&*of_j) {
            *g += step * (ki as f64 - kj as f64);
        }
    }
    offset(alpha, &gradient)
}

/// The row that gains most from more weight.
fn lowest_gradient(alpha: &[f64], gradient: &[f64]) -> Option<usize> {
    (0..alpha.len()).filter(|&t| alpha[t] < 1.0).min_by(|&a, &b| gradient[a].total_cmp(&gradient[b]))
}

/// The row that gives its weight with the largest decrease, or nothing if the optimality conditions hold.
fn best_partner(alpha: &[f64], gradient: &[f64], lowest: f64, of_i: &[f32]) -> Option<usize> {
    let (mut best, mut decrease, mut violation) = (None, 0.0, f64::NEG_INFINITY);
    for t in (0..alpha.len()).filter(|&t| alpha[t] > 0.0) {
        let difference = gradient[t] - lowest;
        violation = violation.max(difference);
        let gain = difference * difference / (2.0 - 2.0 * of_i[t] as f64).max(TAU);
        if difference > 0.0 && gain > decrease {
            (best, decrease) = (Some(t), gain);
        }
    }
    if violation < TOLERANCE { None } else { best }
}

/// Moves `step` from `alpha[j]` to `alpha[i]`; a weight that reaches its bound gets it exactly.
fn move_weight(alpha: &mut [f64], i: usize, j: usize, step: f64) {
    let (fills, empties) = (step == 1.0 - alpha[i], step == alpha[j]);
    alpha[i] = if fills { 1.0 } else { alpha[i] + step };
    alpha[j] = if empties { 0.0 } else { alpha[j] - step };
}

/// Mean gradient of the free rows, or the middle of what the bound ones allow.
fn offset(alpha: &[f64], gradient: &[f64]) -> f64 {
    let (mut sum, mut free) = (0.0, 0usize);
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for (&a, &g) in alpha.iter().zip(gradient) {
        if a >= 1.0 {
            low = low.max(g);
        } else if a <= 0.0 {
            high = high.min(g);
        } else {
            sum += g;
            free += 1;
        }
    }
    match (free > 0, low.is_finite(), high.is_finite()) {
        (true, _, _) => sum / free as f64,
        (_, true, true) => 0.5 * (low + high),
        (_, true, false) => low,
        _ => high,
    }
}
