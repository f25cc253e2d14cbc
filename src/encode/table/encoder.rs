//! Rows of a table: columns found by name, blocks of `d` features each.
//!
//! Learned from all training rows: the blocks `standardised` and `gaussian`. Learned without each fold: the blocks
//! `REPRESENTATION/FOLD`.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use nafal_kernels::Isa;
use serde_json::{Value, json};

use super::expansion::{Expansion, Translation};
use super::folded::FoldedColumns;
use super::marginal::MarginalGaussianisation;
use super::requirements::{bind, check_whole};
use super::{KIND, made};
use crate::data::container::{Container, Fields, MAX_HEADER_BYTES};
use crate::data::{Column, ColumnKind, Dataset, Kind, Table, check_names};
use crate::encode::{Block, BoundCases, Encoder, EncoderSettings, Features, Held, Making, Plan};
use crate::error::{DataError, Result};
use crate::stats::{is_constant, range};

/// Settings of the encoder of tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableEncoding {
    /// Whether columns are mapped anew without each fold, in every representation, or once, from all training rows.
    pub in_folds: bool,
    /// Whether cells may be missing: they are filled in as learned from the training rows.
    pub impute: bool,
}

impl EncoderSettings for TableEncoding {
    fn kind(&self) -> Kind {
        KIND
    }
    fn check(&self) -> Result<()> {
        Ok(())
    }
    fn fit(&self, data: &dyn Dataset, plan: &Plan) -> Result<(Arc<dyn Encoder>, Features)> {
        let (table, isa) = (data.expect::<Table>(KIND)?, Isa::detect());
        check_room(table)?;
        let positions: Vec<usize> = (0..table.columns()).collect();
        if !self.impute {
            check_whole(table, &positions, plan.kept.iter().copied())?;
        }
        let expansion = Expansion::fit(table, plan.kept, plan.folds, plan.fold_count, self.impute).map(Arc::new);
        let label = table.label_name().map(str::to_owned);
        let (columns, names, folds) = (table.schema(), table.names().to_vec(), plan.fold_count);
        let cells: Vec<f64> = plan.kept.iter().flat_map(|&i| table.row(i).iter().copied()).collect();
        let translation = expansion.as_ref().map(|e| e.translation(table, &positions));
        let values = match (&expansion, &translation) {
            (Some(expansion), Some(translation)) => Cow::Owned(expansion.apply(&cells, translation)),
            _ => Cow::Borrowed(&cells[..]),
        };
        let d = expansion.as_ref().map_or(columns.len(), |expansion| expansion.width());
        check_varies(&values, d, table.source())?;
        let maps = if self.in_folds {
            Maps::Folded(FoldedColumns::fit(&values, d, plan.folds, plan.fold_count))
        } else {
            Maps::Marginal(MarginalGaussianisation::fit(isa, &values, d))
        };
        let encoder = TableEncoder { columns, names, label, expansion, folds, maps: Arc::new(maps), isa };
        let features = encoder.features(&cells, &values, translation.as_ref());
        Ok((Arc::new(encoder), features))
    }
    fn imputing(&self) -> Option<Arc<dyn EncoderSettings>> {
        Some(Arc::new(TableEncoding { impute: true, ..*self }))
    }
    fn to_json(&self) -> Value {
        // What was not there before is not written where it is not used, so that configurations keep their hash.
        match self.impute {
            true => json!({"in_folds": self.in_folds, "impute": true}),
            false => json!({"in_folds": self.in_folds}),
        }
    }
    fn stage(&self) -> &'static str {
        "mapping columns"
    }
}

/// Refuses rows `[n, d]` that are all the same but for rounding.
fn check_varies(values: &[f64], d: usize, source: &str) -> Result<()> {
    let varies = |column: usize| !is_constant(range(values.iter().skip(column).step_by(d)));
    if (0..d).any(varies) {
        return Ok(());
    }
    let problem = "no column varies: all training rows are the same, which says nothing about what is normal; check that this \
                   is the right file, and that its sensors recorded";
    Err(DataError::new(source, problem).into())
}

/// Refuses names that would not fit into the header of a model file, before anything is trained.
fn check_room(table: &Table) -> Result<()> {
    // A name is JSON within JSON there. The other half of the header is for everything else.
    let written = |name: &String| json!(json!(name).to_string()).to_string().len();
    let categories = table.kinds().iter().filter_map(ColumnKind::categories).flatten();
    let bytes: usize = table.names().iter().chain(categories).map(written).sum();
    if bytes <= MAX_HEADER_BYTES / 2 {
        return Ok(());
    }
    let problem = format!(
        "the names of columns and categories would take {bytes} bytes of a model file, and {} are the most; shorten them or leave some out",
        MAX_HEADER_BYTES / 2
    );
    Err(DataError::new(table.source(), problem).into())
}

/// The settings that [`TableEncoding::to_json`] wrote.
pub(in crate::encode) fn read_settings(fields: &Fields) -> Result<Arc<dyn EncoderSettings>> {
    let impute = fields.contains("impute") && fields.bool("impute")?;
    Ok(Arc::new(TableEncoding { in_folds: fields.bool("in_folds")?, impute }))
}

/// The maps of columns.
#[derive(Clone, Debug)]
enum Maps {
    Marginal(MarginalGaussianisation),
    Folded(FoldedColumns),
}

impl Maps {
    fn apply(&self, isa: Isa, values: &[f64]) -> Features {
        match self {
            Maps::Marginal(maps) => maps.apply(isa, values),
            Maps::Folded(maps) => maps.apply(values),
        }
    }
    /// Number of columns and of blocks.
    fn sizes(&self) -> (usize, usize) {
        match self {
            Maps::Marginal(maps) => (maps.columns(), 2),
            Maps::Folded(maps) => (maps.columns(), maps.count()),
        }
    }
}

/// The columns of a table and the maps learned for each of them.
#[derive(Clone, Debug)]
struct TableEncoder {
    /// Feature columns, in order.
    columns: Vec<Column>,
    /// Their names.
    names: Vec<String>,
    /// How cells become values, where not every cell is one.
    expansion: Option<Arc<Expansion>>,
    /// Number of folds.
    folds: usize,
    /// The label column seen at fitting, if any.
    label: Option<String>,
    maps: Arc<Maps>,
    isa: Isa,
}

/// Start of the names of the blocks that say how surprising unseen categories are, one a fold.
const UNSEEN: &str = "unseen/";

impl TableEncoder {
    /// Whether there are blocks about unseen categories.
    fn tells_unseen(&self) -> bool {
        self.expansion.as_ref().is_some_and(|expansion| expansion.has_categories())
    }

    /// The features of rows of cells `[n, d]` that become values `[n, D]`.
    fn features(&self, cells: &[f64], values: &[f64], translation: Option<&Translation>) -> Features {
        let features = self.maps.apply(self.isa, values);
        let (Some(expansion), Some(translation), true) = (&self.expansion, translation, self.tells_unseen()) else {
            return features;
        };
        let unseen = |fold: usize| {
            let row = |row: &[f64]| expansion.unseen(row, translation, fold) as f32;
            Block::new(1, cells.chunks_exact(self.columns.len()).map(row).collect())
        };
        features.with((0..self.folds).map(unseen))
    }
}

impl Encoder for TableEncoder {
    fn kind(&self) -> Kind {
        KIND
    }
    fn input_names(&self) -> &[String] {
        &self.names
    }
    fn columns(&self) -> Option<&[Column]> {
        Some(&self.columns)
    }
    fn imputes(&self) -> bool {
        self.expansion.as_ref().is_some_and(|expansion| expansion.imputes())
    }
    fn describe(&self) -> String {
        format!("{} columns", self.columns.len())
    }
    fn sizes(&self) -> Vec<(&'static str, usize)> {
        vec![("columns", self.columns.len())]
    }
    fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }
    fn widths(&self) -> Vec<usize> {
        let (columns, blocks) = self.maps.sizes();
        let mut widths = vec![columns; blocks];
        widths.extend(vec![1; if self.tells_unseen() { self.folds } else { 0 }]);
        widths
    }
    fn block_named(&self, name: &str) -> Option<usize> {
        if let Some(fold) = name.strip_prefix(UNSEEN) {
            let fold = fold.parse().ok().filter(|&fold: &usize| self.tells_unseen() && fold < self.folds)?;
            return Some(self.maps.sizes().1 + fold);
        }
        match &*self.maps {
            Maps::Marginal(_) => MarginalGaussianisation::block_named(name),
            Maps::Folded(maps) => maps.block_named(name),
        }
    }
    fn bind<'a>(&'a self, data: &'a dyn Dataset) -> Result<Box<dyn BoundCases + 'a>> {
        let table = data.expect::<Table>(KIND)?;
        let (positions, translation) = bind(&self.names, self.expansion.as_deref(), table)?;
        Ok(Box::new(BoundTable { table, encoder: self, positions, translation }))
    }
    fn invert(&self, block: usize, feature: usize, value: f64) -> Option<(usize, f64)> {
        let value = match &*self.maps {
            Maps::Marginal(maps) => maps.invert(self.isa, block, feature, value),
            Maps::Folded(maps) => maps.invert(block, feature, value)?,
        };
        match &self.expansion {
            Some(expansion) => Some((expansion.column_of(feature)?, value)),
            None => Some((feature, value)),
        }
    }
    fn input_of(&self, feature: usize) -> usize {
        self.expansion.as_ref().map_or(feature, |expansion| expansion.source(feature))
    }
    fn feature_of(&self, input: usize) -> Option<usize> {
        match &self.expansion {
            Some(expansion) => expansion.value_of(input),
            None => Some(input),
        }
    }
    fn keeping(&self, kept: &[bool]) -> Arc<dyn Encoder> {
        let mut maps = (*self.maps).clone();
        if let Maps::Folded(maps) = &mut maps {
            maps.keep(kept);
        }
        Arc::new(TableEncoder { maps: Arc::new(maps), ..self.clone() })
    }
    fn holds(&self) -> Held {
        match &*self.maps {
            // The centres of the kernels are values.
            Maps::Marginal(_) => Held::ColumnValues,
            // So are names of categories, and what missing cells are filled in from.
            Maps::Folded(_) if self.expansion.is_some() => Held::ColumnValues,
            Maps::Folded(maps) => maps.holds(),
        }
    }
    fn made_kinds(&self) -> &'static [&'static str] {
        &made::KINDS
    }
    fn made(&self, data: &dyn Dataset, kept: &[usize], makings: &[Making], seed: u64) -> Result<Box<dyn Dataset>> {
        let table = data.expect::<Table>(KIND)?;
        Ok(Box::new(table.with_values(made::make(table, kept, makings, seed))))
    }
    fn write(&self, file: &mut Container) {
        file.set("kind", KIND.name());
        file.set("columns", self.names.clone());
        file.set("label", json!(self.label));
        if let Some(expansion) = &self.expansion {
            expansion.write(file);
            file.set("unseen_folds", self.folds);
        }
        match &*self.maps {
            Maps::Marginal(maps) => maps.write(file),
            Maps::Folded(maps) => maps.write(file),
        }
    }
}

/// The encoder of a model file of tables.
///
/// # Errors
/// [`crate::Error::ModelFile`] naming the field or tensor that is missing or makes no sense.
pub(in crate::encode) fn read(file: &Container) -> Result<Arc<dyn Encoder>> {
    let header = file.header();
    let names = header.strings("columns")?;
    if names.is_empty() {
        return Err(header.error("columns", "is empty"));
    }
    check_names(&names).map_err(|e| header.error("columns", &format!("makes no sense ({e})")))?;
    let label = if header.is_null("label") { None } else { Some(header.str("label")?.to_owned()) };
    let (expansion, columns) = match Expansion::read(file, &names)? {
        Some((expansion, columns)) => (Some(Arc::new(expansion)), columns),
        None => (None, names.iter().map(Column::number).collect()),
    };
    let width = expansion.as_ref().map_or(names.len(), |expansion| expansion.width());
    let folds = if expansion.is_some() { header.usize_in("unseen_folds", 1..=64)? } else { 1 };
    let maps = if header.contains("column_folds") {
        Maps::Folded(FoldedColumns::read(file, width)?)
    } else {
        Maps::Marginal(MarginalGaussianisation::read(file, width)?)
    };
    Ok(Arc::new(TableEncoder { columns, names, label, expansion, folds, maps: Arc::new(maps), isa: Isa::detect() }))
}

/// A table with all columns of an encoder.
struct BoundTable<'a> {
    table: &'a Table,
    encoder: &'a TableEncoder,
    /// Where each of the encoder's columns stands in the table.
    positions: Vec<usize>,
    /// Which of the encoder's categories each of the table's is.
    translation: Option<Translation>,
}

impl BoundCases for BoundTable<'_> {
    fn encode(&self, range: Range<usize>) -> Features {
        let pick = |i: usize| self.positions.iter().map(move |&j| self.table.row(i)[j]);
        let cells = range.flat_map(pick).collect::<Vec<f64>>();
        match (&self.encoder.expansion, &self.translation) {
            (Some(expansion), Some(translation)) => {
                self.encoder.features(&cells, &expansion.apply(&cells, translation), Some(translation))
            }
            _ => self.encoder.features(&cells, &cells, None),
        }
    }
}
