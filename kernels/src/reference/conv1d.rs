//! The one-dimensional convolution and its gradients, by their definitions.

use crate::Real;
use crate::conv1d::{Conv1d, PooledFilters};
use crate::gemm::Epilogue;
use core::ops::Range;

/// Calls `f(sample, t, k, position)` for every output step `t` and tap `k` that falls on an input position.
fn each(c: &Conv1d, length: usize, samples: usize, mut f: impl FnMut(usize, usize, usize, usize)) {
    for sample in 0..samples {
        for t in 0..c.length_out(length) {
            for k in 0..c.taps {
                let padded = t * c.stride + k * c.dilation;
                if padded >= c.padding && padded - c.padding < length {
                    f(sample, t, k, padded - c.padding);
                }
            }
        }
    }
}

/// See [`crate::conv1d::forward()`].
pub fn conv1d_forward<T: Real>(
    c: &Conv1d,
    length: usize,
    x: &[T],
    w: &[T],
    bias: &[T],
    epilogue: Epilogue<T>,
    y: &mut [T],
) {
    let (ci, co, steps) = (c.channels_in, c.channels_out, c.length_out(length));
    for row in y.chunks_exact_mut(co) {
        row.copy_from_slice(bias);
    }
    each(c, length, x.len() / (length * ci), |sample, t, k, at| {
        for i in 0..ci {
            for o in 0..co {
                let y = &mut y[(sample * steps + t) * co + o];
                *y = w[(k * ci + i) * co + o].mul_add(x[(sample * length + at) * ci + i], *y);
            }
        }
    });
    for y in y {
        *y = match epilogue {
            Epilogue::Store => *y,
            Epilogue::LeakyRelu(slope) => {
                if *y > slope * *y {
                    *y
                } else {
                    slope * *y
                }
            }
            Epilogue::Tanh => T::from_f64(y.to_f64().tanh()),
        };
    }
}

/// See [`crate::conv1d::gradient_input`]; takes the weights as [`conv1d_forward`] does.
pub fn conv1d_gradient_input<T: Real>(c: &Conv1d, length: usize, dy: &[T], w: &[T], dx: &mut [T]) {
    let (ci, co, steps) = (c.channels_in, c.channels_out, c.length_out(length));
    each(c, length, dx.len() / (length * ci), |sample, t, k, at| {
        for i in 0..ci {
            for o in 0..co {
                let dx = &mut dx[(sample * length + at) * ci + i];
                *dx += w[(k * ci + i) * co + o] * dy[(sample * steps + t) * co + o];
            }
        }
    });
}

/// See [`crate::conv1d::gradient_weights`].
pub fn conv1d_gradient_weights<T: Real>(c: &Conv1d, length: usize, x: &[T], dy: &[T], dw: &mut [T]) {
    let (ci, co, steps) = (c.channels_in, c.channels_out, c.length_out(length));
    each(c, length, x.len() / (length * ci), |sample, t, k, at| {
        for i in 0..ci {
            for o in 0..co {
                let dy = dy[(sample * steps + t) * co + o];
                dw[(k * ci + i) * co + o] += x[(sample * length + at) * ci + i] * dy;
            }
        }
    });
}

/// See [`crate::conv1d::gradient_bias`].
pub fn conv1d_gradient_bias<T: Real>(c: &Conv1d, dy: &[T], db: &mut [T]) {
    for row in dy.chunks_exact(c.channels_out) {
        for (b, d) in db.iter_mut().zip(row) {
            *b += *d;
        }
    }
}

/// See [`crate::conv1d::pool()`]; `x: [length, channels_in]`, without margins.
pub fn conv1d_pool<T: Real>(f: &PooledFilters<T>, x: &[T], segments: &[Range<usize>], out: &mut [T]) {
    let (c, filters) = (f.geometry, f.bias.len());
    let length = x.len() / c.channels_in;
    let mut v = vec![T::ZERO; length * filters];
    conv1d_forward(c, length, x, f.weights, f.bias, Epilogue::LeakyRelu(f.slope), &mut v);
    for (steps, out) in segments.iter().zip(out.chunks_exact_mut(f.statistics())) {
        out.fill(T::ZERO);
        for row in v[steps.start * filters..steps.end * filters].chunks_exact(filters) {
            for (o, &v) in row.iter().enumerate() {
                out[o] += v;
                for (q, thresholds) in f.thresholds.chunks_exact(filters).enumerate() {
                    out[(1 + q) * filters + o] += if v > thresholds[o] { T::ONE } else { T::ZERO };
                }
            }
        }
        out.iter_mut().for_each(|sum| *sum = *sum / T::from_f64(steps.len() as f64));
    }
}
