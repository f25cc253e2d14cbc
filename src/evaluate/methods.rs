//! The methods a command can name, and the detectors behind the names.

use std::fmt;
use std::str::FromStr;

use crate::detect::{Configuration, DetectorBuilder, Fit, Preset, registry};
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
    /// Of series: distance to the nearest neighbour in the encoder's features, mean over views.
    KnnFeatures,
    /// The detector without active learning under a configuration of [`Configuration::ablations`].
    Variant(&'static str),
}

impl Method {
    /// Those that a table of tables compares, ours first.
    pub const OF_TABLES: [Method; 8] = [
        Method::NafAd,
        Method::NafAl,
        Method::Control,
        Method::IsolationForest,
        Method::Lof,
        Method::Knn,
        Method::OneClassSvm,
        Method::Mahalanobis,
    ];

    /// Those for series, ours first; the others but the last see the flattened series.
    pub const OF_SERIES: [Method; 8] = [
        Method::NafAd,
        Method::NafAl,
        Method::Control,
        Method::IsolationForest,
        Method::Lof,
        Method::Knn,
        Method::OneClassSvm,
        Method::KnnFeatures,
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
            Method::KnnFeatures => "knn-features",
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
    pub fn is_baseline(self) -> bool {
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

    /// Whether its scores depend on the seed for given data.
    pub fn is_random(self) -> bool {
        !matches!(self, Method::Lof | Method::Knn | Method::OneClassSvm | Method::Mahalanobis)
    }

    /// Our detector in the variant of this method, if it is ours; `builder` holds the one configuration.
    pub fn ours<'a>(self, builder: &DetectorBuilder<'a>) -> Option<DetectorBuilder<'a>> {
        let (active, control) = match self {
            Method::NafAd | Method::Variant(_) => (false, false),
            Method::NafAl => (true, false),
            Method::Control => (true, true),
            _ => return None,
        };
        Some(self.builder(builder).active(active).control(control))
    }

    /// The detector; `builder` holds the one configuration of ours.
    ///
    /// # Errors
    /// None for a method of the registry.
    pub fn detector<'a>(self, builder: &DetectorBuilder<'a>) -> Result<Box<dyn Fit + 'a>> {
        match self.ours(builder) {
            Some(builder) => Ok(Box::new(builder)),
            None => Ok(registry::named(self.name())?.detector(Preset::Default)),
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
        let mut known = Method::OF_TABLES.iter().chain(&[Method::KnnFeatures]).chain(&variants);
        known.find(|m| m.name().eq_ignore_ascii_case(text)).copied().ok_or_else(|| {
            let named = Method::OF_TABLES.iter().chain(&[Method::KnnFeatures]);
            let names: Vec<&str> = named.map(|m| m.name()).collect();
            let problem = format!("unknown method `{text}`: use {}, or a variant of the ablation", names.join(", "));
            Error::Usage(problem)
        })
    }
}
