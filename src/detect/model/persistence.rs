//! The model file: what is written, and how it is read again.
//!
//! It holds the header's fields below, what the encoder writes, and for each expert that is kept tensors `family{f}.…` of a
//! family of flows or `learner{l}.…` of a learner:
//!
//! | tensor | type, shape | what |
//! |---|---|---|
//! | `columns.…`, `encoder.…` | f64, f32, u32 | the encoder of tables, of series |
//! | `family{f}.flow{i}.block{b}.…` | f32 | parameters, `[rows, cols]` with masked entries zero, or `[n]` |
//! | `family{f}.flow{i}.extractor.…` | f32 | its extractor, if any, with the folded views `[V·h, d+1]`, or |
//! | `family{f}.flow{i}.axes`, `.scale` or `.matrix`; `.shift` | u32, f32 `[V, m]` or `[V, m, d]`; `[V, m]` | its views |
//! | `learner{l}.fold{g}.…` | see the learner's file | what it learned without fold `g` |
//! | `….SCORE.views`, `.surprisal`, `.tail_scale` | f64 `[K, 2]`, `[points, 2]`, `[1]` | calibration of a raw score |
//! | `reference.…` | see `explanation::reference` | training cases kept for explanations, if any |
//! | `conformal.scores` | f64 `[n]` | scores of the training cases, in their order; or of the `n` cases given to recalibrate |
//!
//! A model that was recalibrated has the field `recalibrated` with the number `rows` of those cases. Every size the header
//! claims is held against the tensors before anything of that size is built.

use serde_json::json;

use super::model::Model;
use super::summary::Summary;
use crate::data::container::Container;
use crate::data::{Dataset, Reading};
use crate::detect::calibration::Conformal;
use crate::detect::configuration::Configuration;
use crate::detect::explanation::Reference;
use crate::detect::panel::FittedExpert;
use crate::detect::traits::Fitted;
use crate::encode;
use crate::error::Result;

/// The names of our own detectors in model files: flows without active learning and with it, and the panel.
const NAMES: [&str; 3] = ["naf-ad", "naf-al", "panel"];

impl Model {
    /// What the file holds.
    pub(super) fn container(&self) -> Container {
        let mut file = Container::new();
        Fitted::write(self, &mut file);
        file
    }

    /// A model from what [`Fitted::write`] wrote.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming the field or tensor that is missing or makes no sense.
    pub(in crate::detect) fn read(file: &Container) -> Result<Model> {
        let header = file.header();
        if !NAMES.contains(&header.str("detector")?) {
            return Err(header.error("detector", "is another detector than NAF: read it by `detect::registry::load`"));
        }
        let configuration = Configuration::read(&header.object("configuration")?)?;
        let encoder = encode::read(file)?;
        if encoder.kind() != configuration.kind() {
            return Err(header.error("kind", "does not agree with the configuration"));
        }
        let training = header.object("training")?;
        let augmented: Vec<usize> = training.numbers("augmented")?.into_iter().map(|v| v as usize).collect();
        let experts = header.objects("experts")?;
        let experts: Vec<FittedExpert> =
            experts.iter().map(|f| FittedExpert::read(file, f, &configuration, &*encoder)).collect::<Result<_>>()?;
        if experts.is_empty() {
            return Err(header.error("experts", "is an empty list"));
        }
        let rows = training.usize_in("rows", 1..=1 << 48)?;
        // The cases were assigned to folds in turn; those of a fold that no flow left out calibrate nothing.
        let of_fold = |fold: usize| {
            let folds = configuration.folds;
            if configuration.leaves_out(fold) { (rows + folds - 1 - fold) / folds } else { 0 }
        };
        let trimmed = training.usize_in("trimmed", 0..=1 << 48)?;
        let drawn_from = match training.contains("drawn_from") {
            true => Some(training.usize_in("drawn_from", 1..=1 << 48)?),
            false => None,
        };
        let recalibrated = header.optional("recalibrated", |rows| rows.usize_in("rows", 1..=1 << 48))?;
        let calibrating = recalibrated.unwrap_or((0..configuration.folds).map(of_fold).sum::<usize>() + trimmed);
        Ok(Model {
            normals: header.strings("normal")?,
            seed: header.u64("seed")?,
            reading: header.optional("reading", |fields| Reading::read(&fields))?.unwrap_or_default(),
            summary: Summary { rows, trimmed, drawn_from, losses: training.numbers("losses")?, augmented },
            conformal: Conformal::read(file, calibrating, recalibrated.is_some())?,
            reference: Reference::read(file, &*encoder)?,
            encoder,
            configuration,
            experts,
        })
    }
}

impl Fitted for Model {
    fn score(&self, cases: &dyn Dataset) -> Result<Vec<f64>> {
        Model::score(self, cases)
    }
    fn score_with_p_values(&self, cases: &dyn Dataset) -> Result<(Vec<f64>, Option<Vec<f64>>)> {
        let (scores, p_values) = Model::score_with_p_values(self, cases)?;
        Ok((scores, Some(p_values)))
    }
    fn write(&self, file: &mut Container) {
        let augmented = self.configuration.active.is_some_and(|active| active.augment);
        let name = if self.configuration.learners.is_empty() { NAMES[usize::from(augmented)] } else { NAMES[2] };
        file.set("detector", name);
        file.set("crate_version", env!("CARGO_PKG_VERSION"));
        file.set("seed", self.seed);
        file.set("normal", self.normals.clone());
        if !self.reading.is_plain() {
            file.set("reading", self.reading.to_json());
        }
        file.set("configuration", self.configuration.to_json());
        let summary = &self.summary;
        let mut training = json!({"rows": summary.rows, "trimmed": summary.trimmed, "losses": summary.losses, "augmented": summary.augmented});
        if let Some(cases) = summary.drawn_from {
            training["drawn_from"] = cases.into();
        }
        file.set("training", training);
        if self.conformal.is_of_new_cases() {
            file.set("recalibrated", json!({"rows": self.conformal.cases()}));
        }
        self.encoder.write(file);
        file.set("experts", self.experts.iter().map(FittedExpert::to_json).collect::<Vec<_>>());
        self.experts.iter().for_each(|expert| expert.write(file));
        self.conformal.write(file);
        self.reference.iter().for_each(|reference| reference.write(file));
    }
}
