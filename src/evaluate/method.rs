//! What an experiment compares: the detectors of the registry, the control of active learning, and the ablation.

use std::fmt;
use std::str::FromStr;

use super::ablation;
use crate::data::Kind;
use crate::detect::{
    ActiveConfiguration, Configuration, Detector, DetectorBuilder, Experts, Fit, Preset, Registration, registry,
};
use crate::error::{Error, Result, quoted};

/// Name of our detector with all its experts, the default.
pub const PANEL: &str = "panel";
/// Name of our default when training rows may be anomalies.
pub const ROBUST: &str = "panel-robust";
/// Name of our detector without active learning, whose configuration a variant replaces.
pub const NAF_AD: &str = "naf-ad";
/// Name of our detector with active learning.
pub const NAF_AL: &str = "naf-al";
/// Name of the control of active learning.
pub const CONTROL: &str = "control";

/// A method of a comparison, identified by its name.
#[derive(Clone, Copy, Debug)]
pub enum Method {
    /// A detector of the registry.
    Registered(&'static Registration),
    /// The panel with the most unusual training cases left out.
    Robust,
    /// The training steps of `naf-al` without its augmented samples.
    Control,
    /// `naf-ad` under a configuration of the ablation, by name.
    Variant(&'static str),
}

impl PartialEq for Method {
    fn eq(&self, other: &Method) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Method {}

impl Method {
    /// The registered detectors, each followed by what differs from it in one thing.
    fn standing() -> Vec<Method> {
        let mut all = Vec::new();
        for line in registry::all() {
            all.push(Method::Registered(line));
            if line.name == PANEL {
                all.push(Method::Robust);
            }
            if line.name == NAF_AL {
                all.push(Method::Control);
            }
        }
        all
    }

    /// The methods to compare on data of that kind, ours first: all, or those of `asked`.
    ///
    /// # Errors
    /// [`Error::Usage`] for a method that does not take such data.
    pub fn choose(asked: &[Method], kind: Kind) -> Result<Vec<Method>> {
        if asked.is_empty() {
            // The robust fit is for training rows that may be anomalies, and the experiments on those name it.
            let usual = |method: &Method| method.takes(kind) && *method != Method::Robust;
            return Ok(Method::standing().into_iter().filter(usual).collect());
        }
        match asked.iter().find(|method| !method.takes(kind)) {
            None => Ok(asked.to_vec()),
            Some(method) => {
                let cases = kind.in_words();
                Err(Error::Usage(format!(
                    "the method `{method}` does not take {cases}, which this experiment is on; leave it out"
                )))
            }
        }
    }

    /// All configurations of the ablation.
    pub fn variants() -> Vec<Method> {
        ablation::configurations().into_iter().map(|(name, _)| Method::Variant(name)).collect()
    }

    /// Its name on the command line and in results.
    pub fn name(self) -> &'static str {
        match self {
            Method::Registered(line) => line.name,
            Method::Robust => ROBUST,
            Method::Control => CONTROL,
            Method::Variant(name) => name,
        }
    }

    /// Whether it takes data of that kind; whether a variant does is known when it is fitted.
    pub fn takes(self, kind: Kind) -> bool {
        match self {
            Method::Registered(line) => line.takes(kind),
            Method::Robust | Method::Control | Method::Variant(_) => true,
        }
    }

    /// Whether it is not ours.
    pub fn is_baseline(self) -> bool {
        matches!(self, Method::Registered(line) if ![PANEL, NAF_AD, NAF_AL].contains(&line.name))
    }

    /// Whether its scores depend on the seed for given data.
    pub fn is_random(self) -> bool {
        !matches!(self, Method::Registered(line) if !line.random)
    }

    /// The variant that this one is a step away from.
    pub fn origin(self) -> Option<Method> {
        let Method::Variant(name) = self else { return None };
        let (origin, _) = name.split_once('-')?;
        Method::variants().into_iter().find(|m| m.name() == origin)
    }

    /// The configuration of a variant.
    pub fn configuration(self) -> Option<Configuration> {
        let Method::Variant(name) = self else { return None };
        ablation::configurations().into_iter().find(|(other, _)| *other == name).map(|(_, configuration)| configuration)
    }

    /// Our detector with or without active learning, if the method is ours and has the preset's configuration.
    fn of_preset(self, preset: Preset) -> Option<DetectorBuilder<'static>> {
        let builder = Detector::builder().experts(Experts::Flows).preset(preset);
        match self.name() {
            NAF_AD => Some(builder),
            NAF_AL => Some(builder.active(true)),
            CONTROL => Some(builder.control(true)),
            _ => None,
        }
    }

    /// The active learning (or its absence) of a method that is ours and has the preset's configuration: such methods
    /// share all training before the first round of active learning.
    pub fn active_learning(self, preset: Preset) -> Option<Option<ActiveConfiguration>> {
        self.of_preset(preset).map(|builder| builder.active_learning())
    }

    /// The detector behind the name, as the preset sets it.
    pub fn detector(self, preset: Preset) -> Box<dyn Fit> {
        if let Some(configuration) = self.configuration() {
            return Box::new(Detector::builder().with_configuration(configuration));
        }
        if self == Method::Robust {
            return Box::new(Detector::builder().preset(preset).robust(true));
        }
        match (self, self.of_preset(preset)) {
            (Method::Registered(line), _) => line.detector(preset),
            (_, builder) => Box::new(builder.expect("the control is of the preset")),
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
        let standing = Method::standing();
        let known = standing.iter().copied().chain(Method::variants()).find(|m| m.name().eq_ignore_ascii_case(text));
        known.ok_or_else(|| {
            let names: Vec<&str> = standing.iter().map(|m| m.name()).collect();
            let problem =
                format!("unknown method {}; use {}, or a variant of the ablation", quoted(text), names.join(", "));
            Error::Usage(problem)
        })
    }
}
