//! Matrix products: dense ones against other crates', staircases against dense ones, a conditioner whole.

use super::contest::{Line, Rival, Setting};
use super::foreign::Foreign;
use super::operands::{Aligned, close, numbers};
use nafal_kernels::gemm::{Epilogue, Init, product};
use nafal_kernels::{Isa, Matrix, MatrixMut, Staircase, reference};
use std::hint::black_box;

/// Rows of a batch.
const BATCHES: [usize; 3] = [32, 64, 256];
/// Inputs and outputs of a layer.
const LAYERS: [(usize, usize); 4] = [(8, 128), (128, 128), (128, 384), (1024, 1024)];
/// Features of the autoregressive nets the staircases come from.
const FEATURES: usize = 8;
/// Lanes that go through a net together.
const TILE: usize = 64;

/// Another crate's product of `[n, k]` weights and `[k, lanes]` inputs.
type Product<T> = fn([usize; 3], &[T], &[T], &mut [T]);

/// All lines of one scalar type.
pub fn run<T: Foreign>(setting: &Setting) {
    for (k, n) in LAYERS {
        for lanes in BATCHES {
            layer::<T>(setting, "gemm", &Staircase::dense(n, k), lanes);
            layer::<T>(setting, "gemm_staircase", &masked(k, n), lanes);
        }
    }
    for lanes in BATCHES {
        net::<T>(setting, lanes);
    }
}

/// The mask of a layer of an autoregressive net over [`FEATURES`] features, as a staircase: hidden units have degrees
/// `1 ..= FEATURES − 1` in equal shares, and see the inputs or units of their degree or less.
fn masked(k: usize, n: usize) -> Staircase {
    let units_up_to = |degree: usize, units: usize| units * degree / (FEATURES - 1);
    let prefixes: Vec<usize> = if k == FEATURES {
        (0..n).map(|i| 1 + i * (FEATURES - 1) / n).collect()
    } else if n.is_multiple_of(FEATURES) && n > k {
        // A head: the parameters of feature `i` see the units of degree `i` or less, those of the first see none.
        (0..n).map(|i| units_up_to(i * FEATURES / n, k)).collect()
    } else {
        (0..n).map(|i| units_up_to(1 + i * (FEATURES - 1) / n, k)).collect()
    };
    Staircase::from_prefixes(&prefixes, k)
}

/// Weights `[n, k]`, zero outside the staircase.
fn weights<T: Foreign>(shape: &Staircase, seed: u64) -> Aligned<T> {
    let mut w = numbers::<T>(seed, shape.rows * shape.cols);
    for run in &shape.runs {
        for row in w[run.rows.start * shape.cols..run.rows.end * shape.cols].chunks_exact_mut(shape.cols) {
            row[..run.inner.start].fill(T::ZERO);
            row[run.inner.end..].fill(T::ZERO);
        }
    }
    w
}

/// One layer: `Y = W·X`.
fn layer<T: Foreign>(setting: &Setting, kernel: &str, shape: &Staircase, lanes: usize) {
    let (n, k) = (shape.rows, shape.cols);
    let name = format!("{} {lanes}x({k}->{n})", T::NAME);
    if !setting.wants(kernel, &name) {
        return;
    }
    let (w, x) = (weights::<T>(shape, 1), numbers::<T>(2, k * lanes));
    let sizes = [n, k, lanes];
    let run = |isa: Isa, shape: &Staircase, w: &[T], x: &[T], y: &mut [T]| {
        let (w, x) = (Matrix::new(w, n, k, k), Matrix::new(x, k, lanes, lanes));
        product(isa, shape, w, x, Init::Zero, Epilogue::Store, MatrixMut::new(y, n, lanes, lanes));
    };
    // Sums of `k` products of numbers up to one, in any order.
    let tolerance = 16.0 + k as f64;
    let mut want = vec![T::ZERO; n * lanes];
    {
        let (w, x) = (Matrix::new(&w, n, k, k), Matrix::new(&x, k, lanes, lanes));
        let y = MatrixMut::new(&mut want, n, lanes, lanes);
        reference::product(shape, w, x, Init::Zero, Epilogue::Store, y);
    }
    let rivals: [(&str, Product<T>); 3] =
        [("gemm", T::gemm), ("matrixmultiply", T::matrixmultiply), ("nalgebra", T::nalgebra)];
    let mut y = Aligned::ones(n * lanes);
    run(setting.isa, shape, &w, &x, &mut y);
    close("ours", &y, &want, tolerance);
    let dense = Staircase::dense(n, k);
    let mut contestants: Vec<Rival> = Vec::new();
    for (name, rival) in rivals {
        let mut y = Aligned::ones(n * lanes);
        rival(sizes, &w, &x, &mut y);
        close(name, &y, &want, tolerance);
        let (w, x) = (&w, &x);
        contestants.push((name, Box::new(move || rival(sizes, black_box(w), black_box(x), black_box(&mut y)))));
    }
    if *shape != dense {
        let (mut y, isa, w, x, dense) = (Aligned::ones(n * lanes), setting.isa, &w, &x, &dense);
        contestants.push(("ours, dense", Box::new(move || run(isa, dense, black_box(w), x, black_box(&mut y)))));
    }
    let work = 2.0 * (shape.nonzeros() * lanes) as f64;
    let line = Line { kernel, shape: &name, counts: "flops", work };
    setting.contest::<T>(&line, || run(setting.isa, shape, black_box(&w), &x, black_box(&mut y)), contestants);
}

/// A net of three layers with biases and leaky ReLU, tile by tile: with its staircases, and as if it were dense.
fn net<T: Foreign>(setting: &Setting, lanes: usize) {
    let name = format!("{} {lanes}x(8->128->128->384)", T::NAME);
    if !setting.wants("net_staircase", &name) {
        return;
    }
    let shapes = [masked(8, 128), masked(128, 128), masked(128, 384)];
    let dense: Vec<Staircase> = shapes.iter().map(|s| Staircase::dense(s.rows, s.cols)).collect();
    let w: Vec<Aligned<T>> = shapes.iter().map(|s| weights(s, 3)).collect();
    let bias: Vec<Aligned<T>> = shapes.iter().map(|s| numbers(4, s.rows)).collect();
    let tile = TILE.min(lanes);
    let x = numbers::<T>(5, FEATURES * lanes);
    let pass = |shapes: &[Staircase], hidden: &mut [Aligned<T>; 2], y: &mut [T]| {
        let [first, second] = hidden;
        for (x, y) in x.chunks_exact(FEATURES * tile).zip(y.chunks_exact_mut(384 * tile)) {
            let layer = |l: usize, x: &[T], y: &mut [T], epilogue| {
                let (n, k) = (shapes[l].rows, shapes[l].cols);
                let (w, x) = (Matrix::new(&w[l], n, k, k), Matrix::new(x, k, tile, tile));
                let y = MatrixMut::new(y, n, tile, tile);
                product(setting.isa, &shapes[l], w, x, Init::Bias(&bias[l]), epilogue, y);
            };
            let leaky = Epilogue::LeakyRelu(T::from_f64(0.01));
            layer(0, x, first, leaky);
            layer(1, first, second, leaky);
            layer(2, second, y, Epilogue::Store);
        }
    };
    let hidden = || [Aligned::ones(128 * tile), Aligned::ones(128 * tile)];
    let (mut y, mut y_dense) = (Aligned::ones(384 * lanes), Aligned::ones(384 * lanes));
    let (mut h, mut h_dense) = (hidden(), hidden());
    pass(&shapes, &mut h, &mut y);
    pass(&dense, &mut h_dense, &mut y_dense);
    close("the masked net", &y, &y_dense, 64.0);
    let work = 2.0 * (shapes.iter().map(Staircase::nonzeros).sum::<usize>() * lanes) as f64;
    let line = Line { kernel: "net_staircase", shape: &name, counts: "flops", work };
    let rival: Rival = ("ours, dense", Box::new(|| pass(black_box(&dense), &mut h_dense, black_box(&mut y_dense))));
    setting.contest::<T>(&line, || pass(black_box(&shapes), &mut h, black_box(&mut y)), vec![rival]);
}
