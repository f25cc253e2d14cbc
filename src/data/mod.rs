//! Tables and their columns, in memory and from files. Knows nothing of the floors above.

mod table;

pub use table::Table;
