//! Squared Euclidean distances between many rows and a fixed set of reference rows.
//!
//! `‖q − r‖² = ‖q‖² + ‖r‖² − 2·q·r`, with the products by the matrix kernel over blocks of reference rows that lie
//! feature-major in the vector lanes. Both sides are shifted by the reference mean, which keeps the cancellation
//! at about 1e-15 of the data's spread.

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

/// Some of the reference rows: values feature-major `[d, lanes]`, and squared norms.
#[derive(Debug)]
struct Block {
    values: Vec<f64>,
    norms: Vec<f64>,
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
        let shifted: Vec<f64> =
            queries.chunks_exact(d).flat_map(|q| q.iter().zip(&self.shift).map(|(v, s)| v - s)).collect();
        let norms: Vec<f64> = shifted.chunks_exact(d).map(squared_norm).collect();
        let shape = Staircase::dense(n, d);
        let mut out = vec![0.0; n * self.lanes];
        for (b, block) in self.blocks.iter().enumerate() {
            let lanes = block.norms.len();
            let w = Matrix::new(&shifted, n, d, d);
            let x = Matrix::new(&block.values, d, lanes, lanes);
            product(isa, &shape, w, x, Init::Zero, Epilogue::Store, MatrixMut::new(&mut out, n, lanes, lanes));
            for (query, row) in out[..n * lanes].chunks_exact_mut(lanes).enumerate() {
                for (v, norm) in row.iter_mut().zip(&block.norms) {
                    *v = (norms[query] + norm - 2.0 * *v).max(0.0);
                }
                visit(query, b * self.lanes, row);
            }
        }
    }
}

impl Block {
    fn new(rows: &Points, shift: &[f64], start: usize, lanes: usize) -> Block {
        let mut values = vec![0.0; shift.len() * lanes];
        let mut norms = vec![0.0; lanes];
        for lane in 0..lanes {
            for (j, (v, s)) in rows.row(start + lane).iter().zip(shift).enumerate() {
                values[j * lanes + lane] = v - s;
                norms[lane] += (v - s) * (v - s);
            }
        }
        Block { values, norms }
    }
}

fn squared_norm(row: &[f64]) -> f64 {
    row.iter().map(|v| v * v).sum()
}
