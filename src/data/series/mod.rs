//! Whole multivariate series: a case is `C` channels over time, a set is many cases with the same channels.

#[allow(clippy::module_inception)]
mod series;
mod set;
mod windows;

pub use series::Series;
pub use set::{SERIES_LABEL, SeriesSet};
pub use windows::{Cut, LONGEST_WINDOW, SHORTEST_WINDOW, Windows};
