//! `v = (Φ⁻¹(F(x)) − a)/b`, with `F` the kernel-smoothed distribution function of the training values, tabulated.
//!
//! On the standardised scale `z`, `F(z) = mean_i σ((z − z_i)/h)` with `h = ½·n^(−1/5)`; `u = Φ⁻¹(F)` is computed at knots
//! around the training values, linear between them. Beyond the last knot `u² = u_K² + 2·(z − z_K)/h`, as the tail of a
//! logistic kernel has it.

use nafal_kernels::{Isa, map};

use super::{ColumnMap, Representation, centre_and_scale, standardise};
use crate::encode::Held;
use crate::stats::{lower_quantile, mean_and_scale};

/// Its line in the list.
pub(super) const REPRESENTATION: Representation =
    Representation { name: "gaussian", holds: Held::ColumnValues, fit, read };

/// Most quantiles of the training values that are kernel centres, and around which there are knots.
const CENTRES: usize = 128;

/// Knots beside a kernel centre, in bandwidths.
const BESIDE: [f64; 5] = [0.0, -1.0, 1.0, -3.0, 3.0];

#[derive(Debug)]
struct Gaussian {
    centre: f64,
    scale: f64,
    bandwidth: f64,
    mean: f64,
    sd: f64,
    /// Ascending, on the standardised scale.
    knots: Vec<f64>,
    /// `u` at each, ascending.
    normal: Vec<f64>,
}

/// At most `most` values at equal steps of rank, without repeats, from ascending ones.
fn thin(sorted: &[f64], most: usize) -> Vec<f64> {
    let n = sorted.len();
    let count = n.min(most);
    let mut kept: Vec<f64> = (0..count).map(|i| sorted[(2 * i + 1) * n / (2 * count)]).collect();
    kept.extend([sorted[0], sorted[n - 1]]);
    kept.sort_by(f64::total_cmp);
    kept.dedup();
    kept
}

fn fit(values: &[f64]) -> Box<dyn ColumnMap> {
    let (centre, scale) = centre_and_scale(values);
    let bandwidth = 0.5 * (values.len() as f64).powf(-0.2);
    let mut sorted: Vec<f64> = values.iter().map(|&x| standardise(x, centre, scale)).collect();
    sorted.sort_by(f64::total_cmp);
    let ends = [sorted[0], sorted[sorted.len() - 1]];
    let mut knots: Vec<f64> = thin(&sorted, CENTRES)
        .into_iter()
        .flat_map(|z| BESIDE.map(|b| z + b * bandwidth))
        .chain(ends.into_iter().flat_map(|z| [-6.0, 6.0].map(|b| z + b * bandwidth)))
        .collect();
    knots.sort_by(f64::total_cmp);
    // Knots closer than this do not refine the table.
    let mut last = f64::NEG_INFINITY;
    knots.retain(|&z| {
        let apart = z - last > 0.05 * bandwidth;
        if apart {
            last = z;
        }
        apart
    });
    let normal = smoothed(&sorted, bandwidth, &knots);
    let mut map = Gaussian { centre, scale, bandwidth, mean: 0.0, sd: 1.0, knots, normal };
    (map.mean, map.sd) = mean_and_scale(&values.iter().map(|&x| map.apply(x)).collect::<Vec<_>>());
    Box::new(map)
}

/// `Φ⁻¹(F(z))` at each knot, strictly ascending. O(knots · min(n, 8·[`CENTRES`])).
fn smoothed(sorted: &[f64], bandwidth: f64, knots: &[f64]) -> Vec<f64> {
    let isa = Isa::detect();
    let n = sorted.len();
    let count = n.min(8 * CENTRES);
    let centres: Vec<f64> = (0..count).map(|i| sorted[(2 * i + 1) * n / (2 * count)]).collect();
    let (mut z, mut s) = (vec![0.0; count], vec![0.0; count]);
    let mut tail = |knot: f64, sign: f64| {
        z.iter_mut().zip(&centres).for_each(|(z, c)| *z = sign * (knot - c) / bandwidth);
        map::log_sigmoid(isa, &z, &mut s);
        let top = s.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = s.iter().map(|v| (v - top).exp()).sum();
        (top + (sum / count as f64).ln()).min(-1e-12)
    };
    let mut normal: Vec<f64> = knots
        .iter()
        .map(|&knot| {
            let lower = tail(knot, 1.0);
            if lower <= -std::f64::consts::LN_2 { lower_quantile(lower) } else { -lower_quantile(tail(knot, -1.0)) }
        })
        .collect();
    for i in 1..normal.len() {
        normal[i] = normal[i].max(normal[i - 1] + 1e-9);
    }
    normal
}

fn read(parameters: &[f64]) -> Option<Box<dyn ColumnMap>> {
    let (&[centre, scale, bandwidth, mean, sd], tables) = parameters.split_first_chunk::<5>()?;
    let (knots, normal) = tables.split_at(tables.len() / 2);
    let growing = |v: &[f64]| v.is_sorted_by(|a, b| a < b);
    let sound = scale > 0.0 && bandwidth > 0.0 && sd > 0.0 && knots.len() == normal.len() && !knots.is_empty();
    if !sound || !growing(knots) || !growing(normal) {
        return None;
    }
    Some(Box::new(Gaussian { centre, scale, bandwidth, mean, sd, knots: knots.into(), normal: normal.into() }))
}

impl Gaussian {
    fn to_normal(&self, z: f64) -> f64 {
        let (knots, normal) = (&self.knots, &self.normal);
        let i = knots.partition_point(|&k| k <= z);
        if i == 0 {
            return normal[0] - beyond(normal[0].min(-1.0), (knots[0] - z) / self.bandwidth);
        }
        if i == knots.len() {
            return normal[i - 1] + beyond(normal[i - 1].max(1.0), (z - knots[i - 1]) / self.bandwidth);
        }
        normal[i - 1] + (z - knots[i - 1]) / (knots[i] - knots[i - 1]) * (normal[i] - normal[i - 1])
    }

    fn undo_normal(&self, u: f64) -> f64 {
        let (knots, normal) = (&self.knots, &self.normal);
        let i = normal.partition_point(|&k| k <= u);
        if i == 0 {
            return knots[0] - self.bandwidth * before(normal[0].min(-1.0), normal[0] - u);
        }
        if i == knots.len() {
            return knots[i - 1] + self.bandwidth * before(normal[i - 1].max(1.0), u - normal[i - 1]);
        }
        knots[i - 1] + (u - normal[i - 1]) / (normal[i] - normal[i - 1]) * (knots[i] - knots[i - 1])
    }
}

/// How much `|u|` grows over `t` bandwidths beyond the knot of `u`: `√(u² + 2t) − |u|`, without cancellation.
fn beyond(u: f64, t: f64) -> f64 {
    let u = u.abs();
    2.0 * t / ((u * u + 2.0 * t).sqrt() + u)
}

/// The `t` of a growth of [`beyond`].
fn before(u: f64, growth: f64) -> f64 {
    growth * (u.abs() + 0.5 * growth)
}

impl ColumnMap for Gaussian {
    fn apply(&self, x: f64) -> f64 {
        (self.to_normal(standardise(x, self.centre, self.scale)) - self.mean) / self.sd
    }
    fn invert(&self, v: f64) -> f64 {
        self.undo_normal(v * self.sd + self.mean) * self.scale + self.centre
    }
    fn parameters(&self) -> Vec<f64> {
        [&[self.centre, self.scale, self.bandwidth, self.mean, self.sd][..], &self.knots, &self.normal].concat()
    }
}
