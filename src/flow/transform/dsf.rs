//! The deep sigmoidal flow (Huang et al. 2018, eq. 8): a mixture of sigmoids in logit space.
//!
//! `y(x) = ln S − ln S̄`, `S = Σ w_j σ(u_j)`, `S̄ = Σ w_j σ(−u_j)`, `u_j = a_j x + b_j`, `w = softmax`; raw parameters
//! `[3U, lanes]` = rows (slopes | biases | weights). `y` is a quasi-mean of the `u_j`, so the solution of `y(x) = y*` lies
//! between the smallest and the largest `(y* − b_j)/a_j`: a closed-form bracket. Formula and VJP of a tile:
//! [`nafal_kernels::dsf`].

use nafal_kernels::dsf::{self, Slope};
use nafal_kernels::{Isa, Matrix, MatrixMut, Real, map};

use super::log_space::{log_sigmoids, log_slope, log_sum_exp, raw_unit_slope, spread_bias};
use super::univariate::{Bracket, Evaluation, ScalarMap, UnivariateTransform};
use crate::autodiff::{Backward, Forward, Operation, ParameterId, Parameters, Tape, Var};
use crate::flow::error::FlowError;

/// The deep sigmoidal flow; see the top of this file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dsf {
    /// Sigmoid units `U`.
    pub units: usize,
    /// How raw slopes become positive.
    pub slope: Slope,
}

#[cfg(feature = "proptest")]
impl Dsf {
    /// With a number of sigmoids within `units`.
    pub(super) fn any(units: std::ops::RangeInclusive<usize>) -> impl proptest::strategy::Strategy<Value = Self> {
        use proptest::prelude::*;
        (units, super::strategies::slopes(1)).prop_map(|(units, slope)| Dsf { units, slope })
    }
}

impl<T: Real> UnivariateTransform<T> for Dsf {
    fn check(&self) -> Result<(), FlowError> {
        FlowError::check_sizes(&[("units", self.units, 1, 1024)])?;
        FlowError::check_slope(self.slope)
    }

    fn raw_rows(&self) -> usize {
        3 * self.units
    }

    fn starting_raw(&self, row: usize) -> f64 {
        match row / self.units {
            0 => raw_unit_slope(self.slope),
            1 => spread_bias(row % self.units, self.units),
            _ => 0.0,
        }
    }

    fn scratch(&self, _lanes: usize) -> usize {
        dsf::scratch(self.units)
    }

    fn forward(
        &self,
        isa: Isa,
        _: &Parameters<T>,
        _: &[ParameterId],
        x: &[T],
        raw: Matrix<T>,
        y: &mut [T],
        log_slope: &mut [T],
        scratch: &mut [T],
    ) {
        dsf::forward(isa, self.slope, self.units, x, raw, y, log_slope, scratch);
    }

    fn record(&self, tape: &mut Tape<T>, p: &Parameters<T>, _: &[ParameterId], x: Var, raw: Var) -> (Var, Var) {
        let m = x.rows();
        assert_eq!(raw.rows(), m * 3 * self.units, "dsf: raw parameters of {m} features");
        let out = tape.record(p, Node { transform: *self, x, raw }, 2 * m, true);
        (out.slice(0, m), out.slice(m, m))
    }

    fn scalar(&self, _: &Parameters<T>, _: &[ParameterId]) -> Box<dyn ScalarMap<T>> {
        Box::new(Lane::new(self.slope))
    }
}

/// The maps of all features on a tape: `(X: [m, lanes], raw: [m·3U, lanes]) → (Y, log dY/dX)`, stacked `[2m, lanes]`.
struct Node {
    transform: Dsf,
    x: Var,
    raw: Var,
}

impl Node {
    fn raw_rows(&self, feature: usize) -> Var {
        let rows = 3 * self.transform.units;
        self.raw.slice(feature * rows, rows)
    }
}

impl<T: Real> Operation<T> for Node {
    const NAME: &'static str = "dsf";

    fn forward(&self, f: Forward<T>) {
        let (isa, lanes, Dsf { units, slope }) = (f.tile.isa, f.tile.lanes, self.transform);
        let scratch = f.scratch.take(dsf::scratch(units));
        let (y, log_slope) = f.output.split_at_mut(self.x.rows() * lanes);
        for i in 0..self.x.rows() {
            let (x, raw) = (f.values.of(self.x.slice(i, 1)).data, f.values.of(self.raw_rows(i)));
            let row = i * lanes..(i + 1) * lanes;
            dsf::forward(isa, slope, units, x, raw, &mut y[row.clone()], &mut log_slope[row], scratch);
        }
    }

    fn vjp(&self, mut b: Backward<T>) {
        let (isa, lanes, Dsf { units, slope }) = (b.tile.isa, b.tile.lanes, self.transform);
        b.inputs.open(self.x);
        // The kernel overwrites: where other users of the parameters have left something, it writes to other memory.
        let first = b.inputs.first_to_write(self.raw);
        let (y_bar, log_slope_bar) = b.output_adjoint.split_at(self.x.rows() * lanes);
        let own = dsf::scratch(units);
        let scratch = b.scratch.take(own + if first { 0 } else { 3 * units * lanes });
        let (scratch, other) = scratch.split_at_mut(own);
        for i in 0..self.x.rows() {
            let (x, raw) = (self.x.slice(i, 1), self.raw_rows(i));
            let (x_values, raw_values) = (b.values.of(x).data, b.values.of(raw));
            let [x_bar, raw_bar] = b.inputs.each([x, raw]);
            let row = i * lanes..(i + 1) * lanes;
            let target = if first { &mut *raw_bar } else { &mut *other };
            let target = MatrixMut::new(target, 3 * units, lanes, lanes);
            let (y_bar, log_slope_bar) = (&y_bar[row.clone()], &log_slope_bar[row]);
            dsf::vjp(isa, slope, units, x_values, raw_values, y_bar, log_slope_bar, x_bar, target, scratch);
            if !first {
                map::add_assign(isa, other, raw_bar);
            }
        }
    }
}

/// The map of one lane.
#[derive(Clone, Debug)]
struct Lane {
    slope: Slope,
    /// `(a_j, ln a_j, b_j, ln w_j)`.
    units: Vec<[f64; 4]>,
    /// `(u_j, ln σ(u_j), ln σ(−u_j))` of the latest evaluation.
    terms: Vec<[f64; 3]>,
}

impl Lane {
    fn new(slope: Slope) -> Self {
        Lane { slope, units: Vec::new(), terms: Vec::new() }
    }
}

impl<T: Real> ScalarMap<T> for Lane {
    fn load(&mut self, raw: Matrix<T>, lane: usize) {
        let units = raw.rows / 3;
        let at = |row: usize| raw.data[row * raw.ld + lane].to_f64();
        let normaliser = log_sum_exp((0..units).map(|j| at(2 * units + j)));
        self.units.clear();
        self.units.extend((0..units).map(|j| {
            let log_a = log_slope(self.slope, at(j));
            [log_a.exp(), log_a, at(units + j), at(2 * units + j) - normaliser]
        }));
    }

    fn evaluate(&mut self, x: f64) -> Evaluation {
        self.terms.clear();
        self.terms.extend(self.units.iter().map(|&[a, _, b, _]| {
            let u = a * x + b;
            let (log_sigmoid, log_complement) = log_sigmoids(u);
            [u, log_sigmoid, log_complement]
        }));
        let pairs = || self.units.iter().zip(&self.terms);
        let log_s = log_sum_exp(pairs().map(|(p, t)| p[3] + t[1]));
        let log_c = log_sum_exp(pairs().map(|(p, t)| p[3] + t[2]));
        let log_d = log_sum_exp(pairs().map(|(p, t)| p[3] + p[1] + t[1] + t[2]));
        let mut curvature = 0.0;
        for (&[a, log_a, _, log_w], &[u, ls, lc]) in pairs() {
            let p = (log_w + ls - log_s).exp();
            let q = (log_w + lc - log_c).exp();
            let r = (log_w + log_a + ls + lc - log_d).exp();
            curvature += a * (-r * (0.5 * u).tanh() - p * lc.exp() + q * ls.exp());
        }
        Evaluation { y: log_s - log_c, log_slope: log_d - log_s - log_c, curvature }
    }

    fn bracket(&self, target: f64) -> Bracket {
        let ends = self.units.iter().map(|&[a, _, b, _]| (target - b) / a);
        let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let (mut slope, mut bias) = (0.0, 0.0);
        for &[a, _, b, log_w] in &self.units {
            slope += log_w.exp() * a;
            bias += log_w.exp() * b;
        }
        Bracket { low, high, guess: (target - bias) / slope }
    }
}

#[cfg(test)]
mod tests {
    use super::super::solve::solve;
    use super::*;

    fn load(slope: Slope, raw: &[f64]) -> Lane {
        let mut lane = Lane::new(slope);
        lane.load(Matrix::new(raw, raw.len(), 1, 1), 0);
        lane
    }

    fn lane(a: &[f64], b: &[f64], w: &[f64]) -> Lane {
        // expm1⁻¹ of a slope is its raw softplus parameter.
        let raw: Vec<f64> = a
            .iter()
            .map(|a| if *a > 30.0 { *a } else { a.exp_m1().ln() })
            .chain(b.iter().copied())
            .chain(w.iter().copied())
            .collect();
        load(Slope::Softplus, &raw)
    }

    fn evaluate(lane: &mut Lane, x: f64) -> Evaluation {
        ScalarMap::<f64>::evaluate(lane, x)
    }

    fn solution(lane: &mut Lane, target: f64) -> (f64, Evaluation) {
        solve::<f64>(lane, target)
    }

    /// 80-digit values of the study on NAF numerics.
    #[allow(clippy::excessive_precision, clippy::approx_constant)]
    #[test]
    fn agrees_with_values_computed_to_eighty_digits() {
        let mut t = lane(&[0.5, 1.0, 3.0], &[-1.0, 0.25, 2.0], &[0.0, -0.5, 1.0]);
        for (x, y, log_slope, curvature) in [
            (-1000.0, -502.464368784107945, -0.693147180559945309, 0.0),
            (-3.0, -3.60221671875757469, -0.37582932053439926, 0.225964117446191),
            (0.0, 0.821886674814304728, 0.185009594328776491, -1.30013694744079),
            (0.7, 1.37834340625963631, -0.643230732929727853, -0.823800285810816),
            (40.0, 20.464368788057066, -0.693147184509066508, 1.97456059175072e-9),
        ] {
            let e = evaluate(&mut t, x);
            assert!((e.y - y).abs() <= 1e-13 * y.abs().max(1.0), "y({x}) = {}", e.y);
            assert!((e.log_slope - log_slope).abs() <= 1e-12, "log slope({x}) = {}", e.log_slope);
            assert!((e.curvature - curvature).abs() <= 1e-12, "curvature({x}) = {}", e.curvature);
        }
        let mut plateau = lane(&[50.0, 50.0], &[2000.0, -2000.0], &[0.0, 0.0]);
        for (x, y, log_slope) in [
            (0.0, 0.0, -1994.70168263345196),
            (1.0, 0.0, -1945.39482981401191),
            (39.9, 0.0133859017214489022, -0.408215715733357534),
        ] {
            let e = evaluate(&mut plateau, x);
            assert!((e.y - y).abs() <= 1e-12 && (e.log_slope - log_slope).abs() <= 1e-9, "{x}: {e:?}");
        }
    }

    #[test]
    fn solves_far_out_and_on_plateaus() {
        let mut t = lane(&[50.0, 50.0, 0.01], &[2000.0, -2000.0, 0.3], &[0.0, 0.0, -3.0]);
        for target in [-1e6, -30.0, -1.0, -1e-9, 0.0, 1e-3, 2.5, 700.0, 1e12] {
            let (x, at) = solution(&mut t, target);
            assert!(x.is_finite() && (at.y - target).abs() <= 1e-12 * (1.0 + target.abs()), "{target}: x {x}, {at:?}");
        }
        // The flattest unit alone carries the lower tail, past a plateau of 130 orders of magnitude; where its slope
        // underflows, the tail begins beyond the last number.
        let raw = [16.0, -114.0, -300.0, -192.0, 22.0, 104.0, -15.6, -107.4, 3.3];
        let (x, at) = solution(&mut load(Slope::Softplus, &raw), -25.0);
        assert!(x < -1e130 && (at.y + 25.0).abs() <= 1e-12, "x {x}, {at:?}");
        let raw = [16.0, -114.0, -722.0, -192.0, 22.0, 104.0, -15.6, -107.4, 3.3];
        assert!((-f64::MAX..-1.7e308).contains(&solution(&mut load(Slope::Softplus, &raw), -25.0).0));
    }

    #[test]
    fn nan_stays_nan_and_infinity_is_its_own_solution() {
        let mut t = lane(&[0.5, 2.0], &[0.0, 1.0], &[0.0, 0.0]);
        assert!(solution(&mut t, f64::NAN).0.is_nan());
        assert_eq!(solution(&mut t, f64::NEG_INFINITY).0, f64::NEG_INFINITY);
        assert!(solution(&mut lane(&[0.5, 2.0], &[0.0, f64::NAN], &[0.0, 0.0]), 1.0).0.is_nan());
    }
}
