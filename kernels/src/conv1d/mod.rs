//! One-dimensional convolution (cross-correlation) with stride, zero padding and dilation, and its gradients.
//!
//! `y[t, o] = bias[o] + Σ_{k, c} w[k, c, o]·x[t·stride + k·dilation − padding, c]`, `x` zero outside.
//!
//! | array | shape, row-major | index |
//! |---|---|---|
//! | `x`, `dx` | `[samples, length, channels_in]`: channels last | `(n·length + s)·channels_in + c` |
//! | `y`, `dy` | `[samples, length_out, channels_out]` | `(n·length_out + t)·channels_out + o` |
//! | `w`, `dw` | `[taps, channels_in, channels_out]` | `(k·channels_in + c)·channels_out + o` |
//! | flipped weights | `[taps, channels_out, channels_in]`, taps reversed | `((taps−1−k)·channels_out + o)·channels_in + c` |
//!
//! Output channels lie in the vector lanes. Channels last makes the window of a step one contiguous slice, so im2col
//! is a view with overlapping rows and the matrix products' micro-kernel does the work: nothing is copied, and
//! padding only shortens the windows at the ends.

mod gradients;
mod pooled;
mod window;

use crate::entry::run;
use crate::gemm::{Block, Epilogue, Operands, TileInit, macro_kernel};
use crate::isa::{Kernel, Simd};
use crate::map::MapInPlace;
use crate::math::Tanh;
use crate::{Isa, Matrix, MatrixMut, Real};

pub use gradients::{flip, gradient_bias, gradient_input, gradient_weights};
pub use pooled::{PooledFilters, STEPS, pool};

/// The geometry of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv1d {
    /// Channels of the input.
    pub channels_in: usize,
    /// Channels of the output.
    pub channels_out: usize,
    /// Length of the kernel.
    pub taps: usize,
    /// Input positions between two output steps, at least one.
    pub stride: usize,
    /// Zeros before and after the input.
    pub padding: usize,
    /// Input positions between two taps, at least one.
    pub dilation: usize,
}

impl Conv1d {
    /// Input positions that one output step spans.
    pub fn reach(&self) -> usize {
        (self.taps - 1) * self.dilation + 1
    }
    /// Output steps for an input of `length`; zero if the padded input is shorter than the kernel's reach.
    pub fn length_out(&self, length: usize) -> usize {
        match (length + 2 * self.padding).checked_sub(self.reach()) {
            Some(last) => last / self.stride + 1,
            None => 0,
        }
    }
    /// Numbers of the weights.
    pub fn weights(&self) -> usize {
        self.taps * self.channels_in * self.channels_out
    }
    /// Samples in an input of `numbers` numbers. Panics if the geometry is empty or the input is ragged.
    fn samples(&self, length: usize, numbers: usize) -> usize {
        let positive = [self.channels_in, self.channels_out, self.taps, self.stride, self.dilation];
        assert!(positive.iter().all(|&v| v > 0), "conv1d: an empty geometry {self:?}");
        let one = length * self.channels_in;
        assert!(
            one > 0 && numbers.is_multiple_of(one),
            "conv1d: {numbers} numbers are not a multiple of a sample's {one}"
        );
        numbers / one
    }
}

/// `y = epilogue(bias + w ∗ x)`; see the [module](self) for shapes and layout. The number of samples follows from
/// `x.len()`. Panics if lengths disagree. Each output is one multiply-add chain over ascending `(tap, channel)`.
pub fn forward<T: Real>(
    isa: Isa,
    c: &Conv1d,
    length: usize,
    x: &[T],
    w: &[T],
    bias: &[T],
    epilogue: Epilogue<T>,
    y: &mut [T],
) {
    let samples = c.samples(length, x.len());
    assert_eq!(w.len(), c.weights(), "conv1d: weights");
    assert_eq!(bias.len(), c.channels_out, "conv1d: biases");
    assert_eq!(y.len(), samples * c.length_out(length) * c.channels_out, "conv1d: outputs");
    if !y.is_empty() {
        run!(isa, Forward<'a, T> = Forward { c, length, x, w, bias, epilogue, y })
    }
}

pub(crate) struct Forward<'a, T> {
    c: &'a Conv1d,
    length: usize,
    x: &'a [T],
    w: &'a [T],
    bias: &'a [T],
    epilogue: Epilogue<T>,
    y: &'a mut [T],
}

impl<T: Real> Kernel<T> for Forward<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let Forward { c, length, x, w, bias, epilogue, y } = self;
        let negative_slope = match epilogue {
            Epilogue::LeakyRelu(slope) => Some(slope),
            Epilogue::Store | Epilogue::Tanh => None,
        };
        if c.dilation == 1 {
            contiguous_windows(s, c, length, x, w, TileInit::Lanes(bias), negative_slope, y);
        } else {
            let sample = c.length_out(length) * c.channels_out;
            for (x, y) in x.chunks_exact(length * c.channels_in).zip(y.chunks_exact_mut(sample)) {
                tap_by_tap(s, c, length, x, w, bias, negative_slope, y);
            }
        }
        if epilogue == Epilogue::Tanh {
            MapInPlace(Tanh, y).run(s);
        }
    }
}

/// Without dilation the window of a step is contiguous. One product per sample and group of steps with the same taps;
/// at the ends, where the groups are short, one product for all samples.
fn contiguous_windows<T: Real, S: Simd<T>>(
    s: S,
    c: &Conv1d,
    length: usize,
    x: &[T],
    w: &[T],
    init: TileInit<T>,
    negative_slope: Option<T>,
    y: &mut [T],
) {
    let (ci, co) = (c.channels_in, c.channels_out);
    let (x_sample, y_sample) = (length * ci, c.length_out(length) * co);
    let samples = x.len() / x_sample;
    for span in window::spans(c, length) {
        let (steps, inner) = (span.steps.len(), span.taps.len() * ci);
        let w = Matrix { data: &w[span.taps.start * ci * co..], rows: inner, cols: co, ld: co };
        let mut product = |x_from: usize, x_ld: usize, y_from: usize, y_ld: usize, rows: usize| {
            let mut o = Operands {
                w: Matrix { data: &x[x_from..], rows, cols: inner, ld: x_ld },
                by_columns: false,
                x: w,
                y: MatrixMut { data: &mut y[y_from..], rows, cols: co, ld: y_ld },
            };
            macro_kernel(s, &mut o, &Block { rows: 0..rows, inner: 0..inner, lanes: 0..co, init, negative_slope });
        };
        if steps < samples {
            for (i, t) in span.steps.clone().enumerate() {
                product((span.first + i * c.stride) * ci, x_sample, t * co, y_sample, samples);
            }
        } else {
            for n in 0..samples {
                let (from, to) = (n * x_sample + span.first * ci, n * y_sample + span.steps.start * co);
                product(from, c.stride * ci, to, co, steps);
            }
        }
    }
}

/// With dilation each tap adds its own product to the outputs it reaches.
fn tap_by_tap<T: Real, S: Simd<T>>(
    s: S,
    c: &Conv1d,
    length: usize,
    x: &[T],
    w: &[T],
    bias: &[T],
    negative_slope: Option<T>,
    y: &mut [T],
) {
    let (ci, co) = (c.channels_in, c.channels_out);
    for row in y.chunks_exact_mut(co) {
        row.copy_from_slice(bias);
    }
    for k in 0..c.taps {
        let steps = window::steps(c, length, k);
        if steps.is_empty() {
            continue;
        }
        let first = steps.start * c.stride + k * c.dilation - c.padding;
        let mut o = Operands {
            w: Matrix { data: &x[first * ci..], rows: steps.len(), cols: ci, ld: c.stride * ci },
            by_columns: false,
            x: Matrix { data: &w[k * ci * co..], rows: ci, cols: co, ld: co },
            y: MatrixMut { data: &mut y[steps.start * co..], rows: steps.len(), cols: co, ld: co },
        };
        let init = TileInit::Output;
        macro_kernel(
            s,
            &mut o,
            &Block { rows: 0..steps.len(), inner: 0..ci, lanes: 0..co, init, negative_slope: None },
        );
    }
    if let Some(slope) = negative_slope {
        for y in y {
            let scaled = slope * *y;
            *y = if *y > scaled { *y } else { scaled };
        }
    }
}
