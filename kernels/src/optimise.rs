//! Optimiser arithmetic on flat slices: one fused Adam step, and the gradient norm in a fixed order.

use crate::entry::run;
use crate::isa::{Kernel, Simd};
use crate::{Isa, Real};

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

pub(crate) struct Adam<'a, T> {
    constants: [T; 9],
    p: &'a mut [T],
    g: &'a [T],
    m: &'a mut [T],
    v: &'a mut [T],
}

impl<T: Real> Kernel<T> for Adam<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let Adam { constants, p, g, m, v } = self;
        let [b1, b2, c1, c2, step, root, eps, retained, scale] = constants.map(|c| s.splat(c));
        let n = p.len();
        let mut at = 0;
        while at < n {
            let (end, lanes) = ((at + S::LANES).min(n), S::LANES.min(n - at));
            let (p, g, m, v) = (&mut p[at..end], &g[at..end], &mut m[at..end], &mut v[at..end]);
            let gradient = s.mul(s.load_first(lanes, g), scale);
            // Multiplied and added in two roundings: the same bits everywhere, with or without FMA.
            let first = s.add(s.mul(b1, s.load_first(lanes, m)), s.mul(c1, gradient));
            let square = s.mul(s.mul(c2, gradient), gradient);
            let second = s.add(s.mul(b2, s.load_first(lanes, v)), square);
            let update = s.div(s.mul(step, first), s.add(s.mul(s.sqrt(second), root), eps));
            let value = s.sub(s.mul(retained, s.load_first(lanes, p)), update);
            s.store_first(lanes, first, m);
            s.store_first(lanes, second, v);
            s.store_first(lanes, value, p);
            at = end;
        }
    }
}

/// One fused Adam update of `p` with gradient `g` and moments `m`, `v`, all of one length.
/// Same bits under every instruction set.
pub fn adam<T: Real>(isa: Isa, c: &AdamStep, p: &mut [T], g: &[T], m: &mut [T], v: &mut [T]) {
    let n = p.len();
    assert!(g.len() == n && m.len() == n && v.len() == n, "adam: lengths differ");
    let t = c.step.min(i32::MAX as u64) as i32;
    let step = c.rate / (1.0 - c.beta1.powi(t));
    let root = 1.0 / (1.0 - c.beta2.powi(t)).sqrt();
    let retained = 1.0 - c.rate * c.decay;
    let constants = [c.beta1, c.beta2, 1.0 - c.beta1, 1.0 - c.beta2, step, root, c.epsilon, retained, c.gradient_scale]
        .map(T::from_f64);
    run!(isa, Adam<'a, T> = Adam { constants, p, g, m, v })
}

/// Accumulators of the sum of squares, whatever the width of the machine's vectors.
const ACCUMULATORS: usize = 16;

pub(crate) struct SumOfSquares<'a, T>(&'a [T], &'a mut f64);

impl<T: Real> Kernel<T> for SumOfSquares<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, _: S) {
        let mut sums = [0.0; ACCUMULATORS];
        let (chunks, rest) = self.0.as_chunks::<ACCUMULATORS>();
        for chunk in chunks {
            for (sum, v) in sums.iter_mut().zip(chunk) {
                *sum += v.to_f64() * v.to_f64();
            }
        }
        for (sum, v) in sums.iter_mut().zip(rest) {
            *sum += v.to_f64() * v.to_f64();
        }
        *self.1 = tree(sums);
    }
}

/// The sum of sixteen numbers, halves first.
fn tree(mut v: [f64; ACCUMULATORS]) -> f64 {
    let mut half = ACCUMULATORS / 2;
    while half > 0 {
        for i in 0..half {
            v[i] += v[i + half];
        }
        half /= 2;
    }
    v[0]
}

/// `Σ x²` in double precision, over sixteen accumulators and a tree: same bits under every instruction set.
pub fn sum_of_squares<T: Real>(isa: Isa, x: &[T]) -> f64 {
    let mut sum = 0.0;
    run!(isa, SumOfSquares<'a, T> = SumOfSquares(x, &mut sum));
    sum
}
