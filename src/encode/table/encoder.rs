//! Rows of a table: columns found by name, two blocks of `d` features each, `standardised` and `gaussian`.

use std::ops::Range;
use std::sync::Arc;

use nafal_kernels::Isa;
use serde_json::{Value, json};

use super::KIND;
use super::marginal::MarginalGaussianisation;
use crate::data::container::{Container, Fields};
use crate::data::{Dataset, Kind, Table};
use crate::encode::{BoundCases, Encoder, EncoderSettings, Features, Plan};
use crate::error::{DataError, Error, Result};

/// Settings of the encoder of tables: it has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableEncoding;

impl EncoderSettings for TableEncoding {
    fn kind(&self) -> Kind {
        KIND
    }
    fn fit(&self, data: &dyn Dataset, plan: &Plan) -> Result<(Arc<dyn Encoder>, Features)> {
        let (table, isa) = (data.expect::<Table>(KIND)?, Isa::detect());
        let values: Vec<f64> = plan.kept.iter().flat_map(|&i| table.row(i).iter().copied()).collect();
        let marginals = MarginalGaussianisation::fit(isa, &values, table.columns());
        let features = marginals.apply(isa, &values);
        let label = table.label_name().map(str::to_owned);
        Ok((Arc::new(TableEncoder { columns: table.names().to_vec(), label, marginals, isa }), features))
    }
    fn to_json(&self) -> Value {
        json!({})
    }
    fn stage(&self) -> &'static str {
        "mapping columns"
    }
}

/// The settings that [`TableEncoding::to_json`] wrote.
pub(in crate::encode) fn read_settings(_: &Fields) -> Result<Arc<dyn EncoderSettings>> {
    Ok(Arc::new(TableEncoding))
}

/// The columns of a table and the maps learned for each of them.
#[derive(Clone, Debug)]
struct TableEncoder {
    /// Feature columns, in order.
    columns: Vec<String>,
    /// The label column seen at fitting, if any.
    label: Option<String>,
    marginals: MarginalGaussianisation,
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
        vec![self.marginals.columns(); 2]
    }
    fn block_named(&self, name: &str) -> Option<usize> {
        MarginalGaussianisation::block_named(name)
    }
    fn bind<'a>(&'a self, data: &'a dyn Dataset) -> Result<Box<dyn BoundCases + 'a>> {
        let table = data.expect::<Table>(KIND)?;
        let find = |name: &String| {
            table.names().iter().position(|n| n == name).ok_or_else(|| {
                let problem = "the model was fitted with this column, but the table has none of this name";
                Error::from(DataError::new(table.source(), problem).in_column(name))
            })
        };
        let positions = self.columns.iter().map(find).collect::<Result<_>>()?;
        Ok(Box::new(BoundTable { table, encoder: self, positions }))
    }
    fn invert(&self, block: usize, feature: usize, value: f64) -> Option<(usize, f64)> {
        Some((feature, self.marginals.invert(self.isa, block, feature, value)))
    }
    fn write(&self, file: &mut Container) {
        file.set("kind", KIND.name());
        file.set("columns", self.columns.clone());
        file.set("label", json!(self.label));
        self.marginals.write(file);
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
    let label = if header.is_null("label") { None } else { Some(header.str("label")?.to_owned()) };
    let marginals = MarginalGaussianisation::read(file, columns.len())?;
    Ok(Arc::new(TableEncoder { columns, label, marginals, isa: Isa::detect() }))
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
        self.encoder.marginals.apply(self.encoder.isa, &range.flat_map(pick).collect::<Vec<f64>>())
    }
}
