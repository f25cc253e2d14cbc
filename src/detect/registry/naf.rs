//! Our own detector as a registered one: the panel (`panel`), and neural autoregressive flows alone, without active learning
//! (`naf-ad`) and with it (`naf-al`).

use crate::data::Dataset;
use crate::data::container::Container;
use crate::detect::{Detector, DetectorBuilder, Experts, Fit, Fitted, Model, Preset};
use crate::error::Result;
use crate::progress::Progress;

/// Flows alone, as the preset has them.
pub(super) fn flows(preset: Preset) -> DetectorBuilder<'static> {
    Detector::builder().experts(Experts::Flows).preset(preset)
}

/// The model of a model file.
pub(super) fn read(file: &Container) -> Result<Box<dyn Fitted>> {
    Ok(Box::new(Model::read(file)?))
}

/// The builder's own seed, normal labels and receiver of progress give way to those of the fit.
impl Fit for DetectorBuilder<'_> {
    fn fit(&self, train: &dyn Dataset, seed: u64, progress: &dyn Progress) -> Result<Box<dyn Fitted>> {
        let builder = self.clone().seed(seed).every_case().progress(progress);
        Ok(Box::new(DetectorBuilder::fit(&builder, train)?))
    }

    fn scales_itself(&self) -> bool {
        true
    }
}
