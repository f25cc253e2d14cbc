//! One flow with its views: which block each view looks at, and the densities of cases under every view.
//!
//! A flow serves one or more views, told apart by a context if it is conditioned on them, and never sees its held-out fold.

use super::extractor::{self, Extractor};
use super::view_features::ViewFeatures;
use crate::data::container::Container;
use crate::detect::configuration::{FamilyConfiguration, ScoreKind, ViewInput};
use crate::detect::experts::out_of_fold::block_of_fold;
use crate::detect::views::View;
use crate::encode::{Block, Encoder, Features};
use crate::error::{Error, Result, quoted};
use crate::flow::{Context, Density, Flow, FlowSpec, Scratch, Transform};

/// Rows of a tile of scoring.
const TILE: usize = 64;

/// Fewer rows than this are scored with several views in the lanes of a tile.
const FEW: usize = 16;

/// A flow with its views.
#[derive(Clone, Debug)]
pub(super) struct ViewFlow {
    pub flow: Flow<f32>,
    pub views: ViewFeatures,
    pub blocks: ViewBlocks,
    /// The fold no training step saw.
    pub fold: usize,
}

/// Which blocks the views of a flow look at: view `v` at block `first + v·step`.
#[derive(Clone, Copy, Debug)]
pub(super) struct ViewBlocks {
    first: usize,
    step: usize,
}

impl ViewBlocks {
    /// Those of flow `flow` of a family, which leaves out fold `fold`.
    ///
    /// # Errors
    /// [`Error::Usage`] if the encoder has no such block.
    pub fn new(family: &FamilyConfiguration, flow: usize, fold: usize, encoder: &dyn Encoder) -> Result<ViewBlocks> {
        let missing = |what: String| {
            let (name, kind) = (quoted(&family.name), encoder.kind());
            Error::Usage(format!(
                "family {name} looks at {what}, which the encoder of the kind {kind} does not make; name a block that it makes"
            ))
        };
        match &family.input {
            ViewInput::Block(name) => {
                let name = block_of_fold(name, fold);
                let first = encoder.block_named(&name).ok_or_else(|| missing(format!("block {}", quoted(&name))))?;
                Ok(ViewBlocks { first, step: 0 })
            }
            ViewInput::BlockAView => {
                let first = flow * family.views_per_flow;
                if first + family.views_per_flow > encoder.blocks_of_views() {
                    return Err(missing("a block a view".into()));
                }
                Ok(ViewBlocks { first, step: 1 })
            }
        }
    }

    /// The block of view `view`.
    pub fn of(&self, view: usize) -> usize {
        self.first + view * self.step
    }
}

/// Features of a row of the block that a family's views look at.
///
/// # Errors
/// [`Error::Usage`] if the encoder has no such block.
pub(in crate::detect) fn block_width(family: &FamilyConfiguration, encoder: &dyn Encoder) -> Result<usize> {
    Ok(encoder.widths()[ViewBlocks::new(family, 0, 0, encoder)?.of(0)])
}

/// The shape of a family's flows on `features` features.
pub(super) fn flow_spec(family: &FamilyConfiguration, features: usize) -> FlowSpec {
    FlowSpec {
        features,
        contexts: if family.conditioned && family.views_per_flow > 1 { family.views_per_flow } else { 0 },
        blocks: family.blocks,
        layers: family.layers,
        hidden: family.hidden.max(features),
        transform: Transform::dsf(family.units),
    }
}

/// The negative log-likelihoods, or latent scores, that a detector works with; a likelihood that underflowed everything
/// stays a large finite number.
pub(super) fn raw_scores(kind: ScoreKind, density: &Density) -> Vec<f64> {
    let values = match kind {
        ScoreKind::Calibrated | ScoreKind::Likelihood => &density.log_density,
        ScoreKind::Latent => &density.log_base,
    };
    values.iter().map(|&v| (-v).min(f64::MAX.sqrt())).collect()
}

impl ViewFlow {
    /// The block that view `view` looks at.
    pub fn block<'f>(&self, features: &'f Features, view: usize) -> &'f Block {
        features.block(self.blocks.of(view))
    }

    /// Densities of the cases `rows` under every view: `[views][rows]`, view-major.
    ///
    /// With few rows the lanes of a tile hold (view, row) pairs, otherwise rows of one view; the bits are the same.
    pub fn densities(&self, features: &Features, rows: &[usize], scratch: &mut Scratch<f32>) -> Density {
        let views = match &self.views {
            ViewFeatures::Affine(views) => views,
            ViewFeatures::Extracted(extractor) => {
                return extractor.density(&self.flow, &self.block(features, 0).select(rows));
            }
        };
        let mut out = Density::default();
        let conditioned = self.flow.spec().contexts > 0;
        if rows.len() >= FEW || views.len() == 1 {
            for (v, view) in views.iter().enumerate() {
                let (block, context) = (self.block(features, v), v as u32);
                for chunk in rows.chunks(TILE) {
                    let context = if conditioned { Context::Same(context) } else { Context::None };
                    let fill = |tile: &mut [f32], lanes: usize| {
                        chunk.iter().enumerate().for_each(|(b, &i)| view.apply(block.row(i), &mut tile[b..], lanes));
                    };
                    self.flow.density_tile(scratch, chunk.len(), context, fill, &mut out);
                }
            }
            return out;
        }
        let pairs: Vec<(u32, usize)> =
            (0..views.len() as u32).flat_map(|v| rows.iter().map(move |&i| (v, i))).collect();
        for chunk in pairs.chunks(TILE) {
            let contexts: Vec<u32> = chunk.iter().map(|p| p.0).collect();
            let fill = |tile: &mut [f32], lanes: usize| {
                for (b, &(v, i)) in chunk.iter().enumerate() {
                    let row = self.block(features, v as usize).row(i);
                    views[v as usize].apply(row, &mut tile[b..], lanes);
                }
            };
            let context = if conditioned { Context::Each(&contexts) } else { Context::None };
            self.flow.density_tile(scratch, chunk.len(), context, fill, &mut out);
        }
        out
    }

    /// Tensors `PREFIX.block{b}.…` of the flow, and `PREFIX.extractor.…` or those of the views.
    pub fn write(&self, file: &mut Container, prefix: &str) {
        self.flow.write(file, prefix);
        match &self.views {
            ViewFeatures::Affine(views) => View::write_all(views, file, prefix),
            ViewFeatures::Extracted(extractor) => extractor.write(file, prefix),
        }
    }

    /// Flow `index` of a family that [`ViewFlow::write`] wrote; one of `folds` folds is its own.
    ///
    /// # Errors
    /// [`Error::ModelFile`] naming the tensor that is missing or makes no sense.
    pub fn read(
        file: &Container,
        prefix: &str,
        family: &FamilyConfiguration,
        index: usize,
        folds: usize,
        encoder: &dyn Encoder,
    ) -> Result<ViewFlow> {
        let unsound = |e: Error| file.error(prefix, &format!("does not agree with the encoder ({e})"));
        let blocks = ViewBlocks::new(family, index, index % folds, encoder).map_err(unsound)?;
        let d = encoder.widths()[blocks.of(0)];
        if family.input == ViewInput::BlockAView && family.features != d {
            return Err(file.error(prefix, "does not agree with the encoder about the features of a view"));
        }
        let views = match &family.extractor {
            None => {
                let count = family.views_per_flow;
                ViewFeatures::Affine(View::read_all(file, prefix, family.maps, family.features, count, d)?)
            }
            Some(settings) => {
                let spec = extractor::spec(family, settings, d);
                ViewFeatures::Extracted(Box::new(Extractor::read(file, prefix, spec)?))
            }
        };
        let flow = Flow::read(file, prefix, flow_spec(family, views.features()))?;
        Ok(ViewFlow { flow, views, blocks, fold: index % folds })
    }
}
