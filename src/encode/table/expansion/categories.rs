//! A category as values: 1 at its own place and 0 elsewhere, `[categories with values, others, missing]`.
//!
//! The most frequent categories have a value each, all others share one, and where cells were missing in training that is one.
//! A category that no training row has is 0 everywhere; how surprising that is, is told apart: `ln((n + 1)/(s + 1))` nats, where
//! `s` of `n` training rows have a category to themselves (Good and Turing's estimate of the share of unseen ones).

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::data::container::{Container, Fields, Tensor};
use crate::error::Result;

/// Most categories with a value of their own.
const MOST: usize = 100;

/// The categories of a column.
#[derive(Clone, Debug)]
pub(super) struct Categories {
    /// Those that training rows have, the most frequent first.
    names: Arc<Vec<String>>,
    places: HashMap<String, usize>,
    /// Training rows of each fold that have it, `[categories][folds]`.
    counts: Vec<Vec<usize>>,
    /// Whether cells were missing.
    missing: bool,
    /// For each fold: surprisal of a category that no row outside it has.
    surprisals: Vec<f64>,
}

impl Categories {
    /// Those of the cells of a column, places in `names`, in rows of the folds `folds`.
    pub fn fit(names: &[String], cells: impl Iterator<Item = f64>, folds: &[usize], fold_count: usize) -> Categories {
        let mut counts = vec![vec![0; fold_count]; names.len()];
        let mut missing = false;
        for (cell, &fold) in cells.zip(folds) {
            if cell.is_nan() {
                missing = true;
            } else {
                counts[cell as usize][fold] += 1;
            }
        }
        let total = |i: usize| counts[i].iter().sum::<usize>();
        let mut order: Vec<usize> = (0..names.len()).filter(|&i| total(i) > 0).collect();
        order.sort_by(|&a, &b| total(b).cmp(&total(a)).then_with(|| names[a].cmp(&names[b])));
        let kept = order.iter().map(|&i| names[i].clone()).collect();
        Self::new(kept, order.iter().map(|&i| counts[i].clone()).collect(), missing)
    }

    /// From the names of categories, and how many rows of each fold have each.
    fn new(names: Vec<String>, counts: Vec<Vec<usize>>, missing: bool) -> Categories {
        let folds = counts.first().map_or(0, Vec::len);
        let surprisal = |fold: usize| {
            let outside = |counts: &Vec<usize>| counts.iter().sum::<usize>() - counts[fold];
            let rows: usize = counts.iter().map(outside).sum();
            let single = counts.iter().filter(|counts| outside(counts) == 1).count();
            ((rows + 1) as f64 / (single + 1) as f64).ln()
        };
        let surprisals = (0..folds).map(surprisal).collect();
        let places = names.iter().cloned().enumerate().map(|(place, name)| (name, place)).collect();
        Categories { names: Arc::new(names), places, counts, missing, surprisals }
    }

    fn with_values(&self) -> usize {
        self.names.len().min(MOST)
    }

    /// Number of values.
    pub fn width(&self) -> usize {
        self.with_values() + usize::from(self.names.len() > MOST) + usize::from(self.missing)
    }

    /// All that training rows have.
    pub fn names(&self) -> Arc<Vec<String>> {
        self.names.clone()
    }

    /// The place of a category; `None` if no training row has it.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// Appends the values of a cell: `None` if it is missing, `Some(None)` if its category is unknown.
    pub fn expand(&self, cell: Option<Option<usize>>, values: &mut Vec<f64>) {
        let start = values.len();
        values.resize(start + self.width(), 0.0);
        let at = match cell {
            Some(Some(place)) => Some(place.min(MOST)),
            Some(None) => None,
            None => self.missing.then(|| self.width() - 1),
        };
        if let Some(at) = at {
            values[start + at] = 1.0;
        }
    }

    /// How surprising a category is where no row outside fold `fold` has it, in nats; 0 otherwise.
    pub fn unseen(&self, place: Option<usize>, fold: usize) -> f64 {
        let seen = place.is_some_and(|place| {
            let counts = &self.counts[place];
            counts.iter().enumerate().any(|(f, &count)| f != fold && count > 0)
        });
        if seen { 0.0 } else { self.surprisals.get(fold).copied().unwrap_or_default() }
    }

    /// Its object in the header; the counts are the tensor `categories{column}` u32 `[categories, folds]`.
    pub fn write(&self, file: &mut Container, column: usize) -> Value {
        let folds = self.surprisals.len();
        let counts = self.counts.iter().flatten().map(|&count| count as u32).collect();
        file.insert(&tensor(column), Tensor::u32(&[self.counts.len(), folds], counts));
        json!({"kind": "category", "names": *self.names, "folds": folds, "missing": self.missing})
    }

    /// What [`Categories::write`] wrote.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] for names that are not one a list of counts, or stand twice.
    pub fn read(file: &Container, fields: &Fields, column: usize) -> Result<Categories> {
        let names = fields.strings("names")?;
        let folds = fields.usize_in("folds", 1..=64)?;
        let counts = file.tensor_u32(&tensor(column), &[names.len(), folds])?;
        let counts: Vec<Vec<usize>> =
            counts.chunks(folds).map(|c| c.iter().map(|&count| count as usize).collect()).collect();
        if counts.iter().any(|counts| counts.iter().all(|&count| count == 0)) {
            return Err(file.error(&tensor(column), "counts no row of a category"));
        }
        let categories = Self::new(names, counts, fields.bool("missing")?);
        if categories.places.len() != categories.names.len() || categories.width() == 0 {
            return Err(fields.error("names", "is empty, or holds a name twice"));
        }
        Ok(categories)
    }
}

/// Name of the tensor of a column's counts.
fn tensor(column: usize) -> String {
    format!("categories{column}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_is_one_at_its_place_and_surprises_where_it_was_not_seen() {
        let names = ["red", "green", "blue", "never"].map(str::to_owned);
        let cells = [1.0, 1.0, 0.0, f64::NAN, 2.0, 1.0];
        let folds = [0, 1, 0, 1, 1, 0];
        let categories = Categories::fit(&names, cells.into_iter(), &folds, 2);
        assert_eq!(*categories.names(), ["green", "blue", "red"].map(str::to_owned).to_vec());
        assert_eq!(categories.place("never"), None);
        let expanded = |cell| {
            let mut values = Vec::new();
            categories.expand(cell, &mut values);
            values
        };
        assert_eq!(expanded(Some(Some(1))), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(expanded(Some(None)), [0.0; 4]);
        assert_eq!(expanded(None), [0.0, 0.0, 0.0, 1.0]);
        // Outside fold 0 are one green and one blue row, both alone.
        assert_eq!(categories.unseen(None, 0), 0.0);
        assert_eq!(categories.unseen(categories.place("red"), 1), 0.0);
        // Outside fold 1 are two green rows and a red one.
        assert!((categories.unseen(categories.place("blue"), 1) - (4.0f64 / 2.0).ln()).abs() < 1e-12);
        assert_eq!(categories.unseen(categories.place("green"), 1), 0.0);
    }
}
