//! The fused flow node, value and VJP, against the same sums written with the standard library, lane by lane.
//!
//! The scalar version computes the formulas of `nafal_kernels::dsf` directly, without the accurate
//! differences that our VJP takes in the tails: it does less work.

use super::contest::{Line, Rival, Setting};
use super::operands::{Aligned, close, numbers};
use nafal_kernels::dsf::{self, Slope};
use nafal_kernels::{Matrix, MatrixMut, Real};
use std::cell::RefCell;
use std::hint::black_box;

/// Units of a node.
const UNITS: usize = 16;
/// Lanes of a tile.
const LANES: usize = 64;

/// Scalar functions of the standard library.
pub trait Scalar: Real {
    /// `eˣ`.
    fn exp(self) -> Self;
    /// `ln x`.
    fn ln(self) -> Self;
    /// `ln(1+x)`.
    fn ln_1p(self) -> Self;
}

macro_rules! scalar {
    ($($t:ty)*) => {$(
        impl Scalar for $t {
            fn exp(self) -> $t {
                <$t>::exp(self)
            }
            fn ln(self) -> $t {
                <$t>::ln(self)
            }
            fn ln_1p(self) -> $t {
                <$t>::ln_1p(self)
            }
        }
    )*};
}
scalar!(f32 f64);

/// Inputs, cotangents and results of a node.
struct Node<T> {
    x: Aligned<T>,
    raw: Aligned<T>,
    y_bar: Aligned<T>,
    l_bar: Aligned<T>,
}

/// A unit's part of a lane.
#[derive(Clone, Copy)]
struct Unit<T> {
    a: T,
    /// `da/da_raw`.
    rate: T,
    sigma: T,
    sigma_bar: T,
    w: T,
}

/// The sums of a lane: `S`, `S̄`, `D`, `Z`.
type Sums<T> = [T; 4];

impl<T: Scalar> Node<T> {
    /// The parts of lane `b` and their sums.
    fn units(&self, b: usize) -> ([Unit<T>; UNITS], Sums<T>) {
        let (zero, one) = (T::ZERO, T::ONE);
        let at = |row: usize| self.raw[row * LANES + b];
        let top = (0..UNITS).map(|j| at(2 * UNITS + j)).fold(at(2 * UNITS), |a, b| if a > b { a } else { b });
        let mut units = [Unit { a: zero, rate: zero, sigma: zero, sigma_bar: zero, w: zero }; UNITS];
        let mut sums = [zero; 4];
        for (j, unit) in units.iter_mut().enumerate() {
            let (raw, w) = (at(j), (at(2 * UNITS + j) - top).exp());
            let e = (-raw.abs()).exp();
            let a = if raw > zero { raw } else { zero } + e.ln_1p();
            let rate = if raw > zero { one } else { e } / (one + e);
            let u = a * self.x[b] + at(UNITS + j);
            let e = (-u.abs()).exp();
            let (large, small) = (one / (one + e), e / (one + e));
            let (sigma, sigma_bar) = if u > zero { (large, small) } else { (small, large) };
            *unit = Unit { a, rate, sigma, sigma_bar, w };
            sums[0] += w * sigma;
            sums[1] += w * sigma_bar;
            sums[2] += w * a * sigma * sigma_bar;
            sums[3] += w;
        }
        (units, sums)
    }
    fn forward(&self, y: &mut [T], log_slope: &mut [T]) {
        for b in 0..LANES {
            let [s, c, d, z] = self.units(b).1.map(T::ln);
            y[b] = s - c;
            log_slope[b] = d + z - s - c;
        }
    }
    fn vjp(&self, x_bar: &mut [T], raw_bar: &mut [T]) {
        for b in 0..LANES {
            let (units, [s, c, d, z]) = self.units(b);
            let (y_bar, l_bar) = (self.y_bar[b], self.l_bar[b]);
            for (j, Unit { a, rate, sigma, sigma_bar, w }) in units.into_iter().enumerate() {
                let (p, q, r) = (w * sigma / s, w * sigma_bar / c, w * a * sigma * sigma_bar / d);
                let value = p * sigma_bar + q * sigma;
                let slope = sigma * (q - r) - sigma_bar * (p - r);
                let u_bar = y_bar * value + l_bar * slope;
                x_bar[b] += a * u_bar;
                raw_bar[j * LANES + b] = rate * (self.x[b] * u_bar + l_bar * r / a);
                raw_bar[(UNITS + j) * LANES + b] = u_bar;
                raw_bar[(2 * UNITS + j) * LANES + b] = y_bar * (p - q) + l_bar * (r - p - q + w / z);
            }
        }
    }
}

/// Both lines of one scalar type.
pub fn run<T: Scalar>(setting: &Setting) {
    let shape = format!("{} {UNITS} units, {LANES} lanes", T::NAME);
    let rows = 3 * UNITS;
    let scaled = |seed, n, scale: f64| {
        let mut numbers = numbers::<T>(seed, n);
        numbers.iter_mut().for_each(|v| *v *= T::from_f64(scale));
        numbers
    };
    let node: Node<T> = Node {
        x: scaled(1, LANES, 2.0),
        raw: scaled(2, rows * LANES, 1.5),
        y_bar: scaled(3, LANES, 1.0),
        l_bar: scaled(4, LANES, 1.0),
    };
    let lanes = || Aligned::ones(LANES);
    let scratch = RefCell::new(Aligned::<T>::ones(dsf::scratch(UNITS)));
    let raw = Matrix::new(&node.raw, rows, LANES, LANES);
    let line = |kernel| Line { kernel, shape: &shape, counts: "numbers", work: (UNITS * LANES) as f64 };
    if setting.wants("dsf_forward", &shape) {
        let ours = |y: &mut [T], l: &mut [T]| {
            dsf::forward(setting.isa, Slope::Softplus, UNITS, black_box(&node.x), raw, y, l, &mut scratch.borrow_mut());
        };
        let (mut y, mut l, mut y_std, mut l_std) = (lanes(), lanes(), lanes(), lanes());
        ours(&mut y, &mut l);
        node.forward(&mut y_std, &mut l_std);
        close("y", &y, &y_std, 64.0);
        close("log-slope", &l, &l_std, 64.0);
        let rival: Rival = ("scalar std", Box::new(|| black_box(&node).forward(&mut y_std, black_box(&mut l_std))));
        setting.contest::<T>(&line("dsf_forward"), || ours(&mut y, black_box(&mut l)), vec![rival]);
    }
    if setting.wants("dsf_vjp", &shape) {
        let ours = |x_bar: &mut [T], raw_bar: &mut [T]| {
            let raw_bar = MatrixMut::new(raw_bar, rows, LANES, LANES);
            let (x, y_bar, l_bar) = (black_box(&node.x), &node.y_bar, &node.l_bar);
            dsf::vjp(
                setting.isa,
                Slope::Softplus,
                UNITS,
                x,
                raw,
                y_bar,
                l_bar,
                x_bar,
                raw_bar,
                &mut scratch.borrow_mut(),
            );
        };
        let (mut x, mut r, mut x_std, mut r_std) =
            (lanes(), Aligned::ones(rows * LANES), lanes(), Aligned::ones(rows * LANES));
        ours(&mut x, &mut r);
        node.vjp(&mut x_std, &mut r_std);
        close("x_bar", &x, &x_std, 256.0);
        close("raw_bar", &r, &r_std, 256.0);
        let rival: Rival = ("scalar std", Box::new(|| black_box(&node).vjp(&mut x_std, black_box(&mut r_std))));
        setting.contest::<T>(&line("dsf_vjp"), || ours(&mut x, black_box(&mut r)), vec![rival]);
    }
}
