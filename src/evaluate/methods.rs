//! The methods a command can name, and the detectors behind the names.

use std::fmt;
use std::str::FromStr;

use super::rivals::{
    AnomalyDetector, IsolationForest, LocalOutlierFactor, Mahalanobis, NearestNeighbours, OneClassSvm, Scorer,
};
use crate::data::Table;
use crate::detect::{Configuration, DetectorBuilder, Model};
use crate::error::{Error, Result};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// The detector without active learning.
    NafAd,
    /// The detector with Algorithm 1's active learning.
    NafAl,
    /// The training steps of [`Method::NafAl`] without its augmented samples.
    Control,
    /// Isolation forest, 100 trees of 256 rows.
    IsolationForest,
    /// Local outlier factor, 20 neighbours.
    Lof,
    /// Distance to the fifth nearest neighbour.
    Knn,
    /// One-class support vector machine, RBF kernel, ν = 0.5, γ = 1/(d·var).
    OneClassSvm,
    /// Mahalanobis distance under the Ledoit–Wolf covariance.
    Mahalanobis,
    /// The detector without active learning under a configuration of [`Configuration::ablations`].
    Variant(&'static str),
}

impl Method {
    /// All that a table compares, ours first.
    pub const ALL: [Method; 8] = [
        Method::NafAd,
        Method::NafAl,
        Method::Control,
        Method::IsolationForest,
        Method::Lof,
        Method::Knn,
        Method::OneClassSvm,
        Method::Mahalanobis,
    ];

    /// Its name on the command line and in results.
    pub fn name(self) -> &'static str {
        match self {
            Method::NafAd => "naf-ad",
            Method::NafAl => "naf-al",
            Method::Control => "control",
            Method::IsolationForest => "iforest",
            Method::Lof => "lof",
            Method::Knn => "knn",
            Method::OneClassSvm => "ocsvm",
            Method::Mahalanobis => "mahalanobis",
            Method::Variant(name) => name,
        }
    }

    /// All configurations of the ablation.
    pub fn variants() -> Vec<Method> {
        Configuration::ablations().into_iter().map(|(name, _)| Method::Variant(name)).collect()
    }

    /// The variant that this one is a step away from.
    pub fn origin(self) -> Option<Method> {
        let Method::Variant(name) = self else { return None };
        let (origin, _) = name.split_once('-')?;
        Method::variants().into_iter().find(|m| m.name() == origin)
    }

    /// Whether it is not ours.
    pub fn is_rival(self) -> bool {
        !matches!(self, Method::NafAd | Method::NafAl | Method::Control | Method::Variant(_))
    }

    /// `builder`, with the configuration of a variant.
    fn builder<'a>(self, builder: &DetectorBuilder<'a>) -> DetectorBuilder<'a> {
        let Method::Variant(name) = self else { return builder.clone() };
        let found = Configuration::ablations().into_iter().find(|(other, _)| *other == name);
        let (_, configuration) = found.expect("a variant is named after an ablation");
        builder.clone().with_configuration(configuration)
    }

    /// Hash of the configuration: a variant's own, otherwise the one of `builder`.
    pub fn config(self, builder: &DetectorBuilder<'_>) -> String {
        self.builder(builder).config_hash()
    }

    /// The detector for tables; `builder` holds the one configuration of ours.
    pub fn for_tables<'a>(self, builder: &DetectorBuilder<'a>) -> Box<dyn AnomalyDetector + 'a> {
        let builder = self.builder(builder);
        let ours = |active, control| Naf { method: self, builder: builder.clone().active(active).control(control) };
        match self {
            Method::NafAd | Method::Variant(_) => Box::new(ours(false, false)),
            Method::NafAl => Box::new(ours(true, false)),
            Method::Control => Box::new(ours(true, true)),
            Method::IsolationForest => Box::new(IsolationForest::default()),
            Method::Lof => Box::new(LocalOutlierFactor::default()),
            Method::Knn => Box::new(NearestNeighbours::default()),
            Method::OneClassSvm => Box::new(OneClassSvm::default()),
            Method::Mahalanobis => Box::new(Mahalanobis),
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Method {
    type Err = Error;
    fn from_str(text: &str) -> Result<Method> {
        let variants = Method::variants();
        let mut known = Method::ALL.iter().chain(&variants);
        known.find(|m| m.name().eq_ignore_ascii_case(text)).copied().ok_or_else(|| {
            let names: Vec<&str> = Method::ALL.iter().map(|m| m.name()).collect();
            let problem = format!("unknown method `{text}`: use {}, or a variant of the ablation", names.join(", "));
            Error::Usage(problem)
        })
    }
}

/// Our detector in one of its three variants.
struct Naf<'a> {
    method: Method,
    builder: DetectorBuilder<'a>,
}

impl AnomalyDetector for Naf<'_> {
    fn name(&self) -> &str {
        self.method.name()
    }

    fn fit(&self, train: &Table, seed: u64) -> Result<Box<dyn Scorer>> {
        Ok(Box::new(self.builder.clone().seed(seed).fit(train)?))
    }

    fn scales_itself(&self) -> bool {
        true
    }
}

impl Scorer for Model {
    fn score(&self, rows: &Table) -> Result<Vec<f64>> {
        Model::score(self, rows)
    }

    fn score_with_p_values(&self, rows: &Table) -> Result<(Vec<f64>, Option<Vec<f64>>)> {
        let (scores, p_values) = Model::score_with_p_values(self, rows)?;
        Ok((scores, Some(p_values)))
    }
}
