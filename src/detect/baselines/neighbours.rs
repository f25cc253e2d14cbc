//! The k nearest reference rows of each query, by brute force over blocks.
//!
//! Candidates come from the expanded squared distance; the distances of the k kept ones are then computed again
//! from differences, so that a duplicate is at distance exactly zero.

use super::distances::Reference;
use crate::encode::Points;

/// Distances that are looked at together.
const PART: usize = 16;

/// One neighbour of a query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::detect) struct Neighbour {
    /// Euclidean distance.
    pub distance: f64,
    /// Index of the reference row.
    pub index: usize,
}

/// Rows to look for neighbours among.
#[derive(Debug)]
pub(in crate::detect) struct Neighbours {
    rows: Points<'static>,
    reference: Reference,
}

impl Neighbours {
    /// Looks among `rows` `[n, d]`, at least one.
    pub fn new(rows: Points<'static>) -> Neighbours {
        Neighbours { reference: Reference::new(&rows), rows }
    }

    /// The rows.
    pub fn points(&self) -> &Points<'static> {
        &self.rows
    }

    /// For each query the `k` nearest rows (`k <= n`), nearest first, ties in the order of the rows. O(q·n·d).
    pub fn nearest(&self, queries: &Points, k: usize) -> Vec<Vec<Neighbour>> {
        self.nearest_but(queries, k, |_, _| false)
    }

    /// For each row the `k` nearest of the others (`k < n`).
    pub fn nearest_others(&self, k: usize) -> Vec<Vec<Neighbour>> {
        self.nearest_but(&self.rows, k, |query, index| query == index)
    }

    /// For each query the `k` nearest rows but those that `skip(query, row)` leaves out; `k` or more must be left.
    pub fn nearest_but(
        &self,
        queries: &Points,
        k: usize,
        skip: impl Fn(usize, usize) -> bool + Sync,
    ) -> Vec<Vec<Neighbour>> {
        let mut found = self.reference.fold(
            queries.values(),
            || Nearest::new(k),
            |nearest, query, first, distances| {
                for (part, distances) in distances.chunks(PART).enumerate() {
                    // Whether any is near is asked without a branch a distance: mostly none is.
                    if distances.iter().fold(false, |any, &d| any | (d < nearest.limit)) {
                        for (lane, &d) in distances.iter().enumerate() {
                            let row = first + part * PART + lane;
                            if d < nearest.limit && !skip(query, row) {
                                nearest.insert(d, row);
                            }
                        }
                    }
                }
            },
        );
        for (query, nearest) in found.iter_mut().enumerate() {
            for n in &mut nearest.kept {
                n.distance = distance(queries.row(query), self.rows.row(n.index));
            }
            nearest.kept.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.index.cmp(&b.index)));
        }
        found.into_iter().map(|n| n.kept).collect()
    }
}

/// The nearest rows so far, nearest first, with squared distances until they are computed again.
struct Nearest {
    k: usize,
    /// A row at this squared distance or farther is not among the nearest.
    limit: f64,
    kept: Vec<Neighbour>,
}

impl Nearest {
    fn new(k: usize) -> Nearest {
        Nearest { k, limit: f64::INFINITY, kept: Vec::with_capacity(k + 1) }
    }

    /// Takes a row nearer than `limit`. Rows come in ascending order, so equal distances keep the earlier row.
    fn insert(&mut self, squared: f64, index: usize) {
        if self.kept.len() == self.k {
            self.kept.pop();
        }
        // From behind: few are kept, and shifting them one by one costs less than a search and a move.
        let mut place = self.kept.len();
        self.kept.push(Neighbour { distance: squared, index });
        while place > 0 && self.kept[place - 1].distance > squared {
            self.kept.swap(place - 1, place);
            place -= 1;
        }
        if self.kept.len() == self.k {
            self.limit = self.kept[self.k - 1].distance;
        }
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}
