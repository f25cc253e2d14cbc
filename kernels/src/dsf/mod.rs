//! The deep sigmoidal flow node, fused: one monotone map per lane, its log-slope and their VJP.
//!
//! `y = ln S − ln S̄`, `S = Σ w_j σ(u_j)`, `S̄ = Σ w_j σ(−u_j)`, `u_j = a_j x + b_j`, `w = softmax(w_raw)`,
//! `dy/dx = D/(S·S̄)`, `D = Σ w_j a_j σ(u_j) σ(−u_j)` (Huang et al. 2018, Neural Autoregressive Flows, eq. 8).
//! Both sums are sums of positive terms and nothing is clamped, so the map is a bijection of the real line with
//! linear tails; it stays finite for every finite `a_j x + b_j`.
//!
//! The lanes are independent: every branch is a selection, so a lane's bits never depend on its neighbours.

pub(crate) mod forward;
pub(crate) mod log_space;
pub(crate) mod slope;
pub(crate) mod sums;
pub(crate) mod vjp;

use crate::entry::run;
use crate::{Isa, Matrix, MatrixMut, Real};
use forward::Forward;
use slope::{Bounded, Softplus};
use vjp::Vjp;

/// How a raw conditioner output `r` becomes a positive slope `a`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slope {
    /// `a = softplus(r)`: the paper's, no floor.
    Softplus,
    /// `ln a = r / (1 + |r|/limit)`: slopes stay within `e^±limit`.
    Bounded {
        /// Bound on `|ln a|`.
        limit: f64,
    },
}

/// Value and log-slope of the node for one feature.
///
/// `x: [lanes]`, `raw: [3·units, lanes]` = rows `(a_raw | b | w_raw)`; writes `y` and `log_slope = ln dy/dx`, both
/// `[lanes]`. Any number of units from one and of lanes. Panics if the shapes disagree or `scratch` is shorter than
/// [`scratch`] says.
///
/// Errors, relative to `max(1, |value|)`: a few units of the last place, also for `|x|` up to `1e30`. With the raw outputs
/// fixed `y` never falls as `x` grows by more than two units in the last place of `1 + |y|`. Costs three
/// exponentials, a logarithm and a division per unit and lane.
pub fn forward<T: Real>(
    isa: Isa,
    slope: Slope,
    units: usize,
    x: &[T],
    raw: Matrix<T>,
    y: &mut [T],
    log_slope: &mut [T],
    scratch: &mut [T],
) {
    check(slope, units, x.len(), raw.rows, raw.cols);
    assert!(y.len() == x.len() && log_slope.len() == x.len(), "dsf::forward: output lengths");
    let scratch = &mut scratch[..self::scratch(units)];
    match slope {
        Slope::Softplus => {
            let slope = Softplus;
            run!(isa, Forward<'a, T, Softplus> = Forward { slope, units, x, raw, y, log_slope, scratch });
        }
        Slope::Bounded { limit } => {
            let slope = Bounded(T::from_f64(limit));
            run!(isa, Forward<'a, T, Bounded<T>> = Forward { slope, units, x, raw, y, log_slope, scratch });
        }
    }
}

/// VJP of [`forward()`]: adds to `x_bar` and overwrites `raw_bar: [3·units, lanes]` with the gradients of
/// `Σ_lanes y_bar·y + log_slope_bar·log_slope`. Finite for finite inputs. Panics if the shapes disagree or
/// `scratch` is shorter than [`scratch`] says.
pub fn vjp<T: Real>(
    isa: Isa,
    slope: Slope,
    units: usize,
    x: &[T],
    raw: Matrix<T>,
    y_bar: &[T],
    log_slope_bar: &[T],
    x_bar: &mut [T],
    raw_bar: MatrixMut<T>,
    scratch: &mut [T],
) {
    check(slope, units, x.len(), raw.rows, raw.cols);
    check(slope, units, x.len(), raw_bar.rows, raw_bar.cols);
    let n = x.len();
    assert!(y_bar.len() == n && log_slope_bar.len() == n && x_bar.len() == n, "dsf::vjp: lengths");
    let scratch = &mut scratch[..self::scratch(units)];
    match slope {
        Slope::Softplus => {
            let slope = Softplus;
            let vjp = Vjp { slope, units, x, raw, y_bar, log_slope_bar, x_bar, raw_bar, scratch };
            run!(isa, Vjp<'a, T, Softplus> = vjp);
        }
        Slope::Bounded { limit } => {
            let slope = Bounded(T::from_f64(limit));
            let vjp = Vjp { slope, units, x, raw, y_bar, log_slope_bar, x_bar, raw_bar, scratch };
            run!(isa, Vjp<'a, T, Bounded<T>> = vjp);
        }
    }
}

/// Numbers of the scratch that [`forward()`] and [`vjp()`] need; what it holds does not matter. One that begins on a cache line
/// is fastest.
pub const fn scratch(units: usize) -> usize {
    let (forward, vjp) = (forward::SAVED * forward::MAX_LANES, vjp::SAVED * vjp::MAX_LANES);
    units * if forward > vjp { forward } else { vjp }
}

fn check(slope: Slope, units: usize, lanes: usize, rows: usize, cols: usize) {
    assert!(units > 0, "dsf: a node needs a unit");
    assert_eq!((rows, cols), (3 * units, lanes), "dsf: rows (a_raw | b | w_raw) by lanes");
    if let Slope::Bounded { limit } = slope {
        assert!(limit > 0.0 && limit < f64::INFINITY, "dsf: the bound {limit} on |ln a| must be positive");
    }
}
