//! Missing values from those that are known: the mean of a normal law given them, on a scale on which each column is normal.
//!
//! Each value `x_j` has a map to `u_j` (normal scores of the training values). With the precision matrix `P` of `u`, learned by
//! expectation and maximisation from rows that lack values themselves, the missing part is `u_M = −P_MM⁻¹ P_MO u_O`; a row's cost
//! is `O(|M|·D + |M|³)`. Where rows that lack a column differ from the others, that it is missing is a value of its own: 1 or 0.

use std::sync::Arc;

use nalgebra::{Cholesky, DMatrix, DVector};

use crate::data::container::{Container, Tensor};
use crate::encode::table::representations::{ColumnMap, REPRESENTATIONS, Representation};
use crate::error::Result;
use crate::stats::lower_quantile;

/// Most values of a row of which the dependence is learned; beyond them each column's middle is filled in.
const MOST: usize = 768;

/// Most rows the dependence is learned from.
const ROWS: usize = 5_000;

/// Rounds of expectation and maximisation.
const ROUNDS: usize = 8;

/// Rows without a column from which on it is asked whether that says something.
const FEW: usize = 8;

/// How missing values are filled in.
#[derive(Clone, Debug)]
pub(super) struct Imputation {
    maps: Vec<Arc<dyn ColumnMap>>,
    /// `[D, D]`; none where there are too many values.
    precision: Option<DMatrix<f64>>,
    /// First values of the columns whose being missing is a value.
    flagged: Vec<usize>,
}

fn representation() -> &'static Representation {
    REPRESENTATIONS.iter().find(|r| r.name == "gaussian").expect("a representation of normal scores")
}

impl Imputation {
    /// Learned from rows `[n, D]` with NaN where a value is missing; `widths` are the columns' numbers of values.
    pub fn fit(rows: &[f64], widths: &[usize]) -> Imputation {
        let d: usize = widths.iter().sum();
        let column = |j: usize| rows.iter().skip(j).step_by(d).copied();
        let map = |j: usize| {
            let mut known: Vec<f64> = column(j).filter(|v| !v.is_nan()).collect();
            // Nothing is known of a column without a value.
            if known.is_empty() {
                known.push(0.0);
            }
            Arc::from((representation().fit)(&known))
        };
        let maps: Vec<Arc<dyn ColumnMap>> = (0..d).map(map).collect();
        let n = rows.len() / d;
        let step = n.div_ceil(ROWS).max(1);
        let normal: Vec<f64> = (0..n)
            .step_by(step)
            .flat_map(|i| rows[i * d..(i + 1) * d].iter().zip(&maps))
            .map(|(&x, map)| if x.is_nan() { x } else { map.apply(x) })
            .collect();
        let precision = (d <= MOST).then(|| learn(&normal, d));
        let mut flagged = Vec::new();
        let mut start = 0;
        for &width in widths {
            if is_informative(&normal, d, start, width) {
                flagged.push(start);
            }
            start += width;
        }
        Imputation { maps, precision, flagged }
    }

    /// Number of values that say that a cell is missing.
    pub fn flags(&self) -> usize {
        self.flagged.len()
    }

    /// The first value of the column that flag `flag` is about.
    pub fn flagged(&self, flag: usize) -> usize {
        self.flagged.get(flag).copied().unwrap_or_default()
    }

    /// Rows `[n, D]` with every value, and behind it the flags.
    pub fn apply(&self, rows: &[f64]) -> Vec<f64> {
        let d = self.maps.len();
        let mut filled = Vec::with_capacity(rows.len() / d * (d + self.flagged.len()));
        for row in rows.chunks_exact(d) {
            let start = filled.len();
            filled.extend_from_slice(row);
            self.fill(&mut filled[start..]);
            filled.extend(self.flagged.iter().map(|&j| f64::from(u8::from(row[j].is_nan()))));
        }
        filled
    }

    fn fill(&self, row: &mut [f64]) {
        let missing: Vec<usize> = (0..row.len()).filter(|&j| row[j].is_nan()).collect();
        if missing.is_empty() {
            return;
        }
        let u: Vec<f64> =
            row.iter().zip(&self.maps).map(|(&x, map)| if x.is_nan() { 0.0 } else { bounded(map.apply(x)) }).collect();
        let normal = match &self.precision {
            Some(precision) => conditional(precision, &u, &missing).0,
            None => vec![0.0; missing.len()],
        };
        for (&j, &v) in missing.iter().zip(&normal) {
            row[j] = self.maps[j].invert(v).clamp(f64::MIN, f64::MAX);
        }
    }

    /// `imputation.maps`, lists of parameters, `imputation.precision` f64 `[D, D]`, and the field `flagged`.
    pub fn write(&self, file: &mut Container) {
        let parameters: Vec<Vec<f64>> = self.maps.iter().map(|map| map.parameters()).collect();
        file.insert_lists("imputation.maps", &parameters);
        if let Some(precision) = &self.precision {
            let d = precision.nrows();
            file.insert("imputation.precision", Tensor::f64(&[d, d], precision.as_slice().to_vec()));
        }
        file.set("flagged", self.flagged.clone());
    }

    /// What [`Imputation::write`] wrote of `d` values; `None` where cells may not be missing.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] for a map or a matrix that makes no sense.
    pub fn read(file: &Container, d: usize) -> Result<Option<Imputation>> {
        let header = file.header();
        if !header.contains("flagged") {
            return Ok(None);
        }
        let lists = file.lists_f64("imputation.maps", d)?;
        let map = |parameters: &Vec<f64>| {
            let read = (representation().read)(parameters).map(Arc::from);
            read.ok_or_else(|| file.error("imputation.maps", "holds a map that makes no sense"))
        };
        let maps = lists.iter().map(map).collect::<Result<Vec<_>>>()?;
        let precision = match d <= MOST {
            true => Some(DMatrix::from_column_slice(d, d, file.tensor_f64("imputation.precision", &[d, d])?)),
            false => None,
        };
        if precision.as_ref().is_some_and(|p| p.transpose() != *p || Cholesky::new(p.clone()).is_none()) {
            return Err(file.error("imputation.precision", "is not symmetric and positive definite"));
        }
        let flagged: Vec<usize> = header.numbers("flagged")?.into_iter().map(|v| v as usize).collect();
        if flagged.iter().any(|&j| j >= d) || flagged.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(header.error("flagged", "names values that there are not, or not in order"));
        }
        Ok(Some(Imputation { maps, precision, flagged }))
    }
}

/// Values beyond this say no more of the others.
fn bounded(u: f64) -> f64 {
    u.clamp(-6.0, 6.0)
}

/// The mean of the values `missing` given the others of `u`, and the inverse of their part of the precision.
fn conditional(precision: &DMatrix<f64>, u: &[f64], missing: &[usize]) -> (Vec<f64>, Option<DMatrix<f64>>) {
    let m = missing.len();
    let own = DMatrix::from_fn(m, m, |a, b| precision[(missing[a], missing[b])]);
    // Missing values are 0 in u, so that they add nothing here.
    let pull = DVector::from_fn(m, |a, _| -(0..u.len()).map(|j| precision[(missing[a], j)] * u[j]).sum::<f64>());
    match Cholesky::new(own) {
        Some(own) => (own.solve(&pull).as_slice().to_vec(), Some(own.inverse())),
        None => (vec![0.0; m], None),
    }
}

/// The precision matrix of rows `[n, d]` of normal scores, some of them missing; towards independence where rows are few.
fn learn(rows: &[f64], d: usize) -> DMatrix<f64> {
    let n = rows.len() / d;
    let weight = d as f64 / (n + d) as f64;
    let mut precision = DMatrix::identity(d, d);
    let whole = rows.iter().all(|v| !v.is_nan());
    for _ in 0..if whole { 1 } else { ROUNDS } {
        let mut second = DMatrix::zeros(d, d);
        let mut filled = DMatrix::zeros(d, n);
        for (i, row) in rows.chunks_exact(d).enumerate() {
            let missing: Vec<usize> = (0..d).filter(|&j| row[j].is_nan()).collect();
            let mut u: Vec<f64> = row.iter().map(|&v| if v.is_nan() { 0.0 } else { bounded(v) }).collect();
            if !missing.is_empty() {
                let (means, spread) = conditional(&precision, &u, &missing);
                for (a, &j) in missing.iter().enumerate() {
                    u[j] = bounded(means[a]);
                    if let Some(spread) = &spread {
                        missing.iter().enumerate().for_each(|(b, &k)| second[(j, k)] += spread[(a, b)]);
                    }
                }
            }
            filled.column_mut(i).copy_from_slice(&u);
        }
        second += &filled * filled.transpose();
        second *= (1.0 - weight) / n as f64;
        (0..d).for_each(|j| second[(j, j)] += weight + 1e-6);
        let symmetric = 0.5 * (&second + second.transpose());
        precision = match Cholesky::new(symmetric) {
            Some(covariance) => {
                let inverse = covariance.inverse();
                0.5 * (&inverse + inverse.transpose())
            }
            None => return DMatrix::identity(d, d),
        };
    }
    precision
}

/// Whether rows `[n, d]` that lack the column of the values `start..start + width` differ from the others in another value, by
/// more than chance allows among all of them (a difference of means in standard errors), or lack others with it.
fn is_informative(rows: &[f64], d: usize, start: usize, width: usize) -> bool {
    let n = rows.len() / d;
    let lacking: Vec<bool> = (0..n).map(|i| rows[i * d + start].is_nan()).collect();
    let count = lacking.iter().filter(|&&l| l).count();
    if count < FEW || n - count < FEW {
        return false;
    }
    let others = (0..d).filter(|j| !(start..start + width).contains(j));
    // Two-sided, over twice as many comparisons as there are other values.
    let limit = -lower_quantile((0.005 / (2 * d) as f64).ln());
    let differs = |values: &mut dyn Iterator<Item = (bool, f64)>| {
        let (mut sums, mut squares, mut counts) = ([0.0; 2], [0.0; 2], [0.0; 2]);
        for (lacks, v) in values {
            let group = usize::from(lacks);
            sums[group] += v;
            squares[group] += v * v;
            counts[group] += 1.0;
        }
        if counts[0] < FEW as f64 || counts[1] < FEW as f64 {
            return false;
        }
        let mean = |g: usize| sums[g] / counts[g];
        let variance = |g: usize| (squares[g] / counts[g] - mean(g) * mean(g)).max(0.0);
        let pooled = (variance(0) * counts[0] + variance(1) * counts[1]) / (counts[0] + counts[1]);
        let error = (pooled * (1.0 / counts[0] + 1.0 / counts[1])).sqrt();
        (mean(0) - mean(1)).abs() > limit * error.max(1e-12)
    };
    let value = |i: usize, j: usize| rows[i * d + j];
    others.into_iter().any(|j| {
        let mut known = (0..n).filter(|&i| !value(i, j).is_nan()).map(|i| (lacking[i], bounded(value(i, j))));
        let mut absent = (0..n).map(|i| (lacking[i], f64::from(u8::from(value(i, j).is_nan()))));
        differs(&mut known) || differs(&mut absent)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, normal, stream};

    /// Rows of two columns of which the second follows the first, the second missing in every fourth.
    fn rows(n: usize, informative: bool) -> Vec<f64> {
        let mut rng = stream(3, Key::Folds);
        (0..n)
            .flat_map(|i| {
                let x = normal::<f64>(&mut rng);
                let y = 10.0 + 2.0 * x + 0.1 * normal::<f64>(&mut rng);
                let missing = if informative { x > 0.7 } else { i % 4 == 0 };
                [x, if missing { f64::NAN } else { y }]
            })
            .collect()
    }

    #[test]
    fn a_missing_value_follows_from_the_others() {
        let imputation = Imputation::fit(&rows(400, false), &[1, 1]);
        assert_eq!(imputation.flags(), 0);
        for x in [-1.5, 0.0, 1.2] {
            let filled = imputation.apply(&[x, f64::NAN]);
            assert!((filled[1] - (10.0 + 2.0 * x)).abs() < 0.4, "{filled:?}");
        }
        assert_eq!(imputation.apply(&[0.5, 7.0]), [0.5, 7.0]);
        assert!(imputation.apply(&[f64::NAN, f64::NAN]).iter().all(|v| v.is_finite()));
    }

    #[test]
    fn that_a_value_is_missing_is_told_where_it_says_something() {
        let imputation = Imputation::fit(&rows(400, true), &[1, 1]);
        assert_eq!(imputation.flags(), 1);
        assert_eq!(imputation.apply(&[1.0, f64::NAN])[2], 1.0);
        assert_eq!(imputation.apply(&[1.0, 12.0]), [1.0, 12.0, 0.0]);
        let mut file = Container::new();
        file.set("expansion", Vec::<f64>::new());
        imputation.write(&mut file);
        let read = Imputation::read(&file, 2).unwrap().unwrap();
        assert_eq!(read.apply(&[0.3, f64::NAN]), imputation.apply(&[0.3, f64::NAN]));
    }
}
