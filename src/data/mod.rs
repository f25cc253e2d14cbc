//! Tables with their columns and sets of series, in memory and from files. Knows nothing of the floors above.

<<<<<<< HEAD
pub mod series;
mod table;

pub use series::{Case, SeriesSet};
=======
#[cfg(feature = "cli")]
mod csv;
mod labels;
mod scaling;
#[cfg(feature = "cli")]
mod source;
mod table;

#[cfg(feature = "cli")]
pub use csv::{CsvRows, ReadOptions};
pub use labels::is_normal;
pub use scaling::Standardizer;
>>>>>>> main
pub use table::Table;
