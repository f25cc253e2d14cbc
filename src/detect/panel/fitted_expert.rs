//! A fitted expert with the raw scores that a model keeps of it, each with its calibration, and what stands in model files.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::data::container::{Container, Fields};
use crate::detect::calibration::Calibration;
use crate::detect::configuration::{Configuration, FLOWS, member_name};
use crate::detect::experts::{Expert, FlowFamily, OutOfFold};
use crate::encode::Encoder;
use crate::error::{Result, quoted};

/// Where an expert stands in the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::detect) enum Origin {
    /// A family of flows, by its number.
    Family(usize),
    /// A learner, by its number.
    Learner(usize),
}

impl Origin {
    /// Start of the names of its tensors.
    fn prefix(self) -> String {
        match self {
            Origin::Family(f) => format!("family{f}"),
            Origin::Learner(l) => format!("learner{l}"),
        }
    }
}

/// A fitted expert with its calibrated raw scores, at least one.
#[derive(Clone, Debug)]
pub(in crate::detect) struct FittedExpert {
    pub(in crate::detect) origin: Origin,
    pub(in crate::detect) expert: Arc<dyn Expert>,
    pub(in crate::detect) heads: Vec<FittedHead>,
}

/// A raw score of an expert that a model keeps.
#[derive(Clone, Debug)]
pub(in crate::detect) struct FittedHead {
    /// Which of the expert's.
    pub(in crate::detect) head: usize,
    pub(in crate::detect) calibration: Calibration,
    /// How well it told held-out cases from made ones; 0 if it was not asked.
    pub(in crate::detect) criterion: f64,
    /// Its share of the fusion.
    pub(in crate::detect) share: f64,
}

impl FittedExpert {
    /// The expert's name and the block that it looks at, without a fold.
    fn name_and_block(&self, configuration: &Configuration) -> (String, String) {
        let (name, input) = match self.origin {
            Origin::Family(f) => (FLOWS, &configuration.families[f].input),
            Origin::Learner(l) => (configuration.learners[l].learner.as_str(), &configuration.learners[l].input),
        };
        (name.to_owned(), input.name().to_owned())
    }

    /// Its raw scores that are kept.
    pub(in crate::detect) fn members(&self, configuration: &Configuration) -> Vec<PanelMember> {
        let (name, block) = self.name_and_block(configuration);
        let member = |head: &FittedHead| PanelMember {
            expert: name.clone(),
            block: block.clone(),
            score: self.expert.heads()[head.head].into(),
            criterion: head.criterion,
            share: head.share,
        };
        self.heads.iter().map(member).collect()
    }

    pub(in crate::detect) fn to_json(&self) -> Value {
        let (of, number) = match self.origin {
            Origin::Family(f) => ("family", f),
            Origin::Learner(l) => ("learner", l),
        };
        let names: Vec<&str> = self.heads.iter().map(|h| self.expert.heads()[h.head]).collect();
        let criteria: Vec<f64> = self.heads.iter().map(|h| h.criterion).collect();
        let shares: Vec<f64> = self.heads.iter().map(|h| h.share).collect();
        json!({"of": of, "number": number, "heads": names, "criteria": criteria, "shares": shares})
    }

    /// Tensors `PREFIX.…` of the expert and `PREFIX.HEAD.…` of its calibrations.
    pub(in crate::detect) fn write(&self, file: &mut Container) {
        let prefix = self.origin.prefix();
        self.expert.write(file, &prefix);
        for head in &self.heads {
            head.calibration.write(file, &format!("{prefix}.{}", self.expert.heads()[head.head]));
        }
    }

    /// What [`FittedExpert::to_json`] and [`FittedExpert::write`] wrote.
    pub(in crate::detect) fn read(
        file: &Container,
        fields: &Fields,
        configuration: &Configuration,
        encoder: &dyn Encoder,
    ) -> Result<FittedExpert> {
        let (folds, families, learners) = (configuration.folds, &configuration.families, &configuration.learners);
        let number = |count: usize| match count {
            0 => Err(fields.error("number", "is that of an expert which the configuration does not have")),
            count => fields.usize_in("number", 0..=count - 1),
        };
        let (origin, expert): (Origin, Arc<dyn Expert>) = match fields.str("of")? {
            "family" => {
                let f = number(families.len())?;
                let origin = Origin::Family(f);
                (origin, Arc::new(FlowFamily::read(file, &origin.prefix(), &families[f], folds, encoder)?))
            }
            "learner" => {
                let l = number(learners.len())?;
                let origin = Origin::Learner(l);
                (origin, Arc::new(OutOfFold::read(file, &origin.prefix(), &learners[l], folds, encoder)?))
            }
            _ => return Err(fields.error("of", "is neither \"family\" nor \"learner\"")),
        };
        let (names, criteria, shares) =
            (fields.strings("heads")?, fields.numbers("criteria")?, fields.numbers("shares")?);
        if names.is_empty() || names.len() != criteria.len() || names.len() != shares.len() {
            return Err(fields.error("heads", "is empty, or not one a criterion and a share"));
        }
        if shares.iter().any(|&share| !(share > 0.0 && share <= 1.0)) {
            return Err(fields.error("shares", "must lie in (0, 1]"));
        }
        let head = |((name, criterion), share): ((&String, f64), f64)| {
            let unknown = || fields.error("heads", &format!("names {}, which the expert does not give", quoted(name)));
            let head = expert.heads().iter().position(|known| known == name).ok_or_else(unknown)?;
            let calibration = Calibration::read(file, &format!("{}.{name}", origin.prefix()), expert.views())?;
            Ok(FittedHead { head, calibration, criterion, share })
        };
        let heads = names.iter().zip(criteria).zip(shares).map(head).collect::<Result<_>>()?;
        Ok(FittedExpert { origin, expert, heads })
    }
}

/// A raw score that a model fuses, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelMember {
    /// The expert: "neighbours", "flows".
    pub expert: String,
    /// What it looks at: "robust".
    pub block: String,
    /// Which of its raw scores: "near".
    pub score: String,
    /// How well it told held-out cases from made ones, in 0…1; 0 if experts were not selected.
    pub criterion: f64,
    /// Its share of the fusion; the shares of a model add up to 1.
    pub share: f64,
}

impl PanelMember {
    /// Its name in a list of experts: "near:robust", "flows:gaussian".
    pub fn name(&self) -> String {
        member_name(if self.expert == FLOWS { FLOWS } else { &self.score }, &self.block)
    }
}
