//! Parameters in one flat buffer, apart from any tape; gradients of the same layout; transposed weights for backward.
//!
//! A weight matrix `[rows, cols]` with a staircase of non-zeros is stored row-major with rows padded to whole vector
//! registers; padding and masked entries are zero and stay zero. A vector is a matrix of one row.

use nafal_kernels::gemm::{self, Epilogue, Init};
use nafal_kernels::{Isa, Matrix, MatrixMut, Real, Staircase};

use super::{AlignedVec, padded};

/// Handle of one parameter in its [`Parameters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParameterId(u32);

#[derive(Clone, Debug)]
struct Spec {
    name: String,
    shape: Staircase,
    transposed: Option<Staircase>,
    offset: usize,
    ld: usize,
    /// Whether the backward pass reads a transposed copy.
    copied: bool,
    transposed_offset: usize,
    transposed_ld: usize,
}

/// Bytes up to which a weight matrix is multiplied from the left by columns, in place: a copy would take as much of the
/// second-level cache. Larger ones lie on too many pages for that.
const IN_PLACE: usize = 1 << 19;

/// A leading dimension for rows of `cols` elements: whole registers, and never a multiple of 4 KiB, which would make
/// the rows of a register tile compete for one set of the first-level cache.
fn leading_dimension<T>(cols: usize) -> usize {
    let ld = padded(cols);
    if (ld * size_of::<T>()).is_multiple_of(4096) && ld > 0 { ld + super::LANE_MULTIPLE } else { ld }
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
        self.version += 1;
        ParameterId(self.specs.len() as u32 - 1)
    }

    fn spec(&self, id: ParameterId) -> &Spec {
        &self.specs[id.0 as usize]
    }

    /// Number of parameters (matrices and vectors), in order of addition.
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
        Matrix::new(&self.values[s.offset..s.offset + s.shape.rows * s.ld], s.shape.rows, s.shape.cols, s.ld)
    }
    /// The padded storage of a parameter, to overwrite; padding must stay zero.
    pub(super) fn matrix_mut(&mut self, id: ParameterId) -> MatrixMut<'_, T> {
        self.version += 1;
        let s = &self.specs[id.0 as usize];
        let (rows, cols, ld) = (s.shape.rows, s.shape.cols, s.ld);
        MatrixMut::new(&mut self.values[s.offset..s.offset + rows * ld], rows, cols, ld)
    }
    /// A vector parameter.
    pub fn vector(&self, id: ParameterId) -> &[T] {
        self.matrix(id).row(0)
    }
    /// Sets element by element: `f(row, col)` inside the staircase, zero outside.
    pub fn fill(&mut self, id: ParameterId, mut f: impl FnMut(usize, usize) -> T) {
        let s = &self.specs[id.0 as usize];
        for run in &s.shape.runs {
            for i in run.rows.clone() {
                for p in run.inner.clone() {
                    self.values[s.offset + i * s.ld + p] = f(i, p);
                }
            }
        }
        self.version += 1;
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
        self.version += 1;
        &mut self.values
    }
    /// Grows with every change; derived data are keyed by it.
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

/// Gradients with the layout of their [`Parameters`].
///
/// While a batch is summed, a parameter that nothing was written to yet holds what it held before: what comes first overwrites
/// it, so that large gradients need not be cleared.
#[derive(Clone, Debug)]
pub struct Gradients<T: Real> {
    values: AlignedVec<T>,
    /// Parameters, by number, whose old values are to be overwritten.
    stale: Vec<bool>,
}

impl<T: Real> Gradients<T> {
    /// Zero gradients for `parameters`.
    pub fn zeros(parameters: &Parameters<T>) -> Self {
        Gradients { values: AlignedVec::zeroed(parameters.values.len()), stale: vec![false; parameters.specs.len()] }
    }
    /// Begins a new sum: all gradients count as zero. They are read after [`Gradients::zero_untouched`].
    pub(super) fn begin(&mut self) {
        self.stale.fill(true);
    }
    /// Sets to zero what nothing was added to since [`Gradients::begin`].
    pub(super) fn zero_untouched(&mut self, parameters: &Parameters<T>) {
        parameters.ids().for_each(|id| {
            self.matrix_mut(parameters, id);
        });
    }
    /// Whether nothing was added to a parameter's gradient yet: the caller must then overwrite all of its non-zeros, and
    /// else add to them.
    pub(super) fn first_to_write(&mut self, id: ParameterId) -> bool {
        std::mem::replace(&mut self.stale[id.0 as usize], false)
    }
    /// The padded storage of a parameter, holding what was added so far.
    fn open(&mut self, parameters: &Parameters<T>, id: ParameterId) -> &mut [T] {
        let s = parameters.spec(id);
        let stale = self.first_to_write(id);
        let storage = &mut self.values[s.offset..s.offset + s.shape.rows * s.ld];
        if stale {
            storage.fill(T::ZERO);
        }
        storage
    }
    /// The flat buffer, padding included.
    pub fn values(&self) -> &[T] {
        &self.values
    }
    /// The flat buffer.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }
    /// One parameter's gradient.
    pub fn matrix(&self, parameters: &Parameters<T>, id: ParameterId) -> Matrix<'_, T> {
        let s = parameters.spec(id);
        Matrix::new(&self.values[s.offset..s.offset + s.shape.rows * s.ld], s.shape.rows, s.shape.cols, s.ld)
    }
    /// One parameter's gradient, to add to.
    pub fn matrix_mut(&mut self, parameters: &Parameters<T>, id: ParameterId) -> MatrixMut<'_, T> {
        let s = parameters.spec(id);
        MatrixMut::new(self.open(parameters, id), s.shape.rows, s.shape.cols, s.ld)
    }
    /// The gradients of two vectors, to add to. Panics if they are one.
    pub(super) fn vectors_mut(&mut self, parameters: &Parameters<T>, ids: [ParameterId; 2]) -> [&mut [T]; 2] {
        ids.iter().for_each(|&id| {
            self.open(parameters, id);
        });
        let range = |id| {
            let s = parameters.spec(id);
            s.offset..s.offset + s.shape.cols
        };
        self.values.get_disjoint_mut(ids.map(range)).expect("two vectors")
    }
}

/// Parameters with large weights transposed for the backward pass, cached by version.
#[derive(Clone, Debug)]
pub struct TransposedWeights<T: Real> {
    transposed: AlignedVec<T>,
    version: Option<u64>,
}

impl<T: Real> Default for TransposedWeights<T> {
    fn default() -> Self {
        TransposedWeights { transposed: AlignedVec::new(), version: None }
    }
}

impl<T: Real> TransposedWeights<T> {
    /// Brings the transposes up to date; does nothing if the parameters have not changed. Cost: one pass over them.
    pub fn refresh(&mut self, isa: Isa, parameters: &Parameters<T>) {
        if self.version == Some(parameters.version) {
            return;
        }
        self.transposed.resize(parameters.transposed_len);
        for (spec, id) in parameters.specs.iter().zip(parameters.ids()) {
            if spec.copied {
                let end = spec.transposed_offset + spec.shape.cols * spec.transposed_ld;
                let target = &mut self.transposed[spec.transposed_offset..end];
                let target = MatrixMut::new(target, spec.shape.cols, spec.shape.rows, spec.transposed_ld);
                gemm::transpose(isa, parameters.matrix(id), target);
            }
        }
        self.version = Some(parameters.version);
    }

    /// `Y = start + Wᵀ·X`. Panics if `id` is no weight matrix or [`TransposedWeights::refresh`] was not called.
    pub(super) fn product(
        &self,
        isa: Isa,
        parameters: &Parameters<T>,
        id: ParameterId,
        x: Matrix<T>,
        start: Init<T>,
        y: MatrixMut<T>,
    ) {
        assert_eq!(self.version, Some(parameters.version), "prepared weights are stale");
        let s = parameters.spec(id);
        let shape = s.transposed.as_ref().expect("only weight matrices are transposed");
        if s.copied {
            let end = s.transposed_offset + s.shape.cols * s.transposed_ld;
            let w = Matrix::new(&self.transposed[s.transposed_offset..end], shape.rows, shape.cols, s.transposed_ld);
            gemm::product(isa, shape, w, x, start, Epilogue::Store, y);
        } else {
            gemm::product_by_columns(isa, shape, parameters.matrix(id), x, start, Epilogue::Store, y);
        }
    }
}
