//! Whole multivariate series: a case is `C` channels over time, a set is many cases with the same channels.
//!
//! Files are the archive's `.ts` text ([`TsReader`]) and NumPy's `.npy` ([`NpyArray`]), plain or gzipped;
//! [`SeriesReader`] tells them apart by their content and reads case by case, so that a stream needs the memory of one
//! case.

mod header;
mod line;
mod missing;
mod npy;
mod npy_header;
#[cfg(feature = "cli")]
mod open;
#[allow(clippy::module_inception)]
mod series;
mod set;
mod ts;

pub use header::TsHeader;
pub use npy::{NpyArray, NpyReader};
pub use npy_header::{NpyHeader, NpyType};
#[cfg(feature = "cli")]
pub use open::SeriesReader;
pub use series::Series;
pub use set::{Record, SERIES_LABEL, SeriesSet};
pub use ts::TsReader;
