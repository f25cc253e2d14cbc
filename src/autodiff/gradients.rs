//! Gradients with the layout of their parameters, in one flat buffer.

use nafal_kernels::{Matrix, MatrixMut, Real};

use super::aligned::AlignedVec;
use super::parameters::{ParameterId, Parameters};

/// Gradients with the layout of their [`Parameters`].
///
/// While a batch is summed, a parameter that nothing was written to yet holds what it held before: what comes first overwrites
/// it, so that large gradients need not be cleared.
#[derive(Clone, Debug)]
pub struct Gradients<T: Real> {
    values: AlignedVec<T>,
    /// Parameters, by index, whose old values are to be overwritten.
    stale: Vec<bool>,
}

impl<T: Real> Gradients<T> {
    /// Zero gradients for `parameters`.
    pub fn zeros(parameters: &Parameters<T>) -> Self {
        Gradients {
            values: AlignedVec::zeroed(parameters.values().len()),
            stale: vec![false; parameters.ids().count()],
        }
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
    /// Whether nothing was added to a parameter's gradient yet: the caller must then overwrite all of its non-zeros (by
    /// [`Gradients::matrix_mut`], called next), and else add to them.
    pub fn first_to_write(&mut self, id: ParameterId) -> bool {
        std::mem::replace(&mut self.stale[id.index()], false)
    }
    /// The padded storage of a parameter, holding what was added so far.
    fn open(&mut self, parameters: &Parameters<T>, id: ParameterId) -> &mut [T] {
        let s = parameters.spec(id);
        let stale = self.first_to_write(id);
        let storage = &mut self.values[s.storage()];
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
        Matrix::new(&self.values[s.storage()], s.shape.rows, s.shape.cols, s.ld)
    }
    /// One parameter's gradient, to add to.
    pub fn matrix_mut(&mut self, parameters: &Parameters<T>, id: ParameterId) -> MatrixMut<'_, T> {
        let s = parameters.spec(id);
        MatrixMut::new(self.open(parameters, id), s.shape.rows, s.shape.cols, s.ld)
    }
    /// The gradients of several vectors, to add to. Panics if two of them are one.
    pub fn vectors_mut<const N: usize>(&mut self, parameters: &Parameters<T>, ids: [ParameterId; N]) -> [&mut [T]; N] {
        ids.iter().for_each(|&id| {
            self.open(parameters, id);
        });
        let range = |id| {
            let s = parameters.spec(id);
            s.storage().start..s.storage().start + s.shape.cols
        };
        self.values.get_disjoint_mut(ids.map(range)).expect("distinct vectors")
    }
}
