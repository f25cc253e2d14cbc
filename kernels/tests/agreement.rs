//! Every backend against the definition, over random shapes.

mod support;

use std::ops::Range;

use nafal_kernels::gemm::{self, Epilogue, Init};
use nafal_kernels::map::{self, AdamStep};
use nafal_kernels::{Isa, Matrix, MatrixMut, Real, Run, Staircase, reference};
use proptest::prelude::*;
use support::products::{Begin, Problem};
use support::{Numbers, close, extent, isas, settings};

/// Growing prefixes with repeats, some of them empty.
fn prefixes() -> impl Strategy<Value = (Vec<usize>, usize)> {
    (prop_oneof![4 => 1usize..70, 1 => 120usize..300], prop::collection::vec(0usize..=100, 1..60)).prop_map(
        |(k, mut share)| {
            share.sort_unstable();
            (share.into_iter().map(|s| k * s.saturating_sub(10) / 90).collect(), k)
        },
    )
}

fn agree<T: Real>(p: &Problem<T>, tolerance: f64) {
    for isa in isas() {
        for begin in [Begin::Zero, Begin::Bias, Begin::Output] {
            for epilogue in [Epilogue::Store, Epilogue::LeakyRelu(T::from_f64(0.01)), Epilogue::Tanh] {
                let (got, want) = (p.product(Some(isa), begin, epilogue), p.product(None, begin, epilogue));
                close(&format!("product {} {begin:?} {epilogue:?}", isa.name()), &got, &want, tolerance);
            }
        }
        for add in [false, true] {
            let what = format!("outer {} add={add}", isa.name());
            close(&what, &p.outer(Some(isa), add), &p.outer(None, add), tolerance);
        }
    }
}

proptest! {
    #![proptest_config(settings(64))]
    #[test]
    fn products_agree((prefixes, k) in prefixes(), lanes in 0usize..70, slack in 0usize..5, seed: u64) {
        agree(&Problem::<f32>::new(&prefixes, k, lanes, slack, seed), 2e-5);
        agree(&Problem::<f64>::new(&prefixes, k, lanes, slack, seed), 1e-13);
    }

    #[test]
    fn reductions_and_transposes_agree(rows in 0usize..40, cols in 0usize..90, slack in 0usize..5, seed: u64) {
        reductions::<f32>(rows, cols, slack, seed, 1e-5);
        reductions::<f64>(rows, cols, slack, seed, 1e-13);
    }

    #[test]
    fn updates_agree(n in 0usize..80, seed: u64) {
        updates::<f32>(n, seed, 1e-6);
        updates::<f64>(n, seed, 1e-14);
    }
}

fn reductions<T: Real>(rows: usize, cols: usize, slack: usize, seed: u64, tolerance: f64) {
    let ld = cols + slack;
    let data: Vec<T> = Numbers(seed).vec(extent(rows, cols, ld));
    let m = Matrix::new(&data, rows, cols, ld);
    for isa in isas() {
        for add in [false, true] {
            let (mut got, mut want) = (vec![T::ONE; rows], vec![T::ONE; rows]);
            gemm::row_sums(isa, m, add, &mut got);
            reference::row_sums(m, add, &mut want);
            close("row_sums", &got, &want, tolerance);
        }
        let (mut got, mut want) = (vec![T::ZERO; cols * (rows + 2)], vec![T::ZERO; cols * (rows + 2)]);
        gemm::transpose(isa, m, MatrixMut::new(&mut got, cols, rows, rows + 2));
        reference::transpose(m, MatrixMut::new(&mut want, cols, rows, rows + 2));
        assert_eq!(got, want);
    }
}

/// Runs that begin within a panel of the weight gradient, cross into the next, or are empty.
#[test]
fn weight_gradients_agree_across_panels() {
    let run = |rows: Range<usize>, inner: Range<usize>| Run { rows, inner };
    let runs =
        vec![run(0..3, 100..140), run(3..5, 0..0), run(5..9, 128..256), run(9..14, 7..290), run(14..15, 128..129)];
    let (n, k, lanes) = (15, 300, 21);
    let shape = Staircase { rows: n, cols: k, runs };
    let mut r = Numbers(3);
    let (dy, x, before): (Vec<f64>, Vec<f64>, Vec<f64>) = (r.vec(n * lanes), r.vec(k * lanes), r.vec(n * k));
    let (dy, x) = (Matrix::new(&dy, n, lanes, lanes), Matrix::new(&x, k, lanes, lanes));
    for isa in isas() {
        for add in [false, true] {
            let (mut got, mut want) = (before.clone(), before.clone());
            let mut scratch = vec![f64::NAN; gemm::outer_scratch(k, lanes)];
            gemm::outer(isa, &shape, dy, x, add, MatrixMut::new(&mut got, n, k, k), &mut scratch);
            reference::outer(&shape, dy, x, add, MatrixMut::new(&mut want, n, k, k));
            close(isa.name(), &got, &want, 1e-13);
        }
    }
}

/// More inputs than the second-level cache holds, in long rows: runs that begin in a later KC block, end in an earlier
/// one, cross from one to the next, or are empty; weights by rows and by columns.
#[test]
fn products_of_many_inputs_agree() {
    let run = |rows: Range<usize>, inner: Range<usize>| Run { rows, inner };
    let runs = vec![
        run(0..3, 0..0),
        run(3..45, 1100..1900),
        run(45..80, 5..1000),
        run(80..82, 1500..1500),
        run(82..120, 900..1100),
        run(120..160, 0..1900),
    ];
    let (n, k, lanes) = (160, 1900, if support::small() { 9 } else { 141 });
    let shape = Staircase { rows: n, cols: k, runs };
    let mut r = Numbers(17);
    let (w, x, before): (Vec<f32>, Vec<f32>, Vec<f32>) = (r.vec(n * k), r.vec(k * lanes), r.vec(n * lanes));
    let bias: Vec<f32> = r.vec(n);
    let mut transposed = vec![0.0; n * k];
    for i in 0..n {
        for p in 0..k {
            transposed[p * n + i] = w[i * k + p];
        }
    }
    let (by_rows, by_columns) = (Matrix::new(&w, n, k, k), Matrix::new(&transposed, k, n, n));
    let x = Matrix::new(&x, k, lanes, lanes);
    for isa in isas() {
        for start in [Init::Zero, Init::Bias(&bias), Init::Output] {
            for epilogue in [Epilogue::Store, Epilogue::LeakyRelu(0.01)] {
                let [mut want, mut rows, mut columns] = [before.clone(), before.clone(), before.clone()];
                reference::product(&shape, by_rows, x, start, epilogue, MatrixMut::new(&mut want, n, lanes, lanes));
                let y = MatrixMut::new(&mut rows, n, lanes, lanes);
                gemm::product(isa, &shape, by_rows, x, start, epilogue, y);
                let y = MatrixMut::new(&mut columns, n, lanes, lanes);
                gemm::product_by_columns(isa, &shape, by_columns, x, start, epilogue, y);
                close(isa.name(), &rows, &want, 2e-4);
                assert!(rows == columns, "weights by columns, {}", isa.name());
            }
        }
    }
}

type Update<'a, T> = &'a dyn Fn(Isa, &[T], &mut [T]);

/// The element-wise updates, written out as plain loops.
fn updates<T: Real>(n: usize, seed: u64, tolerance: f64) {
    let mut r = Numbers(seed);
    let (x, g): (Vec<T>, Vec<T>) = (r.vec(n), r.vec(n));
    let slope = T::from_f64(0.01);
    let each = |f: &dyn Fn(T, T) -> T| -> Vec<T> { x.iter().zip(&g).map(|(&x, &g)| f(x, g)).collect() };
    for isa in isas() {
        let run = |f: Update<T>| {
            let mut out = g.clone();
            f(isa, &x, &mut out);
            out
        };
        close("tanh_vjp", &run(&map::tanh_vjp), &each(&|x, g| g * (T::ONE - x * x)), tolerance);
        let leaky = each(&|x, g| if x > T::ZERO { g } else { g * slope });
        close("leaky_relu_vjp", &run(&|i, x, y| map::leaky_relu_vjp(i, slope, x, y)), &leaky, tolerance);
        close("add_assign", &run(&map::add_assign), &each(&|x, g| g + x), tolerance);
        let squares: f64 = x.iter().map(|x| x.to_f64() * x.to_f64()).sum();
        assert!((map::sum_of_squares(isa, &x) - squares).abs() <= 1e-12 * squares.max(1.0));
        adam_agrees(isa, &x, &g, tolerance);
    }
}

fn adam_agrees<T: Real>(isa: Isa, x: &[T], g: &[T], tolerance: f64) {
    let c = AdamStep { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.1, gradient_scale: 0.5, step: 3 };
    let (mut p, mut m, mut v) = (x.to_vec(), g.to_vec(), x.iter().map(|x| x.abs()).collect::<Vec<_>>());
    let want: Vec<T> = (0..x.len())
        .map(|i| {
            let (x, g) = (x[i].to_f64(), g[i].to_f64());
            let (d, m, v) = (0.5 * g, g, x.abs());
            let (m, v) = (0.9 * m + 0.1 * d, 0.999 * v + 0.001 * d * d);
            let (m, v) = (m / (1.0 - 0.9f64.powi(3)), v / (1.0 - 0.999f64.powi(3)));
            T::from_f64(x - 0.01 * 0.1 * x - 0.01 * m / (v.sqrt() + 1e-8))
        })
        .collect();
    map::adam(isa, &c, &mut p, g, &mut m, &mut v);
    close("adam", &p, &want, tolerance);
}

#[test]
fn long_sums_agree() {
    for k in [1023, 1024, 1025, 1536, 2500] {
        agree(&Problem::<f32>::new(&[k / 3, k, k, k], k, 33, 1, 5), 2e-4);
        agree(&Problem::<f64>::new(&[k / 3, k, k, k], k, 33, 1, 5), 1e-12);
    }
}
