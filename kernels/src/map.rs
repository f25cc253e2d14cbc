//! Elementary functions over slices.

use crate::{Isa, Real};

macro_rules! maps {
    ($($name:ident: $doc:literal = $f:expr;)*) => {$(
        #[doc = $doc]
        pub fn $name<T: Real>(_isa: Isa, x: &[T], y: &mut [T]) {
            assert_eq!(x.len(), y.len());
            let f: fn(f64) -> f64 = $f;
            for (y, x) in y.iter_mut().zip(x) { *y = T::from_f64(f(x.to_f64())); }
        }
    )*};
}
maps! {
    exp: "`y = eˣ`" = f64::exp;
    ln: "`y = ln x`" = f64::ln;
    sigmoid: "`y = 1/(1+e⁻ˣ)`" = |x| 1.0 / (1.0 + (-x).exp());
    softplus: "`y = ln(1+eˣ)`" = |x| x.max(0.0) + (-x.abs()).exp().ln_1p();
    log_sigmoid: "`y = −ln(1+e⁻ˣ)`" = |x| x.min(0.0) - (-x.abs()).exp().ln_1p();
    tanh: "`y = tanh x`" = f64::tanh;
}

/// `dx = dy·(1 − y²)` in place on `dy`, with `y = tanh x`.
pub fn tanh_vjp<T: Real>(_isa: Isa, y: &[T], dy: &mut [T]) {
    for (d, &y) in dy.iter_mut().zip(y) {
        *d = *d * (T::ONE - y * y);
    }
}

/// `dx = dy` where `y > 0`, `slope·dy` elsewhere, in place on `dy`, with `y = max(x, slope·x)`.
pub fn leaky_relu_vjp<T: Real>(_isa: Isa, slope: T, y: &[T], dy: &mut [T]) {
    for (d, &y) in dy.iter_mut().zip(y) {
        if !(y > T::ZERO) {
            *d = *d * slope;
        }
    }
}

/// Constants of one Adam step (Kingma & Ba 2015; decoupled decay of Loshchilov & Hutter 2019).
#[derive(Clone, Copy, Debug)]
pub struct AdamStep {
    /// Learning rate.
    pub rate: f64,
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the root of the second moment.
    pub epsilon: f64,
    /// Decoupled weight decay.
    pub decay: f64,
    /// Factor on the gradient (for clipping).
    pub gradient_scale: f64,
    /// Number of this step, from 1.
    pub step: u64,
}

/// One fused Adam update of `p` with gradient `g` and moments `m`, `v`.
pub fn adam<T: Real>(_isa: Isa, c: &AdamStep, p: &mut [T], g: &[T], m: &mut [T], v: &mut [T]) {
    let (b1, b2) = (T::from_f64(c.beta1), T::from_f64(c.beta2));
    let (c1, c2) = (T::from_f64(1.0 - c.beta1), T::from_f64(1.0 - c.beta2));
    let t = c.step.min(i32::MAX as u64) as i32;
    let step = T::from_f64(c.rate / (1.0 - c.beta1.powi(t)));
    let root = T::from_f64(1.0 / (1.0 - c.beta2.powi(t)).sqrt());
    let (eps, keep, scale) =
        (T::from_f64(c.epsilon), T::from_f64(1.0 - c.rate * c.decay), T::from_f64(c.gradient_scale));
    for i in 0..p.len() {
        let g = g[i] * scale;
        m[i] = b1 * m[i] + c1 * g;
        v[i] = b2 * v[i] + c2 * g * g;
        p[i] = keep * p[i] - step * m[i] / (v[i].sqrt() * root + eps);
    }
}

/// `Σ x²` in double precision, in a fixed order.
pub fn sum_of_squares<T: Real>(_isa: Isa, x: &[T]) -> f64 {
    x.iter().map(|v| v.to_f64() * v.to_f64()).sum()
}

/// `y += x`.
pub fn add_assign<T: Real>(_isa: Isa, x: &[T], y: &mut [T]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += *x;
    }
}
