//! Tables and their columns, in memory and from files. Knows nothing of the floors above.

mod labels;
mod table;

pub use labels::is_normal;
pub use table::Table;
