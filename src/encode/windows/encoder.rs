//! The encoder of windows: their figures as rows of a table, which an encoder of tables turns into blocks.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::figures::{self, Scale};
use crate::data::container::{Container, Fields, Tensor};
use crate::data::series::{LONGEST_WINDOW, SHORTEST_WINDOW};
use crate::data::{Column, Dataset, Kind, MAX_COLUMNS, Series, SeriesSet, Table, check_names};
use crate::encode::{BoundCases, Encoder, EncoderSettings, Features, Held, Making, Plan, series, table};
use crate::error::{DataError, Result};

const KIND: Kind = Kind::Series;

/// Header field of the encoder.
const FIELD: &str = "windows";

/// Settings of the encoder of windows.
#[derive(Clone, Debug)]
pub struct WindowEncoding {
    /// Those of the encoder of the figures, an encoder of tables.
    pub rows: Arc<dyn EncoderSettings>,
}

impl EncoderSettings for WindowEncoding {
    fn kind(&self) -> Kind {
        KIND
    }
    fn check(&self) -> Result<()> {
        self.rows.check()
    }
    fn fit(&self, data: &dyn Dataset, plan: &Plan) -> Result<(Arc<dyn Encoder>, Features)> {
        let set = data.expect::<SeriesSet>(KIND)?;
        let length = set.longest();
        let numbered = || (0..set.channels()).map(|c| format!("channel {c}")).collect();
        let names: Vec<String> = set.channel_names().map_or_else(numbered, <[String]>::to_vec);
        check_lengths(set, length)?;
        let count = figures::count(names.len(), length);
        if length < SHORTEST_WINDOW || count > MAX_COLUMNS {
            let problem = format!(
                "windows of {length} readings of {} channels have {count} figures; at least {SHORTEST_WINDOW} readings and \
                 at most {MAX_COLUMNS} figures can be handled: choose channels with --columns",
                names.len()
            );
            return Err(DataError::new(set.source(), problem).into());
        }
        let of_channel = |c: usize| Scale::of(plan.kept.iter().map(|&i| set.case(i).channel(c)));
        let scales: Vec<Scale> = (0..names.len()).into_par_iter().map(of_channel).collect();
        let columns = names.iter().map(Column::number).collect();
        let label = set.label_name().map(str::to_owned);
        let shape = Shape { names, columns, length, scales, label };
        let (rows, features) = self.rows.fit(&shape.table(set.cases(), set.source())?, plan)?;
        Ok((Arc::new(WindowEncoder { shape: Arc::new(shape), rows }), features))
    }
    fn to_json(&self) -> Value {
        json!({ "rows": self.rows.to_json() })
    }
    fn stage(&self) -> &'static str {
        "measuring windows"
    }
}

/// Whether settings are of this encoder, among those of encoders of series.
pub(in crate::encode) fn is_of(fields: &Fields) -> bool {
    fields.contains("rows")
}

/// The settings that [`WindowEncoding::to_json`] wrote.
///
/// # Errors
/// [`crate::Error::ModelFile`] naming the field that makes no sense.
pub(in crate::encode) fn read_settings(fields: &Fields) -> Result<Arc<dyn EncoderSettings>> {
    Ok(Arc::new(WindowEncoding { rows: table::read_settings(&fields.object("rows")?)? }))
}

/// What windows look like, and what their channels are measured by.
#[derive(Debug)]
struct Shape {
    /// Names of the channels.
    names: Vec<String>,
    columns: Vec<Column>,
    length: usize,
    scales: Vec<Scale>,
    /// The label column seen at fitting, if any.
    label: Option<String>,
}

impl Shape {
    /// The figures of windows, row by row.
    fn figures(&self, cases: &[Series]) -> Vec<f64> {
        let of = |case: &Series| {
            let mut row = Vec::new();
            figures::add(|c| case.channel(c), &self.scales, &mut row);
            row
        };
        cases.par_iter().flat_map_iter(of).collect()
    }

    fn table(&self, cases: &[Series], source: &str) -> Result<Table> {
        Ok(Table::new(figures::names(&self.names, self.length), self.figures(cases))?.with_source(source))
    }
}

/// Refuses windows of other lengths.
fn check_lengths(set: &SeriesSet, length: usize) -> Result<()> {
    let other = |case: &Series| (0..case.channels()).map(|c| case.channel(c).len()).find(|&own| own != length);
    match set.cases().iter().enumerate().find_map(|(i, case)| Some((i, other(case)?))) {
        None => Ok(()),
        Some((i, own)) => {
            let problem = format!("{own} readings, the other windows have {length}; cut all to the same length");
            Err(DataError::new(set.source(), problem).at_row(i).into())
        }
    }
}

/// What was learned of windows.
#[derive(Clone, Debug)]
struct WindowEncoder {
    shape: Arc<Shape>,
    /// Of the figures.
    rows: Arc<dyn Encoder>,
}

impl Encoder for WindowEncoder {
    fn kind(&self) -> Kind {
        KIND
    }
    fn input_names(&self) -> &[String] {
        &self.shape.names
    }
    fn columns(&self) -> Option<&[Column]> {
        Some(&self.shape.columns)
    }
    fn describe(&self) -> String {
        format!("{} channels, windows of {} readings", self.shape.names.len(), self.shape.length)
    }
    fn sizes(&self) -> Vec<(&'static str, usize)> {
        vec![("channels", self.shape.names.len()), ("length", self.shape.length)]
    }
    fn label(&self) -> Option<&str> {
        self.shape.label.as_deref()
    }
    fn widths(&self) -> Vec<usize> {
        self.rows.widths()
    }
    fn block_named(&self, name: &str) -> Option<usize> {
        self.rows.block_named(name)
    }
    fn bind<'a>(&'a self, data: &'a dyn Dataset) -> Result<Box<dyn BoundCases + 'a>> {
        let set = data.expect::<SeriesSet>(KIND)?;
        let channels = self.shape.names.len();
        if set.channels() != channels {
            let problem = format!(
                "{} channels, the model was fitted to windows of {channels}; use another file or model",
                set.channels()
            );
            return Err(DataError::new(set.source(), problem).into());
        }
        check_lengths(set, self.shape.length)?;
        Ok(Box::new(BoundWindows { set, encoder: self }))
    }
    fn invert(&self, _: usize, _: usize, _: f64) -> Option<(usize, f64)> {
        None
    }
    /// Figures come channel after channel; one of two channels is put to the last.
    fn input_of(&self, feature: usize) -> usize {
        let channels = self.shape.names.len();
        let each = figures::count(1, self.shape.length);
        (self.rows.input_of(feature) / each).min(channels - 1)
    }
    fn feature_of(&self, _: usize) -> Option<usize> {
        None
    }
    fn keeping(&self, kept: &[bool]) -> Arc<dyn Encoder> {
        Arc::new(WindowEncoder { shape: self.shape.clone(), rows: self.rows.keeping(kept) })
    }
    fn bytes_a_case(&self) -> usize {
        let (channels, length) = (self.shape.names.len(), self.shape.length);
        2 * size_of::<f64>() * (figures::count(channels, length) + length * (channels + 3)) + self.rows.bytes_a_case()
    }
    fn holds(&self) -> Held {
        self.rows.holds()
    }
    fn made_kinds(&self) -> &'static [&'static str] {
        &series::MADE_KINDS
    }
    fn made(&self, data: &dyn Dataset, kept: &[usize], makings: &[Making], seed: u64) -> Result<Box<dyn Dataset>> {
        series::made(data, kept, makings, seed)
    }
    /// The encoder of the figures, and `encoder.scales` f64 `[C, 2]`, centre and scale.
    fn write(&self, file: &mut Container) {
        self.rows.write(file);
        let Shape { names, length, scales, label, .. } = &*self.shape;
        file.set("kind", KIND.name());
        file.set("label", json!(label));
        file.set(FIELD, json!({"channels": names, "length": length}));
        let values = scales.iter().flat_map(|scale| [scale.centre, scale.scale]).collect();
        file.insert("encoder.scales", Tensor::f64(&[scales.len(), 2], values));
    }
}

/// The encoder of a model file of windows; `None` for one of other series.
///
/// # Errors
/// [`crate::Error::ModelFile`] naming the field or tensor that is missing or makes no sense.
pub(in crate::encode) fn read(file: &Container) -> Result<Option<Arc<dyn Encoder>>> {
    let header = file.header();
    if !header.contains(FIELD) {
        return Ok(None);
    }
    let fields = header.object(FIELD)?;
    let names = fields.strings("channels")?;
    let length = fields.usize_in("length", SHORTEST_WINDOW..=LONGEST_WINDOW)?;
    check_names(&names).map_err(|e| fields.error("channels", &format!("makes no sense ({e})")))?;
    let values = file.tensor_f64("encoder.scales", &[names.len(), 2])?;
    let scales: Vec<Scale> = values.chunks_exact(2).map(|v| Scale { centre: v[0], scale: v[1] }).collect();
    if names.is_empty() || scales.iter().any(|s| !s.centre.is_finite() || !s.scale.is_finite() || s.scale <= 0.0) {
        return Err(file.error("encoder.scales", "makes no sense"));
    }
    if header.strings("columns")? != figures::names(&names, length) {
        return Err(header.error("columns", "are not the figures of these windows"));
    }
    let rows = table::read(file)?;
    let label = rows.label().map(str::to_owned);
    let columns = names.iter().map(Column::number).collect();
    Ok(Some(Arc::new(WindowEncoder { shape: Arc::new(Shape { names, columns, length, scales, label }), rows })))
}

/// Windows that fit an encoder.
struct BoundWindows<'a> {
    set: &'a SeriesSet,
    encoder: &'a WindowEncoder,
}

impl BoundCases for BoundWindows<'_> {
    fn encode(&self, range: Range<usize>) -> Features {
        let WindowEncoder { shape, rows } = self.encoder;
        let (n, cases) = (range.len(), &self.set.cases()[range]);
        let bound = shape.table(cases, self.set.source()).map(|table| rows.bind(&table).map(|rows| rows.encode(0..n)));
        bound.and_then(|bound| bound).expect("figures are finite and have the columns of the encoder")
    }
}
