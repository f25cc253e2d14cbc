//! Whole series: resampling, random views of the channels, frozen convolutions, pooling, whitening.
//!
//! [`SeriesEncoder::fit`] learns scale, quantiles and whitening from normal cases; [`SeriesEncoder::encode`] gives `m`
//! features for each of `K` views of a case, one block a view. A case's features depend on that case alone.

mod encoder;
mod extremes;
mod filters;
mod fitted_view;
mod flattening;
mod made;
mod options;
mod pooling;
mod prepare;
mod resample;
mod variety;
mod view;
mod whitening;

use std::sync::Arc;

pub use encoder::SeriesEncoder;
pub(super) use flattening::{fit_flattening, read_flattening};
pub(super) use made::{KINDS as MADE_KINDS, made};
pub use options::EncoderOptions;
pub use resample::resample;

use super::{Encoder, EncoderSettings};
use crate::data::Kind;
use crate::data::container::{Container, Fields};
use crate::error::Result;

/// The kind of data encoded here.
pub const KIND: Kind = Kind::Series;

/// The encoder of a model file of series.
pub(super) fn read(file: &Container) -> Result<Arc<dyn Encoder>> {
    Ok(Arc::new(SeriesEncoder::read(file)?))
}

/// The settings of an encoder of series.
pub(super) fn read_settings(fields: &Fields) -> Result<Arc<dyn EncoderSettings>> {
    Ok(Arc::new(EncoderOptions::read(fields)?))
}
