//! Settings of one family of views and its flows.

use serde_json::{Value, json};

use super::bounds::{LONGEST_NAME, MOST_FLOWS, MOST_STEPS, MOST_VIEWS};
use super::{ExtractorConfiguration, Optimiser};
use crate::data::container::Fields;
use crate::detect::views::ViewFamily;
use crate::error::{Bounds, Result, quoted};

/// Most samples a training step: their random streams are numbered with 16 bits.
const MAX_BATCH: usize = 1 << 16;

/// Which of the encoder's blocks a family's views act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewInput {
    /// All views on the block of this name, in which `*` stands for the number of the fold that a flow leaves out.
    Block(String),
    /// View `k` on block `k`: the encoder makes as many blocks as there are views.
    BlockAView,
}

impl ViewInput {
    /// The block called `name`.
    pub fn block(name: &str) -> ViewInput {
        ViewInput::Block(name.into())
    }

    pub(super) fn to_json(&self) -> Value {
        match self {
            ViewInput::Block(name) => json!(name),
            ViewInput::BlockAView => Value::Null,
        }
    }

    /// What [`Self::to_json`] wrote into field `field`.
    pub(super) fn read(f: &Fields, field: &str) -> Result<ViewInput> {
        Ok(if f.is_null(field) { ViewInput::BlockAView } else { ViewInput::block(f.str(field)?) })
    }

    /// The block without its fold; nothing for a block a view.
    pub(in crate::detect) fn name(&self) -> &str {
        match self {
            ViewInput::Block(name) => name.trim_end_matches("/*"),
            ViewInput::BlockAView => "",
        }
    }
}

/// One family of views: its maps, its flows and how they are trained.
#[derive(Clone, Debug, PartialEq)]
pub struct FamilyConfiguration {
    /// Name in messages and tensors.
    pub name: String,
    /// Affine maps.
    pub maps: ViewFamily,
    /// What they act on.
    pub input: ViewInput,
    /// Number of features `m` of a view; without an extractor at most the features of a row of the block. Of identities: the
    /// most features that the encoder makes.
    pub features: usize,
    /// Flows; flow `f` never sees fold `f mod folds`.
    pub flows: usize,
    /// Views a flow serves.
    pub views_per_flow: usize,
    /// Whether a flow that serves several views is told which one it sees.
    pub conditioned: bool,
    /// Feature extractor between the maps and the flow, if any.
    pub extractor: Option<ExtractorConfiguration>,
    /// Blocks of a flow.
    pub blocks: usize,
    /// Hidden layers of a conditioner.
    pub layers: usize,
    /// Hidden width.
    pub hidden: usize,
    /// Sigmoid units.
    pub units: usize,
    /// Training steps.
    pub steps: u64,
    /// Samples of a batch.
    pub batch: usize,
    /// Highest learning rate.
    pub peak_rate: f64,
    /// Optimiser.
    pub optimiser: Optimiser,
    /// Standard deviation of the noise on training features.
    pub noise: f64,
    /// How noise and steps follow the number of training rows; `None`: not at all.
    pub scaling: Option<RowScaling>,
    /// Steps of one round of active learning.
    pub round_steps: u64,
    /// Samples drawn in a round, as a multiple of the training rows (bounded to 100…400 rows).
    pub samples: usize,
}

/// How a family's noise and steps follow the number `n` of training rows: both are what the family says at `rows` rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowScaling {
    /// Rows at which nothing changes.
    pub rows: f64,
    /// The noise is multiplied by `(n/rows)^(−noise)`, as the bandwidth of a kernel density is.
    pub noise: f64,
    /// Beyond `rows` the steps are multiplied by `(n/rows)^steps`,
    pub steps: f64,
    /// but by no more than this.
    pub most: f64,
}

impl RowScaling {
    /// # Errors
    /// [`crate::Error::Usage`] naming the family, the field and what it must be.
    fn check(&self, family: &str) -> Result<()> {
        let bounds = Bounds(format!("scaling of {family}"));
        bounds.size("rows", self.rows, 1.0..=1e12)?;
        bounds.size("noise", self.noise, -4.0..=4.0)?;
        bounds.size("steps", self.steps, -4.0..=4.0)?;
        bounds.size("most", self.most, 0.0..=1e6)
    }

    fn to_json(self) -> Value {
        json!({"rows": self.rows, "noise": self.noise, "steps": self.steps, "most": self.most})
    }

    /// What [`Self::to_json`] wrote.
    fn read(f: &Fields) -> Result<RowScaling> {
        Ok(RowScaling { rows: f.f64("rows")?, noise: f.f64("noise")?, steps: f.f64("steps")?, most: f.f64("most")? })
    }
}

impl FamilyConfiguration {
    /// Number of views.
    pub fn views(&self) -> usize {
        self.flows.saturating_mul(self.views_per_flow)
    }

    /// Refuses what no training can work with.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] naming the family, the field and what it must be.
    pub(super) fn check(&self) -> Result<()> {
        let name = format!("family {}", quoted(&self.name));
        let bounds = Bounds(name.clone());
        bounds.size("length of its name", self.name.len(), 0..=LONGEST_NAME)?;
        bounds.size("length of its input's name", self.input.name().len(), 0..=LONGEST_NAME)?;
        bounds.size("features", self.features, 1..=65_536)?;
        bounds.size("flows", self.flows, 1..=MOST_FLOWS)?;
        bounds.size("views_per_flow", self.views_per_flow, 1..=65_536)?;
        bounds.size("number of views", self.views(), 1..=MOST_VIEWS)?;
        bounds.size("blocks", self.blocks, 1..=64)?;
        bounds.size("layers", self.layers, 1..=16)?;
        bounds.size("hidden", self.hidden, 1..=65_536)?;
        bounds.size("units", self.units, 1..=1024)?;
        bounds.size("steps", self.steps, 0..=MOST_STEPS)?;
        bounds.size("batch", self.batch, 1..=MAX_BATCH)?;
        bounds.size("peak_rate", self.peak_rate, 0.0..=1000.0)?;
        bounds.size("noise", self.noise, 0.0..=1000.0)?;
        bounds.size("round_steps", self.round_steps, 0..=MOST_STEPS)?;
        bounds.size("samples", self.samples, 1..=1024)?;
        self.scaling.map_or(Ok(()), |scaling| scaling.check(&name))?;
        self.extractor.map_or(Ok(()), |extractor| extractor.check(&name))
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "name": self.name, "maps": self.maps.name(), "input": self.input.to_json(), "features": self.features,
            "flows": self.flows, "views_per_flow": self.views_per_flow, "conditioned": self.conditioned,
            "extractor": self.extractor.map(ExtractorConfiguration::to_json), "optimiser": self.optimiser.name(),
            "blocks": self.blocks, "layers": self.layers, "hidden": self.hidden, "units": self.units,
            "steps": self.steps, "batch": self.batch, "peak_rate": self.peak_rate, "noise": self.noise,
            "scaling": self.scaling.map(RowScaling::to_json), "round_steps": self.round_steps,
            "samples": self.samples,
        })
    }

    /// What [`Self::to_json`] wrote.
    pub(super) fn read(f: &Fields) -> Result<FamilyConfiguration> {
        let maps = f.str("maps")?;
        let unknown = || f.error("maps", &format!("is \"{maps}\", which is unknown"));
        Ok(FamilyConfiguration {
            name: f.str("name")?.to_owned(),
            maps: ViewFamily::named(maps).ok_or_else(unknown)?,
            input: ViewInput::read(f, "input")?,
            features: f.usize("features")?,
            flows: f.usize("flows")?,
            views_per_flow: f.usize("views_per_flow")?,
            conditioned: f.bool("conditioned")?,
            extractor: f.optional("extractor", |f| ExtractorConfiguration::read(&f))?,
            optimiser: f.one_of("optimiser", &Optimiser::NAMES)?,
            blocks: f.usize("blocks")?,
            layers: f.usize("layers")?,
            hidden: f.usize("hidden")?,
            units: f.usize("units")?,
            steps: f.u64("steps")?,
            batch: f.usize("batch")?,
            peak_rate: f.f64("peak_rate")?,
            noise: f.f64("noise")?,
            scaling: f.optional("scaling", |f| RowScaling::read(&f))?,
            round_steps: f.u64("round_steps")?,
            samples: f.usize("samples")?,
        })
    }
}
