//! A mixture of Gaussians with full covariances, by expectation and maximisation: `s = −ln Σ_c π_c N(x; μ_c, Σ_c)`.
//!
//! `C = min(5, n/(5m + 10))` components, at least one, start at rows far from each other (k-means++), and end after
//! [`ROUNDS`] rounds; each covariance is the responsibilities' one, shrunk to the rows' own by `m/(n_c + m)` and with
//! [`RIDGE`] on the diagonal, so that neither few rows nor repeats make a component collapse.

use nafal_kernels::gemm::{Epilogue, Init, product};
use nafal_kernels::{Isa, Matrix, MatrixMut, Staircase};
use nalgebra::{Cholesky, DMatrix, DVector};

use super::{Learned, Learner, Stream};
use crate::data::container::{Container, Tensor};
use crate::encode::{Held, Points};
use crate::error::{Error, Result};
use crate::random::{Key, below, stream, uniform};

/// Most components.
const COMPONENTS: usize = 5;
/// Rounds of expectation and maximisation.
const ROUNDS: usize = 30;
/// Added to every variance, in units of the representation.
const RIDGE: f64 = 1e-3;
/// Most rows it learns from.
const ROWS: usize = 4000;

/// A mixture of Gaussians.
#[derive(Debug)]
pub(super) struct Mixture;

/// One component.
#[derive(Debug)]
struct Component {
    mean: Vec<f64>,
    /// `L⁻¹` of `Σ = L·Lᵀ`, lower triangular, `[m, m]`, row-major.
    whitening: Vec<f64>,
    /// `−L⁻¹·μ`.
    shift: Vec<f64>,
    /// `ln π − ½·ln det Σ`.
    offset: f64,
}

#[derive(Debug)]
struct Components(Vec<Component>);

impl Learner for Mixture {
    fn name(&self) -> &'static str {
        "mixture"
    }
    fn heads(&self) -> &'static [&'static str] {
        &["mixture"]
    }
    /// A covariance has as many values as columns squared, in memory and in the file; the widest development tables have 512.
    fn most_columns(&self) -> usize {
        512
    }
    fn holds(&self) -> Held {
        Held::Figures
    }
    fn fit(&self, rows: Points<'static>, Stream { seed, learner, view }: Stream) -> Result<Box<dyn Learned>> {
        let n = rows.len().min(ROWS);
        let (m, step) = (rows.columns(), rows.len() as f64 / n as f64);
        let chosen: Vec<usize> = (0..n).map(|i| (i as f64 * step) as usize).collect();
        let x = DMatrix::from_fn(n, m, |i, j| rows.row(chosen[i])[j]);
        let count = (n / (5 * m + 10)).clamp(1, COMPONENTS);
        let (mean, overall) = moments(&x, &DVector::repeat(n, 1.0));
        let mut rng = stream(seed, Key::Learner { learner, view });
        // Starting centres: each the likelier, the farther it lies from those before.
        let mut centres = vec![below(&mut rng, n)];
        let mut nearest = vec![f64::INFINITY; n];
        while centres.len() < count {
            let last = x.row(centres[centres.len() - 1]).into_owned();
            nearest.iter_mut().enumerate().for_each(|(i, d)| *d = d.min((x.row(i) - &last).norm_squared()));
            let target = uniform(&mut rng) * nearest.iter().sum::<f64>();
            let mut sum = 0.0;
            let next = nearest.iter().position(|d| {
                sum += d;
                sum > target
            });
            centres.push(next.unwrap_or(n - 1));
        }
        let start = |&c: &usize| {
            let mean = if count == 1 { mean.clone() } else { x.row(c).transpose() };
            component(mean, overall.clone(), 1.0 / count as f64)
        };
        let mut components = centres.iter().map(start).collect::<Result<Vec<_>>>()?;
        let rounds = if count == 1 { 0 } else { ROUNDS };
        for _ in 0..rounds {
            // A matrix of nalgebra is one of features in rows.
            let logs: Vec<Vec<f64>> = components.iter().map(|c| c.log_densities(x.as_slice(), n)).collect();
            let mut weights = vec![DVector::zeros(n); count];
            for i in 0..n {
                let top = logs.iter().map(|l| l[i]).fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = logs.iter().map(|l| (l[i] - top).exp()).sum();
                weights.iter_mut().zip(&logs).for_each(|(w, l)| w[i] = (l[i] - top).exp() / sum);
            }
            let maximised = |w: &DVector<f64>| {
                let total = w.sum();
                let (mean, own) = moments(&x, w);
                let prior = m as f64;
                let covariance = (own * total + &overall * prior) / (total + prior);
                component(mean, covariance, (total + 1.0) / (n + count) as f64)
            };
            components = weights.iter().map(maximised).collect::<Result<_>>()?;
        }
        Ok(Box::new(Components(components)))
    }
    fn read(&self, file: &Container, prefix: &str, width: usize) -> Result<Box<dyn Learned>> {
        let name = format!("{prefix}.offsets");
        let count = file.tensor(&name)?.shape().first().copied().unwrap_or(0);
        if !(1..=COMPONENTS).contains(&count) {
            return Err(file.error(&name, "makes no sense"));
        }
        let offsets = file.tensor_f64(&name, &[count])?;
        let means = file.tensor_f64(&format!("{prefix}.means"), &[count, width])?;
        let whitenings = file.tensor_f64(&format!("{prefix}.whitenings"), &[count, width, width])?;
        let component = |((&offset, mean), whitening): ((&f64, &[f64]), &[f64])| {
            Component::new(mean.to_vec(), whitening.to_vec(), offset)
        };
        let parts = offsets.iter().zip(means.chunks_exact(width)).zip(whitenings.chunks_exact(width * width));
        Ok(Box::new(Components(parts.map(component).collect())))
    }
}

/// Weighted mean and covariance of rows `[n, m]`.
fn moments(x: &DMatrix<f64>, weights: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
    let total = weights.sum().max(1e-12);
    let mean = x.tr_mul(weights) / total;
    let mut centred = x.clone();
    for (i, mut row) in centred.row_iter_mut().enumerate() {
        row -= mean.transpose();
        row *= weights[i].sqrt();
    }
    (mean, centred.tr_mul(&centred) / total)
}

fn component(mean: DVector<f64>, mut covariance: DMatrix<f64>, share: f64) -> Result<Component> {
    let m = mean.len();
    for j in 0..m {
        covariance[(j, j)] += RIDGE;
    }
    let failed = || {
        Error::Training("a covariance of the mixture has no Cholesky factor; check the data for extreme values".into())
    };
    let factor = Cholesky::new(covariance).ok_or_else(failed)?.unpack();
    let log_root = factor.diagonal().iter().map(|v| v.ln()).sum::<f64>();
    let mut whitening = DMatrix::identity(m, m);
    factor.solve_lower_triangular_mut(&mut whitening);
    let by_rows = whitening.transpose().as_slice().to_vec();
    Ok(Component::new(mean.as_slice().to_vec(), by_rows, share.ln() - log_root))
}

impl Component {
    fn new(mean: Vec<f64>, whitening: Vec<f64>, offset: f64) -> Component {
        let dot = |row: &[f64]| -row.iter().zip(&mean).map(|(w, mean)| w * mean).sum::<f64>();
        let shift = whitening.chunks_exact(mean.len()).map(dot).collect();
        Component { mean, whitening, shift, offset }
    }

    /// `ln(π·N(x; μ, Σ))` of `n` rows, without the constant of the dimension; `features` are `[m, n]`.
    fn log_densities(&self, features: &[f64], n: usize) -> Vec<f64> {
        let m = self.mean.len();
        // Four rows at a time share their columns, zeros among them.
        let prefixes: Vec<usize> = (0..m).map(|i| (i / 4 * 4 + 4).min(m)).collect();
        let (shape, isa) = (Staircase::from_prefixes(&prefixes, m), Isa::detect());
        let (whitening, features) = (Matrix::new(&self.whitening, m, m, m), Matrix::new(features, m, n, n));
        let (mut whitened, mut squares) = (vec![0.0; m * n], vec![0.0; n]);
        let out = MatrixMut::new(&mut whitened, m, n, n);
        product(isa, &shape, whitening, features, Init::Bias(&self.shift), Epilogue::Store, out);
        for row in whitened.chunks_exact(n) {
            squares.iter_mut().zip(row).for_each(|(sum, y)| *sum += y * y);
        }
        squares.into_iter().map(|sum| self.offset - 0.5 * sum).collect()
    }
}

impl Learned for Components {
    fn scores(&self, rows: &Points, _: &[bool]) -> Vec<f64> {
        let (n, m) = (rows.len(), rows.columns());
        let features: Vec<f64> = (0..m * n).map(|at| rows.row(at % n)[at / n]).collect();
        let logs: Vec<Vec<f64>> = self.0.iter().map(|c| c.log_densities(&features, n)).collect();
        let score = |i: usize| {
            let top = logs.iter().map(|l| l[i]).fold(f64::NEG_INFINITY, f64::max).max(-f64::MAX);
            -(top + logs.iter().map(|l| (l[i] - top).exp()).sum::<f64>().max(f64::MIN_POSITIVE).ln())
        };
        (0..n).map(score).collect()
    }
    /// `PREFIX.offsets` f64 `[C]`, `PREFIX.means` f64 `[C, m]`, `PREFIX.whitenings` f64 `[C, m, m]`.
    fn write(&self, file: &mut Container, prefix: &str) {
        let (count, m) = (self.0.len(), self.0[0].mean.len());
        file.insert(&format!("{prefix}.offsets"), Tensor::f64(&[count], self.0.iter().map(|c| c.offset).collect()));
        let means = self.0.iter().flat_map(|c| c.mean.clone()).collect();
        file.insert(&format!("{prefix}.means"), Tensor::f64(&[count, m], means));
        let whitenings = self.0.iter().flat_map(|c| c.whitening.clone()).collect();
        file.insert(&format!("{prefix}.whitenings"), Tensor::f64(&[count, m, m], whitenings));
    }
}
