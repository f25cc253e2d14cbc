//! One layer of the deep dense sigmoidal flow (Huang et al. 2018, eq. 12–14) in log-tangent form, and its VJP.
//!
//! From `h: [inputs]` and `λ_i = ln dh_i/dx` (zero at the first layer) to the same of the outputs:
//! `z = U·h`, `u = a∘z + b`, `S_k = Σ_j W_kj σ(u_j)`, `S̄_k = Σ_j W_kj σ(−u_j)`, `h'_k = ln S_k − ln S̄_k`,
//! `λ'_k = ln Σ_j W_kj a_j e^{m_j} σ(u_j)σ(−u_j) − ln S_k − ln S̄_k`, `m_j = ln Σ_i U_ji e^{λ_i}`.
//! The rows of `U: [units, inputs]` and `W: [outputs, units]` are softmaxes of shared logits plus a shift of each
//! column that depends on the lane: `U_ji ∝ e^{u_ji + η_i}`, `W_kj ∝ e^{w_kj + ζ_j}`. So `U` and `W` are shared
//! matrices times diagonals, all sums are products with them, and no log-Jacobian tensor is ever built.
//!
//! | array | shape | |
//! |---|---|---|
//! | `h`, `log_tangent` | `[inputs, lanes]` | |
//! | `raw` | `[3·units + inputs, lanes]` | rows `(a_raw \| b \| ζ \| η)` |
//! | `u`, `w` | `[units, inputs]`, `[outputs, units]` | shared logits, row-major |
//!
//! A chain of layers from one input to one output is a univariate transform: `y = h'`, `ln dy/dx = λ'`.

mod exponentials;
mod forward;
mod lanes;
mod layer;
mod log_space;
mod vjp;
mod workspace;

use crate::dsf::Slope;
use crate::dsf::slope::{Bounded, Softplus};
use crate::entry::run;
use crate::{Isa, Matrix, MatrixMut, Real};
use forward::Forward;
use layer::shape;
pub use layer::{Gradients, Layer};
use vjp::Vjp;

/// One layer, for all lanes; see the [module](self) for shapes. `scratch` holds at least [`Layer::scratch`] numbers
/// of any value. Panics if the shapes disagree.
///
/// Costs `3·units·inputs + 4·outputs·units` multiply-adds and `3·units + 2·inputs` exponentials a lane. A lane whose
/// sums underflow is computed by log-sum-exp instead, and its vector takes several times as long.
pub fn forward<T: Real>(
    isa: Isa,
    layer: &Layer<T>,
    h: Matrix<T>,
    log_tangent: Matrix<T>,
    raw: Matrix<T>,
    h_out: MatrixMut<T>,
    log_tangent_out: MatrixMut<T>,
    scratch: &mut [T],
) {
    let out = [shape(&h_out.as_ref()), shape(&log_tangent_out.as_ref())];
    layer.check(shape(&h), shape(&log_tangent), shape(&raw), out, scratch.len());
    let layer = *layer;
    match layer.slope {
        Slope::Softplus => {
            let slope = Softplus;
            let forward = Forward { layer, slope, h, log_tangent, raw, h_out, log_tangent_out, scratch };
            run!(isa, Forward<'a, T, Softplus> = forward)
        }
        Slope::Bounded { limit } => {
            let slope = Bounded(T::from_f64(limit));
            let forward = Forward { layer, slope, h, log_tangent, raw, h_out, log_tangent_out, scratch };
            run!(isa, Forward<'a, T, Bounded<T>> = forward)
        }
    }
}

/// VJP of [`forward()`] for the cotangents of its two outputs, `[outputs, lanes]` each; see [`Gradients`] for what is
/// added to and what is overwritten. Panics if the shapes disagree.
pub fn vjp<T: Real>(
    isa: Isa,
    layer: &Layer<T>,
    h: Matrix<T>,
    log_tangent: Matrix<T>,
    raw: Matrix<T>,
    h_out_bar: Matrix<T>,
    log_tangent_out_bar: Matrix<T>,
    bars: Gradients<T>,
    scratch: &mut [T],
) {
    let out = [shape(&h_out_bar), shape(&log_tangent_out_bar)];
    layer.check(shape(&h), shape(&log_tangent), shape(&raw), out, scratch.len());
    let (h_bar, t_bar) = (shape(&bars.h.as_ref()), shape(&bars.log_tangent.as_ref()));
    layer.check(h_bar, t_bar, shape(&bars.raw.as_ref()), out, scratch.len());
    assert!(bars.u.len() == layer.u.len() && bars.w.len() == layer.w.len(), "ddsf: logit gradients");
    let layer = *layer;
    match layer.slope {
        Slope::Softplus => {
            let slope = Softplus;
            let vjp = Vjp { layer, slope, h, log_tangent, raw, h_out_bar, log_tangent_out_bar, bars, scratch };
            run!(isa, Vjp<'a, T, Softplus> = vjp)
        }
        Slope::Bounded { limit } => {
            let slope = Bounded(T::from_f64(limit));
            let vjp = Vjp { layer, slope, h, log_tangent, raw, h_out_bar, log_tangent_out_bar, bars, scratch };
            run!(isa, Vjp<'a, T, Bounded<T>> = vjp)
        }
    }
}
