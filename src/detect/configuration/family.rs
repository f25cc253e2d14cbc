//! Settings of one family of views and its flows.

use serde_json::{Value, json};

use super::{ExtractorConfiguration, Optimiser};
use crate::data::container::Fields;
use crate::detect::views::ViewFamily;
use crate::error::{Error, Result};

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
        self.flows * self.views_per_flow
    }

    /// Refuses sizes of zero, and a batch of more samples than have streams.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the family and the field.
    pub(super) fn check(&self) -> Result<()> {
        let sizes = [
            ("features", self.features),
            ("flows", self.flows),
            ("views_per_flow", self.views_per_flow),
            ("batch", self.batch),
        ];
        match sizes.into_iter().find(|&(_, size)| size == 0) {
            Some((field, _)) => {
                Err(Error::Usage(format!("family \"{}\": {field} is 0, and must be at least 1", self.name)))
            }
            None if self.batch > MAX_BATCH => {
                let (name, batch) = (&self.name, self.batch);
                Err(Error::Usage(format!("family \"{name}\": batch is {batch}, and must be at most {MAX_BATCH}")))
            }
            None => Ok(()),
        }
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
            features: f.usize_in("features", 1..=65_536)?,
            flows: f.usize_in("flows", 1..=4096)?,
            views_per_flow: f.usize_in("views_per_flow", 1..=65_536)?,
            conditioned: f.bool("conditioned")?,
            extractor: f.optional("extractor", |f| ExtractorConfiguration::read(&f))?,
            optimiser: f.one_of("optimiser", &Optimiser::NAMES)?,
            blocks: f.usize_in("blocks", 1..=64)?,
            layers: f.usize_in("layers", 1..=16)?,
            hidden: f.usize_in("hidden", 1..=65_536)?,
            units: f.usize_in("units", 1..=1024)?,
            steps: f.u64("steps")?,
            batch: f.usize_in("batch", 1..=MAX_BATCH)?,
            peak_rate: f.f64("peak_rate")?,
            noise: f.f64("noise")?,
            scaling: f.optional("scaling", |f| RowScaling::read(&f))?,
            round_steps: f.u64("round_steps")?,
            samples: f.usize_in("samples", 1..=1 << 20)?,
        })
    }
}
