//! Rows of a table: columns found by name, blocks of `d` features each.
//!
//! Learned from all training rows: the blocks `standardised` and `gaussian`. Learned without each fold: the blocks
//! `REPRESENTATION/FOLD`.

use std::ops::Range;
use std::sync::Arc;

use nafal_kernels::Isa;
use serde_json::{Value, json};

use super::folded::FoldedColumns;
use super::marginal::MarginalGaussianisation;
use super::{KIND, made};
use crate::data::container::{Container, Fields, MAX_HEADER_BYTES};
use crate::data::{Dataset, Kind, Table, check_names};
use crate::encode::{BoundCases, Encoder, EncoderSettings, Features, Held, Making, Plan};
use crate::error::{DataError, Error, Result};
use crate::stats::{is_constant, range};

/// Settings of the encoder of tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableEncoding {
    /// Whether columns are mapped anew without each fold, in every representation, or once, from all training rows.
    pub in_folds: bool,
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
        let (values, d): (Vec<f64>, usize) =
            (plan.kept.iter().flat_map(|&i| table.row(i).iter().copied()).collect(), table.columns());
        check_varies(&values, d, table.source())?;
        let maps = if self.in_folds {
            Maps::Folded(FoldedColumns::fit(&values, d, plan.folds, plan.fold_count))
        } else {
            Maps::Marginal(MarginalGaussianisation::fit(isa, &values, d))
        };
        let features = maps.apply(isa, &values);
        let label = table.label_name().map(str::to_owned);
        Ok((Arc::new(TableEncoder { columns: table.names().to_vec(), label, maps: Arc::new(maps), isa }), features))
    }
    fn to_json(&self) -> Value {
        json!({"in_folds": self.in_folds})
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
    let bytes: usize = table.names().iter().map(written).sum();
    if bytes <= MAX_HEADER_BYTES / 2 {
        return Ok(());
    }
    let problem = format!(
        "the columns' names would take {bytes} bytes of a model file, and {} are the most; shorten them or leave some out",
        MAX_HEADER_BYTES / 2
    );
    Err(DataError::new(table.source(), problem).into())
}

/// The settings that [`TableEncoding::to_json`] wrote.
pub(in crate::encode) fn read_settings(fields: &Fields) -> Result<Arc<dyn EncoderSettings>> {
    Ok(Arc::new(TableEncoding { in_folds: fields.bool("in_folds")? }))
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
    columns: Vec<String>,
    /// The label column seen at fitting, if any.
    label: Option<String>,
    maps: Arc<Maps>,
    isa: Isa,
}

impl Encoder for TableEncoder {
    fn kind(&self) -> Kind {
        KIND
    }
    fn input_names(&self) -> &[String] {
        &self.columns
    }
    fn columns(&self) -> Option<&[String]> {
        Some(&self.columns)
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
        vec![columns; blocks]
    }
    fn block_named(&self, name: &str) -> Option<usize> {
        match &*self.maps {
            Maps::Marginal(_) => MarginalGaussianisation::block_named(name),
            Maps::Folded(maps) => maps.block_named(name),
        }
    }
    fn bind<'a>(&'a self, data: &'a dyn Dataset) -> Result<Box<dyn BoundCases + 'a>> {
        let table = data.expect::<Table>(KIND)?;
        let find = |name: &String| {
            table.names().iter().position(|n| n == name).ok_or_else(|| {
                let problem = "the model was fitted with this column, but the table has none of this name; add it";
                Error::from(DataError::new(table.source(), problem).in_column(name))
            })
        };
        let positions = self.columns.iter().map(find).collect::<Result<_>>()?;
        Ok(Box::new(BoundTable { table, encoder: self, positions }))
    }
    fn invert(&self, block: usize, feature: usize, value: f64) -> Option<(usize, f64)> {
        let value = match &*self.maps {
            Maps::Marginal(maps) => maps.invert(self.isa, block, feature, value),
            Maps::Folded(maps) => maps.invert(block, feature, value)?,
        };
        Some((feature, value))
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
            Maps::Folded(maps) => maps.holds(),
        }
    }
    fn made_kinds(&self) -> &'static [&'static str] {
        &made::KINDS
    }
    fn made(&self, data: &dyn Dataset, kept: &[usize], makings: &[Making], seed: u64) -> Result<Box<dyn Dataset>> {
        let table = data.expect::<Table>(KIND)?;
        let values = made::make(|i| table.row(i), kept, makings, seed);
        Ok(Box::new(Table::new(table.names().to_vec(), values)?))
    }
    fn write(&self, file: &mut Container) {
        file.set("kind", KIND.name());
        file.set("columns", self.columns.clone());
        file.set("label", json!(self.label));
        match &*self.maps {
            Maps::Marginal(maps) => maps.write(file),
            Maps::Folded(maps) => maps.write(file),
        }
    }
}

/// The encoder of a model file of tables.
///
/// # Errors
/// [`Error::ModelFile`] naming the field or tensor that is missing or makes no sense.
pub(in crate::encode) fn read(file: &Container) -> Result<Arc<dyn Encoder>> {
    let header = file.header();
    let columns = header.strings("columns")?;
    if columns.is_empty() {
        return Err(header.error("columns", "is empty"));
    }
    check_names(&columns).map_err(|e| header.error("columns", &format!("makes no sense ({e})")))?;
    let label = if header.is_null("label") { None } else { Some(header.str("label")?.to_owned()) };
    let maps = if header.contains("column_folds") {
        Maps::Folded(FoldedColumns::read(file, columns.len())?)
    } else {
        Maps::Marginal(MarginalGaussianisation::read(file, columns.len())?)
    };
    Ok(Arc::new(TableEncoder { columns, label, maps: Arc::new(maps), isa: Isa::detect() }))
}

/// A table with all columns of an encoder.
struct BoundTable<'a> {
    table: &'a Table,
    encoder: &'a TableEncoder,
    /// Where each of the encoder's columns stands in the table.
    positions: Vec<usize>,
}

impl BoundCases for BoundTable<'_> {
    fn encode(&self, range: Range<usize>) -> Features {
        let pick = |i: usize| self.positions.iter().map(move |&j| self.table.row(i)[j]);
        self.encoder.maps.apply(self.encoder.isa, &range.flat_map(pick).collect::<Vec<f64>>())
    }
}
