//! Cases as points of ℝᵈ, for detectors that know nothing of columns' kinds or of time; nothing is scaled.

use std::borrow::Cow;
use std::fmt::Debug;

use crate::data::Dataset;
use crate::data::container::{Container, Tensor, Values};
use crate::error::Result;

/// How a case becomes a point: what the training cases fixed.
pub(crate) trait Flattening: Debug + Send + Sync {
    /// Number `d` of values of a point.
    fn width(&self) -> usize;
    /// The cases as points `[n, d]`, borrowed where they lie so already.
    ///
    /// # Errors
    /// [`crate::Error::Data`] for cases of another kind, a missing column (by name) or another number of channels.
    fn points<'a>(&self, cases: &'a dyn Dataset) -> Result<Points<'a>>;
    /// Writes the kind and the inputs as fields of the header; the reader stands in [`super::read_flattening`]'s list.
    fn write(&self, file: &mut Container);
}

/// Farthest from zero that a value of a point lies: fourth powers of distances stay within a double.
const FARTHEST: f64 = 1e70;

/// `n` points `[n, d]`, row-major; a value beyond ±1e70 is taken for ±1e70.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Points<'a> {
    values: Cow<'a, [f64]>,
    columns: usize,
}

impl<'a> Points<'a> {
    /// Points from row-major values. Panics if `columns` is zero or does not divide their number.
    pub fn new(columns: usize, values: impl Into<Cow<'a, [f64]>>) -> Points<'a> {
        let mut values = values.into();
        // What is no number overflowed on the way.
        let bounded = |v: f64| if v.is_nan() { FARTHEST } else { v.clamp(-FARTHEST, FARTHEST) };
        if values.iter().any(|&v| bounded(v) != v) {
            values.to_mut().iter_mut().for_each(|v| *v = bounded(*v));
        }
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

    /// The points of the tensor `name`, in double or single precision, at least one, of `columns` columns.
    ///
    /// # Errors
    /// [`Error::ModelFile`] naming the tensor.
    pub fn read(file: &Container, name: &str, columns: usize) -> Result<Points<'static>> {
        let count = file.tensor(name)?.shape().first().copied().unwrap_or(0);
        let values = match file.tensor(name)?.values() {
            Values::F32(_) => file.tensor_f32(name, &[count, columns])?.iter().map(|&v| f64::from(v)).collect(),
            _ => file.tensor_f64(name, &[count, columns])?.to_vec(),
        };
        if count == 0 { Err(file.error(name, "is empty")) } else { Ok(Points::new(columns, values)) }
    }
}
