//! Distances to the nearest training rows, and their ratio to the neighbours' own.
//!
//! With `d_k(x)` the mean distance from `x` to its `k` nearest training rows: `near = ln(d_1 + ε)`,
//! `ratio = ln(d_10(x) + ε) − mean_{y ∈ N_10(x)} ln(d_10(y) + ε)`, a logarithmic form of the local outlier factor, where a
//! training row is not its own neighbour. `ε = 10⁻³` of a column's scale: below it lie rounding and repeats.

use super::{Learned, Learner, Stream};
use crate::data::container::{Container, Tensor};
use crate::detect::baselines::{Neighbour, Neighbours};
use crate::encode::{Held, Points};
use crate::error::Result;
use crate::random::{Key, permutation, stream};

/// Distances shorter than this do not count.
const FLOOR: f64 = 1e-3;

/// Training rows to look among: a random quarter of more than these. It bounds what a row costs, and the model file.
const ROWS: usize = 2000;

/// Most of them. Rare kinds of normal rows are near none of a smaller sample (decisions/0004).
const MOST_ROWS: usize = 5000;

/// Neighbours of a ratio.
const RATIO: usize = 10;

/// Neighbours looked for where only the nearest counts: those that rounding could put in its place.
const NEAR: usize = 3;

/// Nearest neighbours.
#[derive(Debug)]
pub(super) struct Neighbourhood;

impl Learner for Neighbourhood {
    fn name(&self) -> &'static str {
        "neighbours"
    }
    fn heads(&self) -> &'static [&'static str] {
        &["near", "ratio"]
    }
    fn leaves_one_out(&self) -> bool {
        true
    }
    fn holds(&self) -> Held {
        Held::Cases
    }
    fn fit(&self, rows: Points<'static>, Stream { seed, learner, view }: Stream) -> Result<Box<dyn Learned>> {
        let (mut rows, mut numbers) = (rows, Vec::new());
        let sample = (rows.len() / 4).clamp(ROWS, MOST_ROWS);
        if rows.len() > sample {
            numbers = permutation(&mut stream(seed, Key::Learner { learner, view }), rows.len());
            numbers.truncate(sample);
            rows = rows.select(&numbers);
        } else {
            numbers.extend(0..rows.len());
        }
        let neighbours = Neighbours::new(rows);
        let nearest = neighbours.nearest_others(RATIO.min(numbers.len() - 1));
        let own = nearest.iter().map(|near| log_mean(near.iter())).collect();
        Ok(Box::new(Rows { neighbours, own, numbers }))
    }
    fn read(&self, file: &Container, prefix: &str, width: usize) -> Result<Box<dyn Learned>> {
        let name = format!("{prefix}.rows");
        let rows = Points::read(file, &name, width)?;
        if rows.values().iter().any(|&value| (value as f32).is_infinite()) {
            return Err(file.error(&name, "holds values that no feature has"));
        }
        let own = file.tensor_f64(&format!("{prefix}.own"), &[rows.len()])?.to_vec();
        Ok(Box::new(Rows { neighbours: Neighbours::new(rows), own, numbers: Vec::new() }))
    }
}

/// Training rows, and each row's `ln(d_10 + ε)`.
#[derive(Debug)]
struct Rows {
    neighbours: Neighbours,
    own: Vec<f64>,
    /// The number of each among the rows that were learned from; none of a model that was read.
    numbers: Vec<usize>,
}

/// `ln(mean + ε)` of the distances of at least one neighbour.
fn log_mean<'a>(near: impl Iterator<Item = &'a Neighbour>) -> f64 {
    let (sum, count) = near.fold((0.0, 0.0), |(sum, count), n| (sum + n.distance, count + 1.0));
    (sum / count + FLOOR).ln()
}

/// `near` and `ratio` of queries with these neighbours; `own(query, row)` is `ln(d_10 + ε)` of a row.
fn scores(found: &[Vec<Neighbour>], own: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let near = found.iter().map(|near| (near[0].distance + FLOOR).ln());
    let ratio = found.iter().enumerate().map(|(query, near)| {
        let of_neighbours: f64 = near.iter().map(|n| own(query, n.index)).sum();
        log_mean(near.iter()) - of_neighbours / near.len() as f64
    });
    near.chain(ratio).collect()
}

impl Learned for Rows {
    fn scores(&self, rows: &Points, wanted: &[bool]) -> Vec<f64> {
        let k = if wanted[1] { RATIO } else { NEAR };
        scores(&self.neighbours.nearest(rows, k.min(self.own.len())), |_, row| self.own[row])
    }
    /// Neither the row's distance to itself counts, nor that of its neighbours to it.
    fn scores_without(&self, rows: &Points, _: &[bool], left_out: &[usize]) -> Vec<f64> {
        let (n, skip) = (self.own.len(), |query: usize, row: usize| self.numbers[row] == left_out[query]);
        let found = self.neighbours.nearest_but(rows, RATIO.min(n - 1), skip);
        let others = self.neighbours.nearest_others((RATIO + 1).min(n - 1));
        scores(&found, |query, row| {
            let mut near = others[row].iter().filter(|n| !skip(query, n.index)).take(RATIO).peekable();
            // Of two rows, one is left: it has no neighbour but the one that is left out.
            if near.peek().is_some() { log_mean(near) } else { self.own[row] }
        })
    }
    fn rows_held(&self) -> usize {
        self.own.len()
    }
    /// `PREFIX.rows` f32 `[n, m]`, `PREFIX.own` f64 `[n]`. Features are single-precision: nothing is rounded.
    fn write(&self, file: &mut Container, prefix: &str) {
        let rows = self.neighbours.points();
        let values = rows.values().iter().map(|&v| v as f32).collect();
        file.insert(&format!("{prefix}.rows"), Tensor::f32(&[rows.len(), rows.columns()], values));
        file.insert(&format!("{prefix}.own"), Tensor::f64(&[self.own.len()], self.own.clone()));
    }
}
