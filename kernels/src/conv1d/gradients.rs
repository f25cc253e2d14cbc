//! Gradients of the convolution with respect to its input, weights and bias.

use super::{Conv1d, contiguous_windows, window};
use crate::entry::run;
use crate::gemm::{Block, Operands, TileInit, macro_kernel};
use crate::isa::{Kernel, Simd};
use crate::{Isa, Matrix, MatrixMut, Real};

/// The weights as [`gradient_input`] takes them: taps reversed, channels exchanged.
///
/// `w: [taps, channels_in, channels_out]`, `flipped: [taps, channels_out, channels_in]`. Panics if lengths disagree.
pub fn flip<T: Real>(c: &Conv1d, w: &[T], flipped: &mut [T]) {
    assert!(w.len() == c.weights() && flipped.len() == c.weights(), "conv1d: weights");
    let one = c.channels_in * c.channels_out;
    for (w, flipped) in w.chunks_exact(one).zip(flipped.chunks_exact_mut(one).rev()) {
        for (i, row) in w.chunks_exact(c.channels_out).enumerate() {
            for (o, v) in row.iter().enumerate() {
                flipped[o * c.channels_in + i] = *v;
            }
        }
    }
}

/// `dx[s, c] += Σ_{t, k: t·stride + k·dilation − padding = s} Σ_o w[k, c, o]·dy[t, o]`.
///
/// `dy: [samples, length_out, channels_out]`, `flipped` from [`flip`], `dx: [samples, length, channels_in]`.
/// Panics if lengths disagree.
pub fn gradient_input<T: Real>(isa: Isa, c: &Conv1d, length: usize, dy: &[T], flipped: &[T], dx: &mut [T]) {
    let samples = c.samples(length, dx.len());
    assert_eq!(flipped.len(), c.weights(), "conv1d: weights");
    assert_eq!(dy.len(), samples * c.length_out(length) * c.channels_out, "conv1d: output gradient");
    if !dy.is_empty() {
        run!(isa, InputGradient<'a, T> = InputGradient { c, length, dy, flipped, dx })
    }
}

pub(crate) struct InputGradient<'a, T> {
    c: &'a Conv1d,
    length: usize,
    dy: &'a [T],
    flipped: &'a [T],
    dx: &'a mut [T],
}

impl<T: Real> Kernel<T> for InputGradient<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let InputGradient { c, length, dy, flipped, dx } = self;
        let (ci, co, total) = (c.channels_in, c.channels_out, c.length_out(length));
        // With unit steps the gradient is itself a convolution, of `dy` with the flipped weights.
        let padding = (c.taps - 1).checked_sub(c.padding).filter(|_| c.stride == 1 && c.dilation == 1);
        let mirrored = padding.map(|padding| Conv1d { channels_in: co, channels_out: ci, padding, ..*c });
        if let Some(mirrored) = &mirrored {
            return contiguous_windows(s, mirrored, total, dy, flipped, TileInit::Output, None, dx);
        }
        for (dy, dx) in dy.chunks_exact(total * co).zip(dx.chunks_exact_mut(length * ci)) {
            for k in 0..c.taps {
                let steps = window::steps(c, length, k);
                if steps.is_empty() {
                    continue;
                }
                let first = steps.start * c.stride + k * c.dilation - c.padding;
                let n = steps.len();
                let mut o = Operands {
                    w: Matrix { data: &dy[steps.start * co..], rows: n, cols: co, ld: co },
                    by_columns: false,
                    x: Matrix { data: &flipped[(c.taps - 1 - k) * co * ci..], rows: co, cols: ci, ld: ci },
                    y: MatrixMut { data: &mut dx[first * ci..], rows: n, cols: ci, ld: c.stride * ci },
                };
                let init = TileInit::Output;
                macro_kernel(s, &mut o, &Block { rows: 0..n, inner: 0..co, lanes: 0..ci, init, negative_slope: None });
            }
        }
    }
}

/// `dw[k, c, o] += Σ_{n, t} x[n, t·stride + k·dilation − padding, c]·dy[n, t, o]`.
///
/// `x: [samples, length, channels_in]`, `dy: [samples, length_out, channels_out]`,
/// `dw: [taps, channels_in, channels_out]`. Panics if lengths disagree.
pub fn gradient_weights<T: Real>(isa: Isa, c: &Conv1d, length: usize, x: &[T], dy: &[T], dw: &mut [T]) {
    let samples = c.samples(length, x.len());
    assert_eq!(dw.len(), c.weights(), "conv1d: weights");
    assert_eq!(dy.len(), samples * c.length_out(length) * c.channels_out, "conv1d: output gradient");
    if !dy.is_empty() {
        run!(isa, WeightGradient<'a, T> = WeightGradient { c, length, x, dy, dw })
    }
}

pub(crate) struct WeightGradient<'a, T> {
    c: &'a Conv1d,
    length: usize,
    x: &'a [T],
    dy: &'a [T],
    dw: &'a mut [T],
}

impl<T: Real> Kernel<T> for WeightGradient<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let WeightGradient { c, length, x, dy, dw } = self;
        let (ci, co, total) = (c.channels_in, c.channels_out, c.length_out(length));
        for (x, dy) in x.chunks_exact(length * ci).zip(dy.chunks_exact(total * co)) {
            if c.dilation == 1 {
                // The windows' elements are the rows, the steps the inner index: a product of two views.
                for span in window::spans(c, length) {
                    let (rows, first) = (span.taps.len() * ci, span.first * ci);
                    let dw = &mut dw[span.taps.start * ci * co..];
                    accumulate(s, c, rows, &x[first..], &dy[span.steps.start * co..], span.steps.len(), dw);
                }
            } else {
                for k in 0..c.taps {
                    let steps = window::steps(c, length, k);
                    if !steps.is_empty() {
                        let first = (steps.start * c.stride + k * c.dilation - c.padding) * ci;
                        let dw = &mut dw[k * ci * co..];
                        accumulate(s, c, ci, &x[first..], &dy[steps.start * co..], steps.len(), dw);
                    }
                }
            }
        }
    }
}

/// `dw[i, o] += Σ_t x[t·stride·channels_in + i]·dy[t, o]` for `rows` elements `i` of a window.
fn accumulate<T: Real, S: Simd<T>>(s: S, c: &Conv1d, rows: usize, x: &[T], dy: &[T], steps: usize, dw: &mut [T]) {
    let co = c.channels_out;
    let mut o = Operands {
        w: Matrix { data: x, rows, cols: steps, ld: c.stride * c.channels_in },
        by_columns: true,
        x: Matrix { data: dy, rows: steps, cols: co, ld: co },
        y: MatrixMut { data: dw, rows, cols: co, ld: co },
    };
    macro_kernel(
        s,
        &mut o,
        &Block { rows: 0..rows, inner: 0..steps, lanes: 0..co, init: TileInit::Output, negative_slope: None },
    );
}

/// `db[o] += Σ_{n, t} dy[n, t, o]`, in order: same bits under every instruction set. Panics if lengths disagree.
pub fn gradient_bias<T: Real>(isa: Isa, c: &Conv1d, dy: &[T], db: &mut [T]) {
    let co = c.channels_out;
    assert!(db.len() == co && dy.len().is_multiple_of(co), "conv1d: output gradient and biases");
    run!(isa, BiasGradient<'a, T> = BiasGradient { dy, db })
}

pub(crate) struct BiasGradient<'a, T> {
    dy: &'a [T],
    db: &'a mut [T],
}

impl<T: Real> Kernel<T> for BiasGradient<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let co = self.db.len();
        for at in (0..co).step_by(S::LANES) {
            let lanes = S::LANES.min(co - at);
            let mut sum = s.load_first(lanes, &self.db[at..]);
            for row in self.dy.chunks_exact(co) {
                sum = s.add(sum, s.load_first(lanes, &row[at..]));
            }
            s.store_first(lanes, sum, &mut self.db[at..]);
        }
    }
}
