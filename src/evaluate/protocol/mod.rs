//! The protocol of the paper's Table 1: half of the normal rows train, the rest and all anomalies test.
//!
//! Which half is the first one in file order (`first-half`, as the paper's relatives do on the small sets) or that
//! of a seeded permutation (`random`). Labels are used to divide the rows, and by the metrics; a detector sees none.

mod division;
mod kdd;
mod labelled;
mod task;

pub use division::{Split, divide};
pub use kdd::{Direction, Kdd, TRAINING_ROWS};
pub use labelled::Labelled;
pub use task::Task;
