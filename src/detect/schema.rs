//! What a model knows of its input: the columns of a table or the encoder of series, and how a case becomes the numbers
//! that the views act on.

use std::ops::Range;

use nafal_kernels::Isa;

use super::configuration::{Configuration, MapKind};
use super::features::{FeatureMap, Features};
use super::series::{EncoderOptions, LeftOut, SeriesEncoder};
use crate::data::series::SERIES_LABEL;
use crate::data::{Dataset, Kind, SeriesSet, Table};
use crate::error::{DataError, Error, Result};

/// The kind of data a model is for, with all that was learned about single columns or channels.
#[derive(Clone, Debug)]
pub(super) enum Schema {
    /// Rows of a table.
    Table {
        /// Feature columns, in order.
        columns: Vec<String>,
        /// The label column seen at fitting, if any.
        label: Option<String>,
        /// Maps of the columns.
        map: FeatureMap,
    },
    /// Whole series.
    Series {
        /// Whether the training series had labels.
        labelled: bool,
        /// The encoder; a row's features are those of all its views, one view behind the other.
        encoder: Box<SeriesEncoder>,
    },
}

impl Schema {
    /// The schema of a table and the features of its rows `kept`.
    pub(super) fn of_table(isa: Isa, table: &Table, kept: &[usize]) -> (Schema, Features) {
        let values: Vec<f64> = kept.iter().flat_map(|&i| table.row(i).iter().copied()).collect();
        let map = FeatureMap::fit(isa, &values, table.columns());
        let features = map.apply(isa, &values);
        let label = table.label_name().map(str::to_owned);
        (Schema::Table { columns: table.names().to_vec(), label, map }, features)
    }

    /// The schema of series and the features of the cases `kept`. Thresholds and whitening of a view never see the fold
    /// that the view's flow leaves out. The families' numbers of features become the encoder's.
    ///
    /// # Errors
    /// [`Error::Usage`] for a configuration without an encoder, [`Error::Data`] for values whose variance overflows.
    pub(super) fn of_series(
        set: &SeriesSet,
        kept: &[usize],
        folds: &[usize],
        configuration: &mut Configuration,
        seed: u64,
    ) -> Result<(Schema, Features)> {
        let (count, views) = (configuration.folds, configuration.views());
        let (Some(options), [family]) = (&configuration.encoder, &mut configuration.families[..]) else {
            return Err(Error::Usage(
                "a detector of series needs a configuration with an encoder and one family".into(),
            ));
        };
        if family.maps != MapKind::Encoder || family.extractor.is_some() {
            return Err(Error::Usage("the views of series are those of the encoder".into()));
        }
        let options = EncoderOptions { views, components: family.features, ..options.clone() };
        let left_out = LeftOut { folds, count, run: family.views_per_flow };
        let set_of_kept = set.select(kept)?;
        let (encoder, features) = SeriesEncoder::fit_leaving_out(&set_of_kept, &options, seed, left_out)?;
        family.features = encoder.width();
        let mut rows = vec![0.0; kept.len() * views * encoder.width()];
        for (at, row) in rows.chunks_exact_mut(encoder.width()).enumerate() {
            row.copy_from_slice(features.row(at % views, at / views));
        }
        let schema = Schema::Series { labelled: set.labels().is_some(), encoder: Box::new(encoder) };
        Ok((schema, Features { standard: rows, normal: Vec::new() }))
    }

    /// Numbers of a case that the views act on.
    pub(super) fn width(&self) -> usize {
        match self {
            Schema::Table { columns, .. } => columns.len(),
            Schema::Series { encoder, .. } => encoder.views() * encoder.width(),
        }
    }

    /// The label column seen at fitting, if any.
    pub(super) fn label(&self) -> Option<&str> {
        match self {
            Schema::Table { label, .. } => label.as_deref(),
            Schema::Series { labelled, .. } => labelled.then_some(SERIES_LABEL),
        }
    }

    /// Whether `cases` are of the right kind, and which of a table's columns are the model's.
    ///
    /// # Errors
    /// [`Error::Data`] for the other kind, a column that is missing, or another number of channels.
    pub(super) fn bind<'a>(&'a self, cases: &'a dyn Dataset) -> Result<Bound<'a>> {
        match self {
            Schema::Table { columns, map, .. } => {
                let table = cases.expect::<Table>(Kind::Table)?;
                let find = |name: &String| {
                    table.names().iter().position(|n| n == name).ok_or_else(|| {
                        let problem = "the model was fitted with this column, but the table has none of this name";
                        Error::from(DataError::new(table.source(), problem).in_column(name))
                    })
                };
                Ok(Bound::Table { table, map, positions: columns.iter().map(find).collect::<Result<_>>()? })
            }
            Schema::Series { encoder, .. } => {
                let set = cases.expect::<SeriesSet>(Kind::Series)?;
                encoder.check_channels(set.channels()).map_err(|e| DataError { source: set.source().into(), ..e })?;
                Ok(Bound::Series { set, encoder })
            }
        }
    }
}

/// Cases that fit their model.
pub(super) enum Bound<'a> {
    Table { table: &'a Table, map: &'a FeatureMap, positions: Vec<usize> },
    Series { set: &'a SeriesSet, encoder: &'a SeriesEncoder },
}

impl Bound<'_> {
    /// Features of the cases `range`.
    pub(super) fn features(&self, isa: Isa, range: Range<usize>) -> Features {
        match self {
            Bound::Table { table, map, positions } => {
                let pick = |i: usize| positions.iter().map(move |&j| table.row(i)[j]);
                map.apply(isa, &range.flat_map(pick).collect::<Vec<f64>>())
            }
            Bound::Series { set, encoder } => {
                Features { standard: encoder.encode_rows(&set.cases()[range]), normal: Vec::new() }
            }
        }
    }
}
