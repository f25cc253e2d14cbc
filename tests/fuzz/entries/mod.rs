//! What is done with the bytes of a fuzz target, and what must hold whatever they are. The targets and the suite's own
//! mutations of the seeds (`tests/mutations`) share these functions; each panics where a law is broken.

mod arrays;
mod checksum;
mod command;
mod csv;
mod model;
mod reading;
mod scoring;
mod series_text;
pub mod tiny;

pub use arrays::arrays;
pub use command::command;
pub use csv::csv;
pub use model::model;
pub use series_text::series_text;
