//! Scoring without a tape: latent values and log-densities of tiles, depth first.
//!
//! A tile of lanes goes through all blocks before the next begins, and a feature's raw parameters are used as soon as
//! they are computed: the widest thing ever held is `[H, lanes]`. A lane's bits depend on that lane alone.

use std::f64::consts::PI;

use nafal_kernels::gemm::{self, Epilogue, Init};
use nafal_kernels::{Matrix, MatrixMut, Real};

use super::Flow;
use super::block::Block;
use crate::autodiff::{AlignedVec, padded};

/// Lanes of a scoring tile: a multiple of every register, small enough that a tile's activations stay in cache.
pub(super) const TILE: usize = 64;

/// The context of each column.
#[derive(Clone, Copy, Debug)]
pub enum Context<'a> {
    /// The flow is unconditional.
    None,
    /// All columns have this context.
    Same(u32),
    /// Column `b` has context `contexts[b]`.
    Each(&'a [u32]),
}

/// What the flow says of the columns of a tile.
#[derive(Clone, Debug, Default)]
pub struct Density {
    /// `log p(x)`, accumulated in f64.
    pub log_density: Vec<f64>,
    /// `log p_Z(z)`, the base density alone (Eq. 7 as printed).
    pub log_base: Vec<f64>,
}

/// Buffers of scoring, reused from tile to tile.
#[derive(Clone, Debug)]
pub struct Scratch<T: Real> {
    pub(super) x: AlignedVec<T>,
    pub(super) y: AlignedVec<T>,
    pub(super) hidden: [AlignedVec<T>; 2],
    pub(super) raw: AlignedVec<T>,
    pub(super) log_slope: AlignedVec<T>,
    pub(super) start: AlignedVec<T>,
    pub(super) transform: AlignedVec<T>,
    pub(super) log_det: Vec<f64>,
}

impl<T: Real> Default for Scratch<T> {
    fn default() -> Self {
        let v = AlignedVec::new;
        Scratch {
            x: v(),
            y: v(),
            hidden: [v(), v()],
            raw: v(),
            log_slope: v(),
            start: v(),
            transform: v(),
            log_det: Vec::new(),
        }
    }
}

impl<T: Real> Scratch<T> {
    pub(super) fn prepare(&mut self, flow: &Flow<T>, lanes: usize) {
        let spec = &flow.spec;
        self.x.resize_dirty(spec.features * lanes);
        self.y.resize_dirty(spec.features * lanes);
        self.hidden.iter_mut().for_each(|h| h.resize_dirty(spec.hidden * lanes));
        self.raw.resize_dirty(spec.raw_rows() * lanes);
        self.log_slope.resize_dirty(lanes);
        self.start.resize_dirty(spec.hidden);
        self.transform.resize_dirty(spec.transform.univariate::<T>().scratch(lanes));
        self.log_det.clear();
        self.log_det.resize(lanes, 0.0);
    }
}

/// Rows of a `[rows, lanes]` tile in reverse order, in place.
pub(super) fn reverse_rows<T: Copy>(tile: &mut [T], lanes: usize) {
    let rows = tile.len() / lanes;
    for i in 0..rows / 2 {
        let (head, tail) = tile.split_at_mut((rows - 1 - i) * lanes);
        head[i * lanes..(i + 1) * lanes].swap_with_slice(&mut tail[..lanes]);
    }
}

impl<T: Real> Flow<T> {
    /// Latent values and log-determinants of up to [`TILE`]-sized tiles: `x` is overwritten by `z`, `[m, lanes]` with
    /// `lanes` a whole number of vector registers ([`padded`]); returns `log |det ∂z/∂x|` per lane in `scratch`.
    fn forward_tile(&self, scratch: &mut Scratch<T>, lanes: usize, contexts: Context) {
        for (b, block) in self.blocks.iter().enumerate() {
            if b > 0 {
                reverse_rows(&mut scratch.x, lanes);
            }
            self.hidden_layers(block, scratch, lanes, contexts);
            self.transform(block, scratch, lanes);
            std::mem::swap(&mut scratch.x, &mut scratch.y);
        }
        if self.blocks.len().is_multiple_of(2) {
            reverse_rows(&mut scratch.x, lanes);
        }
    }

    /// The conditioner's last hidden layer, into `scratch.hidden[0]`.
    fn hidden_layers(&self, block: &Block, scratch: &mut Scratch<T>, lanes: usize, contexts: Context) {
        let (spec, p) = (&self.spec, &self.parameters);
        for l in 0..spec.layers {
            let (shape, w, bias) = block.conditioner.layer(p, l);
            let [into, from] = &mut scratch.hidden;
            let x = match l {
                0 => Matrix::new(&scratch.x, spec.features, lanes, lanes),
                _ => Matrix::new(from, spec.hidden, lanes, lanes),
            };
            let start = match (l, block.conditioner.table) {
                (0, Some(table)) => context_start(bias, p.matrix(table), contexts, &mut scratch.start, into, lanes),
                _ => Init::Bias(bias),
            };
            let y = MatrixMut::new(into, spec.hidden, lanes, lanes);
            gemm::product(self.isa, shape, w, x, start, Epilogue::Tanh, y);
            scratch.hidden.swap(0, 1);
        }
        scratch.hidden.swap(0, 1);
    }

    /// Each feature's raw parameters and transform: `scratch.x → scratch.y`, log-slopes added to `scratch.log_det`.
    fn transform(&self, block: &Block, scratch: &mut Scratch<T>, lanes: usize) {
        let (spec, p) = (&self.spec, &self.parameters);
        let (_, w, bias) = block.conditioner.layer(p, spec.layers);
        let h = Matrix::new(&scratch.hidden[0], spec.hidden, lanes, lanes);
        let (transform, raw_rows) = (spec.transform.univariate(), spec.raw_rows());
        for (i, shape) in block.conditioner.head.iter().enumerate() {
            let rows = i * raw_rows..(i + 1) * raw_rows;
            let raw = MatrixMut::new(&mut scratch.raw, raw_rows, lanes, lanes);
            let start = Init::Bias(&bias[rows.clone()]);
            gemm::product(self.isa, shape, w.rows(rows), h, start, Epilogue::Store, raw);
            let raw = Matrix::new(&scratch.raw, raw_rows, lanes, lanes);
            let row = i * lanes..(i + 1) * lanes;
            let (x, y) = (&scratch.x[row.clone()], &mut scratch.y[row]);
            let (log_slope, work) = (&mut scratch.log_slope, &mut scratch.transform);
            transform.forward(self.isa, p, &block.shared, x, raw, y, log_slope, work);
            for (total, l) in scratch.log_det.iter_mut().zip(scratch.log_slope.iter()) {
                *total += l.to_f64();
            }
        }
    }

    /// Densities of the rows of one tile: `fill(tile, lanes)` writes `[m, lanes]`, `active` lanes are read back.
    /// Appends to `out`.
    pub fn density_tile(
        &self,
        scratch: &mut Scratch<T>,
        active: usize,
        contexts: Context,
        fill: impl FnOnce(&mut [T], usize),
        out: &mut Density,
    ) {
        let (m, lanes) = (self.spec.features, padded(active));
        scratch.prepare(self, lanes);
        scratch.x.fill(T::ZERO);
        fill(&mut scratch.x, lanes);
        self.forward_tile(scratch, lanes, contexts);
        let constant = 0.5 * (2.0 * PI).ln() * m as f64;
        for b in 0..active {
            let squares: f64 = (0..m).map(|i| scratch.x[i * lanes + b].to_f64()).map(|z| z * z).sum();
            let base = -0.5 * squares - constant;
            out.log_base.push(base);
            out.log_density.push(base + scratch.log_det[b]);
        }
    }

    /// Latent values `[n, m]` and log-determinants of rows `x: [n, m]`, both row-major.
    ///
    /// Panics if the length of `x` is no multiple of `m`, or `contexts` are too few or too large.
    pub fn data_to_latent(&self, x: &[T], contexts: Context) -> (Vec<T>, Vec<f64>) {
        let m = self.spec.features;
        let mut scratch = Scratch::default();
        let (mut z, mut log_det) = (Vec::with_capacity(x.len()), Vec::with_capacity(x.len() / m));
        self.for_each_tile(x, contexts, |rows, active, contexts| {
            let lanes = padded(active);
            scratch.prepare(self, lanes);
            scratch.x.fill(T::ZERO);
            lay_in_lanes(rows, m, &mut scratch.x, lanes);
            self.forward_tile(&mut scratch, lanes, contexts);
            for b in 0..active {
                z.extend((0..m).map(|i| scratch.x[i * lanes + b]));
                log_det.push(scratch.log_det[b]);
            }
        });
        (z, log_det)
    }

    /// `log p` and `log p_Z(z)` of rows `x: [n, m]`, row-major. Cost: one masked pass of the conditioners per row.
    ///
    /// Panics if the length of `x` is no multiple of `m`, or `contexts` are too few or too large.
    pub fn density(&self, x: &[T], contexts: Context) -> Density {
        let (mut scratch, mut out) = (Scratch::default(), Density::default());
        self.for_each_tile(x, contexts, |rows, active, contexts| {
            let fill = |tile: &mut [T], lanes| lay_in_lanes(rows, self.spec.features, tile, lanes);
            self.density_tile(&mut scratch, active, contexts, fill, &mut out);
        });
        out
    }

    fn for_each_tile(&self, x: &[T], contexts: Context, mut f: impl FnMut(&[T], usize, Context)) {
        let m = self.spec.features;
        assert_eq!(x.len() % m, 0, "{} values do not fill rows of {m} features", x.len());
        for (t, rows) in x.chunks(m * TILE).enumerate() {
            let active = rows.len() / m;
            let contexts = match contexts {
                Context::Each(c) => Context::Each(&c[t * TILE..t * TILE + active]),
                other => other,
            };
            f(rows, active, contexts);
        }
    }
}

/// Row-major rows `[n, m]` into a feature-major tile `[m, lanes]`.
pub(super) fn lay_in_lanes<T: Copy>(rows: &[T], m: usize, tile: &mut [T], lanes: usize) {
    for (b, row) in rows.chunks_exact(m).enumerate() {
        for (i, &v) in row.iter().enumerate() {
            tile[i * lanes + b] = v;
        }
    }
}

/// What the first layer starts from when the flow is conditioned on a context: bias plus the context's row.
pub(super) fn context_start<'a, T: Real>(
    bias: &[T],
    table: Matrix<T>,
    contexts: Context,
    start: &'a mut [T],
    tile: &mut [T],
    lanes: usize,
) -> Init<'a, T> {
    match contexts {
        Context::None => panic!("this flow is conditioned on a context"),
        Context::Same(context) => {
            for ((s, &b), &e) in start.iter_mut().zip(bias).zip(table.row(context as usize)) {
                *s = b + e;
            }
            Init::Bias(start)
        }
        Context::Each(contexts) => {
            for (i, row) in tile.chunks_exact_mut(lanes).enumerate() {
                row.fill(bias[i]);
                for (y, &context) in row.iter_mut().zip(contexts) {
                    *y = bias[i] + table.row(context as usize)[i];
                }
            }
            Init::Output
        }
    }
}
