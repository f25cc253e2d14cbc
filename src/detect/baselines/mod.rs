//! Well-known detectors, for comparison on the same cases, behind the traits of every detector.
//!
//! They take columns and channels as they are: standardising is the protocol's business. None has p-values.

mod distances;
mod ecod;
mod forest;
mod isolation_forest;
mod knn;
mod knn_features;
mod lof;
mod mahalanobis;
mod neighbours;
mod one_class_svm;
mod smo;
mod training_cases;

pub use ecod::EmpiricalTails;
pub(in crate::detect) use forest::Forest;
pub use isolation_forest::IsolationForest;
pub use knn::NearestNeighbours;
pub use knn_features::EncodedNeighbours;
pub use lof::LocalOutlierFactor;
pub use mahalanobis::Mahalanobis;
pub(in crate::detect) use mahalanobis::{cholesky_factor, shrunk_covariance};
pub(in crate::detect) use neighbours::{Neighbour, Neighbours};
pub use one_class_svm::OneClassSvm;

use super::Registration;
use crate::data::Kind;

/// Rows of a table as they are, series flattened.
const ROWS: &[Kind] = &[Kind::Table, Kind::Series];
/// Rows alone: a flattened series has too many values for a dense covariance.
const TABLES: &[Kind] = &[Kind::Table];
const SERIES: &[Kind] = &[Kind::Series];

/// The lines of these detectors in the registry: name, kinds of data, whether random, settings, reader.
pub(super) const REGISTERED: &[Registration] = &[
    Registration::new("iforest", ROWS, true, |_| Box::new(IsolationForest::default()), isolation_forest::read),
    Registration::new("lof", ROWS, false, |_| Box::new(LocalOutlierFactor::default()), lof::read),
    Registration::new("knn", ROWS, false, |_| Box::new(NearestNeighbours::default()), knn::read),
    Registration::new("ocsvm", ROWS, false, |_| Box::new(OneClassSvm::default()), one_class_svm::read),
    Registration::new("mahalanobis", TABLES, false, |_| Box::new(Mahalanobis), mahalanobis::read),
    Registration::new("ecod", ROWS, false, |_| Box::new(EmpiricalTails), ecod::read),
    Registration::new("knn-features", SERIES, true, |p| Box::new(EncodedNeighbours::preset(p)), knn_features::read),
];
