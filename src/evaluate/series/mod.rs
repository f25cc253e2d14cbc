//! The protocols of the paper's Tables 2 and 3: whole series, some classes normal and the others anomalies.
//!
//! The archive's own split: series of the normal classes in TRAIN are learned from, all of TEST is scored, and the
//! result is the mean AUROC over one choice of normal classes for each class of the data set. Series are neither
//! standardised nor cut. Labels choose the training series and are then seen by the metric alone.

mod archive;
mod normal_classes;
mod paper;

pub use archive::{ARCHIVE, Archive};
pub use normal_classes::NormalClasses;
pub use paper::{PaperFigure, paper_figures};
