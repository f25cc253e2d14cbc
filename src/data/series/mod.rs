//! Whole multivariate series: a case is `C` channels over time, a set is many cases with the same channels.
//!
//! Files are the archive's `.ts` text ([`TsReader`]) and NumPy's `.npy` ([`NpyArray`]), plain or gzipped;
//! [`SeriesReader`] tells them apart by their content and reads case by case, so that a stream needs the memory of one
//! case.

mod case;
mod header;
mod line;
mod missing;
mod npy;
mod npy_header;
#[cfg(feature = "cli")]
mod open;
mod set;
mod ts;

pub use case::Case;
pub use header::TsHeader;
pub use npy::{NpyArray, NpyReader};
pub use npy_header::{NpyHeader, NpyType};
#[cfg(feature = "cli")]
pub use open::SeriesReader;
pub use set::{Record, SeriesSet};
pub use ts::TsReader;
