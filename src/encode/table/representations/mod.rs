//! Representations of columns: one strictly growing map a column, learned from training values alone.
//!
//! | name | map | what it keeps |
//! |---|---|---|
//! | `standard` | `(x − mean)/sd` | distances of the data |
//! | `robust` | `asinh((x − median)/s)`, standardised, `s = min(IQR/1.349, sd)`; far modes by their own spread | resolution under gross values, far modes, heavy tails |
//! | `gaussian` | `Φ⁻¹(F(x))`, standardised, `F` a smoothed distribution function | ranks |
//!
//! A representation is one file here and one line in [`REPRESENTATIONS`]. A constant column of value `c ≠ 0` has the scale
//! `|c|/10`, since what is a large change of a constant is known relative to it alone.

mod far_modes;
mod gaussian;
mod robust;
mod standard;

use std::fmt::Debug;

use crate::encode::Held;
use crate::stats::{is_constant, mean_and_scale, range};

/// Largest magnitude handed on in single precision: its square and any slope times it stay finite.
const LIMIT: f64 = 1e15;

/// The map of one column. It grows strictly over the values of a training column, and is finite for finite values.
pub(super) trait ColumnMap: Debug + Send + Sync {
    /// The feature of the value `x` in the table's units.
    fn apply(&self, x: f64) -> f64;
    /// The value whose feature is `v`.
    fn invert(&self, v: f64) -> f64;
    /// Everything that [`Representation::read`] needs.
    fn parameters(&self) -> Vec<f64>;
}

/// How columns are mapped.
#[derive(Debug)]
pub(super) struct Representation {
    /// Its name in configurations and model files.
    pub name: &'static str,
    /// What its maps keep of the training values.
    pub holds: Held,
    /// The map learned from the values of a column, at least one.
    pub fit: fn(&[f64]) -> Box<dyn ColumnMap>,
    /// The map with some parameters; `None` if they make no sense.
    pub read: fn(&[f64]) -> Option<Box<dyn ColumnMap>>,
}

/// All representations.
pub(super) const REPRESENTATIONS: [Representation; 3] =
    [standard::REPRESENTATION, robust::REPRESENTATION, gaussian::REPRESENTATION];

/// A feature in single precision.
pub(super) fn narrow(v: f64) -> f32 {
    v.clamp(-LIMIT, LIMIT) as f32
}

/// Mean and scale of a column, the scale of a constant one relative to its value.
fn centre_and_scale(values: &[f64]) -> (f64, f64) {
    let (mean, scale) = mean_and_scale(values);
    let (low, high) = range(values);
    let largest = low.abs().max(high.abs());
    if is_constant((low, high)) && largest > 0.0 {
        (mean, (0.1 * largest).max(f64::MIN_POSITIVE))
    } else {
        (mean, scale)
    }
}

/// `(x − centre)/scale` without overflow.
fn standardise(x: f64, centre: f64, scale: f64) -> f64 {
    ((0.5 * x - 0.5 * centre) / scale * 2.0).clamp(-1e290, 1e290)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Vec<f64>> {
        let wave = |i: u32| (f64::from(i) * 0.7).sin();
        vec![
            (0..200).map(wave).collect(),
            (0..200).map(|i| (3.0 * wave(i)).exp()).collect(),
            (0..200).map(|i| f64::from(i % 2) * 1000.0 + wave(i)).collect(),
            (0..200).map(|i| if i == 7 { -9999.0 } else { 0.5 + 0.5 * wave(i) }).collect(),
            (0..200).map(|i| f64::from(i % 3)).collect(),
            (0..200).map(|i| if i < 5 { 1.0 } else { 0.0 }).collect(),
            vec![7.0; 200],
            vec![0.0; 200],
            vec![1e-6; 3],
            vec![-1e308, 1e308],
            vec![5.0],
        ]
    }

    #[test]
    fn maps_grow_strictly_stay_finite_and_come_back_from_their_parameters() {
        for representation in &REPRESENTATIONS {
            for (c, values) in columns().into_iter().enumerate() {
                let map = (representation.fit)(&values);
                let read = (representation.read)(&map.parameters()).expect("its own parameters");
                let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
                let span = (0.5 * high - 0.5 * low).max(0.5 * high.abs()).max(0.5);
                let mut last = f64::NEG_INFINITY;
                for i in -30..=30 {
                    let x = (0.5 * low + 0.5 * high) + span * f64::from(i) / 10.0;
                    if !x.is_finite() {
                        continue;
                    }
                    let v = map.apply(x);
                    assert!(
                        v.is_finite() && v > last,
                        "{} column {c}: {x} gives {v} after {last}",
                        representation.name
                    );
                    assert_eq!(v.to_bits(), read.apply(x).to_bits(), "{} column {c}", representation.name);
                    let back = map.invert(v);
                    assert!((back - x).abs() <= 1e-6 * span, "{} column {c}: {x} → {v} → {back}", representation.name);
                    last = v;
                }
                assert!(map.apply(f64::MAX).is_finite() && map.apply(f64::MIN).is_finite());
            }
        }
    }

    #[test]
    fn features_beyond_every_value_come_back_as_numbers() {
        let robust = REPRESENTATIONS.iter().find(|r| r.name == "robust").unwrap();
        for values in columns() {
            let map = (robust.fit)(&values);
            assert!([-1e9, -50.0, 50.0, 1e9].iter().all(|&v| map.invert(v).is_finite()), "{values:?}");
        }
    }

    #[test]
    fn a_constant_is_measured_by_itself() {
        for representation in &REPRESENTATIONS {
            let far = |c: f64, x: f64| (representation.fit)(&[c; 50]).apply(x).abs();
            assert!(far(1e-6, 1e-3) > 5.0, "{}: a thousandfold", representation.name);
            assert!(far(1e6, 1e6 + 1000.0) < 0.5, "{}: a thousandth", representation.name);
        }
    }

    #[test]
    fn the_robust_one_keeps_resolution_beside_a_gross_value() {
        let values: Vec<f64> = (0..300).map(|i| if i == 7 { -9999.0 } else { f64::from(i) / 300.0 }).collect();
        let robust = REPRESENTATIONS.iter().find(|r| r.name == "robust").unwrap();
        let map = (robust.fit)(&values);
        assert!(map.apply(3.0) - map.apply(1.0) > map.apply(1.0) - map.apply(0.5));
    }
}
