//! Tables with their columns and sets of series, in memory and from files. Knows nothing of the floors above.

mod columns;
pub mod container;
mod dataset;
mod dialect;
#[cfg(feature = "cli")]
mod formats;
#[cfg(feature = "cli")]
mod input;
mod kind;
mod labels;
pub mod outputs;
mod read_options;
pub mod series;
#[cfg(any(unix, feature = "cli"))]
mod standard_streams;
mod table;

pub use columns::{Carried, Column, ColumnChoice, ColumnKind};
pub use dataset::Dataset;
pub use dialect::{Dialect, Reading};
#[cfg(feature = "cli")]
pub use formats::{BadCase, CaseReader, Chunk, Finding, Gathered, readable_formats};
#[cfg(feature = "cli")]
pub use input::Input;
pub use kind::Kind;
pub use labels::is_normal;
#[cfg(feature = "cli")]
pub(crate) use labels::is_usual_label;
pub use outputs::{OutputFile, OutputFolder};
pub use read_options::{ReadOptions, Sample};
pub use series::{Cut, Series, SeriesSet, Windows};
#[cfg(feature = "cli")]
pub use standard_streams::check_standard_output;
pub(crate) use table::check_names;
pub use table::{MAX_COLUMNS, MAX_NAME_BYTES, Table};
