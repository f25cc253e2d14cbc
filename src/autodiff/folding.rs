//! Folding fixed affine maps into the dense layer that follows them.
//!
//! `W₁(A_k x + b_k) = F_k·[x; 1]` with `F_k = W₁·[A_k | b_k]`, `W₁: [h, d]`, `A_k: [d, d]`, `b_k: [d]`: a view costs `d·h`
//! instead of `d·d + d·h` a row. The folded maps are a table `[K·h, d+1]` among the parameters, recomputed after every change of
//! `W₁`; its gradient is carried back, `dW₁ += Σ_k dF_k·[A_k | b_k]ᵀ`, once a step. Both cost `K·h·d·(d+1)` multiply-adds.

use nafal_kernels::gemm::{self, Epilogue, Init};
use nafal_kernels::{Isa, Matrix, MatrixMut, Real, Staircase, map};
use rayon::prelude::*;

use super::aligned::{AlignedVec, padded};
use super::gradient_shards::SHARDS;
use super::gradients::Gradients;
use super::parameters::{ParameterId, Parameters};

/// The fixed maps `[A_k | b_k]`, each `[d, d+1]`.
#[derive(Clone, Debug)]
pub struct AffineMaps<T: Real> {
    columns: usize,
    count: usize,
    values: AlignedVec<T>,
}

impl<T: Real> AffineMaps<T> {
    /// `count` maps of `columns` columns; `f(k)` gives the entries `[d, d+1]` of map `k`, row-major.
    ///
    /// Panics if `f` gives another number of entries. Cost: memory for `count·d·(d+1)` numbers.
    pub fn new(count: usize, columns: usize, mut f: impl FnMut(usize) -> Vec<T>) -> Self {
        let ld = padded(columns + 1);
        let mut values = AlignedVec::zeroed(count * columns * ld);
        for (k, map) in values.chunks_exact_mut(columns * ld).enumerate() {
            let entries = f(k);
            assert_eq!(entries.len(), columns * (columns + 1), "an affine map of {columns} columns");
            for (row, entries) in map.chunks_exact_mut(ld).zip(entries.chunks_exact(columns + 1)) {
                row[..=columns].copy_from_slice(entries);
            }
        }
        AffineMaps { columns, count, values }
    }

    /// Number of maps `K`.
    pub fn count(&self) -> usize {
        self.count
    }
    /// Columns `d` of the rows they act on.
    pub fn columns(&self) -> usize {
        self.columns
    }
    /// Map `k` as a matrix `[d, d+1]`.
    pub fn map(&self, k: usize) -> Matrix<'_, T> {
        let (d, ld) = (self.columns, padded(self.columns + 1));
        // The view extends past the map: the kernel prefetches the next map from there.
        Matrix::new(&self.values[k * d * ld..], d, d + 1, ld)
    }
    /// The same maps in another precision.
    pub fn cast<U: Real>(&self) -> AffineMaps<U> {
        let mut values = AlignedVec::zeroed(self.values.len());
        values.iter_mut().zip(self.values.iter()).for_each(|(to, from)| *to = U::from_f64(from.to_f64()));
        AffineMaps { columns: self.columns, count: self.count, values }
    }
}

/// Folds a layer `first: [h, d]` with affine maps into a table `[K·h, d+1]`, and carries gradients back; buffers are kept.
#[derive(Debug)]
pub struct Folding<T: Real> {
    first: ParameterId,
    table: ParameterId,
    layer: AlignedVec<T>,
    partial: Vec<Partial<T>>,
}

/// One shard's share of the layer's gradient, `[h, d]`, and scratch memory for the product that makes it.
#[derive(Debug)]
struct Partial<T> {
    sum: AlignedVec<T>,
    scratch: AlignedVec<T>,
}

impl<T: Real> Folding<T> {
    /// A folding of layer `first` into `table`.
    pub fn new(first: ParameterId, table: ParameterId) -> Self {
        let partial = (0..SHARDS).map(|_| Partial { sum: AlignedVec::new(), scratch: AlignedVec::new() }).collect();
        Folding { first, table, layer: AlignedVec::new(), partial }
    }

    /// Brings the table up to date: `F_k = W₁·[A_k | b_k]` for every map.
    pub fn refresh(&mut self, isa: Isa, maps: &AffineMaps<T>, parameters: &mut Parameters<T>) {
        let w = parameters.matrix(self.first);
        let (h, d, w_ld) = (w.rows, w.cols, w.ld);
        self.layer.resize_dirty(w.data.len());
        self.layer.copy_from_slice(w.data);
        let layer = Matrix::new(&self.layer, h, d, w_ld);
        let shape = Staircase::dense(h, d);
        let table = parameters.matrix_mut(self.table);
        let ld = table.ld;
        table.data.par_chunks_exact_mut(h * ld).enumerate().for_each(|(k, folded)| {
            let folded = MatrixMut::new(folded, h, d + 1, ld);
            gemm::product(isa, &shape, layer, maps.map(k), Init::Zero, Epilogue::Store, folded);
        });
    }

    /// Moves the table's gradient to the layer: `dW₁ += Σ_k dF_k·[A_k | b_k]ᵀ`, `dF ← 0`. Each of a fixed number of shards
    /// sums every so-many-th map, and the shards are added in order: the same bits for any number of threads.
    pub fn pull_back(
        &mut self,
        isa: Isa,
        maps: &AffineMaps<T>,
        parameters: &Parameters<T>,
        gradients: &mut Gradients<T>,
    ) {
        let folded = gradients.matrix(parameters, self.table);
        let (h, d) = (folded.rows / maps.count, maps.columns);
        let (shape, ld) = (Staircase::dense(h, d), padded(d));
        self.partial.par_iter_mut().enumerate().for_each(|(shard, Partial { sum, scratch })| {
            sum.resize_dirty(h * ld);
            sum.fill(T::ZERO);
            scratch.resize_dirty(gemm::outer_scratch(d, d + 1));
            for k in (shard..maps.count).step_by(SHARDS) {
                let sum = MatrixMut::new(sum, h, d, ld);
                gemm::outer(isa, &shape, folded.rows(k * h..(k + 1) * h), maps.map(k), true, sum, scratch);
            }
        });
        let (first, rest) = self.partial.split_first_mut().expect("there is a shard");
        rest.iter().for_each(|other| map::add_assign(isa, &other.sum, &mut first.sum));
        gradients.matrix_mut(parameters, self.table).data.fill(T::ZERO);
        let mut layer = gradients.matrix_mut(parameters, self.first);
        for (i, sum) in first.sum.chunks_exact(ld).enumerate() {
            map::add_assign(isa, &sum[..d], &mut layer.row(i)[..d]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: usize, key: u64) -> Vec<f64> {
        let mut rng = crate::random::stream(7, crate::random::Key::Simulation(key, 0));
        (0..n).map(|_| crate::random::normal(&mut rng)).collect()
    }

    /// (parameters, first, table, maps) with `K` views of `d` columns and `h` units.
    fn setting(count: usize, d: usize, h: usize) -> (Parameters<f64>, ParameterId, ParameterId, AffineMaps<f64>) {
        let mut parameters = Parameters::new();
        let first = parameters.add_matrix("first", Staircase::dense(h, d));
        let table = parameters.add_table("views", count * h, d + 1);
        let w = numbers(h * d, 1);
        parameters.fill(first, |i, j| w[i * d + j]);
        let maps = AffineMaps::new(count, d, |k| numbers(d * (d + 1), 10 + k as u64));
        (parameters, first, table, maps)
    }

    #[test]
    fn folded_maps_are_the_two_maps_after_one_another() {
        for (count, d, h) in [(1, 1, 1), (3, 5, 4), (9, 17, 8)] {
            let (mut parameters, first, table, maps) = setting(count, d, h);
            Folding::new(first, table).refresh(Isa::detect(), &maps, &mut parameters);
            let x = numbers(d, 2);
            let w = parameters.matrix(first);
            for k in 0..count {
                let t: Vec<f64> = (0..d)
                    .map(|i| (0..d).map(|j| maps.map(k).row(i)[j] * x[j]).sum::<f64>() + maps.map(k).row(i)[d])
                    .collect();
                for i in 0..h {
                    let want: f64 = w.row(i).iter().zip(&t).map(|(w, t)| w * t).sum();
                    let row = parameters.matrix(table).row(k * h + i);
                    let got: f64 = row[..d].iter().zip(&x).map(|(f, x)| f * x).sum::<f64>() + row[d];
                    assert!((got - want).abs() < 1e-12 * (1.0 + want.abs()), "{got} {want}");
                }
            }
        }
    }

    /// `⟨dF, fold(W)⟩ = ⟨pull_back(dF), W⟩` for every `W`: the two are adjoint.
    #[test]
    fn carrying_back_is_the_adjoint_of_folding() {
        let (count, d, h) = (11, 6, 3);
        let (mut parameters, first, table, maps) = setting(count, d, h);
        let mut folding = Folding::new(first, table);
        folding.refresh(Isa::detect(), &maps, &mut parameters);
        let mut gradients = Gradients::zeros(&parameters);
        let dense = parameters.to_dense(table);
        let df = numbers(dense.len(), 3);
        let matrix = gradients.matrix_mut(&parameters, table);
        for (row, df) in matrix.data.chunks_mut(matrix.ld).zip(df.chunks_exact(d + 1)) {
            row[..=d].copy_from_slice(df);
        }
        let left: f64 = dense.iter().zip(&df).map(|(f, df)| f * df).sum();
        folding.pull_back(Isa::detect(), &maps, &parameters, &mut gradients);
        let dw = gradients.matrix(&parameters, first);
        let w = parameters.matrix(first);
        let right: f64 = (0..h).map(|i| w.row(i).iter().zip(dw.row(i)).map(|(a, b)| a * b).sum::<f64>()).sum();
        assert!((left - right).abs() < 1e-10 * left.abs().max(1.0), "{left} {right}");
        assert!(gradients.matrix(&parameters, table).data.iter().all(|&g| g == 0.0));
    }
}
