//! What turns a case into blocks of features: fitted on normal cases of its kind, saved with the model.
//!
//! A kind of data is one folder here and one line in `ENCODERS`.

mod encoder;
mod features;
mod held;
mod made;
mod points;
pub mod series;
pub mod table;
mod windows;

use std::sync::Arc;

pub use encoder::{BoundCases, Encoder, EncoderSettings, Plan};
pub use features::{Block, Features};
pub use held::Held;
pub use made::Making;
pub(crate) use points::{Flattening, Points};
pub use windows::WindowEncoding;

use crate::data::container::{Container, Fields};
use crate::data::{Dataset, Kind};
use crate::error::{Result, quoted};

/// What a model file needs of a kind of data.
struct Entry {
    kind: Kind,
    /// The encoder of a model file.
    read: fn(&Container) -> Result<Arc<dyn Encoder>>,
    /// The settings in its configuration.
    settings: fn(&Fields) -> Result<Arc<dyn EncoderSettings>>,
    /// How its cases become points, from training cases.
    fit_flattening: fn(&dyn Dataset) -> Result<Arc<dyn Flattening>>,
    /// The same from a model file.
    read_flattening: fn(&Container) -> Result<Arc<dyn Flattening>>,
}

/// All encoders, one line a kind of data.
const ENCODERS: [Entry; 2] = [
    Entry {
        kind: table::KIND,
        read: table::read,
        settings: table::read_settings,
        fit_flattening: table::fit_flattening,
        read_flattening: table::read_flattening,
    },
    Entry {
        kind: series::KIND,
        read: |file| windows::read(file)?.map_or_else(|| series::read(file), Ok),
        settings: |fields| match windows::is_of(fields) {
            true => windows::read_settings(fields),
            false => series::read_settings(fields),
        },
        fit_flattening: series::fit_flattening,
        read_flattening: series::read_flattening,
    },
];

/// The entry of the kind that field `kind` of `fields` names.
fn entry(fields: &Fields) -> Result<&'static Entry> {
    let name = fields.str("kind")?;
    ENCODERS.iter().find(|e| e.kind.name() == name).ok_or_else(|| {
        let known: Vec<String> = ENCODERS.iter().map(|e| format!("\"{}\"", e.kind)).collect();
        fields.error("kind", &format!("is {} and none of {}", quoted(name), known.join(", ")))
    })
}

/// The encoder that a model file holds.
///
/// # Errors
/// [`crate::Error::ModelFile`] naming the field or tensor that is missing or makes no sense.
pub fn read(file: &Container) -> Result<Arc<dyn Encoder>> {
    (entry(&file.header())?.read)(file)
}

/// The settings of an encoder, from an object whose field `kind` is its kind's name and whose field `encoder` is what
/// [`EncoderSettings::to_json`] made.
///
/// # Errors
/// As [`read`].
pub fn read_settings(fields: &Fields) -> Result<Arc<dyn EncoderSettings>> {
    (entry(fields)?.settings)(&fields.object("encoder")?)
}

/// How cases of the kind of `train` become points.
///
/// # Errors
/// None of the kinds there are.
pub(crate) fn fit_flattening(train: &dyn Dataset) -> Result<Arc<dyn Flattening>> {
    let entry = ENCODERS.iter().find(|e| e.kind == train.kind()).expect("every kind of data has an encoder");
    (entry.fit_flattening)(train)
}

/// The flattening of a model file.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_flattening(file: &Container) -> Result<Arc<dyn Flattening>> {
    (entry(&file.header())?.read_flattening)(file)
}
