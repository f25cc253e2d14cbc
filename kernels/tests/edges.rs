//! NaN behind a mask, slices that end where their storage ends, limits, and refusals.

mod support;

use nafal_kernels::gemm::Finish;
use nafal_kernels::{Isa, Real, map};
use support::isas;
use support::products::{Begin, Problem};

/// A NaN in one input reaches only the rows whose prefix covers it.
fn poison<T: Real>() {
    let prefixes = [0, 0, 1, 1, 1, 2, 4, 4, 4, 4, 7, 7, 7, 7, 7, 7, 7, 9];
    for isa in isas() {
        for poisoned in 0..9 {
            let mut p = Problem::<T>::new(&prefixes, 9, 37, 2, 4);
            for lane in 0..37 {
                p.x[poisoned * p.x_ld + lane] = T::from_f64(f64::NAN);
            }
            for finish in [Finish::Store, Finish::Tanh, Finish::LeakyRelu(T::from_f64(0.1))] {
                let y = p.product(Some(isa), Begin::Bias, finish);
                for (i, &prefix) in prefixes.iter().enumerate() {
                    for lane in 0..37 {
                        let value = y[i * p.y_ld + lane];
                        assert_eq!(value.to_f64().is_nan(), prefix > poisoned, "{} row {i} lane {lane}", isa.name());
                    }
                }
            }
        }
    }
}

#[test]
fn nan_does_not_leak_through_the_mask() {
    poison::<f32>();
    poison::<f64>();
}

/// Elements between the rows, which belong to no matrix, stay as they are.
fn untouched<T: Real>() {
    for isa in isas() {
        let p = Problem::<T>::new(&[3, 5, 5], 5, 21, 4, 8);
        let y = p.product(Some(isa), Begin::Zero, Finish::Store);
        for i in 0..2 {
            let gap = i * p.y_ld + 21..(i + 1) * p.y_ld;
            assert_eq!(y[gap.clone()], p.y[gap], "{}", isa.name());
        }
    }
}

#[test]
fn padding_is_left_alone() {
    untouched::<f32>();
    untouched::<f64>();
}

/// Slices that begin at every offset of their storage and end exactly at its end.
fn at_the_end<T: Real>() {
    for isa in isas() {
        for offset in 0..17 {
            for n in 0..40 {
                let storage: Vec<T> = vec![T::from_f64(0.5); offset + n];
                let mut out = storage.clone().into_boxed_slice();
                map::exp(isa, &storage[offset..], &mut out[offset..]);
                assert!(out[offset..].iter().all(|v| *v == out[offset]));
                assert!(out[..offset].iter().all(|v| *v == T::from_f64(0.5)));
            }
        }
    }
}

#[test]
fn slices_may_end_at_the_end_of_their_storage() {
    at_the_end::<f32>();
    at_the_end::<f64>();
}

#[test]
fn limits() {
    for isa in isas() {
        let f = |f: fn(Isa, &[f64], &mut [f64]), x: f64| {
            let mut y = [0.0; 1];
            f(isa, &[x], &mut y);
            y[0]
        };
        let inf = f64::INFINITY;
        assert_eq!([f(map::exp, inf), f(map::exp, -inf), f(map::exp, 0.0)], [inf, 0.0, 1.0]);
        assert_eq!([f(map::exp_m1, inf), f(map::exp_m1, -inf), f(map::exp_m1, 0.0)], [inf, -1.0, 0.0]);
        assert_eq!([f(map::ln, inf), f(map::ln, 0.0), f(map::ln, 1.0)], [inf, -inf, 0.0]);
        assert_eq!([f(map::ln_1p, inf), f(map::ln_1p, -1.0), f(map::ln_1p, 0.0)], [inf, -inf, 0.0]);
        assert_eq!([f(map::sigmoid, inf), f(map::sigmoid, -inf), f(map::sigmoid, 0.0)], [1.0, 0.0, 0.5]);
        assert_eq!([f(map::softplus, inf), f(map::softplus, -inf)], [inf, 0.0]);
        assert_eq!([f(map::log_sigmoid, inf), f(map::log_sigmoid, -inf)], [0.0, -inf]);
        assert_eq!([f(map::tanh, inf), f(map::tanh, -inf), f(map::tanh, -0.0)], [1.0, -1.0, 0.0]);
        assert_eq!([f(map::logit, 1.0), f(map::logit, 0.0), f(map::logit, 0.5)], [inf, -inf, 0.0]);
        assert!(f(map::ln, -1.0).is_nan() && f(map::ln_1p, -2.0).is_nan());
        assert!(f(map::logit, 1.5).is_nan() && f(map::logit, -0.5).is_nan());
        assert!(f(map::tanh, -0.0).is_sign_negative());
    }
}

#[test]
fn an_instruction_set_is_named_or_refused() {
    for isa in Isa::available() {
        assert_eq!(Isa::named(isa.name()), Ok(*isa));
    }
    assert_eq!(Isa::available()[0], Isa::detect());
    assert_eq!(Isa::available().last().map(|i| i.name()), Some("portable"));
    let refusal = Isa::named("avx1024").unwrap_err().to_string();
    assert!(refusal.contains("avx1024") && refusal.contains("portable"), "{refusal}");
}
