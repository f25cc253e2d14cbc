//! Laws of the deep sigmoidal flow node: agreement with the definition, exact cases, tails, and no NaN anywhere.

mod support;

use nafal_kernels::dsf::Slope;
use nafal_kernels::{Real, reference};
use proptest::prelude::*;
use support::nodes::Node;
use support::{Numbers, bits, isas, settings};

const SLOPES: [Slope; 2] = [Slope::Softplus, Slope::Bounded { limit: 4.0 }];

/// Largest `|got − want|/max(1, largest |want|)`.
fn distance<T: Real>(got: &[T], want: &[T]) -> f64 {
    let scale = want.iter().fold(1.0f64, |m, v| m.max(v.to_f64().abs()));
    got.iter().zip(want).map(|(g, w)| (g.to_f64() - w.to_f64()).abs() / scale).fold(0.0, f64::max)
}

fn agree<T: Real>(node: &Node<T>, tolerance: f64) {
    let want = node.run(None);
    for isa in isas() {
        let got = node.run(Some(isa));
        let what = [("y", &got.y, &want.y), ("log_slope", &got.log_slope, &want.log_slope)];
        let bars = [("x_bar", &got.x_bar, &want.x_bar), ("raw_bar", &got.raw_bar, &want.raw_bar)];
        for (name, got, want) in what.into_iter().chain(bars) {
            let d = distance(got, want);
            assert!(d <= tolerance, "{} {} {name}: {d:e}", isa.name(), T::NAME);
        }
    }
}

proptest! {
    #![proptest_config(settings(64))]
    #[test]
    fn agrees_with_the_definition(units in 1usize..24, lanes in 0usize..100, reach in 0.1f64..8.0, seed: u64) {
        for slope in SLOPES {
            agree(&Node::<f64>::new(slope, units, lanes, reach, [3.0, 4.0, 3.0], seed), 1e-13);
            agree(&Node::<f32>::new(slope, units, lanes, reach, [3.0, 4.0, 3.0], seed), 1e-5);
        }
    }

    #[test]
    fn agrees_where_plain_sums_underflow(units in 2usize..20, seed: u64) {
        for spread in [[400.0, 4.0, 3.0], [3.0, 600.0, 3.0], [3.0, 4.0, 2000.0], [300.0, 900.0, 900.0]] {
            agree(&Node::<f64>::new(Slope::Softplus, units, 19, 3.0, spread, seed), 1e-11);
        }
        for spread in [[60.0, 4.0, 3.0], [3.0, 80.0, 3.0], [3.0, 4.0, 300.0], [60.0, 90.0, 200.0]] {
            agree(&Node::<f32>::new(Slope::Softplus, units, 19, 3.0, spread, seed), 1e-4);
        }
    }

    #[test]
    fn a_lane_alone_has_the_same_bits(units in 1usize..24, lanes in 1usize..100, extreme: bool, seed: u64) {
        let spread = if extreme { [100.0, 100.0, 300.0] } else { [2.0, 3.0, 2.0] };
        for slope in SLOPES {
            alone(&Node::<f32>::new(slope, units, lanes, 30.0, spread, seed));
            alone(&Node::<f64>::new(slope, units, lanes, 30.0, spread, seed));
        }
    }

    #[test]
    fn finite_in_finite_out(units in 1usize..20, seed: u64, magnitude in 0i32..30) {
        let reach = 10f64.powi(magnitude);
        for spread in [[3.0, 5.0, 3.0], [1e3, 5.0, 3.0], [3.0, 1e30, 3.0], [3.0, 5.0, 1e30], [1e3, 1e20, 1e3]] {
            finite(&Node::<f32>::new(Slope::Softplus, units, 17, reach, spread, seed));
            finite(&Node::<f64>::new(Slope::Softplus, units, 17, reach, spread, seed));
        }
    }

    #[test]
    fn values_never_fall(units in 1usize..=33, seed: u64) {
        for slope in SLOPES {
            for spread in [[3.0, 0.1, 0.1], [3.0, 4.0, 0.1], [1.0, 1.0, 1.0], [10.0, 30.0, 10.0], [900.0, 900.0, 900.0]] {
                grows(&Node::<f32>::new(slope, units, 1, 1.0, spread, seed), seed);
                grows(&Node::<f64>::new(slope, units, 1, 1.0, spread, seed), seed);
            }
        }
    }

    #[test]
    fn between_the_units_and_never_steeper(units in 1usize..24, seed: u64, reach in 0.1f64..1e4) {
        bounded(&Node::<f32>::new(Slope::Softplus, units, 16, reach, [2.0, 3.0, 2.0], seed), 1e-6);
        bounded(&Node::<f64>::new(Slope::Softplus, units, 16, reach, [2.0, 3.0, 2.0], seed), 1e-14);
    }
}

/// Each lane by itself, on every backend, and the same bits on every backend with FMA.
fn alone<T: Real>(node: &Node<T>) {
    let mut first: Option<Vec<u64>> = None;
    for isa in isas() {
        let whole = node.run(Some(isa));
        let lanes = node.x.len();
        for l in 0..lanes {
            let one = node.lane(l).run(Some(isa));
            assert_eq!(bits(&one.y), bits(&whole.y[l..=l]), "{} y", isa.name());
            assert_eq!(bits(&one.log_slope), bits(&whole.log_slope[l..=l]), "{} log_slope", isa.name());
            assert_eq!(bits(&one.x_bar), bits(&whole.x_bar[l..=l]), "{} x_bar", isa.name());
            let raw: Vec<T> = whole.raw_bar.iter().skip(l).step_by(lanes).copied().collect();
            assert_eq!(bits(&one.raw_bar), bits(&raw), "{} raw_bar", isa.name());
        }
        if isa.fused() {
            let all = bits(&whole.all().collect::<Vec<_>>());
            assert_eq!(first.get_or_insert_with(|| all.clone()), &all, "{}", isa.name());
        }
    }
}

/// The map of a one-lane node on a fan of inputs up to 10⁶ in size, neighbours of one another among them: it never falls
/// by more than two units in the last place.
fn grows<T: Real>(node: &Node<T>, seed: u64) {
    let (mut numbers, eps) = (Numbers(seed), T::EPSILON.to_f64());
    let ends = (0..40).map(|i| numbers.signed() * 10f64.powf(-3.0 + f64::from(i) * 9.0 / 39.0));
    let fan = ends.flat_map(|v| [0.0, 0.5, 1.0, 3.0].map(|k| T::from_f64(v + k * eps * v.abs())));
    let mut x: Vec<T> = fan.collect();
    x.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let n = x.len();
    let raw = node.raw.iter().flat_map(|&v| vec![v; n]).collect();
    let fan = Node { x, raw, y_bar: vec![T::ONE; n], log_slope_bar: vec![T::ONE; n], ..*node };
    for isa in isas() {
        let y = fan.run(Some(isa)).y;
        for (x, y) in fan.x.windows(2).zip(y.windows(2)) {
            let (low, high) = (y[0].to_f64(), y[1].to_f64());
            let place = format!("{} {} {} units: y({}) = {low}", isa.name(), T::NAME, node.units, x[0]);
            assert!(high >= low - 2.0 * eps * (1.0 + low.abs()), "{place}, y({}) = {high}", x[1]);
        }
    }
}

fn finite<T: Real>(node: &Node<T>) {
    for isa in isas() {
        let got = node.run(Some(isa));
        for v in got.y.iter().chain(&got.log_slope) {
            assert!(v.is_finite(), "{} {} value {v}", isa.name(), T::NAME);
        }
        for v in got.x_bar.iter().chain(&got.raw_bar) {
            assert!(!v.to_f64().is_nan(), "{} {} gradient {v}", isa.name(), T::NAME);
        }
    }
}

/// `min_j u_j <= y <= max_j u_j` and `dy/dx <= max_j a_j`, up to rounding.
fn bounded<T: Real>(node: &Node<T>, tolerance: f64) {
    let lanes = node.x.len();
    for isa in isas() {
        let got = node.run(Some(isa));
        for l in 0..lanes {
            let at = |j: usize| node.raw[j * lanes + l].to_f64();
            let slopes: Vec<f64> = (0..node.units).map(|j| at(j).exp().ln_1p()).collect();
            let u: Vec<f64> = (0..node.units).map(|j| slopes[j] * node.x[l].to_f64() + at(node.units + j)).collect();
            let (low, high) = (u.iter().copied().fold(f64::MAX, f64::min), u.iter().copied().fold(f64::MIN, f64::max));
            let slack = tolerance * high.abs().max(low.abs()).max(1.0);
            let y = got.y[l].to_f64();
            assert!(low - slack <= y && y <= high + slack, "{}: {low} <= {y} <= {high}", isa.name());
            let steepest = slopes.iter().copied().fold(0.0, f64::max).ln();
            assert!(got.log_slope[l].to_f64() <= steepest + 10.0 * tolerance, "{}", isa.name());
        }
    }
}

/// Values to 80 digits (mpmath): slopes (½, 1, 3), offsets (−1, ¼, 2), logits (0, −½, 1).
#[test]
fn three_units_from_one_tail_to_the_other() {
    let a_raw = [0.5f64, 1.0, 3.0].map(|a| a.exp_m1().ln());
    let far = -core::f64::consts::LN_2;
    for (x, y, log_slope) in [
        (-1000.0, -502.464_368_784_108, far),
        (-40.0, -22.464_368_780_327_412, -0.693_147_176_779_412_2),
        (-3.0, -3.602_216_718_757_574_7, -0.375_829_320_534_399_26),
        (0.0, 0.821_886_674_814_304_7, 0.185_009_594_328_776_5),
        (0.7, 1.378_343_406_259_636_3, -0.643_230_732_929_727_9),
        (40.0, 20.464_368_788_057_066, -0.693_147_184_509_066_5),
        (1000.0, 500.464_368_784_108, far),
    ] {
        for isa in isas() {
            let got = Node::<f64>::single(x, &a_raw, &[-1.0, 0.25, 2.0], &[0.0, -0.5, 1.0]).run(Some(isa));
            let error = (got.y[0] - y).abs() / y.abs().max(1.0) + (got.log_slope[0] - log_slope).abs();
            assert!(error <= 2e-14, "{} x={x}: {error:e}", isa.name());
        }
    }
}

/// Two steep units far apart: between them the slope is e⁻¹⁹⁹⁴, which no plain sum in `f32` can hold.
#[test]
fn a_plateau() {
    let cases = [(0.0, 0.0, -1_994.701_682_633_452), (1.0, 0.0, -1_945.394_829_814_012)];
    let step = (39.9, 0.013_385_901_721_448_902, -0.408_215_715_733_357_5);
    fn node<T: Real>(x: f64) -> Node<T> {
        Node::single(x, &[50.0, 50.0], &[2000.0, -2000.0], &[0.0, 0.0])
    }
    for isa in isas() {
        for (x, y, log_slope) in cases.into_iter().chain([step]) {
            let got = node::<f64>(x).run(Some(isa));
            assert!((got.y[0] - y).abs() < 1e-12 && (got.log_slope[0] - log_slope).abs() < 1e-12 * 2000.0);
        }
        for (x, y, log_slope) in cases {
            let got = node::<f32>(x).run(Some(isa));
            assert!((got.y[0] as f64 - y).abs() < 1e-6);
            assert!((got.log_slope[0] as f64 / log_slope - 1.0).abs() < 2e-7, "{}", isa.name());
        }
    }
}

/// One unit, or equal ones, is the affine map: `y = a·x + b`, slope `a`, for every `x`.
#[test]
fn equal_units_are_affine() {
    for isa in isas() {
        for units in [1, 7, 64, 65, 150] {
            for x in [-1e30, -1e6, -20.0, -0.1, 0.0, 3.0, 500.0, 1e30] {
                let (a, b) = (vec![0.3; units], vec![0.7; units]);
                let got = Node::<f32>::single(x, &a, &b, &vec![1.5; units]).run(Some(isa));
                let slope = 0.3f64.exp().ln_1p();
                let (want, tolerance) = (slope * x + 0.7, 1e-6 * (1.0 + units as f64 / 32.0));
                assert!((got.y[0] as f64 - want).abs() <= tolerance * want.abs().max(1.0), "{} {x}", isa.name());
                assert!((got.log_slope[0] as f64 - slope.ln()).abs() < tolerance, "{} {x} {units}", isa.name());
            }
        }
    }
}

/// Non-decreasing along `x` to within two units of the last place.
#[test]
fn non_decreasing() {
    for isa in isas() {
        for seed in 0..20 {
            let mut node = Node::<f32>::new(Slope::Softplus, 8, 1000, 1.0, [2.0, 4.0, 2.0], seed);
            for (i, x) in node.x.iter_mut().enumerate() {
                *x = (i as f32 - 500.0) * 0.02;
            }
            let first: Vec<f32> = node.raw.iter().step_by(1000).copied().collect();
            node.raw = first.iter().flat_map(|&v| vec![v; 1000]).collect();
            let y = node.run(Some(isa)).y;
            for w in y.windows(2) {
                assert!(w[1] >= w[0] - 4.0 * f32::EPSILON * w[0].abs().max(1.0), "{} {w:?}", isa.name());
            }
        }
    }
}

/// The definition's own gradient against central differences.
#[test]
fn the_definition_has_the_right_gradient() {
    for slope in SLOPES {
        let node = Node::<f64>::new(slope, 5, 1, 2.0, [2.0, 3.0, 2.0], 1);
        let want = node.run(None);
        let value = |x: f64, raw: &[f64]| {
            let m = nafal_kernels::Matrix::new(raw, 15, 1, 1);
            let (mut y, mut l) = ([0.0], [0.0]);
            reference::dsf_forward(slope, 5, &[x], m, &mut y, &mut l);
            y[0] * node.y_bar[0] + l[0] * node.log_slope_bar[0]
        };
        let h = 1e-5;
        let dx = (value(node.x[0] + h, &node.raw) - value(node.x[0] - h, &node.raw)) / (2.0 * h);
        assert!((want.x_bar[0] - 1.0 - dx).abs() < 1e-8);
        for j in 0..15 {
            let moved = |by: f64| {
                let mut raw = node.raw.clone();
                raw[j] += by;
                value(node.x[0], &raw)
            };
            assert!((want.raw_bar[j] - (moved(h) - moved(-h)) / (2.0 * h)).abs() < 1e-8, "{j}");
        }
    }
}
