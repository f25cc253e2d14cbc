//! Layers of the deep dense sigmoidal flow: against the definition, a chain against the plain node, bits.

mod support;

use nafal_kernels::ddsf::{self, Gradients, Layer};
use nafal_kernels::dsf::Slope;
use nafal_kernels::{Isa, Matrix, MatrixMut, Real, reference};
use proptest::prelude::*;
use support::nodes::Node;
use support::{Numbers, bits, isas, settings};

/// Operands of one layer.
struct Problem<T> {
    slope: Slope,
    widths: [usize; 3],
    lanes: usize,
    u: Vec<T>,
    w: Vec<T>,
    h: Vec<T>,
    log_tangent: Vec<T>,
    raw: Vec<T>,
    cotangents: [Vec<T>; 2],
}

/// Outputs and gradients of one layer; those that are added to start from one.
#[derive(Debug, PartialEq)]
struct Results<T>(Vec<(&'static str, Vec<T>)>);

impl<T: Real> Problem<T> {
    fn new(slope: Slope, widths: [usize; 3], lanes: usize, spread: f64, reach: f64, seed: u64) -> Self {
        let mut r = Numbers(seed);
        let [i, d, o] = widths;
        let mut scaled = |n: usize, by: f64| (0..n).map(|_| T::from_f64(r.signed() * by)).collect::<Vec<T>>();
        Problem {
            slope,
            widths,
            lanes,
            u: scaled(d * i, spread),
            w: scaled(o * d, spread),
            h: scaled(i * lanes, reach),
            log_tangent: scaled(i * lanes, spread),
            raw: scaled((3 * d + i) * lanes, spread),
            cotangents: [scaled(o * lanes, 1.0), scaled(o * lanes, 1.0)],
        }
    }
    fn lane(&self, l: usize) -> Self {
        let pick = |v: &[T]| v.iter().skip(l).step_by(self.lanes).copied().collect::<Vec<T>>();
        Problem {
            lanes: 1,
            u: self.u.clone(),
            w: self.w.clone(),
            h: pick(&self.h),
            log_tangent: pick(&self.log_tangent),
            raw: pick(&self.raw),
            cotangents: [pick(&self.cotangents[0]), pick(&self.cotangents[1])],
            ..*self
        }
    }
    fn run(&self, isa: Option<Isa>) -> Results<T> {
        let ([i, d, o], n) = (self.widths, self.lanes);
        let c = Layer { slope: self.slope, inputs: i, units: d, outputs: o, u: &self.u, w: &self.w };
        let m = |v, rows| Matrix::new(v, rows, n, n);
        let (h, t, raw) = (m(&self.h, i), m(&self.log_tangent, i), m(&self.raw, 3 * d + i));
        let [yb, tb] = [m(&self.cotangents[0], o), m(&self.cotangents[1], o)];
        let ones = |n: usize| vec![T::ONE; n];
        let (mut h_out, mut t_out, mut h_bar, mut t_bar) = (ones(o * n), ones(o * n), ones(i * n), ones(i * n));
        let (mut raw_bar, mut u_bar, mut w_bar) = (ones((3 * d + i) * n), ones(d * i), ones(o * d));
        let out = [&mut h_out, &mut t_out].map(|v| MatrixMut::new(v, o, n, n));
        let bars = Gradients {
            h: MatrixMut::new(&mut h_bar, i, n, n),
            log_tangent: MatrixMut::new(&mut t_bar, i, n, n),
            raw: MatrixMut::new(&mut raw_bar, 3 * d + i, n, n),
            u: &mut u_bar,
            w: &mut w_bar,
        };
        let [to_h, to_t] = out;
        let mut scratch = vec![T::from_f64(f64::NAN); c.scratch()];
        match isa {
            Some(isa) => {
                ddsf::forward(isa, &c, h, t, raw, to_h, to_t, &mut scratch);
                ddsf::vjp(isa, &c, h, t, raw, yb, tb, bars, &mut scratch);
            }
            None => {
                reference::ddsf_forward(&c, h, t, raw, to_h, to_t);
                reference::ddsf_vjp(&c, h, t, raw, yb, tb, bars);
            }
        }
        let lanewise = [("h", h_out), ("log_tangent", t_out), ("h_bar", h_bar), ("t_bar", t_bar), ("raw_bar", raw_bar)];
        Results(lanewise.into_iter().chain([("u_bar", u_bar), ("w_bar", w_bar)]).collect())
    }
}

fn agree<T: Real>(p: &Problem<T>, tolerance: f64) {
    let want = p.run(None);
    for isa in isas() {
        let got = p.run(Some(isa));
        for ((name, got), (_, want)) in got.0.iter().zip(&want.0) {
            // Each lane by its own largest number; the gradients of the shared logits have no lanes.
            let lanes = if matches!(*name, "u_bar" | "w_bar") { 1 } else { p.lanes };
            let mut scales = vec![1.0f64; lanes];
            for (i, w) in want.iter().enumerate() {
                scales[i % lanes] = scales[i % lanes].max(w.to_f64().abs());
            }
            for (i, (g, w)) in got.iter().zip(want).enumerate() {
                let error = (g.to_f64() - w.to_f64()).abs() / scales[i % lanes];
                assert!(error <= tolerance, "{} {} {name} {:?}: {g} {w} {error:e}", isa.name(), T::NAME, p.widths);
            }
        }
    }
}

/// Lane by lane, and on every backend with FMA, the same bits.
fn alone<T: Real>(p: &Problem<T>) {
    let mut first: Option<Vec<Vec<u64>>> = None;
    for isa in isas() {
        let whole = p.run(Some(isa));
        for l in 0..p.lanes {
            let one = p.lane(l).run(Some(isa));
            for ((name, one), (_, whole)) in one.0.iter().zip(&whole.0).take(5) {
                let whole: Vec<T> = whole.iter().skip(l).step_by(p.lanes).copied().collect();
                assert_eq!(bits(one), bits(&whole), "{} {name}", isa.name());
            }
        }
        if isa.fused() {
            let all: Vec<_> = whole.0.iter().map(|(_, v)| bits(v)).collect();
            assert_eq!(first.get_or_insert_with(|| all.clone()), &all, "{}", isa.name());
        }
    }
}

fn widths() -> impl Strategy<Value = [usize; 3]> {
    (1usize..9, 1usize..20, 1usize..9).prop_map(|(i, d, o)| [i, d, o])
}

proptest! {
    #![proptest_config(settings(48))]
    #[test]
    fn agrees_with_the_definition(widths in widths(), lanes in 0usize..36, seed: u64) {
        for slope in [Slope::Softplus, Slope::Bounded { limit: 4.0 }] {
            agree(&Problem::<f64>::new(slope, widths, lanes, 2.0, 3.0, seed), 1e-12);
            agree(&Problem::<f32>::new(slope, widths, lanes, 2.0, 3.0, seed), 2e-5);
        }
    }

    #[test]
    fn agrees_where_plain_sums_underflow(widths in widths(), lanes in 1usize..20, seed: u64) {
        for slope in [Slope::Softplus, Slope::Bounded { limit: 4.0 }] {
            agree(&Problem::<f64>::new(slope, widths, lanes, 700.0, 3.0, seed), 1e-9);
            agree(&Problem::<f32>::new(slope, widths, lanes, 90.0, 3.0, seed), 2e-4);
        }
    }

    /// Lanes that underflow beside lanes that do not: every third lane is scaled up.
    #[test]
    fn agrees_where_some_lanes_underflow(widths in widths(), lanes in 1usize..36, seed: u64) {
        fn mixed<T: Real>(widths: [usize; 3], lanes: usize, by: f64, seed: u64) -> Problem<T> {
            let mut p = Problem::<T>::new(Slope::Softplus, widths, lanes, 2.0, 3.0, seed);
            for v in [&mut p.raw, &mut p.log_tangent] {
                for v in v.iter_mut().enumerate().filter(|(i, _)| (i % lanes).is_multiple_of(3)).map(|(_, v)| v) {
                    *v *= T::from_f64(by);
                }
            }
            p
        }
        agree(&mixed::<f64>(widths, lanes, 350.0, seed), 1e-9);
        agree(&mixed::<f32>(widths, lanes, 45.0, seed), 2e-4);
    }

    #[test]
    fn a_lane_alone_has_the_same_bits(widths in widths(), lanes in 1usize..36, wild: bool, seed: u64) {
        let spread = if wild { 100.0 } else { 2.0 };
        alone(&Problem::<f32>::new(Slope::Softplus, widths, lanes, spread, 5.0, seed));
        alone(&Problem::<f64>::new(Slope::Softplus, widths, lanes, spread, 5.0, seed));
    }

    /// From one input to one output, with equal shared logits, a layer is the plain node.
    #[test]
    fn one_to_one_is_the_plain_node(units in 1usize..20, seed: u64) {
        let node = Node::<f64>::new(Slope::Softplus, units, 7, 4.0, [2.0, 3.0, 2.0], seed);
        let p = Problem {
            slope: node.slope,
            widths: [1, units, 1],
            lanes: 7,
            u: vec![0.5; units],
            w: vec![-0.5; units],
            h: node.x.clone(),
            log_tangent: vec![0.0; 7],
            raw: [node.raw.clone(), vec![0.25; 7]].concat(),
            cotangents: [node.y_bar.clone(), node.log_slope_bar.clone()],
        };
        for isa in isas() {
            let (node, layer) = (node.run(Some(isa)), p.run(Some(isa)));
            let plain = [&node.y, &node.log_slope, &node.x_bar];
            for (got, want) in [&layer.0[0].1, &layer.0[1].1, &layer.0[2].1].into_iter().zip(plain) {
                support::close("plain node", got, want, 1e-12);
            }
            support::close("raw", &layer.0[4].1[..3 * units * 7], &node.raw_bar, 1e-12);
        }
    }
}

/// Two steep units far apart, `u = 50·h ± 2000`: between them the tangent is `e⁻¹⁹⁵⁰` or less, which only logarithms hold.
/// It is that of the nearer unit, so its logarithm changes by 50 where `h` changes by one.
#[test]
fn a_plateau() {
    fn check<T: Real>(tolerance: f64) {
        let h = [1.0, 0.0, -1.0, 1.0, 1.0, 0.0, 1.0].map(T::from_f64);
        let lanes = h.len();
        let row = |v: f64| vec![T::from_f64(v); lanes];
        let zero = [T::ZERO; 2];
        let p = Problem {
            slope: Slope::Softplus,
            widths: [1, 2, 1],
            lanes,
            u: zero.to_vec(),
            w: zero.to_vec(),
            h: h.to_vec(),
            log_tangent: row(0.0),
            raw: [row(50.0), row(50.0), row(2000.0), row(-2000.0), row(0.0), row(0.0), row(0.0)].concat(),
            cotangents: [row(0.0), row(1.0)],
        };
        for isa in isas() {
            let Results(got) = p.run(Some(isa));
            for (l, h) in h.into_iter().map(T::to_f64).enumerate() {
                let log_tangent = if h == 0.0 { -1_994.701_682_633_452 } else { -1_945.394_829_814_012 };
                // The gradients that are added to start from one.
                let want = [0.0, log_tangent, 1.0 + 50.0 * h, 2.0];
                for ((name, got), want) in got.iter().zip(want) {
                    let error = (got[l].to_f64() - want).abs() / want.abs().max(1.0);
                    assert!(error <= tolerance, "{} {} {name}({h}): {} {want}", isa.name(), T::NAME, got[l]);
                }
            }
        }
    }
    check::<f64>(1e-12);
    check::<f32>(1e-6);
}
