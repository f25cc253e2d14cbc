//! Single bytes of a whole model file changed: refused as a model file, or the same scores to the bit.
//!
//! Every byte is changed once, to a value drawn by seed; with `NAFAL_FLIPS=all` each of its eight bits is flipped.

use nafal::detect::{Fitted, registry};
use nafal::random::{Key, below, stream};
use nafal::{Dataset, Error};
use rayon::prelude::*;

use crate::tiny_models::{TinyModel, cases, tiny_models};

fn bits(fitted: &dyn Fitted, cases: &dyn Dataset) -> Vec<u64> {
    let (scores, p_values) = fitted.score_with_p_values(cases).unwrap();
    scores.iter().chain(p_values.iter().flatten()).map(|value| value.to_bits()).collect()
}

#[test]
fn a_changed_byte_of_any_detectors_file_is_refused_or_changes_no_score() {
    let all = std::env::var("NAFAL_FLIPS").is_ok_and(|which| which == "all");
    for (number, model) in tiny_models().iter().enumerate() {
        let TinyModel { detector, kind, bytes } = model;
        let cases = cases(*kind);
        let whole = bits(&*registry::from_bytes(bytes, "m.nafal").unwrap(), &*cases);
        let mut rng = stream(number as u64, Key::Simulation(50, 0));
        let drawn: Vec<u8> = bytes.iter().map(|_| 1 + below(&mut rng, 255) as u8).collect();
        let change = |at: usize, difference: u8| {
            let mut changed = bytes.clone();
            changed[at] ^= difference;
            match registry::from_bytes(&changed, "m.nafal") {
                Err(error @ Error::ModelFile { .. }) => {
                    assert!(error.to_string().starts_with("model file m.nafal: "), "{error}");
                }
                Err(other) => panic!("{detector} on {kind}, byte {at} ^ {difference:#x}: wrong kind of error: {other}"),
                Ok(fitted) => {
                    assert!(
                        bits(&*fitted, &*cases) == whole,
                        "{detector} on {kind}, byte {at} ^ {difference:#x}: other scores"
                    );
                }
            }
        };
        (0..bytes.len()).into_par_iter().for_each(|at| match all {
            true => (0..8).for_each(|bit| change(at, 1 << bit)),
            false => change(at, drawn[at]),
        });
    }
}
