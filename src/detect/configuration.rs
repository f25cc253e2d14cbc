//! Every constant of a detector, in one value; its JSON goes into the model file and its hash into every result.

use serde_json::{Value, json};

use super::ScoreKind;
use super::series::EncoderOptions;
use crate::autodiff::{AdamOptions, OneCycle, Schedule};

/// Which affine maps a family of views uses (Eq. 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapKind {
    /// `A_k` selects random axes.
    Axes,
    /// `A_k` has standard normal entries over √d, `b_k` is standard normal: the paper's.
    Gaussian,
    /// `A_k` projects whitened data on random orthonormal directions.
    Rotation,
    /// View `k` is the `k`-th group of features of the series encoder, as it is; the maps are the encoder's own.
    Encoder,
}

/// Which representation of a row a family's maps act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Standardised columns.
    Standard,
    /// Standardised columns mapped to a normal shape.
    Normal,
}

/// How the feature extractor behind a family's views comes by its weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtractorKind {
    /// At random, then frozen.
    Random,
    /// By predicting which view a row is seen under, then frozen.
    Predictive,
    /// With the flow, by Eq. 6: the paper's. The loss has no minimum; see [`super::DivergenceCheck`].
    Joint,
}

/// A feature extractor f_θ, one a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtractorConfiguration {
    /// Where its weights come from.
    pub kind: ExtractorKind,
    /// Hidden layers with leaky ReLU; a linear head follows.
    pub layers: usize,
    /// Hidden width.
    pub hidden: usize,
    /// Rows of a step of its training, each under every view of its flow.
    pub rows: usize,
    /// Steps of its training, alone (predictive) or with the flow (joint).
    pub steps: u64,
}

/// How the flows of a family are optimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optimiser {
    /// Adam with β₂ = 0.99 and gradients clipped at norm 10, the rate in one cycle up to its peak and down.
    OneCycle,
    /// Adam as published (β₂ = 0.999, no clipping) at a constant rate.
    Plain,
}

impl Optimiser {
    pub(super) fn adam(self) -> AdamOptions {
        match self {
            Optimiser::OneCycle => AdamOptions { beta2: 0.99, clip: 10.0, ..AdamOptions::default() },
            Optimiser::Plain => AdamOptions::default(),
        }
    }

    pub(super) fn schedule(self, steps: u64, peak: f64) -> Schedule {
        match self {
            Optimiser::OneCycle => OneCycle { steps, peak, warm_up: 0.2 }.into(),
            Optimiser::Plain => Schedule::Constant { steps, rate: peak },
        }
    }
}

/// One family of views: its maps, its flows and how they are trained.
#[derive(Clone, Debug, PartialEq)]
pub struct FamilyConfiguration {
    /// Name in messages and tensors.
    pub name: String,
    /// Affine maps.
    pub maps: MapKind,
    /// What they act on.
    pub base: Base,
    /// Number of features `m` of a view; without an extractor at most the table's columns.
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
    pub draws: usize,
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

/// Algorithm 1's constants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActiveConfiguration {
    /// Rounds.
    pub rounds: usize,
    /// Share of the draws kept, those of lowest likelihood (Eq. 11).
    pub keep: f64,
    /// Tail probability of the χ² gate.
    pub gate: f64,
    /// After round r a batch holds the share `share·r/(1 + share·r)` of augmented samples.
    pub share: f64,
    /// False: the control, the same steps without augmented samples.
    pub augment: bool,
}

/// Most flows of a covered family, as a multiple of the configured number: training must end on the widest table.
const MOST_GROWTH: usize = 4;

/// Every constant of a detector.
#[derive(Clone, Debug, PartialEq)]
pub struct Configuration {
    /// Families of views.
    pub families: Vec<FamilyConfiguration>,
    /// Folds of the training rows; a view leaves one out.
    pub folds: usize,
    /// In a wide table, families of axis selections get more flows until each column is in this many of their views.
    pub coverage: usize,
    /// Kind of score.
    pub score: ScoreKind,
    /// Active learning, if on.
    pub active: Option<ActiveConfiguration>,
    /// The encoder of series; `None` for tables. Its views and components are those of the families.
    pub encoder: Option<EncoderOptions>,
}

impl Configuration {
    /// The same with as many flows as a table of `columns` columns needs to be covered, at most [`MOST_GROWTH`] times as many.
    pub(super) fn covering(mut self, columns: usize) -> Configuration {
        for family in self.families.iter_mut().filter(|f| f.maps == MapKind::Axes) {
            let seen_by_a_flow = family.views_per_flow * family.features.min(columns);
            let needed = (self.coverage * columns).div_ceil(seen_by_a_flow);
            family.flows = needed.clamp(family.flows, MOST_GROWTH * family.flows);
        }
        self
    }

    /// Scales the numbers of views so that all families together have about `views`, each at least one a flow.
    pub fn with_views(mut self, views: usize) -> Configuration {
        let total = self.views() as f64;
        for family in &mut self.families {
            let wanted = (family.flows * family.views_per_flow) as f64 / total * views as f64;
            if family.maps == MapKind::Encoder {
                family.flows = ((wanted / family.views_per_flow as f64).round() as usize).max(1);
                // A fold that no flow leaves out would calibrate nothing.
                self.folds = self.folds.min(family.flows).max(2);
            } else {
                family.views_per_flow = ((wanted / family.flows as f64).round() as usize).max(1);
            }
        }
        self.coverage = 0;
        self
    }

    /// The configuration for `rows` training rows: noise and steps as each family's scaling has them.
    pub(super) fn for_rows(mut self, rows: usize) -> Configuration {
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

    /// Whether any flow leaves out fold `fold`, so that its rows can calibrate p-values.
    pub(super) fn leaves_out(&self, fold: usize) -> bool {
        self.families.iter().any(|f| fold < f.flows)
    }

    /// Number of views `K`.
    pub fn views(&self) -> usize {
        self.families.iter().map(|f| f.flows * f.views_per_flow).sum()
    }

    /// All constants as JSON with sorted keys.
    pub fn to_json(&self) -> Value {
        let families: Vec<Value> = self
            .families
            .iter()
            .map(|f| {
                let extractor = f.extractor.map(|e| {
                    json!({"kind": format!("{:?}", e.kind).to_lowercase(), "layers": e.layers, "hidden": e.hidden,
                        "rows": e.rows, "steps": e.steps})
                });
                let scaling = f.scaling.map(
                    |s| json!({"rows": s.rows, "noise": s.noise, "steps": s.steps, "most": s.most}),
                );
                json!({
                    "name": f.name, "maps": format!("{:?}", f.maps).to_lowercase(),
                    "base": format!("{:?}", f.base).to_lowercase(), "features": f.features, "flows": f.flows,
                    "views_per_flow": f.views_per_flow, "conditioned": f.conditioned, "extractor": extractor,
                    "optimiser": format!("{:?}", f.optimiser).to_lowercase(), "blocks": f.blocks, "layers": f.layers, "hidden": f.hidden,
                    "units": f.units, "steps": f.steps, "batch": f.batch, "peak_rate": f.peak_rate, "noise": f.noise,
                    "scaling": scaling, "round_steps": f.round_steps, "draws": f.draws,
                })
            })
            .collect();
        let active = self.active.map(
            |a| json!({"rounds": a.rounds, "keep": a.keep, "gate": a.gate, "share": a.share, "augment": a.augment}),
        );
        json!({"families": families, "folds": self.folds, "coverage": self.coverage, "score": self.score.name(),
            "active": active, "encoder": self.encoder.as_ref().map(EncoderOptions::to_json)})
    }

    /// Eight hexadecimal digits that change with any constant.
    pub fn hash(&self) -> String {
        format!("{:08x}", crc32fast::hash(self.to_json().to_string().as_bytes()))
    }
}

impl Default for ActiveConfiguration {
    fn default() -> Self {
        ActiveConfiguration { rounds: 5, keep: 0.1, gate: 0.05, share: 0.1, augment: true }
    }
}
