//! Every constant of a detector, in one value; its JSON goes into the model file and its hash into every result.

use std::sync::Arc;

use serde_json::{Value, json};

use super::bounds::{MOST_EXPERTS, MOST_FLOWS};
use super::{
    ActiveConfiguration, CalibrationKind, ExtractorConfiguration, FamilyConfiguration, LearnerConfiguration,
    RowScaling, ScoreKind, SelectionConfiguration, TrimmingConfiguration, ViewInput,
};
use crate::data::Kind;
use crate::data::container::Fields;
use crate::detect::views::ViewFamily;
use crate::encode::{self, EncoderSettings};
use crate::error::{Bounds, Error, Result, quoted};

/// Most flows of a covered family, as a multiple of the configured number: training must end on the widest table.
const MOST_GROWTH: usize = 4;

/// Every constant of a detector.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Families of views.
    pub families: Vec<FamilyConfiguration>,
    /// Experts that are no flows.
    pub learners: Vec<LearnerConfiguration>,
    /// How the experts to keep are selected; `None`: all are kept.
    pub selection: Option<SelectionConfiguration>,
    /// How raw scores become surprisals.
    pub calibration: CalibrationKind,
    /// Folds of the training cases; a view leaves one out.
    pub folds: usize,
    /// In a wide table, families of axis selections get more flows until each column is in this many of their views.
    pub coverage: usize,
    /// Kind of score.
    pub score: ScoreKind,
    /// Which training cases are left out, if any.
    pub trimming: Option<TrimmingConfiguration>,
    /// Active learning, if on.
    pub active: Option<ActiveConfiguration>,
    /// The encoder's settings. Of one that makes a block a view, the numbers of views and features are those of the family.
    pub encoder: Arc<dyn EncoderSettings>,
}

/// What flows are called among the members of a panel.
pub(in crate::detect) const FLOWS: &str = "flows";

/// The name of the score `score` of what looks at block `block`: "near:robust"; "near" alone of the encoder's views.
pub(in crate::detect) fn member_name(score: &str, block: &str) -> String {
    if block.is_empty() { score.into() } else { format!("{score}:{block}") }
}

impl PartialEq for Configuration {
    fn eq(&self, other: &Self) -> bool {
        self.to_json() == other.to_json()
    }
}

impl Configuration {
    /// The kind of data it is for.
    pub fn kind(&self) -> Kind {
        self.encoder.kind()
    }

    /// Refuses what no fit can work with.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the field and what it must be.
    pub fn check(&self) -> Result<()> {
        if self.families.is_empty() && self.learners.is_empty() {
            return Err(Error::Usage(
                "a configuration needs an expert; give it a family of views, or a learner".into(),
            ));
        }
        let bounds = Bounds(String::new());
        bounds.size("number of families", self.families.len(), 0..=MOST_EXPERTS)?;
        bounds.size("number of learners", self.learners.len(), 0..=MOST_EXPERTS)?;
        bounds.size("folds", self.folds, 2..=64)?;
        bounds.size("coverage", self.coverage, 0..=65_536)?;
        self.families.iter().try_for_each(FamilyConfiguration::check)?;
        self.learners.iter().try_for_each(|learner| learner.check(""))?;
        self.trimming.as_ref().map_or(Ok(()), TrimmingConfiguration::check)?;
        self.active.as_ref().map_or(Ok(()), ActiveConfiguration::check)?;
        self.encoder.check()?;
        if let Some(selection) = &self.selection {
            selection.check()?;
            let kept = selection.keep.min(self.learners.len()) + selection.flows.min(self.families.len());
            if kept == 0 {
                let problem = "the selection keeps no expert there is; raise its `keep` or `flows`, or add experts";
                return Err(Error::Usage(problem.into()));
            }
        }
        if self.score != ScoreKind::Calibrated && !self.learners.is_empty() {
            let problem = "the scores of experts that are no flows compare only if calibrated; leave out `--score`";
            return Err(Error::Usage(problem.into()));
        }
        let dense = |f: &&FamilyConfiguration| f.extractor.is_some() && f.maps == ViewFamily::IDENTITY;
        if let Some(family) = self.families.iter().find(dense) {
            let name = quoted(&family.name);
            let problem = format!("family {name}: identities have no extractor; leave it out, or take other maps");
            return Err(Error::Usage(problem));
        }
        let own_blocks = self.families.iter().filter(|f| f.input == ViewInput::BlockAView);
        match own_blocks.count() {
            0 => Ok(()),
            _ if self.families.len() > 1 || self.families[0].extractor.is_some() => Err(Error::Usage(
                "a family whose views are the encoder's blocks is not the only one, or has an extractor; leave out the others".into(),
            )),
            // The blocks are the views: nothing else is mapped, or drawn from the streams that made them.
            _ if self.families[0].maps != ViewFamily::IDENTITY => {
                let (name, maps) = (quoted(&self.families[0].name), self.families[0].maps.name());
                Err(Error::Usage(format!("family {name}: the views are the encoder's blocks, and its maps are {maps}; make them identities")))
            }
            _ => Ok(()),
        }
    }

    /// The same with as many flows as blocks of `width(family)` columns need to be covered, at most [`MOST_GROWTH`] times
    /// as many; views that are the encoder's blocks have the features that those have.
    pub(in crate::detect) fn covering(mut self, width: impl Fn(&FamilyConfiguration) -> Result<usize>) -> Result<Self> {
        let coverage = self.coverage;
        for family in self.families.iter_mut().filter(|f| f.input == ViewInput::BlockAView) {
            family.features = width(family)?;
        }
        for family in self.families.iter_mut().filter(|f| f.maps.selects()) {
            let columns = width(family)?;
            let seen_by_a_flow = family.views_per_flow * family.features.min(columns).max(1);
            let needed = (coverage * columns).div_ceil(seen_by_a_flow);
            family.flows = needed.clamp(family.flows, (MOST_GROWTH * family.flows).min(MOST_FLOWS));
        }
        Ok(self)
    }

    /// Scales the numbers of views so that all families together have about `views`, each at least one a flow. What comes out
    /// of numbers that make no sense, [`Configuration::check`] refuses.
    pub fn with_views(mut self, views: usize) -> Configuration {
        let total = self.views() as f64;
        for family in &mut self.families {
            let wanted = family.views() as f64 / total * views as f64;
            if family.input == ViewInput::BlockAView {
                family.flows = ((wanted / family.views_per_flow as f64).round() as usize).max(1);
                // A fold that no flow leaves out would calibrate nothing.
                self.folds = self.folds.min(family.flows).max(2);
            } else {
                family.views_per_flow = ((wanted / family.flows as f64).round() as usize).max(1);
            }
        }
        let most = self.families.iter().map(FamilyConfiguration::views).max();
        for learner in self.learners.iter_mut().filter(|l| l.input == ViewInput::BlockAView) {
            learner.views = most.unwrap_or(views);
        }
        self.coverage = 0;
        self
    }

    /// The panel of the scores `names` alone, without a selection: `SCORE:BLOCK` each, as [`crate::detect::PanelMember::name`]
    /// has them, or `SCORE` on all blocks, flows as `flows`; `scores_of(learner)` are the names of a learner's scores.
    ///
    /// # Errors
    /// [`Error::Usage`] for a name that the panel does not have, with those that it has.
    pub(in crate::detect) fn with_members(
        mut self,
        names: &[String],
        scores_of: impl Fn(&str) -> &'static [&'static str],
    ) -> Result<Configuration> {
        let learners = self.learners.iter();
        let of_learners = learners.flat_map(|l| scores_of(&l.learner).iter().map(|score| (*score, l.input.name())));
        let known = self.families.iter().map(|family| (FLOWS, family.input.name())).chain(of_learners);
        let mut known: Vec<String> =
            known.flat_map(|(score, block)| [score.into(), member_name(score, block)]).collect();
        known.sort();
        known.dedup();
        if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
            return Err(Error::Usage(format!("no expert is called {}; use {}", quoted(unknown), known.join(", "))));
        }
        let asked =
            |score: &str, block: &str| names.iter().any(|name| name == score || *name == member_name(score, block));
        self.families.retain(|family| asked(FLOWS, family.input.name()));
        for learner in &mut self.learners {
            let kept = scores_of(&learner.learner).iter().filter(|score| asked(score, learner.input.name()));
            learner.scores = kept.map(|&score| score.to_owned()).collect();
        }
        self.learners.retain(|learner| !learner.scores.is_empty());
        self.selection = None;
        Ok(self)
    }

    /// The same with those learners alone that stand for election, as `stands(learner)` says; of experts that are given, all.
    pub(in crate::detect) fn electing(mut self, stands: impl Fn(&str) -> bool) -> Configuration {
        if self.selection.is_some() {
            self.learners.retain(|learner| stands(&learner.learner));
        }
        self
    }

    /// The same without the learners that keep training rows, as `keeps_rows(learner)` says: none of them stands for election.
    ///
    /// # Errors
    /// [`Error::Usage`] if experts are not elected but given, and one of them keeps training rows.
    pub(in crate::detect) fn without_training_rows(
        mut self,
        keeps_rows: impl Fn(&str) -> bool,
    ) -> Result<Configuration> {
        self = self.electing(|learner| !keeps_rows(learner));
        match self.learners.iter().find(|learner| keeps_rows(&learner.learner)) {
            None => Ok(self),
            Some(learner) => {
                let score = learner.scores.first().unwrap_or(&learner.learner);
                Err(Error::Usage(format!(
                    "the expert `{}` keeps training rows, and the model file shall hold none; leave it out of the experts",
                    member_name(score, learner.input.name())
                )))
            }
        }
    }

    /// The configuration for `rows` training rows: noise and steps as each family's scaling has them.
    pub(in crate::detect) fn for_rows(mut self, rows: usize) -> Configuration {
        for family in &mut self.families {
            if let Some(scaling) = family.scaling.take() {
                let ratio = rows as f64 / scaling.rows;
                family.noise *= ratio.powf(-scaling.noise);
                let factor = ratio.powf(scaling.steps).clamp(1.0, scaling.most.max(1.0));
                family.steps = (family.steps as f64 * factor).round() as u64;
                family.round_steps = (family.round_steps as f64 * factor).round() as u64;
            }
        }
        self
    }

    /// The same with `steps` training steps wherever something is trained: flows, and extractors of the trained kinds.
    pub fn with_steps(mut self, steps: u64) -> Configuration {
        for family in &mut self.families {
            // A flow that is trained with its extractor has no steps of its own.
            family.steps = if family.steps > 0 { steps } else { 0 };
            family.scaling = family.scaling.map(|s| RowScaling { steps: 0.0, ..s });
            family.extractor = family.extractor.map(|e| ExtractorConfiguration { steps, ..e });
        }
        self
    }

    /// Whether any expert leaves out fold `fold`, so that its rows can calibrate p-values.
    pub(in crate::detect) fn leaves_out(&self, fold: usize) -> bool {
        self.learners.iter().any(|l| fold < l.views) || self.families.iter().any(|f| fold < f.flows)
    }

    /// What is asked of an encoder that makes a block a view: number of blocks, consecutive ones that leave out the same
    /// fold, and most features of a block.
    pub(in crate::detect) fn blocks_of_views(&self) -> (usize, usize, usize) {
        let family = self.families.iter().find(|f| f.input == ViewInput::BlockAView);
        let learners = self.learners.iter().filter(|l| l.input == ViewInput::BlockAView).map(|l| l.views);
        let views = learners.chain(family.map(FamilyConfiguration::views)).max().unwrap_or(1);
        let (run, features) = family.map_or((1, usize::MAX), |f| (f.views_per_flow, f.features));
        (views, run, features)
    }

    /// Number of views `K` of the flows.
    pub fn views(&self) -> usize {
        self.families.iter().map(FamilyConfiguration::views).fold(0, usize::saturating_add)
    }

    /// All constants as JSON with sorted keys.
    pub fn to_json(&self) -> Value {
        let families: Vec<Value> = self.families.iter().map(FamilyConfiguration::to_json).collect();
        json!({
            "kind": self.kind().name(), "encoder": self.encoder.to_json(), "families": families,
            "learners": self.learners.iter().map(LearnerConfiguration::to_json).collect::<Vec<_>>(),
            "selection": self.selection.map(SelectionConfiguration::to_json), "calibration": self.calibration.name(), "folds": self.folds,
            "coverage": self.coverage, "score": self.score.name(),
            "trimming": self.trimming.as_ref().map(TrimmingConfiguration::to_json),
            "active": self.active.map(ActiveConfiguration::to_json),
        })
    }

    /// What [`Self::to_json`] wrote.
    ///
    /// # Errors
    /// [`Error::ModelFile`] naming the field that is missing or makes no sense.
    pub(in crate::detect) fn read(fields: &Fields) -> Result<Configuration> {
        let families = fields.objects("families")?.iter().map(FamilyConfiguration::read).collect::<Result<Vec<_>>>()?;
        let configuration = Configuration {
            families,
            learners: fields.objects("learners")?.iter().map(LearnerConfiguration::read).collect::<Result<_>>()?,
            selection: fields.optional("selection", |f| SelectionConfiguration::read(&f))?,
            calibration: fields.one_of("calibration", &CalibrationKind::NAMES)?,
            folds: fields.usize("folds")?,
            coverage: fields.usize("coverage")?,
            score: fields.one_of("score", &ScoreKind::NAMES)?,
            trimming: fields.optional("trimming", |f| TrimmingConfiguration::read(&f))?,
            active: fields.optional("active", |f| ActiveConfiguration::read(&f))?,
            encoder: encode::read_settings(fields)?,
        };
        configuration.check().map_err(|e| fields.unsound(&e))?;
        Ok(configuration)
    }

    /// Eight hexadecimal digits that change with any constant.
    pub fn hash(&self) -> String {
        format!("{:08x}", crc32fast::hash(self.to_json().to_string().as_bytes()))
    }
}
