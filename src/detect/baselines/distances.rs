//! Squared Euclidean distances between many rows and a fixed set of reference rows.
//!
//! `‖q − r‖² = ‖q‖² + [−2q, 1]·[r, ‖r‖²]`, one product by the matrix kernel over blocks of reference rows that lie
//! feature-major in the vector lanes. Both sides are shifted by the reference mean, which keeps the cancellation
//! at about 1e-15 of the data's spread; a distance of next to nothing may come out as far below zero.

use crate::encode::Points;
use nafal_kernels::gemm::{Epilogue, Init, product};
use nafal_kernels::{Isa, Matrix, MatrixMut, Staircase};
use rayon::prelude::*;

/// Queries handled together by one task.
const QUERIES: usize = 64;
/// Doubles in one block of reference rows: a quarter of a MiB, to stay in the second-level cache.
const BLOCK: usize = 32 * 1024;

/// Reference rows `[n, d]`, laid out for blocked distances.
#[derive(Debug)]
pub(super) struct Reference {
    shift: Vec<f64>,
    lanes: usize,
    blocks: Vec<Block>,
}

/// Some of the reference rows: values feature-major and squared norms, `[d + 1, lanes]`.
#[derive(Debug)]
struct Block {
    values: Vec<f64>,
    lanes: usize,
}

impl Reference {
    /// Lays out `rows` `[n, d]`, at least one.
    pub fn new(rows: &Points) -> Reference {
        let (n, d) = (rows.len(), rows.columns());
        let mut shift = vec![0.0; d];
        for i in 0..n {
            for (s, v) in shift.iter_mut().zip(rows.row(i)) {
                *s += v / n as f64;
            }
        }
        let lanes = (BLOCK / d / 16 * 16).clamp(16, 512);
        let starts: Vec<usize> = (0..n).step_by(lanes).collect();
        let blocks = starts.into_iter().map(|start| Block::new(rows, &shift, start, lanes.min(n - start))).collect();
        Reference { shift, lanes, blocks }
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.shift.len()
    }

    /// Folds each query's squared distances, block by block in the order of the reference rows, and returns the
    /// states in the order of the queries `[q, d]`. `fold(state, query, first, distances)` gets the index of the
    /// query and of the first reference row of the block. Runs in parallel over queries; O(q·n·d).
    pub fn fold<S: Send>(
        &self,
        queries: &[f64],
        start: impl Fn() -> S + Sync,
        fold: impl Fn(&mut S, usize, usize, &[f64]) + Sync,
    ) -> Vec<S> {
        let d = self.columns();
        let chunks: Vec<Vec<S>> = queries
            .par_chunks(QUERIES * d)
            .enumerate()
            .map(|(chunk, rows)| {
                let mut states: Vec<S> = (0..rows.len() / d).map(|_| start()).collect();
                self.visit(rows, |query, first, distances| {
                    fold(&mut states[query], chunk * QUERIES + query, first, distances);
                });
                states
            })
            .collect();
        chunks.into_iter().flatten().collect()
    }

    /// Calls `visit(query, first, distances)` for every block of reference rows in order, and every query.
    pub fn visit(&self, queries: &[f64], mut visit: impl FnMut(usize, usize, &[f64])) {
        let (d, isa) = (self.columns(), Isa::detect());
        let n = queries.len() / d;
        let (mut factors, mut norms) = (Vec::with_capacity(n * (d + 1)), Vec::with_capacity(n));
        for query in queries.chunks_exact(d) {
            let shifted = || query.iter().zip(&self.shift).map(|(v, s)| v - s);
            norms.push(shifted().map(|v| v * v).sum());
            factors.extend(shifted().map(|v| -2.0 * v).chain([1.0]));
        }
        let shape = Staircase::dense(n, d + 1);
        let mut out = vec![0.0; n * self.lanes];
        for (b, Block { values, lanes }) in self.blocks.iter().enumerate() {
            let lanes = *lanes;
            let w = Matrix::new(&factors, n, d + 1, d + 1);
            let x = Matrix::new(values, d + 1, lanes, lanes);
            let y = MatrixMut::new(&mut out, n, lanes, lanes);
            product(isa, &shape, w, x, Init::Bias(&norms), Epilogue::Store, y);
            for (query, row) in out[..n * lanes].chunks_exact(lanes).enumerate() {
                visit(query, b * self.lanes, row);
            }
        }
    }
}

impl Block {
    fn new(rows: &Points, shift: &[f64], start: usize, lanes: usize) -> Block {
        let mut values = vec![0.0; (shift.len() + 1) * lanes];
        let (coordinates, norms) = values.split_at_mut(shift.len() * lanes);
        for lane in 0..lanes {
            for (j, (v, s)) in rows.row(start + lane).iter().zip(shift).enumerate() {
                coordinates[j * lanes + lane] = v - s;
                norms[lane] += (v - s) * (v - s);
            }
        }
        Block { values, lanes }
    }
}
