//! From latent values to data, incrementally.
//!
//! Feature `i` needs hidden units of degree at most `i` only, and these need the features before it. With units sorted by
//! degree, step `i` computes the units of degree `i` of every layer (consecutive rows, a prefix of columns), then the raw
//! parameters of feature `i`, then solves for it: all `m` steps together cost one masked pass, not `m`.

use nafal_kernels::gemm::{self, Epilogue, Init};
use nafal_kernels::{Matrix, MatrixMut, Real, Staircase};

use super::Flow;
use super::block::Block;
use super::density::{Context, Scratch, TILE, context_start, lay_in_lanes, reverse_rows};
use super::transform::solve;
use crate::autodiff::padded;

impl<T: Real> Flow<T> {
    /// Data `[n, m]` of latent values `z: [n, m]` and the log-determinants `log |det ∂z/∂x|` there, both row-major. Each
    /// univariate transform is solved in f64.
    ///
    /// Panics if the length of `z` is no multiple of `m`, or `contexts` are too few or too large.
    pub fn latent_to_data(&self, z: &[T], contexts: Context) -> (Vec<T>, Vec<f64>) {
        let m = self.spec.features;
        assert_eq!(z.len() % m, 0, "{} values do not fill rows of {m} features", z.len());
        let mut scratch = Scratch::default();
        let (mut x, mut log_det) = (Vec::with_capacity(z.len()), Vec::with_capacity(z.len() / m));
        for (t, rows) in z.chunks(m * TILE).enumerate() {
            let active = rows.len() / m;
            let lanes = padded(active);
            let contexts = match contexts {
                Context::Each(c) => Context::Each(&c[t * TILE..t * TILE + active]),
                other => other,
            };
            scratch.prepare(self, lanes);
            scratch.y.fill(T::ZERO);
            lay_in_lanes(rows, m, &mut scratch.y, lanes);
            if self.blocks.len().is_multiple_of(2) {
                reverse_rows(&mut scratch.y, lanes);
            }
            for (b, block) in self.blocks.iter().enumerate().rev() {
                self.invert_block(block, &mut scratch, active, lanes, contexts);
                std::mem::swap(&mut scratch.x, &mut scratch.y);
                if b > 0 {
                    reverse_rows(&mut scratch.y, lanes);
                }
            }
            for b in 0..active {
                x.extend((0..m).map(|i| scratch.y[i * lanes + b]));
                log_det.push(scratch.log_det[b]);
            }
        }
        (x, log_det)
    }

    /// Solves one block: `scratch.y → scratch.x`, log-slopes added to `scratch.log_det`.
    fn invert_block(&self, block: &Block, scratch: &mut Scratch<T>, active: usize, lanes: usize, contexts: Context) {
        let (spec, p) = (&self.spec, &self.parameters);
        let (mut map, raw_rows) = (spec.transform.univariate().scalar(p, &block.shared), spec.raw_rows());
        // One buffer for all hidden layers: an incremental step reads earlier units of the layer below.
        let layer_len = spec.hidden * lanes;
        scratch.hidden[0].resize_dirty(layer_len * spec.layers);
        scratch.x.fill(T::ZERO);
        let (_, head, head_bias) = block.conditioner.layer(p, spec.layers);
        for i in 0..spec.features {
            let units = block.conditioner.degrees.units_of(i);
            for l in 0..spec.layers {
                self.hidden_units(block, scratch, l, i, units.clone(), lanes, contexts);
            }
            let rows = i * raw_rows..(i + 1) * raw_rows;
            let top = &scratch.hidden[0][(spec.layers - 1) * layer_len..];
            let h = Matrix::new(top, spec.hidden, lanes, lanes);
            let raw = MatrixMut::new(&mut scratch.raw, raw_rows, lanes, lanes);
            let start = Init::Bias(&head_bias[rows.clone()]);
            gemm::product(self.isa, &block.conditioner.head[i], head.rows(rows), h, start, Epilogue::Store, raw);
            let raw = Matrix::new(&scratch.raw, raw_rows, lanes, lanes);
            for b in 0..active {
                map.load(raw, b);
                let (x, at) = solve(map.as_mut(), scratch.y[i * lanes + b].to_f64());
                // Where a slope all but vanishes the solution may lie beyond the type's range; the root of that range
                // leaves later products finite.
                let largest = T::MAX.to_f64().sqrt();
                let x = if x.is_finite() { x.clamp(-largest, largest) } else { x };
                scratch.x[i * lanes + b] = T::from_f64(x);
                scratch.log_det[b] += at.log_slope;
            }
        }
    }

    /// Computes units `units` (all of degree `degree`) of hidden layer `l`.
    fn hidden_units(
        &self,
        block: &Block,
        scratch: &mut Scratch<T>,
        l: usize,
        degree: usize,
        units: std::ops::Range<usize>,
        lanes: usize,
        contexts: Context,
    ) {
        if units.is_empty() {
            return;
        }
        let (spec, p) = (&self.spec, &self.parameters);
        let (_, w, bias) = block.conditioner.layer(p, l);
        let seen = if l == 0 { degree } else { block.conditioner.degrees.units_up_to(degree) };
        let layer_len = spec.hidden * lanes;
        let (below, from) = scratch.hidden[0].split_at_mut(l * layer_len);
        let into = &mut from[units.start * lanes..units.end * lanes];
        let x = match l {
            0 => Matrix::new(&scratch.x, spec.features, lanes, lanes),
            _ => Matrix::new(&below[(l - 1) * layer_len..], spec.hidden, lanes, lanes),
        };
        let (w, bias) = (w.rows(units.clone()), &bias[units.clone()]);
        let start = match block.conditioner.table {
            Some(table) if l == 0 => {
                let table = p.matrix(table);
                let columns = Matrix { data: &table.data[units.start..], cols: units.len(), ..table };
                context_start(bias, columns, contexts, &mut scratch.start[..units.len()], into, lanes)
            }
            _ => Init::Bias(bias),
        };
        let shape = Staircase::from_prefixes(&vec![seen; units.len()], w.cols);
        gemm::product(self.isa, &shape, w, x, start, Epilogue::Tanh, MatrixMut::new(into, units.len(), lanes, lanes));
    }
}
