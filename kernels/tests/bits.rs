//! What is equal bit for bit: instruction sets with FMA, tile heights, batch widths, places in a slice.

mod support;

use nafal_kernels::gemm::{self, Epilogue};
use nafal_kernels::map::{self, AdamStep};
use nafal_kernels::{Isa, Matrix, Real, math};
use proptest::prelude::*;
use support::products::{Begin, Problem};
use support::{Numbers, bits, isas, settings};

/// The instruction sets that round a multiply-add once.
fn fused() -> Vec<Isa> {
    isas().into_iter().filter(|i| i.fused()).collect()
}

fn products<T: Real>(prefixes: &[usize], k: usize, lanes: usize, seed: u64) {
    let p = Problem::<T>::new(prefixes, k, lanes, 3, seed);
    for isa in fused() {
        for epilogue in [Epilogue::Store, Epilogue::LeakyRelu(T::from_f64(0.01))] {
            let (got, want) = (p.product(Some(isa), Begin::Bias, epilogue), p.product(None, Begin::Bias, epilogue));
            assert_eq!(bits(&got), bits(&want), "{} against scalar mul_add", isa.name());
        }
        assert_eq!(bits(&p.outer(Some(isa), true)), bits(&p.outer(None, true)), "{}", isa.name());
        let tanh = p.product(Some(isa), Begin::Zero, Epilogue::Tanh);
        let mut after = p.product(None, Begin::Zero, Epilogue::Store);
        for row in after.chunks_mut(p.y_ld) {
            row.iter_mut().take(lanes).for_each(|v| *v = math::tanh(*v));
        }
        assert_eq!(bits(&tanh), bits(&after), "{} tanh", isa.name());
    }
}

proptest! {
    #![proptest_config(settings(48))]
    #[test]
    fn products_are_scalar_chains(k in 1usize..50, rows in 1usize..40, lanes in 1usize..70, seed: u64) {
        let mut r = Numbers(seed);
        let mut prefixes: Vec<usize> = (0..rows).map(|_| r.below(k + 1)).collect();
        prefixes.sort_unstable();
        products::<f32>(&prefixes, k, lanes, seed);
        products::<f64>(&prefixes, k, lanes, seed);
    }

    #[test]
    fn a_row_or_a_lane_alone_has_the_same_bits(k in 1usize..50, rows in 1usize..40, lanes in 1usize..70, seed: u64) {
        alone::<f32>(k, rows, lanes, seed);
        alone::<f64>(k, rows, lanes, seed);
    }
}

/// The first row and the first lane of a product, computed without the others, on every backend.
fn alone<T: Real>(k: usize, rows: usize, lanes: usize, seed: u64) {
    let all = Problem::<T>::new(&vec![k; rows], k, lanes, 0, seed);
    for isa in isas() {
        let whole = all.product(Some(isa), Begin::Zero, Epilogue::Store);
        let row = Problem { shape: nafal_kernels::Staircase::dense(1, k), y: all.y[..lanes].to_vec(), ..clone(&all) };
        assert_eq!(
            bits(&row.product(Some(isa), Begin::Zero, Epilogue::Store)),
            bits(&whole[..lanes]),
            "{}",
            isa.name()
        );
        let one = Problem { lanes: 1, y: vec![T::ZERO; rows], y_ld: 1, ..clone(&all) };
        let first: Vec<T> = whole.iter().step_by(lanes).copied().collect();
        assert_eq!(bits(&one.product(Some(isa), Begin::Zero, Epilogue::Store)), bits(&first), "{}", isa.name());
    }
}

fn clone<T: Real>(p: &Problem<T>) -> Problem<T> {
    Problem { shape: p.shape.clone(), w: p.w.clone(), x: p.x.clone(), y: p.y.clone(), bias: p.bias.clone(), ..*p }
}

#[test]
fn long_sums_are_one_chain() {
    products::<f32>(&[700, 2100, 2100], 2100, 19, 3);
    products::<f64>(&[700, 2100, 2100], 2100, 19, 3);
}

#[test]
fn more_inputs_than_the_caches_hold_are_one_chain_each() {
    let rows = if support::small() { 2 } else { 50 };
    let prefixes: Vec<usize> = (0..rows).map(|i| if i == 0 { 700 } else { 1900 }).collect();
    products::<f32>(&prefixes, 1900, 141, 4);
    products::<f64>(&prefixes, 1900, 71, 4);
}

/// A block of one tile's height reads its inputs once, some rows after others; the last are not as many as the rest.
#[test]
fn inputs_that_are_read_once_are_one_chain_each() {
    products::<f32>(&[690, 690, 701, 701, 701], 701, 59, 5);
    products::<f64>(&[690, 701, 701], 701, 59, 5);
}

/// Rows of weights a way of the first-level cache apart go in lower tiles.
#[test]
fn rows_that_share_cache_lines_are_one_chain_each() {
    products::<f32>(&[1021; 14], 1021, 19, 6);
    products::<f64>(&[509; 14], 509, 19, 6);
}

/// Arguments over many magnitudes, with the odd ones.
fn arguments<T: Real>(n: usize) -> Vec<T> {
    let mut r = Numbers(11);
    let odd = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e-320, 1e-42, 1e300, -1e300, 1.0, -1.0];
    let mut x: Vec<T> = odd.iter().map(|&v| T::from_f64(v)).collect();
    x.extend((0..n).map(|_| T::from_f64(r.signed() * (r.signed() * 12.0).exp2() * 4.0)));
    x
}

fn maps<T: Real>() {
    macro_rules! check {
        ($($name:ident)*) => {$({
            let x: Vec<T> = arguments(3000);
            let want: Vec<T> = x.iter().map(|&x| math::$name(x)).collect();
            for isa in fused() {
                for skip in 0..3 {
                    let mut y = vec![T::ZERO; x.len() - skip];
                    map::$name(isa, &x[skip..], &mut y);
                    for (i, (y, want)) in y.iter().zip(&want[skip..]).enumerate() {
                        let same = y.bits() == want.bits() || y.to_f64().is_nan() && want.to_f64().is_nan();
                        assert!(same, "{} {}({}) = {y}, scalar {want}", isa.name(), stringify!($name), x[skip + i]);
                    }
                }
            }
        })*};
    }
    check!(exp exp_m1 ln ln_1p sigmoid softplus log_sigmoid tanh logit);
}

#[test]
fn slices_have_the_bits_of_the_scalar_functions() {
    maps::<f32>();
    maps::<f64>();
}

/// Sums, updates and moments: the same on every backend, with or without FMA.
fn everywhere<T: Real>() {
    let x: Vec<T> = Numbers(1).vec(5 * 97);
    let step =
        AdamStep { rate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, decay: 0.01, gradient_scale: 1.0, step: 2 };
    let results: Vec<_> = Isa::available()
        .iter()
        .map(|&isa| {
            let mut sums = vec![T::ZERO; 5];
            gemm::row_sums(isa, Matrix::new(&x, 5, 97, 97), false, &mut sums);
            // Rows of whole vectors go sixteen at a time where a vector holds as many.
            let mut more = vec![T::ONE; 20];
            gemm::row_sums(isa, Matrix::new(&x, 20, 16, 24), true, &mut more);
            let (mut p, mut m, mut v) = (x.clone(), x.clone(), vec![T::ONE; x.len()]);
            map::adam(isa, &step, &mut p, &x, &mut m, &mut v);
            map::tanh_vjp(isa, &x, &mut p);
            map::leaky_relu_vjp(isa, T::from_f64(0.2), &x, &mut m);
            map::add_assign(isa, &x, &mut v);
            (map::sum_of_squares(isa, &x).to_bits(), bits(&sums), bits(&more), bits(&p), bits(&m), bits(&v))
        })
        .collect();
    assert!(results.windows(2).all(|w| w[0] == w[1]));
}

#[test]
fn sums_and_updates_are_the_same_on_every_backend() {
    everywhere::<f32>();
    everywhere::<f64>();
}
