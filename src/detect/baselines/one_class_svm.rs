//! One-class support vector machine (Schölkopf et al. 2001) with the RBF kernel.
//!
//! Minimises `½ αᵀKα` over `0 <= α <= 1`, `Σα = ν·n`, `K_ij = exp(−γ‖x_i − x_j‖²)`, as libsvm does. The score is
//! `ρ − Σ_i α_i·K(x_i, x)`: positive outside the boundary.

use std::sync::Arc;

use std::rc::Rc;

use super::distances::Reference;
use super::smo::minimise;
use super::training_cases::require_cases;
use crate::data::Dataset;
use crate::data::container::{Container, Tensor};
use crate::detect::{Fit, Fitted};
use crate::encode::{self, Flattening, Points};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::stats::bounded;

/// Bytes of kernel columns kept while fitting.
const CACHE: usize = 512 << 20;

/// One-class support vector machine, RBF kernel with `γ = 1/(d·var)`, `var` the variance of all training values.
#[derive(Clone, Copy, Debug)]
pub struct OneClassSvm {
    /// Upper bound on the share of training rows outside the boundary, in (0, 1].
    pub nu: f64,
}

impl Default for OneClassSvm {
    /// `ν = 0.5`.
    fn default() -> Self {
        OneClassSvm { nu: 0.5 }
    }
}

impl Fit for OneClassSvm {
    fn fit(&self, train: &dyn Dataset, _seed: u64, _progress: &dyn Progress) -> Result<Box<dyn Fitted>> {
        require_cases(train, 1, "the one-class support vector machine")?;
        if !(self.nu > 0.0 && self.nu <= 1.0) {
            return Err(Error::Usage(format!("ν is {}; it must lie in (0, 1]", self.nu)));
        }
        let rows = encode::fit_flattening(train)?;
        let train = &rows.points(train)?;
        let variance = variance(train.values());
        let gamma = if variance > 0.0 { (1.0 / (train.columns() as f64 * variance)).min(f64::MAX) } else { 1.0 };
        // libsvm's start: the first ⌊ν·n⌋ weights at one, the rest of the sum on the next.
        let total = self.nu * train.len() as f64;
        let mut alpha: Vec<f64> = (0..train.len()).map(|i| (total - i as f64).clamp(0.0, 1.0)).collect();
        let gradient = Machine::of(train, &alpha, gamma).decide(train.values());
        let mut columns = Columns::new(train, gamma);
        let rho = minimise(|i| columns.column(i), &mut alpha, gradient);
        Ok(Box::new(Boundary { machine: Machine::of(train, &alpha, gamma), rho, rows }))
    }

    fn needs_repeats(&self) -> bool {
        true
    }
}

/// The machine and its offset.
#[derive(Debug)]
struct Boundary {
    rows: Arc<dyn Flattening>,
    machine: Machine,
    rho: f64,
}

impl Fitted for Boundary {
    fn score(&self, cases: &dyn Dataset) -> Result<Vec<f64>> {
        let points = self.rows.points(cases)?;
        Ok(self.machine.decide(points.values()).into_iter().map(|sum| bounded(self.rho - sum)).collect())
    }

    fn write(&self, file: &mut Container) {
        file.set("detector", "ocsvm");
        self.rows.write(file);
        let Machine { gamma, weights, support, .. } = &self.machine;
        support.write(file, "support.points");
        file.insert("support.weights", Tensor::f64(&[weights.len()], weights.clone()));
        file.insert("gamma", Tensor::f64(&[1], vec![*gamma]));
        file.insert("offset", Tensor::f64(&[1], vec![self.rho]));
    }
}

pub(super) fn read(file: &Container) -> Result<Box<dyn Fitted>> {
    let rows = encode::read_flattening(file)?;
    let support = Points::read(file, "support.points", rows.width())?;
    let weights = file.tensor_f64("support.weights", &[support.len()])?.to_vec();
    let gamma = file.tensor_f64("gamma", &[1])?[0];
    let rho = file.tensor_f64("offset", &[1])?[0];
    Ok(Box::new(Boundary { rows, machine: Machine::new(support, weights, gamma), rho }))
}

/// `Σ_i w_i·exp(−γ‖x_i − x‖²)` over support rows.
#[derive(Debug)]
struct Machine {
    gamma: f64,
    weights: Vec<f64>,
    support: Points<'static>,
    reference: Reference,
}

impl Machine {
    fn new(support: Points<'static>, weights: Vec<f64>, gamma: f64) -> Machine {
        Machine { gamma, weights, reference: Reference::new(&support), support }
    }

    /// The machine of the rows whose weight `alpha: [n]` is positive.
    fn of(train: &Points, alpha: &[f64], gamma: f64) -> Machine {
        let support: Vec<usize> = (0..train.len()).filter(|&i| alpha[i] > 0.0).collect();
        let weights = support.iter().map(|&i| alpha[i]).collect();
        Machine::new(train.select(&support), weights, gamma)
    }

    fn decide(&self, queries: &[f64]) -> Vec<f64> {
        self.reference.fold(
            queries,
            || 0.0,
            |sum, _, first, squared| {
                let weights = &self.weights[first..first + squared.len()];
                *sum += squared.iter().zip(weights).map(|(d, w)| w * (-self.gamma * d).exp()).sum::<f64>();
            },
        )
    }
}

/// Columns of the kernel matrix of the training rows, in single precision as libsvm keeps them.
struct Columns<'a> {
    train: &'a Points<'a>,
    gamma: f64,
    all: Reference,
    kept: Vec<Option<Rc<[f32]>>>,
    /// Columns that may still be kept.
    free: usize,
}

impl<'a> Columns<'a> {
    fn new(train: &'a Points<'a>, gamma: f64) -> Self {
        let n = train.len();
        Columns { train, gamma, all: Reference::new(train), kept: vec![None; n], free: CACHE / (4 * n) }
    }

    fn column(&mut self, i: usize) -> Rc<[f32]> {
        if let Some(column) = &self.kept[i] {
            return column.clone();
        }
        let mut column = Vec::with_capacity(self.train.len());
        self.all.visit(self.train.row(i), |_, _, squared| {
            column.extend(squared.iter().map(|d| (-self.gamma * d).exp() as f32));
        });
        let column: Rc<[f32]> = column.into();
        if self.free > 0 {
            self.free -= 1;
            self.kept[i] = Some(column.clone());
        }
        column
    }
}

fn variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n
}
