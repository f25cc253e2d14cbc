//! The convolution against its definition over random geometries, and its bits.

mod support;

use nafal_kernels::conv1d::{self, Conv1d};
use nafal_kernels::gemm::Epilogue;
use nafal_kernels::{Isa, Real, reference};
use proptest::prelude::*;
use support::{Numbers, bits, close, isas, settings};

fn geometry() -> impl Strategy<Value = (Conv1d, usize, usize)> {
    let channels = (1usize..20, 1usize..40, 1usize..8);
    (channels, 1usize..4, 0usize..12, 1usize..4, 1usize..40, 1usize..4).prop_map(
        |((channels_in, channels_out, taps), stride, padding, dilation, length, samples)| {
            (Conv1d { channels_in, channels_out, taps, stride, padding, dilation }, length, samples)
        },
    )
}

struct Outputs<T> {
    y: Vec<T>,
    dx: Vec<T>,
    dw: Vec<T>,
    db: Vec<T>,
}

fn run<T: Real>(isa: Option<Isa>, c: &Conv1d, length: usize, samples: usize, epilogue: Epilogue<T>) -> Outputs<T> {
    let mut r = Numbers(length as u64);
    let x: Vec<T> = r.vec(samples * length * c.channels_in);
    let (w, bias): (Vec<T>, Vec<T>) = (r.vec(c.weights()), r.vec(c.channels_out));
    let n = samples * c.length_out(length) * c.channels_out;
    let (dy, mut y): (Vec<T>, Vec<T>) = (r.vec(n), r.vec(n));
    let (mut dx, mut dw, mut db) = (x.clone(), w.clone(), bias.clone());
    match isa {
        Some(isa) => {
            conv1d::forward(isa, c, length, &x, &w, &bias, epilogue, &mut y);
            let mut flipped = w.clone();
            conv1d::flip(c, &w, &mut flipped);
            conv1d::gradient_input(isa, c, length, &dy, &flipped, &mut dx);
            conv1d::gradient_weights(isa, c, length, &x, &dy, &mut dw);
            conv1d::gradient_bias(isa, c, &dy, &mut db);
        }
        None => {
            reference::conv1d_forward(c, length, &x, &w, &bias, epilogue, &mut y);
            reference::conv1d_gradient_input(c, length, &dy, &w, &mut dx);
            reference::conv1d_gradient_weights(c, length, &x, &dy, &mut dw);
            reference::conv1d_gradient_bias(c, &dy, &mut db);
        }
    }
    Outputs { y, dx, dw, db }
}

fn agree<T: Real>(c: &Conv1d, length: usize, samples: usize, tolerance: f64) {
    for epilogue in [Epilogue::Store, Epilogue::LeakyRelu(T::from_f64(0.1)), Epilogue::Tanh] {
        let want = run(None, c, length, samples, epilogue);
        for isa in isas() {
            let got = run(Some(isa), c, length, samples, epilogue);
            let what = |k: &str| format!("{} {} {c:?} length {length} {k}", isa.name(), T::NAME);
            close(&what("y"), &got.y, &want.y, tolerance);
            close(&what("dx"), &got.dx, &want.dx, tolerance);
            close(&what("dw"), &got.dw, &want.dw, tolerance);
            close(&what("db"), &got.db, &want.db, tolerance);
            if isa.fused() && epilogue == Epilogue::Store {
                assert_eq!(bits(&got.y), bits(&want.y), "{}", what("bits"));
            }
        }
    }
}

proptest! {
    #![proptest_config(settings(96))]
    #[test]
    fn agrees_with_the_definition((c, length, samples) in geometry()) {
        agree::<f64>(&c, length, samples, 1e-12);
        agree::<f32>(&c, length, samples, 5e-5);
    }
}

#[test]
fn an_input_shorter_than_the_kernel_gives_nothing() {
    let c = Conv1d { channels_in: 2, channels_out: 3, taps: 5, stride: 1, padding: 1, dilation: 2 };
    assert_eq!((c.reach(), c.length_out(6), c.length_out(7)), (9, 0, 1));
    agree::<f64>(&c, 6, 2, 0.0);
}

/// Moving the input by whole strides moves the output.
#[test]
fn equivariant_to_shifts() {
    let c = Conv1d { channels_in: 3, channels_out: 5, taps: 4, stride: 2, padding: 0, dilation: 1 };
    let mut r = Numbers(2);
    let (x, w, bias): (Vec<f64>, Vec<f64>, Vec<f64>) = (r.vec(30 * 3), r.vec(c.weights()), r.vec(5));
    for isa in isas() {
        let forward = |x: &[f64]| {
            let length = x.len() / 3;
            let mut y = vec![0.0; c.length_out(length) * 5];
            conv1d::forward(isa, &c, length, x, &w, &bias, Epilogue::Store, &mut y);
            y
        };
        assert_eq!(bits(&forward(&x)[2 * 5..]), bits(&forward(&x[4 * 3..])), "{}", isa.name());
    }
}
