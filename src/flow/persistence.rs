//! A flow in a model file: its parameters as tensors `PREFIX.block{b}.…`; its shape is the reader's to know.

use super::{Flow, FlowSpec};
use crate::data::container::Container;
use crate::error::Result;

impl Flow<f32> {
    /// Writes all parameters.
    pub(crate) fn write(&self, file: &mut Container, prefix: &str) {
        self.parameters.write(file, prefix);
    }

    /// The flow of shape `spec` that [`Flow::write`] wrote.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming the tensor that is missing or of another shape.
    pub(crate) fn read(file: &Container, prefix: &str, spec: FlowSpec) -> Result<Flow<f32>> {
        // The widest tensors must be there before parameters of their size are allocated.
        for block in 0..spec.blocks {
            let tensor = |layer: usize, sides: &[usize]| {
                let flat = [sides[1]];
                let sides = if sides[0] == 1 { &flat[..] } else { sides };
                file.tensor_f32(&format!("{prefix}.block{block}.layer{layer}.weight"), sides)
            };
            tensor(0, &[spec.hidden, spec.features])?;
            (1..spec.layers).try_for_each(|l| tensor(l, &[spec.hidden, spec.hidden]).map(drop))?;
            tensor(spec.layers, &[spec.features * spec.raw_rows(), spec.hidden])?;
            if spec.contexts > 0 {
                file.tensor_f32(&format!("{prefix}.block{block}.context"), &[spec.contexts, spec.hidden])?;
            }
        }
        let mut flow = Flow::zeroed(spec).map_err(|e| file.error(prefix, &format!("cannot be built: {e}")))?;
        flow.parameters.read(file, prefix)?;
        Ok(flow)
    }
}
