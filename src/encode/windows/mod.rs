//! Windows of a log: figures of each window's course are a row of a table, and what looks at tables looks at them.
//!
//! Series of one process differ little as a whole; what a fault changes is a figure: a level, a slope, the noise at some scale, a
//! rhythm, how channels go together ([`figures`]). On simulated logs this finds what random filters do not (docs/decisions/0006).

mod encoder;
mod figures;

pub use encoder::WindowEncoding;
pub(super) use encoder::{is_of, read, read_settings};
