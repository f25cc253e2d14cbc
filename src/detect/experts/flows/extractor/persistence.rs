//! An extractor in a model file: its weights, the folded views among them, as tensors `PREFIX.extractor.…`.

use super::{Extractor, ExtractorSpec};
use crate::data::container::Container;
use crate::error::Result;

impl Extractor<f32> {
    /// Writes all weights.
    pub(in crate::detect) fn write(&self, file: &mut Container, prefix: &str) {
        self.parameters.write(file, prefix);
    }

    /// The extractor of shape `spec` that [`Extractor::write`] wrote, ready to score.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming the tensor that is missing or of another shape.
    pub(in crate::detect) fn read(file: &Container, prefix: &str, spec: ExtractorSpec) -> Result<Extractor<f32>> {
        let tensor = |name: &str, rows: usize, cols: usize| {
            let (whole, flat) = ([rows, cols], [cols]);
            file.tensor_f32(&format!("{prefix}.extractor.{name}"), if rows == 1 { &flat } else { &whole }).map(drop)
        };
        // The tensors must be there before memory of the size they are claimed to have is allocated.
        tensor("views", spec.views * spec.hidden, spec.columns + 1)?;
        tensor("layer0", spec.hidden, spec.columns)?;
        (1..spec.layers).try_for_each(|l| tensor(&format!("layer{l}"), spec.hidden, spec.hidden))?;
        tensor("head", spec.features, spec.hidden)?;
        let mut extractor = Extractor::zeroed(spec);
        extractor.parameters.read(file, prefix)?;
        extractor.prepare();
        Ok(extractor)
    }
}
