//! Cases as points of ℝᵈ, for detectors that know nothing of columns' kinds or of time.
//!
//! A row of a table is its columns, found by name: `d` is their number. A series is flattened, channel after channel, each
//! resampled linearly to the `L` steps of the longest training series: `d = C·L`. Nothing is scaled.

use std::borrow::Cow;

use serde_json::json;

use crate::data::container::{Container, Tensor};
use crate::data::{Dataset, Kind, SeriesSet, Table};
use crate::detect::series::resample;
use crate::error::{DataError, Error, Result};

/// Largest number of channels, and of steps, that a file may claim.
const LARGEST: usize = 1 << 20;
/// Largest `C·L`, which decides the memory of a case.
const LARGEST_CASE: usize = 1 << 28;

/// How a case becomes a point: what the training cases fixed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rows {
    /// Values of these columns of a table, in this order.
    Columns(Vec<String>),
    /// Values of a series, channel after channel.
    Channels {
        /// Number of channels `C`.
        channels: usize,
        /// Steps `L` that each is resampled to.
        length: usize,
    },
}

/// `n` points `[n, d]`, row-major and finite.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Points<'a> {
    values: Cow<'a, [f64]>,
    columns: usize,
}

impl Rows {
    /// The columns, or the channels and the length, of the training cases.
    ///
    /// # Errors
    /// [`Error::Data`] for cases that are neither rows nor series.
    pub fn fit(train: &dyn Dataset) -> Result<Rows> {
        if let Some(table) = train.downcast::<Table>() {
            return Ok(Rows::Columns(table.names().to_vec()));
        }
        if let Some(set) = train.downcast::<SeriesSet>() {
            return Ok(Rows::Channels { channels: set.channels(), length: set.longest() });
        }
        let problem = format!("{} have no form of plain rows", train.kind().in_words());
        Err(DataError::new(train.source(), problem).into())
    }

    /// Number `d` of values of a point.
    pub fn width(&self) -> usize {
        match self {
            Rows::Columns(names) => names.len(),
            Rows::Channels { channels, length } => channels * length,
        }
    }

    /// The cases as points `[n, d]`; a table whose columns stand in the training order is borrowed.
    ///
    /// # Errors
    /// [`Error::Data`] for cases of another kind, a missing column (by name) or another number of channels.
    pub fn points<'a>(&self, cases: &'a dyn Dataset) -> Result<Points<'a>> {
        let values = match self {
            Rows::Columns(names) => columns(names, cases.expect(Kind::Table)?)?,
            Rows::Channels { channels, length } => {
                Cow::Owned(flatten(*channels, *length, cases.expect(Kind::Series)?)?)
            }
        };
        Ok(Points { values, columns: self.width() })
    }

    /// Writes the kind and the inputs as fields of the header.
    pub fn write(&self, file: &mut Container) {
        match self {
            Rows::Columns(names) => {
                file.set("kind", "table");
                file.set("columns", names.clone());
            }
            Rows::Channels { channels, length } => {
                file.set("kind", "series");
                file.set("series", json!({"channels": channels, "length": length}));
            }
        }
    }

    /// What [`Rows::write`] wrote.
    ///
    /// # Errors
    /// [`Error::ModelFile`] naming a field that is missing or makes no sense.
    pub fn read(file: &Container) -> Result<Rows> {
        let header = file.header();
        match header.str("kind")? {
            "table" => {
                let names = header.strings("columns")?;
                if names.is_empty() { Err(header.error("columns", "is empty")) } else { Ok(Rows::Columns(names)) }
            }
            "series" => {
                let fields = header.object("series")?;
                let channels = fields.usize_in("channels", 1..=LARGEST)?;
                let length = fields.usize_in("length", 1..=LARGEST)?;
                if channels * length > LARGEST_CASE {
                    return Err(fields.error("length", "makes a series larger than can be handled"));
                }
                Ok(Rows::Channels { channels, length })
            }
            _ => Err(header.error("kind", "is neither \"table\" nor \"series\"")),
        }
    }
}

/// The values of the columns `names`.
fn columns<'a>(names: &[String], table: &'a Table) -> Result<Cow<'a, [f64]>> {
    if names == table.names() {
        return Ok(Cow::Borrowed(table.values()));
    }
    let find = |name: &String| {
        table.names().iter().position(|n| n == name).ok_or_else(|| {
            let problem = "the model was fitted with this column, but the table has none of this name";
            Error::from(DataError::new(table.source(), problem).in_column(name))
        })
    };
    let positions = names.iter().map(find).collect::<Result<Vec<_>>>()?;
    let row = |i: usize| positions.iter().map(move |&j| table.row(i)[j]);
    Ok(Cow::Owned((0..table.rows()).flat_map(row).collect()))
}

/// Each series of `channels` channels as `[C, L]`.
fn flatten(channels: usize, length: usize, set: &SeriesSet) -> Result<Vec<f64>> {
    if set.channels() != channels {
        let problem = format!("{} channels, the model was fitted to series of {channels}", set.channels());
        return Err(DataError::new(set.source(), problem).into());
    }
    let mut values = vec![0.0; set.len() * channels * length];
    for (case, row) in set.cases().iter().zip(values.chunks_exact_mut(channels * length)) {
        for (c, out) in row.chunks_exact_mut(length).enumerate() {
            resample(case.channel(c), out);
        }
    }
    Ok(values)
}

impl<'a> Points<'a> {
    /// Points from row-major values. Panics if `columns` is zero or does not divide their number.
    pub fn new(columns: usize, values: impl Into<Cow<'a, [f64]>>) -> Points<'a> {
        let values = values.into();
        assert!(columns > 0 && values.len().is_multiple_of(columns), "values must fill points of {columns} columns");
        Points { values, columns }
    }

    /// Number `n` of points.
    pub fn len(&self) -> usize {
        self.values.len() / self.columns
    }
    /// Number `d` of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }
    /// All values, row-major.
    pub fn values(&self) -> &[f64] {
        &self.values
    }
    /// Point `i`, `[d]`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.columns..(i + 1) * self.columns]
    }
    /// The points `keep`, in that order.
    pub fn select(&self, keep: &[usize]) -> Points<'static> {
        let values: Vec<f64> = keep.iter().flat_map(|&i| self.row(i)).copied().collect();
        Points::new(self.columns, values)
    }
    /// The same points, with values of their own.
    pub fn into_owned(self) -> Points<'static> {
        Points { values: Cow::Owned(self.values.into_owned()), columns: self.columns }
    }

    /// Writes the points as the tensor `name`.
    pub fn write(&self, file: &mut Container, name: &str) {
        file.insert(name, Tensor::f64(&[self.len(), self.columns], self.values.to_vec()));
    }

    /// The points of the tensor `name`, at least one, of `columns` columns.
    ///
    /// # Errors
    /// [`Error::ModelFile`] naming the tensor.
    pub fn read(file: &Container, name: &str, columns: usize) -> Result<Points<'static>> {
        let count = file.tensor(name)?.shape().first().copied().unwrap_or(0);
        let values = file.tensor_f64(name, &[count, columns])?;
        if count == 0 { Err(file.error(name, "is empty")) } else { Ok(Points::new(columns, values.to_vec())) }
    }
}

/// At least `least` training cases, or an error that names the method.
pub(super) fn require_cases(train: &dyn Dataset, least: usize, method: &str) -> Result<()> {
    if train.len() >= least {
        return Ok(());
    }
    let problem = format!("{method} needs at least {least} normal {}, there are {}", train.kind().cases(), train.len());
    Err(DataError::new(train.source(), problem).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Series;

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
        let rows = Rows::fit(&Table::new(names(["a", "b"]), vec![1.0, 2.0]).unwrap()).unwrap();
        let turned = Table::new(names(["b", "a"]), vec![2.0, 1.0, 4.0, 3.0]).unwrap();
        assert_eq!(rows.points(&turned).unwrap().values(), [1.0, 2.0, 3.0, 4.0]);
        let lacking = Table::new(names(["a", "c"]), vec![1.0, 2.0]).unwrap();
        assert!(rows.points(&lacking).unwrap_err().to_string().contains("column \"b\""));
    }

    #[test]
    fn series_keep_the_longest_training_length_and_others_are_resampled() {
        let set = |lengths: &[usize]| {
            let case = |&n: &usize| Series::new(&[vec![1.0; n], (0..n).map(|t| t as f64).collect()]).unwrap();
            SeriesSet::new(lengths.iter().map(case).collect()).unwrap()
        };
        let rows = Rows::fit(&set(&[2, 3])).unwrap();
        assert_eq!(rows, Rows::Channels { channels: 2, length: 3 });
        let long = set(&[5, 3]);
        let points = rows.points(&long).unwrap();
        assert_eq!(
            (points.row(0), points.row(1)),
            (&[1.0, 1.0, 1.0, 0.0, 2.0, 4.0][..], &[1.0, 1.0, 1.0, 0.0, 1.0, 2.0][..])
        );
        let one = SeriesSet::new(vec![Series::new(&[vec![0.0; 3]]).unwrap()]).unwrap();
        assert!(rows.points(&one).unwrap_err().to_string().contains("1 channels"));
    }

    #[test]
    fn inputs_survive_the_file_and_hostile_sizes_do_not() {
        let through = |rows: &Rows| {
            let mut file = Container::new();
            rows.write(&mut file);
            Rows::read(&file)
        };
        for rows in [Rows::Columns(vec!["a".into()]), Rows::Channels { channels: 2, length: 7 }] {
            assert_eq!(through(&rows).unwrap(), rows);
        }
        for rows in [
            Rows::Columns(Vec::new()),
            Rows::Channels { channels: 0, length: 1 },
            Rows::Channels { channels: LARGEST, length: LARGEST },
        ] {
            assert_eq!(through(&rows).unwrap_err().exit_code(), 4);
        }
    }
}
