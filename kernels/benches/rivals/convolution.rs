//! Convolution over overlapping views against explicit im2col: the windows copied out, then one product a sample.

use super::contest::{Line, Rival, Setting};
use super::foreign::Foreign;
use super::operands::{Aligned, close, numbers};
use nafal_kernels::conv1d::{self, Conv1d};
use nafal_kernels::gemm::{Epilogue, Init, product};
use nafal_kernels::{Matrix, MatrixMut, Staircase, reference};
use std::hint::black_box;

/// `(channels_in, taps, channels_out)`.
const SHAPES: [(usize, usize, usize); 4] = [(1, 7, 32), (8, 5, 32), (32, 3, 64), (64, 5, 64)];
/// Samples of a batch.
const SAMPLES: usize = 8;
/// Length of a sample, in and out.
const LENGTH: usize = 128;

/// From the windows of a sample to its outputs.
type Product<'a, T> = &'a dyn Fn(&[T], &mut [T]);

/// All lines of one scalar type.
pub fn run<T: Foreign>(setting: &Setting) {
    for (channels_in, taps, channels_out) in SHAPES {
        let c = Conv1d { channels_in, channels_out, taps, stride: 1, padding: taps / 2, dilation: 1 };
        let name = format!("{} ({channels_in},{taps},{channels_out})", T::NAME);
        if setting.wants("conv1d", &name) {
            shape::<T>(setting, &c, &name);
        }
    }
}

/// The windows of one sample, `[steps, taps·channels_in]`, zero where they hang over the ends.
fn im2col<T: Foreign>(c: &Conv1d, x: &[T], columns: &mut [T]) {
    let (ci, inner) = (c.channels_in, c.taps * c.channels_in);
    for (t, row) in columns.chunks_exact_mut(inner).enumerate() {
        let begin = c.padding.saturating_sub(t);
        let end = c.taps.min(LENGTH + c.padding - t);
        row[..begin * ci].fill(T::ZERO);
        row[begin * ci..end * ci].copy_from_slice(&x[(t + begin - c.padding) * ci..(t + end - c.padding) * ci]);
        row[end * ci..].fill(T::ZERO);
    }
}

fn shape<T: Foreign>(setting: &Setting, c: &Conv1d, name: &str) {
    let (ci, co, inner, isa) = (c.channels_in, c.channels_out, c.taps * c.channels_in, setting.isa);
    let (x, w) = (numbers::<T>(1, SAMPLES * LENGTH * ci), numbers::<T>(2, inner * co));
    let bias = vec![T::ZERO; co];
    let outputs = || Aligned::ones(SAMPLES * LENGTH * co);
    let mut want = outputs();
    reference::conv1d_forward(c, LENGTH, &x, &w, &bias, Epilogue::Store, &mut want);

    let ours = |x: &[T], y: &mut [T]| conv1d::forward(isa, c, LENGTH, x, &w, &bias, Epilogue::Store, y);
    let mut y = outputs();
    ours(&x, &mut y);
    close("conv1d", &y, &want, 64.0);

    let dense = Staircase::dense(LENGTH, inner);
    let by_our_product = |columns: &[T], y: &mut [T]| {
        let (columns, w) = (Matrix::new(columns, LENGTH, inner, inner), Matrix::new(&w, inner, co, co));
        product(isa, &dense, columns, w, Init::Zero, Epilogue::Store, MatrixMut::new(y, LENGTH, co, co));
    };
    let by_gemm = |columns: &[T], y: &mut [T]| T::gemm([LENGTH, inner, co], columns, &w, y);
    let by_matrixmultiply = |columns: &[T], y: &mut [T]| T::matrixmultiply([LENGTH, inner, co], columns, &w, y);
    let products: [(&str, Product<T>); 3] = [
        ("im2col, our product", &by_our_product),
        ("im2col, gemm", &by_gemm),
        ("im2col, matrixmultiply", &by_matrixmultiply),
    ];
    let mut rivals: Vec<Rival> = Vec::new();
    for (name, product) in products {
        let (x, mut columns, mut y) = (&x, Aligned::ones(LENGTH * inner), outputs());
        let mut call = move |y: &mut [T]| {
            for (x, y) in black_box(x).chunks_exact(LENGTH * ci).zip(y.chunks_exact_mut(LENGTH * co)) {
                im2col(c, x, &mut columns);
                product(&columns, y);
            }
        };
        call(&mut y);
        close(name, &y, &want, 64.0);
        rivals.push((name, Box::new(move || call(black_box(&mut y)))));
    }
    let work = 2.0 * (SAMPLES * LENGTH * inner * co) as f64;
    let line = Line { kernel: "conv1d", shape: name, counts: "flops", work };
    setting.contest::<T>(&line, || ours(black_box(&x), black_box(&mut y)), rivals);
}
