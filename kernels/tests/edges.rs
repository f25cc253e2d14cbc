//! NaN behind a mask, elements between rows, and refusals.

mod support;

use nafal_kernels::gemm::Epilogue;
use nafal_kernels::{Isa, Real};
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
            for epilogue in [Epilogue::Store, Epilogue::Tanh, Epilogue::LeakyRelu(T::from_f64(0.1))] {
                let y = p.product(Some(isa), Begin::Bias, epilogue);
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
        let y = p.product(Some(isa), Begin::Zero, Epilogue::Store);
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
