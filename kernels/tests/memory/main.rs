//! No kernel touches memory beyond its slices: every operand lies against a page that may not be touched.
//!
//! Slices end exactly at a page's end (so they begin at every offset as their length runs) or begin exactly at a page's
//! start. A stray load or store of one byte ends the test with a fault. Every instruction set of the machine is run, or
//! the one that `NAFAL_TEST_ISA` names; `NAFAL_TEST_SIZE=small` takes fewer sizes, for runs under an instrument.

#[path = "../support/mod.rs"]
mod support;

mod guarded;

use guarded::{Number, guarded};
use nafal_kernels::conv1d::{self, Conv1d};
use nafal_kernels::ddsf::{self, Gradients, Layer};
use nafal_kernels::dsf::{self, Slope};
use nafal_kernels::gemm::{self, Epilogue, Init};
use nafal_kernels::map::{self, AdamStep};
use nafal_kernels::{Isa, Matrix, MatrixMut, Staircase};
use support::{Numbers, extent, isas, small};

/// Lengths of slices, and numbers of lanes: all up to a few vectors, or some.
fn lengths() -> Vec<usize> {
    if small() { vec![1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33, 65] } else { (0..=70).collect() }
}

fn under_each(test: impl Fn(Isa, &str)) {
    for isa in isas() {
        test(isa, isa.name());
    }
}

fn maps<T: Number>() {
    under_each(|isa, name| {
        for n in lengths() {
            let x: Vec<T> = Numbers(n as u64).vec(n);
            let (inputs, outputs) = ([x.clone()], [x.clone()]);
            for f in [map::exp::<T>, map::ln, map::tanh, map::softplus, map::sigmoid, map::logit, map::exp_m1] {
                guarded(&format!("{name} a map of {n}"), &inputs, &outputs, |x, y| f(isa, x[0], y[0]));
            }
            for f in [map::add_assign::<T>, map::tanh_vjp] {
                guarded(&format!("{name} an update of {n}"), &inputs, &outputs, |x, y| f(isa, x[0], y[0]));
            }
            guarded(&format!("{name} tanh in place of {n}"), &[], &outputs, |_, y| map::tanh_in_place(isa, y[0]));
            guarded(&format!("{name} sum of squares of {n}"), &inputs, &[vec![T::ZERO]], |x, y| {
                y[0][0] = T::from_f64(map::sum_of_squares(isa, x[0]));
            });
            let (rate, beta1, beta2, epsilon) = (0.1, 0.9, 0.99, 1e-8);
            let c = AdamStep { rate, beta1, beta2, epsilon, decay: 0.0, gradient_scale: 1.0, step: 1 };
            let state = [x.clone(), x.clone(), vec![T::ONE; n]];
            guarded(&format!("{name} Adam on {n}"), &inputs, &state, |g, y| {
                let [p, m, v] = y else { unreachable!("three slices") };
                map::adam(isa, &c, p, g[0], m, v);
            });
        }
    });
}

fn products<T: Number>() {
    under_each(|isa, name| {
        let heights = if small() { vec![1, 6, 13] } else { vec![1, 2, 3, 5, 6, 7, 11, 12, 13, 25] };
        for lanes in lengths() {
            for &n in &heights {
                for k in [0, 1, 5, 9] {
                    for slack in [0, 3] {
                        let mut r = Numbers((lanes * n + k) as u64);
                        let prefixes: Vec<usize> = (0..n).map(|i| k * (i + 1) / n).collect();
                        let shape = Staircase::from_prefixes(&prefixes, k);
                        let [w_ld, x_ld, y_ld] = [k + slack, lanes + slack, lanes + slack];
                        let sizes = [extent(n, k, w_ld), extent(k, lanes, x_ld), n];
                        let inputs = sizes.map(|size| r.vec::<T>(size));
                        let y = r.vec::<T>(extent(n, lanes, y_ld));
                        let what = format!("{name} {n}x{k} by {lanes}, slack {slack}");
                        guarded(&what, &inputs, std::slice::from_ref(&y), |x, y| {
                            let (w, x, bias) =
                                (Matrix::new(x[0], n, k, w_ld), Matrix::new(x[1], k, lanes, x_ld), Init::Bias(x[2]));
                            let y = MatrixMut::new(y[0], n, lanes, y_ld);
                            gemm::product(isa, &shape, w, x, bias, Epilogue::LeakyRelu(T::from_f64(0.1)), y);
                        });
                        let dw = r.vec::<T>(extent(n, k, w_ld));
                        let transposed = r.vec::<T>(extent(lanes, n, n + slack));
                        let scratch = r.vec::<T>(gemm::outer_scratch(k, lanes));
                        let [_, x, _] = inputs;
                        guarded(&what, &[y, x], &[dw, vec![T::ZERO; n], transposed, scratch], |x, y| {
                            let [dw, sums, transposed, scratch] = y else { unreachable!("four slices") };
                            let (dy, x) = (Matrix::new(x[0], n, lanes, y_ld), Matrix::new(x[1], k, lanes, x_ld));
                            gemm::outer(isa, &shape, dy, x, true, MatrixMut::new(dw, n, k, w_ld), scratch);
                            gemm::row_sums(isa, dy, false, sums);
                            gemm::transpose(isa, dy, MatrixMut::new(transposed, lanes, n, n + slack));
                        });
                    }
                }
            }
        }
    });
}

fn convolutions<T: Number>() {
    let lengths = if small() { vec![5, 18] } else { vec![1, 4, 5, 13, 18, 27] };
    under_each(|isa, name| {
        for channels_in in [1, 3, 8] {
            for channels_out in [1, 5, 16, 17, 32, 33, 65] {
                for (stride, padding, dilation) in [(1, 0, 1), (1, 2, 1), (2, 1, 1), (1, 1, 2), (3, 4, 2)] {
                    for &length in &lengths {
                        let c = Conv1d { channels_in, channels_out, taps: 3, stride, padding, dilation };
                        let n = 2 * c.length_out(length) * channels_out;
                        let mut r = Numbers(length as u64);
                        let inputs = [2 * length * channels_in, c.weights(), channels_out, n].map(|n| r.vec::<T>(n));
                        let outputs = [n, 2 * length * channels_in, c.weights(), channels_out].map(|n| r.vec::<T>(n));
                        guarded(&format!("{name} {c:?} of {length}"), &inputs, &outputs, |x, y| {
                            let ([x, w, bias, dy], [y, dx, dw, db]) = (x, y) else { unreachable!("four of each") };
                            conv1d::forward(isa, &c, length, x, w, bias, Epilogue::Store, y);
                            let mut flipped = w.to_vec();
                            conv1d::flip(&c, w, &mut flipped);
                            conv1d::gradient_input(isa, &c, length, dy, &flipped, dx);
                            conv1d::gradient_weights(isa, &c, length, x, dy, dw);
                            conv1d::gradient_bias(isa, &c, dy, db);
                        });
                    }
                }
            }
        }
    });
}

fn nodes<T: Number>() {
    under_each(|isa, name| {
        for lanes in lengths() {
            for units in [1, 3] {
                for slope in [Slope::Softplus, Slope::Bounded { limit: 4.0 }] {
                    let (mut r, rows) = (Numbers(lanes as u64), 3 * units);
                    let inputs = [lanes, rows * lanes, lanes, lanes].map(|n| r.vec::<T>(n));
                    let outputs = [lanes, lanes, lanes, rows * lanes, dsf::scratch(units)].map(|n| r.vec::<T>(n));
                    guarded(&format!("{name} {units} units, {lanes} lanes"), &inputs, &outputs, |x, y| {
                        let ([x, raw, yb, lb], [y, l, x_bar, raw_bar, scratch]) = (x, y) else {
                            unreachable!("four and five")
                        };
                        let raw = Matrix::new(raw, rows, lanes, lanes);
                        dsf::forward(isa, slope, units, x, raw, y, l, scratch);
                        let raw_bar = MatrixMut::new(raw_bar, rows, lanes, lanes);
                        dsf::vjp(isa, slope, units, x, raw, yb, lb, x_bar, raw_bar, scratch);
                    });
                }
            }
        }
    });
}

fn layers<T: Number>() {
    under_each(|isa, name| {
        for lanes in lengths() {
            for [i, d, o] in [[1, 3, 1], [2, 3, 2]] {
                let (mut r, slope) = (Numbers(lanes as u64), Slope::Softplus);
                let rows = 3 * d + i;
                let inputs =
                    [d * i, o * d, i * lanes, i * lanes, rows * lanes, o * lanes, o * lanes].map(|n| r.vec::<T>(n));
                let scratch = Layer { slope, inputs: i, units: d, outputs: o, u: &inputs[0], w: &inputs[1] }.scratch();
                let outputs =
                    [o * lanes, o * lanes, i * lanes, i * lanes, rows * lanes, d * i, o * d, scratch].map(|n| r.vec(n));
                guarded(&format!("{name} layer {i} {d} {o}, {lanes} lanes"), &inputs, &outputs, |x, y| {
                    let [u, w, h, t, raw, hb, tb] = x else { unreachable!("seven inputs") };
                    let [h_out, t_out, h_bar, t_bar, raw_bar, u_bar, w_bar, scratch] = y else {
                        unreachable!("eight outputs")
                    };
                    let layer = Layer { slope, inputs: i, units: d, outputs: o, u, w };
                    let view = |v, rows| Matrix::new(v, rows, lanes, lanes);
                    let (h, t, raw) = (view(h, i), view(t, i), view(raw, rows));
                    let [h_out, t_out] = [h_out, t_out].map(|v| MatrixMut::new(v, o, lanes, lanes));
                    ddsf::forward(isa, &layer, h, t, raw, h_out, t_out, scratch);
                    let bars = Gradients {
                        h: MatrixMut::new(h_bar, i, lanes, lanes),
                        log_tangent: MatrixMut::new(t_bar, i, lanes, lanes),
                        raw: MatrixMut::new(raw_bar, rows, lanes, lanes),
                        u: u_bar,
                        w: w_bar,
                    };
                    ddsf::vjp(isa, &layer, h, t, raw, view(hb, o), view(tb, o), bars, scratch);
                });
            }
        }
    });
}

macro_rules! in_both_precisions {
    ($($test:ident: $kernels:ident;)*) => {$(
        #[test]
        fn $test() {
            $kernels::<f32>();
            $kernels::<f64>();
        }
    )*};
}
in_both_precisions! {
    maps_stay_inside: maps;
    products_stay_inside: products;
    convolutions_stay_inside: convolutions;
    nodes_stay_inside: nodes;
    layers_stay_inside: layers;
}
