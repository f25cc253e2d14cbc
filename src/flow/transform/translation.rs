//! The translation of additive coupling (Dinh et al. 2014): `y = x + b`, log-slope 0; raw parameters `[1, lanes]` = b.

use nafal_kernels::{Isa, Matrix, Real};

use super::univariate::{Bracket, Evaluation, ScalarMap, UnivariateTransform};
use crate::autodiff::{ParameterId, Parameters, Tape, Var};
use crate::flow::error::FlowError;

/// The translation; see the top of this file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Translation;

#[cfg(feature = "proptest")]
impl Translation {
    /// There is one.
    pub(super) fn any(_: std::ops::RangeInclusive<usize>) -> impl proptest::strategy::Strategy<Value = Self> {
        proptest::strategy::Just(Translation)
    }
}

impl<T: Real> UnivariateTransform<T> for Translation {
    fn check(&self) -> Result<(), FlowError> {
        Ok(())
    }

    fn raw_rows(&self) -> usize {
        1
    }

    fn starting_raw(&self, _: usize) -> f64 {
        0.0
    }

    fn scratch(&self, _: usize) -> usize {
        0
    }

    fn forward(
        &self,
        _: Isa,
        _: &Parameters<T>,
        _: &[ParameterId],
        x: &[T],
        raw: Matrix<T>,
        y: &mut [T],
        log_slope: &mut [T],
        _: &mut [T],
    ) {
        y.iter_mut().zip(x).zip(raw.row(0)).for_each(|((y, &x), &b)| *y = x + b);
        log_slope.fill(T::ZERO);
    }

    fn record(&self, tape: &mut Tape<T>, _: &Parameters<T>, _: &[ParameterId], x: Var, raw: Var) -> (Var, Var) {
        (tape.add(x, raw), tape.input(x.rows(), false, |_, _| {}))
    }

    fn scalar(&self, _: &Parameters<T>, _: &[ParameterId]) -> Box<dyn ScalarMap<T>> {
        Box::new(Shift(0.0))
    }
}

/// The map of one lane.
struct Shift(f64);

impl<T: Real> ScalarMap<T> for Shift {
    fn load(&mut self, raw: Matrix<T>, lane: usize) {
        self.0 = raw.row(0)[lane].to_f64();
    }
    fn evaluate(&mut self, x: f64) -> Evaluation {
        Evaluation { y: x + self.0, log_slope: 0.0, curvature: 0.0 }
    }
    fn bracket(&self, target: f64) -> Bracket {
        let guess = target - self.0;
        Bracket { low: guess, high: guess, guess }
    }
}
