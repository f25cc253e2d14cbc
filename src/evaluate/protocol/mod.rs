//! The protocol of the paper's Table 1: half of the normal rows train, the rest and all anomalies test.
//!
//! Which half is the first one in file order (`first-half`, as the paper's relatives do on the small sets) or that
//! of a seeded permutation (`random`), NumPy's, so that a split can be had in Python: the training rows are
//! `normals[numpy.random.RandomState(seed).permutation(len(normals))[: len(normals) // 2]]`. Labels are used to divide the
//! rows, and by the metrics; a detector sees none.

mod kdd;
mod labelled;
mod mersenne_twister;
mod split;
mod task;

pub use kdd::{Direction, Kdd, TRAINING_ROWS};
pub use labelled::Labelled;
pub use split::Split;
pub use task::{Halves, Task};
