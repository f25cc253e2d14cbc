//! The convolution against its definition over random geometries, and its bits.

mod support;

use nafal_kernels::conv1d::{self, Conv1d, PooledFilters};
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

/// `x` between margins of zeros.
fn with_margins<T: Real>(x: &[T], margin: usize) -> Vec<T> {
    let zeros = vec![T::ZERO; margin];
    [&zeros[..], x, &zeros[..]].concat()
}

/// Pooled responses are the sums, to the bit, of those that [`conv1d::forward`] gives.
fn pools<T: Real>(c: &Conv1d, quantiles: usize, length: usize, segments: &[std::ops::Range<usize>]) {
    let mut r = Numbers(length as u64);
    let x: Vec<T> = r.vec(length * c.channels_in);
    let (weights, bias): (Vec<T>, Vec<T>) = (r.vec(c.weights()), r.vec(c.channels_out));
    let mut thresholds: Vec<T> = r.vec(quantiles * c.channels_out);
    let slope = T::from_f64(0.2);
    for isa in isas() {
        let mut v = vec![T::ZERO; length * c.channels_out];
        conv1d::forward(isa, c, length, &x, &weights, &bias, Epilogue::LeakyRelu(slope), &mut v);
        // A threshold that is a response itself: the response is not above it.
        thresholds.iter_mut().zip(&v).step_by(3).for_each(|(threshold, &v)| *threshold = v);
        let filters = PooledFilters { geometry: c, weights: &weights, bias: &bias, slope, thresholds: &thresholds };
        let mut got = vec![T::ONE; segments.len() * filters.statistics()];
        for more in [0, 5] {
            let margin = c.padding + conv1d::STEPS + more;
            conv1d::pool(isa, &filters, margin, &with_margins(&x, margin * c.channels_in), segments, &mut got);
            let what = format!("{} {} {c:?} length {length} {segments:?}", isa.name(), T::NAME);
            for (steps, got) in segments.iter().zip(got.chunks_exact(filters.statistics())) {
                let n = T::from_f64(steps.len() as f64);
                for o in 0..c.channels_out {
                    let of = |t: usize| v[t * c.channels_out + o];
                    let mean = steps.clone().fold(T::ZERO, |sum, t| sum + of(t)) / n;
                    assert_eq!(got[o].bits(), mean.bits(), "{what}: mean of filter {o}");
                    for (q, thresholds) in thresholds.chunks_exact(c.channels_out).enumerate() {
                        let above = steps.clone().filter(|&t| of(t) > thresholds[o]).count();
                        let share = T::from_f64(above as f64) / n;
                        assert_eq!(got[(1 + q) * c.channels_out + o].bits(), share.bits(), "{what}: share {q} of {o}");
                    }
                }
            }
            if isa.fused() {
                let mut want = got.clone();
                reference::conv1d_pool(&filters, &x, segments, &mut want);
                assert_eq!(bits(&got), bits(&want), "{what}: the definition");
            }
        }
    }
}

proptest! {
    #![proptest_config(settings(96))]
    #[test]
    fn pooled_responses_are_those_of_the_convolution(
        (channels_in, channels_out, half) in (1usize..10, 1usize..40, 0usize..5),
        (dilation, quantiles, length) in (1usize..9, 0usize..4, 1usize..50),
        (a, b) in (0.0f64..1.0, 0.0f64..1.0),
    ) {
        let taps = 2 * half + 1;
        let c = Conv1d { channels_in, channels_out, taps, stride: 1, padding: half * dilation, dilation };
        let start = (a * length as f64) as usize;
        let end = start + 1 + (b * (length - start) as f64) as usize;
        let segments = [0..length, start..end.min(length), length - 1..length];
        pools::<f32>(&c, quantiles, length, &segments);
        pools::<f64>(&c, quantiles, length, &segments);
    }
}

#[test]
fn pooling_refuses_margins_that_are_too_small_and_empty_segments() {
    let c = Conv1d { channels_in: 4, channels_out: 8, taps: 3, stride: 1, padding: 2, dilation: 2 };
    let (weights, bias) = (vec![0.5f32; c.weights()], vec![0.0; 8]);
    let filters = PooledFilters { geometry: &c, weights: &weights, bias: &bias, slope: 0.2, thresholds: &[] };
    let pooled = |margin: usize, steps: std::ops::Range<usize>| {
        let x = with_margins(&[1.0f32; 20], margin * 4);
        std::panic::catch_unwind(|| {
            let mut out = [0.0f32; 8];
            conv1d::pool(Isa::detect(), &filters, margin, &x, &[steps], &mut out);
            out
        })
    };
    // Weights of one half on three taps of four channels: six, less the taps on the padding.
    assert_eq!(pooled(2 + conv1d::STEPS, 2..3).unwrap(), [6.0; 8]);
    assert_eq!(pooled(2 + conv1d::STEPS, 0..5).unwrap(), [4.4; 8]);
    assert!(pooled(1 + conv1d::STEPS, 2..3).is_err());
    assert!(pooled(2 + conv1d::STEPS, 3..3).is_err());
    assert!(pooled(2 + conv1d::STEPS, 2..6).is_err());
}
