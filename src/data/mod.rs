//! Tables with their columns and sets of series, in memory and from files. Knows nothing of the floors above.

#[cfg(feature = "cli")]
mod csv;
#[cfg(feature = "cli")]
mod kind;
mod labels;
mod scaling;
pub mod series;
#[cfg(feature = "cli")]
mod source;
mod table;

#[cfg(feature = "cli")]
pub use csv::{CsvRows, ReadOptions};
#[cfg(feature = "cli")]
pub use kind::{Input, Kind};
pub use labels::is_normal;
pub use scaling::Standardizer;
pub use series::{Case, SeriesSet};
pub use table::Table;
