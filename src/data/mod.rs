//! Tables with their columns and sets of series, in memory and from files. Knows nothing of the floors above.

mod atomic_file;
pub mod container;
#[cfg(feature = "cli")]
mod csv;
mod dataset;
#[cfg(feature = "cli")]
mod input;
mod kind;
mod labels;
pub mod series;
#[cfg(feature = "cli")]
mod source;
mod table;

pub use atomic_file::write_atomically;
#[cfg(feature = "cli")]
pub use csv::{CsvRows, ReadOptions};
pub use dataset::Dataset;
#[cfg(feature = "cli")]
pub use input::Input;
pub use kind::Kind;
pub use labels::is_normal;
pub use series::{Series, SeriesSet};
pub use table::Table;
