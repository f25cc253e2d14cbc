//! Tables with their columns and sets of series, in memory and from files. Knows nothing of the floors above.

pub mod series;
mod table;

pub use series::{Case, SeriesSet};
pub use table::Table;
