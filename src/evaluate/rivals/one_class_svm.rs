//! One-class support vector machine (Schölkopf et al. 2001) with the RBF kernel.
//!
//! Minimises `½ αᵀKα` over `0 <= α <= 1`, `Σα = ν·n`, `K_ij = exp(−γ‖x_i − x_j‖²)`, as libsvm does. The score is
//! `ρ − Σ_i α_i·K(x_i, x)`: positive outside the boundary.

use std::rc::Rc;

use super::distances::Reference;
use super::smo::minimise;
use super::{AnomalyDetector, Scorer, require_columns, require_rows};
use crate::data::Table;
use crate::error::{Error, Result};

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

impl AnomalyDetector for OneClassSvm {
    fn name(&self) -> &str {
        "ocsvm"
    }

    fn fit(&self, train: &Table, _seed: u64) -> Result<Box<dyn Scorer>> {
        require_rows(train, 1, "the one-class support vector machine")?;
        if !(self.nu > 0.0 && self.nu <= 1.0) {
            return Err(Error::Usage(format!("ν must lie in (0, 1], not {}", self.nu)));
        }
        let variance = variance(train.values());
        let gamma = if variance > 0.0 { 1.0 / (train.columns() as f64 * variance) } else { 1.0 };
        // libsvm's start: the first ⌊ν·n⌋ weights at one, the rest of the sum on the next.
        let total = self.nu * train.rows() as f64;
        let mut alpha: Vec<f64> = (0..train.rows()).map(|i| (total - i as f64).clamp(0.0, 1.0)).collect();
        let gradient = Machine::new(train, &alpha, gamma).decide(train.values());
        let mut columns = Columns::new(train, gamma);
        let rho = minimise(|i| columns.column(i), &mut alpha, gradient);
        let machine = Machine::new(train, &alpha, gamma);
        Ok(Box::new(Fitted { machine, rho }))
    }

    fn needs_repeats(&self) -> bool {
        true
    }
}

struct Fitted {
    machine: Machine,
    rho: f64,
}

impl Scorer for Fitted {
    fn score(&self, rows: &Table) -> Result<Vec<f64>> {
        require_columns(rows, self.machine.support.columns())?;
        Ok(self.machine.decide(rows.values()).into_iter().map(|sum| self.rho - sum).collect())
    }
}

/// `Σ_i w_i·exp(−γ‖x_i − x‖²)` over support rows.
struct Machine {
    gamma: f64,
    weights: Vec<f64>,
    support: Reference,
}

impl Machine {
    fn new(train: &Table, alpha: &[f64], gamma: f64) -> Machine {
        let support: Vec<usize> = (0..train.rows()).filter(|&i| alpha[i] > 0.0).collect();
        let weights = support.iter().map(|&i| alpha[i]).collect();
        Machine { gamma, weights, support: Reference::new(&train.select_rows(&support)) }
    }

    fn decide(&self, queries: &[f64]) -> Vec<f64> {
        self.support.fold(
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
    train: &'a Table,
    gamma: f64,
    all: Reference,
    kept: Vec<Option<Rc<[f32]>>>,
    /// Columns there is still room for.
    room: usize,
}

impl<'a> Columns<'a> {
    fn new(train: &'a Table, gamma: f64) -> Self {
        let n = train.rows();
        Columns { train, gamma, all: Reference::new(train), kept: vec![None; n], room: CACHE / (4 * n) }
    }

    fn column(&mut self, i: usize) -> Rc<[f32]> {
        if let Some(column) = &self.kept[i] {
            return column.clone();
        }
        let mut column = Vec::with_capacity(self.train.rows());
        self.all.visit(self.train.row(i), |_, _, squared| {
            column.extend(squared.iter().map(|d| (-self.gamma * d).exp() as f32));
        });
        let column: Rc<[f32]> = column.into();
        if self.room > 0 {
            self.room -= 1;
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
