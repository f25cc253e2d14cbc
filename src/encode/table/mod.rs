//! Tables: every column mapped on its own, to a standardised and to a Gaussian shape.

mod encoder;
mod expansion;
mod flattening;
mod folded;
mod made;
mod marginal;
mod representations;
mod requirements;

pub use encoder::TableEncoding;
pub(super) use encoder::{read, read_settings};
pub(super) use flattening::{fit_flattening, read_flattening};
pub use marginal::{GAUSSIAN, STANDARDISED};

use crate::data::Kind;

/// The kind of data encoded here.
pub const KIND: Kind = Kind::Table;
