//! Transposed copies of large weight matrices, which the backward pass multiplies by.

use nafal_kernels::gemm::{self, Epilogue, Init};
use nafal_kernels::{Isa, Matrix, MatrixMut, Real};

use super::aligned::AlignedVec;
use super::parameters::{ParameterId, Parameters};

/// Transposes of a model's large weights, kept until its parameters change.
#[derive(Clone, Debug)]
pub(crate) struct TransposedWeights<T: Real> {
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
    pub(crate) fn refresh(&mut self, isa: Isa, parameters: &Parameters<T>) {
        if self.version == Some(parameters.version()) {
            return;
        }
        self.transposed.resize(parameters.transposed_len());
        for id in parameters.ids() {
            let spec = parameters.spec(id);
            if spec.copied {
                let end = spec.transposed_offset + spec.shape.cols * spec.transposed_ld;
                let target = &mut self.transposed[spec.transposed_offset..end];
                let target = MatrixMut::new(target, spec.shape.cols, spec.shape.rows, spec.transposed_ld);
                gemm::transpose(isa, parameters.matrix(id), target);
            }
        }
        self.version = Some(parameters.version());
    }

    /// `Y = init + Wᵀ·X`. Panics if `id` is no weight matrix or [`TransposedWeights::refresh`] was not called.
    pub(crate) fn product(
        &self,
        isa: Isa,
        parameters: &Parameters<T>,
        id: ParameterId,
        x: Matrix<T>,
        init: Init<T>,
        y: MatrixMut<T>,
    ) {
        assert_eq!(self.version, Some(parameters.version()), "the transposed weights are stale");
        let s = parameters.spec(id);
        let shape = s.transposed.as_ref().expect("only weight matrices are transposed");
        if s.copied {
            let end = s.transposed_offset + s.shape.cols * s.transposed_ld;
            let w = Matrix::new(&self.transposed[s.transposed_offset..end], shape.rows, shape.cols, s.transposed_ld);
            gemm::product(isa, shape, w, x, init, Epilogue::Store, y);
        } else {
            gemm::product_by_columns(isa, shape, parameters.matrix(id), x, init, Epilogue::Store, y);
        }
    }
}
