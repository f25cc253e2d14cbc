//! Parameters in a model file: one tensor each, `PREFIX.NAME`, `[rows, cols]` with masked entries zero, or `[n]`.

use super::{ParameterId, Parameters};
use crate::data::container::{Container, Tensor};
use crate::error::Result;

impl Parameters<f32> {
    /// The sides of a parameter's tensor.
    fn sides(&self, id: ParameterId) -> Vec<usize> {
        let shape = self.shape(id);
        if shape.rows == 1 { vec![shape.cols] } else { vec![shape.rows, shape.cols] }
    }

    /// Writes every parameter.
    pub(crate) fn write(&self, file: &mut Container, prefix: &str) {
        for id in self.ids() {
            let tensor = Tensor::f32(&self.sides(id), self.to_dense(id));
            file.insert(&format!("{prefix}.{}", self.name(id)), tensor);
        }
    }

    /// Fills every parameter with what [`Parameters::write`] wrote.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming the tensor that is missing or of another shape.
    pub(crate) fn read(&mut self, file: &Container, prefix: &str) -> Result<()> {
        for id in self.ids() {
            let values = file.tensor_f32(&format!("{prefix}.{}", self.name(id)), &self.sides(id))?;
            let cols = self.shape(id).cols;
            self.fill(id, |i, j| values[i * cols + j]);
        }
        Ok(())
    }
}
