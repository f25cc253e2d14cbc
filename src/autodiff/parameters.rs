//! Parameters in one flat buffer, apart from any tape.
//!
//! A weight matrix `[rows, cols]` with a staircase of non-zeros is stored row-major with rows padded to whole vector
//! registers; padding and masked entries are zero and stay zero. A vector is a matrix of one row.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use nafal_kernels::{Matrix, MatrixMut, Real, Staircase};

use super::aligned::{AlignedVec, LANE_MULTIPLE, padded};

/// Handle of one parameter in its [`Parameters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParameterId(u32);

impl ParameterId {
    /// Its position in the order of addition.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Name, shape and place of one parameter.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    name: String,
    pub(super) shape: Staircase,
    /// Shape of the transpose, of a weight matrix.
    pub(super) transposed: Option<Staircase>,
    offset: usize,
    pub(super) ld: usize,
    /// Whether the backward pass reads a transposed copy.
    pub(super) copied: bool,
    /// First element of the copy, in the buffer of all copies.
    pub(super) transposed_offset: usize,
    /// Leading dimension of the copy.
    pub(super) transposed_ld: usize,
}

impl Spec {
    /// Where its padded rows lie in the flat buffer.
    pub(super) fn storage(&self) -> Range<usize> {
        self.offset..self.offset + self.shape.rows * self.ld
    }
}

/// A number that no other state of any parameters in this process has. Relaxed: only uniqueness matters.
fn unique_version() -> u64 {
    static LATEST: AtomicU64 = AtomicU64::new(0);
    1 + LATEST.fetch_add(1, Ordering::Relaxed)
}

/// Bytes up to which a weight matrix is multiplied from the left by columns, in place: a copy would take as much of the
/// second-level cache. Reading larger ones by columns touches too many pages.
const IN_PLACE: usize = 1 << 19;

/// A leading dimension for rows of `cols` elements: whole registers, and never a multiple of 4 KiB, which would make
/// the rows of a register tile compete for one set of the first-level cache.
fn leading_dimension<T>(cols: usize) -> usize {
    let ld = padded(cols);
    if (ld * size_of::<T>()).is_multiple_of(4096) && ld > 0 { ld + LANE_MULTIPLE } else { ld }
}

/// All parameters of a model, flat.
#[derive(Clone, Debug)]
pub struct Parameters<T: Real> {
    values: AlignedVec<T>,
    specs: Vec<Spec>,
    transposed_len: usize,
    version: u64,
}

impl<T: Real> Default for Parameters<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real> Parameters<T> {
    /// No parameters yet.
    pub fn new() -> Self {
        Parameters { values: AlignedVec::new(), specs: Vec::new(), transposed_len: 0, version: 0 }
    }

    /// Adds a weight matrix with the given staircase, all zero.
    pub fn add_matrix(&mut self, name: impl Into<String>, shape: Staircase) -> ParameterId {
        let transposed = shape.transposed();
        self.add(name.into(), shape, Some(transposed))
    }

    /// Makes room for parameters that are to be added: `matrices` of `[rows, cols]`, so that adding them moves nothing.
    pub(crate) fn reserve(&mut self, matrices: impl Iterator<Item = (usize, usize)>) {
        let added: usize = matrices.map(|(rows, cols)| rows * leading_dimension::<T>(cols)).sum();
        self.values.reserve(self.values.len() + added);
    }

    /// Adds a vector of `len` zeros.
    pub fn add_vector(&mut self, name: impl Into<String>, len: usize) -> ParameterId {
        self.add(name.into(), Staircase::dense(1, len), None)
    }

    /// Adds a table `[rows, cols]` whose rows are looked up, all zero; it has no transpose.
    pub fn add_table(&mut self, name: impl Into<String>, rows: usize, cols: usize) -> ParameterId {
        self.add(name.into(), Staircase::dense(rows, cols), None)
    }

    fn add(&mut self, name: String, shape: Staircase, transposed: Option<Staircase>) -> ParameterId {
        let (offset, ld) = (self.values.len(), leading_dimension::<T>(shape.cols));
        let (transposed_offset, transposed_ld) = (self.transposed_len, leading_dimension::<T>(shape.rows));
        self.values.resize(offset + shape.rows * ld);
        let copied = transposed.is_some() && size_of::<T>() * shape.rows * ld > IN_PLACE;
        if copied {
            self.transposed_len += shape.cols * transposed_ld;
        }
        self.specs.push(Spec { name, shape, transposed, offset, ld, copied, transposed_offset, transposed_ld });
        self.version = unique_version();
        ParameterId(self.specs.len() as u32 - 1)
    }

    pub(super) fn spec(&self, id: ParameterId) -> &Spec {
        &self.specs[id.index()]
    }
    /// Elements of the buffer of all transposed copies.
    pub(super) fn transposed_len(&self) -> usize {
        self.transposed_len
    }

    /// Handles of all parameters (matrices, vectors and tables), in order of addition.
    pub fn ids(&self) -> impl Iterator<Item = ParameterId> + use<T> {
        (0..self.specs.len() as u32).map(ParameterId)
    }
    /// Name of a parameter.
    pub fn name(&self, id: ParameterId) -> &str {
        &self.spec(id).name
    }
    /// Where a parameter may be non-zero.
    pub fn shape(&self, id: ParameterId) -> &Staircase {
        &self.spec(id).shape
    }
    /// The padded storage of a parameter as a matrix.
    pub fn matrix(&self, id: ParameterId) -> Matrix<'_, T> {
        let s = self.spec(id);
        Matrix::new(&self.values[s.storage()], s.shape.rows, s.shape.cols, s.ld)
    }
    /// The padded storage of a parameter, to overwrite; padding must stay zero.
    pub(super) fn matrix_mut(&mut self, id: ParameterId) -> MatrixMut<'_, T> {
        self.version = unique_version();
        let s = &self.specs[id.index()];
        MatrixMut::new(&mut self.values[s.storage()], s.shape.rows, s.shape.cols, s.ld)
    }
    /// A vector parameter.
    pub fn vector(&self, id: ParameterId) -> &[T] {
        self.matrix(id).row(0)
    }
    /// Sets element by element: `f(row, col)` inside the staircase, zero outside.
    pub fn fill(&mut self, id: ParameterId, mut f: impl FnMut(usize, usize) -> T) {
        let s = &self.specs[id.index()];
        for run in &s.shape.runs {
            for i in run.rows.clone() {
                for p in run.inner.clone() {
                    self.values[s.offset + i * s.ld + p] = f(i, p);
                }
            }
        }
        self.version = unique_version();
    }
    /// A parameter without padding, row-major.
    pub fn to_dense(&self, id: ParameterId) -> Vec<T> {
        let m = self.matrix(id);
        (0..m.rows).flat_map(|i| m.row(i).iter().copied()).collect()
    }
    /// Number of weights that can be non-zero, over all parameters.
    pub fn count(&self) -> usize {
        self.specs.iter().map(|s| s.shape.nonzeros()).sum()
    }
    /// The flat buffer, padding included.
    pub fn values(&self) -> &[T] {
        &self.values
    }
    /// The flat buffer for an optimiser; masked entries must stay zero.
    pub fn values_mut(&mut self) -> &mut [T] {
        self.version = unique_version();
        &mut self.values
    }
    /// Identifies the values: it changes with every change, and no two parameters that hold different values share it, so
    /// that data derived from them can be kept under it. Clones share it.
    pub fn version(&self) -> u64 {
        self.version
    }
    /// Takes over the values of every parameter that `other` has under the same name.
    ///
    /// Panics if the shapes of two parameters of one name differ.
    pub fn copy_matching(&mut self, other: &Parameters<T>) {
        for id in self.ids() {
            let Some(from) = other.id(self.name(id)) else { continue };
            assert_eq!(self.shape(id), other.shape(from), "parameter {}", self.name(id));
            self.matrix_mut(id).data.copy_from_slice(other.matrix(from).data);
        }
    }
    /// The parameter of that name.
    pub fn id(&self, name: &str) -> Option<ParameterId> {
        self.ids().find(|&id| self.name(id) == name)
    }
    /// The same parameters in another precision.
    pub fn cast<U: Real>(&self) -> Parameters<U> {
        let mut out = Parameters::<U>::new();
        for s in &self.specs {
            let id = out.add(s.name.clone(), s.shape.clone(), s.transposed.clone());
            out.fill(id, |i, p| U::from_f64(self.values[s.offset + i * s.ld + p].to_f64()));
        }
        out
    }
}
