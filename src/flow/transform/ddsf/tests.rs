//! Laws of the scalar map: a single layer is the deep sigmoidal flow, its derivatives are right, it can be solved.

use super::super::dsf::Dsf;
use super::super::solve::solve;
use super::*;
use crate::random::{Key, normal, stream};

const SLOPES: [Slope; 2] = [Slope::Softplus, Slope::Bounded { limit: 3.0 }];

/// A lane with raw parameters `scale` times standard normal numbers around their start.
fn lane(transform: Ddsf, scale: f64, key: u64) -> Box<dyn ScalarMap<f64>> {
    let (mut p, mut rng) = (Parameters::new(), stream(1, Key::Simulation(key, 0)));
    let shared = transform.add_shared("t", &mut p);
    transform.start_shared(&mut p, &shared, &mut || 10.0 * scale * normal::<f64>(&mut rng));
    let t: &dyn UnivariateTransform<f64> = &transform;
    let raw: Vec<f64> = (0..t.raw_rows()).map(|r| t.starting_raw(r) + scale * normal::<f64>(&mut rng)).collect();
    let mut lane = t.scalar(&p, &shared);
    lane.load(Matrix::new(&raw, raw.len(), 1, 1), 0);
    lane
}

#[test]
fn a_single_layer_is_the_deep_sigmoidal_flow() {
    for (key, slope) in SLOPES.into_iter().enumerate() {
        let (units, mut rng) = (4, stream(2, Key::Simulation(key as u64, 0)));
        let dense = Ddsf { layers: 1, units, slope };
        let mut p = Parameters::<f64>::new();
        let shared = dense.add_shared("t", &mut p);
        let raw: Vec<f64> = (0..3 * units + 1).map(|_| 2.0 * normal::<f64>(&mut rng)).collect();
        let (mut one, mut other) = (dense.scalar(&p, &shared), Dsf { units, slope }.scalar(&p, &[]));
        one.load(Matrix::new(&raw, raw.len(), 1, 1), 0);
        other.load(Matrix::new(&raw[..3 * units], 3 * units, 1, 1), 0);
        for x in [-1e4, -7.0, -0.3, 0.0, 1.0, 50.0, 1e6] {
            let (a, b) = (one.evaluate(x), other.evaluate(x));
            assert!((a.y - b.y).abs() <= 1e-13 * (1.0 + b.y.abs()), "{x}: {a:?} {b:?}");
            // A difference of logarithms of the size of y.
            assert!((a.log_slope - b.log_slope).abs() <= 1e-14 * (100.0 + b.y.abs()), "{x}: {a:?} {b:?}");
            assert!((a.curvature - b.curvature).abs() <= 1e-12 * (1.0 + b.curvature.abs()), "{x}: {a:?} {b:?}");
        }
    }
}

#[test]
fn slope_and_curvature_are_the_derivatives() {
    for (key, slope) in SLOPES.into_iter().enumerate() {
        for layers in 1..=3 {
            let mut map = lane(Ddsf { layers, units: 5, slope }, 0.7, key as u64);
            for x in [-6.0, -1.0, 0.0, 0.4, 3.0] {
                let h = 1e-5;
                let [below, at, above] = [x - h, x, x + h].map(|x| map.evaluate(x));
                let slope = (above.y - below.y) / (2.0 * h);
                let curvature = (above.log_slope - below.log_slope) / (2.0 * h);
                assert!((slope.ln() - at.log_slope).abs() <= 1e-8, "{layers} {x}: {slope} {at:?}");
                assert!((curvature - at.curvature).abs() <= 1e-8, "{layers} {x}: {curvature} {at:?}");
            }
        }
    }
}

#[test]
fn solutions_lie_in_their_brackets_also_on_plateaus_and_far_out() {
    for (key, slope) in SLOPES.into_iter().enumerate() {
        for (layers, scale) in [(1, 1.0), (2, 1.0), (3, 1.0), (2, 30.0), (3, 30.0)] {
            let mut map = lane(Ddsf { layers, units: 4, slope }, scale, 7 + key as u64);
            for target in [-1e9, -400.0, -3.0, -1e-9, 0.0, 0.5, 12.0, 1e5] {
                let Bracket { low, high, .. } = map.bracket(target);
                assert!(low <= high, "{target}: {low} {high}");
                let (x, at) = solve(map.as_mut(), target);
                let place = format!("{layers} {scale} {target}: x {x}, {at:?}");
                assert!(x.abs() == f64::MAX || (low..=high).contains(&x), "{place}");
                // Roundings of hidden values are magnified by the slopes of later layers.
                let bound = 1e-13 * (1.0 + target.abs()) * (1.0 + scale).powi(layers as i32 - 1);
                assert!(x.abs() == f64::MAX || (at.y - target).abs() <= bound, "{place}");
            }
        }
    }
}
