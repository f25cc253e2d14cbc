//! Softmax cross-entropy against each column's class, summed over the columns in use:
//! `w·Σ_b (ln Σ_i e^{X[i,b]} − X[class_b, b])`. The output is the softmax `P: [classes, lanes]`; gradient
//! `dX = w·(P − 1[i = class_b])`.

use nafal_kernels::{Real, map};

use crate::autodiff::tape::{Backward, Env, Var};

pub(in crate::autodiff) struct Node {
    pub(in crate::autodiff) x: Var,
    pub(in crate::autodiff) weight: f64,
}

impl Node {
    pub(super) fn forward<T: Real>(&self, env: &Env, before: &[T], output: &mut [T]) -> f64 {
        let lanes = env.lanes;
        let x = &before[self.x.range(lanes)];
        for b in 0..lanes {
            // Shifted by the column's largest entry, so that no exponential overflows.
            let top = x.iter().skip(b).step_by(lanes).fold(x[b], |top, &v| if v > top { v } else { top });
            for (p, &v) in output.iter_mut().skip(b).step_by(lanes).zip(x.iter().skip(b).step_by(lanes)) {
                *p = v - top;
            }
        }
        let picked = |output: &[T], b: usize| output[env.classes[b] as usize * lanes + b].to_f64();
        let mut total = 0.0;
        (0..env.active).for_each(|b| total -= picked(output, b));
        exp_in_place(env, output);
        for b in 0..lanes {
            let sum: f64 = output.iter().skip(b).step_by(lanes).map(|p| p.to_f64()).sum();
            if b < env.active {
                total += sum.ln();
            }
            let share = T::from_f64(1.0 / sum);
            output.iter_mut().skip(b).step_by(lanes).for_each(|p| *p *= share);
        }
        self.weight * total
    }

    pub(super) fn vjp<T: Real>(&self, mut b: Backward<T>, output: Var) {
        let (lanes, weight) = (b.env.lanes, T::from_f64(self.weight));
        b.before.open(self.x);
        let dx = b.before.of(self.x);
        let p = &b.values[output.range(lanes)];
        for (dx, p) in dx.chunks_exact_mut(lanes).zip(p.chunks_exact(lanes)) {
            for (dx, &p) in dx[..b.env.active].iter_mut().zip(p) {
                *dx += weight * p;
            }
        }
        for (lane, &class) in b.env.classes[..b.env.active].iter().enumerate() {
            dx[class as usize * lanes + lane] -= weight;
        }
    }
}

/// `P ← eᴾ`, through a register-sized window.
fn exp_in_place<T: Real>(env: &Env, values: &mut [T]) {
    let mut window = [T::ZERO; 256];
    for chunk in values.chunks_mut(window.len()) {
        let window = &mut window[..chunk.len()];
        window.copy_from_slice(chunk);
        map::exp(env.isa, window, chunk);
    }
}
