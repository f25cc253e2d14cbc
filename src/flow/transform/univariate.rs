//! What a univariate transform is: `y = t(x; raw, shared)`, a monotone bijection of the real line with linear tails.
//!
//! Raw parameters come from the conditioner, `[R, lanes]` for each feature: every lane has a map of its own. Shared
//! parameters are the same for all lanes and all features of a block; most transforms have none. Values are computed by
//! the kernels on tiles of lanes, on a tape or without one; the inverse solves for one lane in f64 ([`ScalarMap`]).

use nafal_kernels::{Isa, Matrix, Real};

use crate::autodiff::{ParameterId, Parameters, Tape, Var};
use crate::flow::error::FlowError;

/// A family of monotone bijections of the real line.
pub trait UnivariateTransform<T: Real> {
    /// Checks sizes and constants.
    ///
    /// # Errors
    /// The first that makes no sense.
    fn check(&self) -> Result<(), FlowError>;

    /// Layers the map is a chain of; its slope is a product of as many factors.
    fn depth(&self) -> usize {
        1
    }

    /// Raw parameters `R` of a feature.
    fn raw_rows(&self) -> usize;

    /// Value of raw parameter `row` in a fresh flow: near the identity, its units spread over the line.
    fn starting_raw(&self, row: usize) -> f64;

    /// Adds a block's shared parameters, all zero, with names that begin with `prefix`.
    fn add_shared(&self, _prefix: &str, _parameters: &mut Parameters<T>) -> Vec<ParameterId> {
        Vec::new()
    }

    /// Values of the shared parameters in a fresh flow, from standard normal numbers.
    fn start_shared(&self, _: &mut Parameters<T>, _shared: &[ParameterId], _normal: &mut dyn FnMut() -> f64) {}

    /// Numbers of scratch that [`UnivariateTransform::forward`] needs on tiles of `lanes` lanes.
    fn scratch(&self, lanes: usize) -> usize;

    /// One feature: `x: [lanes]` and `raw: [R, lanes]` to `y` and `log_slope = ln dy/dx`, both `[lanes]`. A lane's bits
    /// depend on that lane alone. `scratch` may hold anything. Panics if the shapes disagree.
    fn forward(
        &self,
        isa: Isa,
        parameters: &Parameters<T>,
        shared: &[ParameterId],
        x: &[T],
        raw: Matrix<T>,
        y: &mut [T],
        log_slope: &mut [T],
        scratch: &mut [T],
    );

    /// Records all features on a tape: `x: [m, lanes]` and `raw: [m·R, lanes]`, feature by feature, to the values and their
    /// log-slopes, both `[m, lanes]`. Panics if the shapes disagree.
    fn record(
        &self,
        tape: &mut Tape<T>,
        parameters: &Parameters<T>,
        shared: &[ParameterId],
        x: Var,
        raw: Var,
    ) -> (Var, Var);

    /// The map of a single lane in f64, with no lane loaded yet.
    fn scalar(&self, parameters: &Parameters<T>, shared: &[ParameterId]) -> Box<dyn ScalarMap<T>>;
}

/// The map of one lane as a scalar function in f64.
pub trait ScalarMap<T> {
    /// Takes the map of lane `lane` of raw parameters `[R, lanes]`.
    fn load(&mut self, raw: Matrix<T>, lane: usize);

    /// `y`, `ln y'` and `(ln y')'` at `x`.
    fn evaluate(&mut self, x: f64) -> Evaluation;

    /// Where the solution of `y(x) = target` lies, for a finite target.
    fn bracket(&self, target: f64) -> Bracket;
}

/// What one evaluation of a scalar map gives.
#[derive(Clone, Copy, Debug)]
pub struct Evaluation {
    /// `y(x)`.
    pub y: f64,
    /// `ln dy/dx`.
    pub log_slope: f64,
    /// `d(ln dy/dx)/dx`.
    pub curvature: f64,
}

/// An interval that holds a solution but for rounding, and a first guess. Ends may be infinite where slopes underflow.
#[derive(Clone, Copy, Debug)]
pub struct Bracket {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// First guess; need not lie between the ends.
    pub guess: f64,
}
