//! One view `T_k(x) = A_k·x + b_k` (Eq. 1) and the random families it comes from.
//!
//! The map's constants already hold the standardisation of the view's coordinates by its training rows (standard
//! deviation floored, so that a near-constant coordinate cannot make the density arbitrarily peaked).

use nalgebra::{DMatrix, SymmetricEigen};

use super::configuration::{FamilyConfiguration, MapKind};
use super::features::mean_and_sd;
use crate::random::{Purpose, normal, permutation, stream};

/// Smallest standard deviation a view divides a coordinate by.
const SD_FLOOR: f64 = 0.1;

/// The affine map of one view, `[d] → [m]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct View {
    map: Map,
    /// Added after the linear part.
    shift: Vec<f32>,
}

#[derive(Clone, Debug, PartialEq)]
enum Map {
    /// Column `axes[i]` times `scale[i]`.
    Axes { axes: Vec<u32>, scale: Vec<f32> },
    /// Row-major `[m, d]`.
    Dense { matrix: Vec<f32>, columns: usize },
}

/// The maps' tensors, for the model file.
pub(super) struct ViewParts<'a> {
    /// Axes and their scales, or
    pub(super) axes: Option<(&'a [u32], &'a [f32])>,
    /// the dense matrix `[m, d]`.
    pub(super) matrix: Option<&'a [f32]>,
    /// Shift `[m]`.
    pub(super) shift: &'a [f32],
}

impl View {
    /// Random view `view` of a family: its linear part from a random stream, its standardisation from the rows `rows` of
    /// `base: [n, d]`.
    pub(super) fn random(
        family: &FamilyConfiguration,
        seed: u64,
        key: [u64; 2],
        base: &[f32],
        d: usize,
        rows: &[usize],
    ) -> View {
        let m = family.features.min(d);
        let mut rng = stream(seed, Purpose::Views, key[0], key[1]);
        let map = match family.maps {
            MapKind::Axes => {
                // A flow's key holds the family above and the flow's number below.
                let (family_index, flow) = (key[0] >> 32, key[0] & u64::from(u32::MAX));
                let number = flow as usize * family.views_per_flow + key[1] as usize;
                Map::Axes { axes: dealt(seed, family_index, number, m, d), scale: vec![1.0; m] }
            }
            MapKind::Gaussian => {
                let scale = 1.0 / (d as f64).sqrt();
                Map::Dense {
                    matrix: (0..m * d).map(|_| (scale * normal::<f64>(&mut rng)) as f32).collect(),
                    columns: d,
                }
            }
            MapKind::Encoder => return View::group(key[1] as usize, m),
            MapKind::Rotation => {
                let gaussian = DMatrix::<f64>::from_fn(d, m, |_, _| normal(&mut rng));
                let directions = gaussian.qr().q();
                let matrix = (whitening(base, d, rows) * directions).transpose();
                Map::Dense {
                    matrix: (0..m).flat_map(|i| matrix.row(i).iter().map(|&v| v as f32).collect::<Vec<_>>()).collect(),
                    columns: d,
                }
            }
        };
        let mut view = View { map, shift: vec![0.0; m] };
        view.standardise(base, d, rows);
        view
    }

    /// Divides every coordinate by its (floored) spread over the rows and centres it.
    fn standardise(&mut self, base: &[f32], d: usize, rows: &[usize]) {
        let m = self.features();
        let mut coordinates = vec![0f32; rows.len() * m];
        for (out, &i) in coordinates.chunks_exact_mut(m).zip(rows) {
            self.apply(&base[i * d..(i + 1) * d], out, 1);
        }
        for i in 0..m {
            let coordinate: Vec<f64> = coordinates.iter().skip(i).step_by(m).map(|&v| f64::from(v)).collect();
            let (mean, sd) = mean_and_sd(&coordinate);
            let factor = 1.0 / sd.max(SD_FLOOR);
            match &mut self.map {
                Map::Axes { scale, .. } => scale[i] = (f64::from(scale[i]) * factor) as f32,
                Map::Dense { matrix, columns } => {
                    matrix[i * *columns..(i + 1) * *columns]
                        .iter_mut()
                        .for_each(|v| *v = (f64::from(*v) * factor) as f32);
                }
            }
            self.shift[i] = (-mean * factor) as f32;
        }
    }

    /// The `k`-th group of `m` columns, as it is.
    pub(super) fn group(k: usize, m: usize) -> View {
        let axes = (k * m..(k + 1) * m).map(|axis| axis as u32).collect();
        View { map: Map::Axes { axes, scale: vec![1.0; m] }, shift: vec![0.0; m] }
    }

    /// Number of features `m`.
    pub(super) fn features(&self) -> usize {
        self.shift.len()
    }

    /// Writes the view of one row to `out[0], out[stride], …`. Each output is one chain of fused multiply-adds.
    pub(super) fn apply(&self, row: &[f32], out: &mut [f32], stride: usize) {
        match &self.map {
            Map::Axes { axes, scale } => {
                for (i, ((&a, &s), &t)) in axes.iter().zip(scale).zip(&self.shift).enumerate() {
                    out[i * stride] = row[a as usize] * s + t;
                }
            }
            Map::Dense { matrix, columns } => {
                for (i, (a, &t)) in matrix.chunks_exact(*columns).zip(&self.shift).enumerate() {
                    out[i * stride] = row.iter().zip(a).fold(t, |sum, (x, a)| sum + x * a);
                }
            }
        }
    }

    /// Indices of the columns the view selects, if it selects.
    pub(super) fn axes(&self) -> Option<&[u32]> {
        match &self.map {
            Map::Axes { axes, .. } => Some(axes),
            Map::Dense { .. } => None,
        }
    }

    /// Its tensors.
    pub(super) fn parts(&self) -> ViewParts<'_> {
        match &self.map {
            Map::Axes { axes, scale } => ViewParts { axes: Some((axes, scale)), matrix: None, shift: &self.shift },
            Map::Dense { matrix, .. } => ViewParts { axes: None, matrix: Some(matrix), shift: &self.shift },
        }
    }

    /// A view that selects axes.
    pub(super) fn from_axes(axes: Vec<u32>, scale: Vec<f32>, shift: Vec<f32>) -> View {
        View { map: Map::Axes { axes, scale }, shift }
    }

    /// A dense view.
    pub(super) fn from_matrix(matrix: Vec<f32>, columns: usize, shift: Vec<f32>) -> View {
        View { map: Map::Dense { matrix, columns }, shift }
    }
}

/// The `m` of `d` columns that view `number` of a family selects, dealt like cards from a pack that is shuffled anew when it
/// is used up: over the `K` views of a family every column is seen at least `⌊K·m/d⌋` times, so that no column of a wide
/// table goes unseen while `K·m >= d`.
fn dealt(seed: u64, family: u64, number: usize, m: usize, d: usize) -> Vec<u32> {
    // A view that ends a pack takes the rest of its cards from the next one, where the columns it has already come last.
    let pack = |pack: usize, held: &[u32]| {
        let order = permutation(&mut stream(seed, Purpose::Views, PACKS | family, pack as u64), d);
        let (last, mut cards): (Vec<u32>, Vec<u32>) =
            order.into_iter().map(|a| a as u32).partition(|a| held.contains(a));
        cards.extend(last);
        cards
    };
    let (whole, from) = (number * m / d, number * m % d);
    let cards = (1..=whole).fold(pack(0, &[]), |cards, p| pack(p, &cards[d - p * d % m..]));
    let held = &cards[from..d.min(from + m)];
    let missing = m - held.len();
    if missing == 0 { held.to_vec() } else { [held, &pack(whole + 1, held)[..missing]].concat() }
}

/// Sets the streams of packs apart from those of single views.
const PACKS: u64 = 1 << 63;

/// A symmetric square root of the inverse covariance of the rows, shrunk where directions have next to no spread.
pub(super) fn whitening(base: &[f32], d: usize, rows: &[usize]) -> DMatrix<f64> {
    let n = rows.len() as f64;
    let x = DMatrix::<f64>::from_fn(rows.len(), d, |i, j| f64::from(base[rows[i] * d + j]));
    let mean = x.row_mean();
    let centred = DMatrix::from_fn(rows.len(), d, |i, j| x[(i, j)] - mean[j]);
    let covariance = centred.transpose() * &centred / n;
    let eigen = SymmetricEigen::new(covariance);
    let floor = SD_FLOOR * SD_FLOOR;
    let scales = eigen.eigenvalues.map(|v| 1.0 / v.max(floor).sqrt());
    &eigen.eigenvectors * DMatrix::from_diagonal(&scales) * eigen.eigenvectors.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_column_is_dealt_as_often_as_any_other(d in 1usize..300, m in 1usize..33, views in 1usize..130, seed: u64) {
            let m = m.min(d);
            let mut seen = vec![0usize; d];
            for number in 0..views {
                let mut axes = dealt(seed, 1, number, m, d);
                axes.iter().for_each(|&a| seen[a as usize] += 1);
                axes.sort_unstable();
                axes.dedup();
                prop_assert_eq!(axes.len(), m, "a column twice in one view");
            }
            let rounds = views * m / d;
            prop_assert!(seen.iter().all(|&n| n >= rounds), "{} rounds: {:?}", rounds, seen);
        }
    }
}
