//! From whole series to features: resampling, random views of the channels, frozen convolutions, pooling, whitening.
//!
//! [`SeriesEncoder::fit`] learns scale, quantiles and whitening from normal cases; [`SeriesEncoder::encode`] gives `m`
//! features for each of `K` views of a case. A case's features depend on that case alone.

mod configuration;
mod content;
mod encoder;
mod features;
mod filters;
mod options;
mod pooling;
mod prepare;
mod resample;
mod view;
mod whitening;

pub(super) use encoder::LeftOut;
pub use encoder::SeriesEncoder;
pub use features::ViewFeatures;
pub use options::EncoderOptions;
pub use resample::resample;
