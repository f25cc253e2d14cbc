//! Our own detector as a registered one: neural autoregressive flows without active learning (`naf-ad`) and with it
//! (`naf-al`).

use super::{DetectorBuilder, Fit, Fitted, Model};
use crate::data::Dataset;
use crate::data::container::Container;
use crate::error::Result;
use crate::progress::Progress;

/// The model of a model file.
pub(super) fn read(file: &Container) -> Result<Box<dyn Fitted>> {
    Ok(Box::new(Model::read(file)?))
}

/// The builder's own seed, normal labels and receiver of progress give way to those of the fit.
impl Fit for DetectorBuilder<'_> {
    fn fit(&self, train: &dyn Dataset, seed: u64, progress: &dyn Progress) -> Result<Box<dyn Fitted>> {
        let builder = self.clone().seed(seed).progress(progress);
        // Every training case counts as normal.
        let builder = match train.labels() {
            Some(labels) => builder.normals(labels),
            None => builder,
        };
        Ok(Box::new(DetectorBuilder::fit(&builder, train)?))
    }

    fn scales_itself(&self) -> bool {
        true
    }
}
