//! Curves over all thresholds: how well scores tell anomalies from normal rows.

mod precision_recall;
mod ranking;
mod roc;

pub use precision_recall::PrecisionRecall;
pub use ranking::Ranking;
pub use roc::RocCurve;
