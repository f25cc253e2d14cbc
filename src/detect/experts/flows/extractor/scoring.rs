//! Likelihoods of rows under every view of an extractor and its flow, depth first.
//!
//! With many rows a tile's lanes hold rows of one view, or of some views one after another; with few, (row, view) pairs:
//! the first layer of one row under all views is one product `[1, d+1]·[d+1, h·K]`. All orders multiply the same numbers in
//! the same order, so a row's bits depend on none. The widest thing held is `[h, lanes]`, or `[n, h·K]` for fewer than
//! [`FEW`] rows.

use std::sync::Mutex;

use nafal_kernels::gemm::{self, Init};
use nafal_kernels::{Isa, Matrix, MatrixMut, Real, Staircase};
use rayon::prelude::*;

use super::{Extractor, ExtractorSpec, lay_with_ones};
use crate::autodiff::{AlignedVec, ParameterId, Parameters, padded};
use crate::flow::{Context, Density, Flow, Scratch};

/// Columns of a scoring tile.
const TILE: usize = 64;

/// Columns of a tile where the flow's weights exceed the second-level cache: a pass over them serves more columns.
const WIDE_TILE: usize = 256;

/// Bytes of weights from which a flow counts as such.
const MANY_BYTES: usize = 2 << 20;

/// Fewer rows than this are scored with views in the lanes.
const FEW: usize = 16;

/// The folded views with the views along the lanes: `[d+1, h·K]`, column `j·K + k` for unit `j` of view `k`.
#[derive(Clone, Debug, Default)]
pub(super) struct Lanes<T: Real> {
    values: AlignedVec<T>,
    ld: usize,
    version: Option<u64>,
    pool: Pool<T>,
}

impl<T: Real> Lanes<T> {
    pub(super) fn new(spec: &ExtractorSpec, parameters: &Parameters<T>, table: ParameterId) -> Self {
        let (k, h, d) = (spec.views, spec.hidden, spec.columns);
        let ld = padded(h * k);
        let mut values = AlignedVec::zeroed((d + 1) * ld);
        let table = parameters.matrix(table);
        for view in 0..k {
            for unit in 0..h {
                for (p, &v) in table.row(view * h + unit).iter().enumerate() {
                    values[p * ld + unit * k + view] = v;
                }
            }
        }
        Lanes { values, ld, version: Some(parameters.version()), pool: Pool::default() }
    }
}

/// Buffers of one thread.
#[derive(Debug, Default)]
struct Buffers<T: Real> {
    hidden: [AlignedVec<T>; 2],
    flow: Scratch<T>,
    contexts: Vec<u32>,
    density: Density,
}

/// Buffers nobody uses at the moment, kept from call to call.
#[derive(Debug, Default)]
struct Pool<T: Real>(Mutex<Vec<Buffers<T>>>);

impl<T: Real> Pool<T> {
    fn with<R>(&self, f: impl FnOnce(&mut Buffers<T>) -> R) -> R {
        let mut buffers = self.0.lock().expect("no thread panics holding the pool").pop().unwrap_or_default();
        let result = f(&mut buffers);
        self.0.lock().expect("no thread panics holding the pool").push(buffers);
        result
    }
}

impl<T: Real> Clone for Pool<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T: Real> Extractor<T> {
    /// Densities of rows `[n, d]` (row-major) under every view by `flow`, `[K, n]`, view after view; the flow's context, if
    /// it has contexts, is the view. Uses the threads of the current pool; the bits do not depend on their number or on
    /// the other rows. Cost: `d·h` and one masked pass of the flow's conditioners per row and view.
    ///
    /// Panics if the rows' length is no multiple of `d` or the flow's features are not the extractor's.
    pub fn density(&self, flow: &Flow<T>, rows: &[T]) -> Density {
        let (d, k) = (self.spec.columns, self.spec.views);
        assert_eq!(rows.len() % d, 0, "{} values do not fill rows of {d} columns", rows.len());
        assert_eq!(flow.spec().features, self.spec.features, "features of the flow and of the extractor");
        let n = rows.len() / d;
        let mut out = Density { log_density: vec![0.0; k * n], log_base: vec![0.0; k * n] };
        if n > 0 && n < FEW && k > 1 && self.lanes.version == Some(self.parameters.version()) {
            self.views_in_lanes(flow, rows, &mut out);
        } else if n > 0 {
            self.rows_in_lanes(flow, rows, &mut out);
        }
        out
    }

    /// Features of (view, row) pairs as the first columns of `tile: [m, lanes]`; the other columns are zeroed inputs'.
    pub(in crate::detect) fn pairs(&self, isa: Isa, pairs: &[(u32, &[T])], tile: &mut [T], lanes: usize) {
        let (d, h) = (self.spec.columns, self.spec.hidden);
        let mut hidden = [AlignedVec::zeroed(h * lanes), AlignedVec::new()];
        let (mut x, mut y) = (vec![T::ONE; d + 1], vec![T::ZERO; h]);
        for (b, &(view, row)) in pairs.iter().enumerate() {
            x[..d].copy_from_slice(row);
            let (x, column) = (Matrix::new(&x, d + 1, 1, 1), MatrixMut::new(&mut y, h, 1, 1));
            self.layers.folded.apply(isa, &self.parameters, view as usize, x, column);
            y.iter().enumerate().for_each(|(i, &v)| hidden[0][i * lanes + b] = v);
        }
        self.deeper(isa, &mut hidden, lanes, MatrixMut::new(tile, self.spec.features, lanes, lanes));
    }

    fn rows_in_lanes(&self, flow: &Flow<T>, rows: &[T], out: &mut Density) {
        let (d, n) = (self.spec.columns, rows.len() / self.spec.columns);
        let tiles: Vec<(usize, AlignedVec<T>)> = rows
            .chunks(TILE * d)
            .map(|rows| {
                let mut tile = AlignedVec::new();
                lay_with_ones(rows, d, &mut tile);
                (rows.len() / d, tile)
            })
            .collect();
        let wide = size_of::<T>() * flow.parameters().count() > MANY_BYTES;
        let rows_of_tile = n.min(TILE);
        // Views share a tile only if no padding comes between them.
        let together = if padded(rows_of_tile) > rows_of_tile || n % rows_of_tile > 0 {
            1
        } else if wide {
            WIDE_TILE / rows_of_tile
        } else {
            TILE / rows_of_tile
        };
        let groups = out.log_density.par_chunks_mut(n * together).zip(out.log_base.par_chunks_mut(n * together));
        groups.enumerate().for_each(|(group, (log_density, log_base))| {
            let (first, count) = (group * together, log_density.len() / n);
            self.lanes.pool.with(|Buffers { hidden, flow: scratch, density, contexts }| {
                for (t, (active, x)) in tiles.iter().enumerate() {
                    density.log_density.clear();
                    density.log_base.clear();
                    contexts.clear();
                    contexts.extend((0..count).flat_map(|v| std::iter::repeat_n((first + v) as u32, *active)));
                    let of = match (flow.spec().contexts, count) {
                        (0, _) => Context::None,
                        (_, 1) => Context::Same(first as u32),
                        _ => Context::Each(contexts),
                    };
                    let fill = |tile: &mut [T], lanes: usize| {
                        let own = lanes / count;
                        for v in 0..count {
                            let features = MatrixMut::new(&mut tile[v * own..], self.spec.features, own, lanes);
                            self.tile(flow.isa(), first + v, Matrix::new(x, d + 1, own, own), hidden, features);
                        }
                    };
                    flow.density_tile(scratch, active * count, of, fill, density);
                    for v in 0..count {
                        let (from, to) = (v * active..(v + 1) * active, v * n + t * TILE..v * n + t * TILE + active);
                        log_density[to.clone()].copy_from_slice(&density.log_density[from.clone()]);
                        log_base[to].copy_from_slice(&density.log_base[from]);
                    }
                }
            });
        });
    }

    fn views_in_lanes(&self, flow: &Flow<T>, rows: &[T], out: &mut Density) {
        let (d, k, h) = (self.spec.columns, self.spec.views, self.spec.hidden);
        let n = rows.len() / d;
        let mut x = AlignedVec::zeroed(n * (d + 1));
        for (x, row) in x.chunks_exact_mut(d + 1).zip(rows.chunks_exact(d)) {
            x[..d].copy_from_slice(row);
            x[d] = T::ONE;
        }
        let ld = self.lanes.ld;
        let mut first = AlignedVec::zeroed(n * ld);
        let folded = Matrix::new(&self.lanes.values, d + 1, h * k, ld);
        let (w, y) = (Matrix::new(&x, n, d + 1, d + 1), MatrixMut::new(&mut first, n, h * k, ld));
        let epilogue = self.layers.folded.epilogue;
        gemm::product(flow.isa(), &Staircase::dense(n, d + 1), w, folded, Init::Zero, epilogue, y);
        let tile = |t: usize| {
            let pairs = t * TILE..((t + 1) * TILE).min(n * k);
            self.lanes.pool.with(|buffers| {
                self.pairs_tile(flow, &first, pairs, buffers);
                buffers.density.clone()
            })
        };
        let tiles: Vec<Density> = (0..(n * k).div_ceil(TILE)).into_par_iter().map(tile).collect();
        for (pair, (log_density, log_base)) in
            tiles.iter().flat_map(|t| t.log_density.iter().zip(&t.log_base)).enumerate()
        {
            let at = pair % k * n + pair / k;
            (out.log_density[at], out.log_base[at]) = (*log_density, *log_base);
        }
    }

    /// Densities of the pairs `pairs` (pair `row·K + view`) from the first layer's outputs, into `buffers.density`.
    fn pairs_tile(&self, flow: &Flow<T>, first: &[T], pairs: std::ops::Range<usize>, buffers: &mut Buffers<T>) {
        let (k, h, ld) = (self.spec.views, self.spec.hidden, self.lanes.ld);
        let Buffers { hidden, flow: scratch, contexts, density } = buffers;
        density.log_density.clear();
        density.log_base.clear();
        contexts.clear();
        contexts.extend(pairs.clone().map(|pair| (pair % k) as u32));
        let contexts = if flow.spec().contexts > 0 { Context::Each(contexts) } else { Context::None };
        let fill = |tile: &mut [T], lanes: usize| {
            hidden[0].resize_dirty(h * lanes);
            for (unit, row) in hidden[0].chunks_exact_mut(lanes).enumerate() {
                let (used, rest) = row.split_at_mut(pairs.len());
                rest.fill(T::ZERO);
                for (y, pair) in used.iter_mut().zip(pairs.clone()) {
                    *y = first[pair / k * ld + unit * k + pair % k];
                }
            }
            let features = MatrixMut::new(tile, self.spec.features, lanes, lanes);
            self.deeper(flow.isa(), hidden, lanes, features);
        };
        flow.density_tile(scratch, pairs.len(), contexts, fill, density);
    }
}
