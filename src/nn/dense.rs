//! A dense layer: `Y = activation(W·X + b)`, `W: [n, k]`, `X: [k, lanes]`, `b: [n]`, `Y: [n, lanes]`.
//!
//! The weights may have a staircase of non-zeros, as the masked layers of an autoregressive network do.

use nafal_kernels::gemm::Epilogue;
use nafal_kernels::{Real, Staircase};

use crate::autodiff::{Linear, ParameterId, Parameters, Tape, Var};

/// What is applied to each element of a layer's output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// Nothing.
    Identity,
    /// The hyperbolic tangent.
    Tanh,
    /// `max(v, negative_slope·v)`.
    LeakyRelu {
        /// Slope below zero, in (0, 1).
        negative_slope: f64,
    },
}

impl Activation {
    /// As the fused end of a matrix product.
    pub fn epilogue<T: Real>(self) -> Epilogue<T> {
        match self {
            Activation::Identity => Epilogue::Store,
            Activation::Tanh => Epilogue::Tanh,
            Activation::LeakyRelu { negative_slope } => Epilogue::LeakyRelu(T::from_f64(negative_slope)),
        }
    }
}

/// Handles of a dense layer among some parameters.
#[derive(Clone, Copy, Debug)]
pub struct Dense {
    /// `W: [n, k]`.
    pub weight: ParameterId,
    /// `b: [n]`.
    pub bias: Option<ParameterId>,
    /// What follows.
    pub activation: Activation,
}

impl Dense {
    /// Adds `name.weight` of shape `shape` and `name.bias`, all zero, to `parameters`.
    pub fn add<T: Real>(parameters: &mut Parameters<T>, name: &str, shape: Staircase, activation: Activation) -> Self {
        let rows = shape.rows;
        let weight = parameters.add_matrix(format!("{name}.weight"), shape);
        let bias = Some(parameters.add_vector(format!("{name}.bias"), rows));
        Dense { weight, bias, activation }
    }

    /// A layer without bias whose only parameter, of shape `shape` and all zero, is called `name`.
    pub fn add_without_bias<T: Real>(
        parameters: &mut Parameters<T>,
        name: impl Into<String>,
        shape: Staircase,
        activation: Activation,
    ) -> Self {
        Dense { weight: parameters.add_matrix(name, shape), bias: None, activation }
    }

    /// Records the layer on a tape. Panics if `x` does not have the layer's `k` rows.
    pub fn record<T: Real>(&self, tape: &mut Tape<T>, parameters: &Parameters<T>, x: Var) -> Var {
        self.record_in_context(tape, parameters, None, x)
    }

    /// Records the layer with a table `[contexts, n]` whose row of each column's context is added before the activation; see
    /// [`Tape::set_contexts`].
    pub fn record_in_context<T: Real>(
        &self,
        tape: &mut Tape<T>,
        parameters: &Parameters<T>,
        table: Option<ParameterId>,
        x: Var,
    ) -> Var {
        let Dense { weight, bias, activation } = *self;
        tape.linear(parameters, Linear { weight, bias, table, epilogue: activation.epilogue() }, x)
    }
}
