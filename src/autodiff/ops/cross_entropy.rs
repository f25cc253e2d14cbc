//! Softmax cross-entropy against each column's class, summed over the columns in use:
//! `w·Σ_b (ln Σ_i e^{X[i,b]} − X[class_b, b])`. The output is the softmax `P: [classes, lanes]`; gradient
//! `dX = w·(P − 1[i = class_b])`.

use nafal_kernels::{Isa, Real, map};

use crate::autodiff::operation::{Backward, Forward, Operation};
use crate::autodiff::parameters::Parameters;
use crate::autodiff::tape::Tape;
use crate::autodiff::var::Var;

struct CrossEntropy {
    x: Var,
    weight: f64,
}

impl<T: Real> Tape<T> {
    /// Adds `weight · Σ_lanes −ln softmax(x)[class]` to the loss, where the class of a lane is its context
    /// ([`Tape::set_contexts`]); returns the softmax.
    pub fn cross_entropy(&mut self, x: Var, weight: f64) -> Var {
        self.record(&Parameters::new(), CrossEntropy { x, weight }, x.rows, false)
    }
}

impl<T: Real> Operation<T> for CrossEntropy {
    const NAME: &'static str = "cross_entropy";
    const IS_LOSS: bool = true;

    fn forward(&self, f: Forward<T>) {
        let (lanes, active, classes) = (f.tile.lanes, f.tile.active, f.tile.contexts);
        let (x, output) = (f.values.of(self.x).data, f.output);
        for b in 0..lanes {
            // Shifted by the column's largest entry, so that no exponential overflows.
            let top = x.iter().skip(b).step_by(lanes).fold(x[b], |top, &v| if v > top { v } else { top });
            for (p, &v) in output.iter_mut().skip(b).step_by(lanes).zip(x.iter().skip(b).step_by(lanes)) {
                *p = v - top;
            }
        }
        let picked = |output: &[T], b: usize| output[classes[b] as usize * lanes + b].to_f64();
        let mut total = 0.0;
        (0..active).for_each(|b| total -= picked(output, b));
        exp_in_place(f.tile.isa, output);
        for b in 0..lanes {
            let sum: f64 = output.iter().skip(b).step_by(lanes).map(|p| p.to_f64()).sum();
            if b < active {
                total += sum.ln();
            }
            let share = T::from_f64(1.0 / sum);
            output.iter_mut().skip(b).step_by(lanes).for_each(|p| *p *= share);
        }
        *f.loss += self.weight * total;
    }

    fn vjp(&self, mut b: Backward<T>) {
        let (lanes, weight) = (b.tile.lanes, T::from_f64(self.weight));
        b.inputs.open(self.x);
        let p = b.values.of(b.output).data;
        let dx = b.inputs.of(self.x);
        for (dx, p) in dx.chunks_exact_mut(lanes).zip(p.chunks_exact(lanes)) {
            for (dx, &p) in dx[..b.tile.active].iter_mut().zip(p) {
                *dx += weight * p;
            }
        }
        for (lane, &class) in b.tile.contexts[..b.tile.active].iter().enumerate() {
            dx[class as usize * lanes + lane] -= weight;
        }
    }
}

/// `P ← eᴾ`, through a window on the stack.
fn exp_in_place<T: Real>(isa: Isa, values: &mut [T]) {
    let mut window = [T::ZERO; 256];
    for chunk in values.chunks_mut(window.len()) {
        let window = &mut window[..chunk.len()];
        window.copy_from_slice(chunk);
        map::exp(isa, window, chunk);
    }
}
