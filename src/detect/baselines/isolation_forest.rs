//! Isolation forest (Liu, Ting, Zhou 2008).
//!
//! Each tree splits a random subsample at a uniform threshold of a random column that still varies, down to depth
//! `⌈log₂ subsample⌉`. The score is `2^(−mean depth / c(subsample))`, where a leaf of `n` rows counts as
//! `c(n) = 2·(ln(n−1) + γ) − 2·(n−1)/n` deeper; the construction of scikit-learn's `IsolationForest`.

use std::sync::Arc;

use rand::{Rng, RngExt};
use rayon::prelude::*;

use super::training_cases::require_cases;
use crate::data::Dataset;
use crate::data::container::{Container, Tensor};
use crate::detect::{Fit, Fitted};
use crate::encode::{self, Flattening, Points};
use crate::error::Result;
use crate::progress::Progress;
use crate::random::{Key, below, stream};

/// A forest of random isolation trees.
#[derive(Clone, Copy, Debug)]
pub struct IsolationForest {
    /// Number of trees.
    pub trees: usize,
    /// Rows each tree sees, drawn without replacement; all if there are fewer.
    pub subsample: usize,
}

impl Default for IsolationForest {
    /// 100 trees of 256 rows.
    fn default() -> Self {
        IsolationForest { trees: 100, subsample: 256 }
    }
}

impl Fit for IsolationForest {
    fn fit(&self, train: &dyn Dataset, seed: u64, _progress: &dyn Progress) -> Result<Box<dyn Fitted>> {
        require_cases(train, 1, "the isolation forest")?;
        let rows = encode::fit_flattening(train)?;
        let train = &rows.points(train)?;
        let subsample = self.subsample.clamp(1, train.len());
        let depth = (subsample.max(2) as f64).log2().ceil() as usize;
        let grow = |tree: usize| {
            let mut rng = stream(seed, Key::Tree { tree: tree as u64 });
            let mut drawn = draw(&mut rng, train.len(), subsample);
            let mut nodes = Vec::new();
            Growth { train, depth, nodes: &mut nodes }.grow(&mut drawn, 0, &mut rng);
            nodes
        };
        let trees = (0..self.trees.max(1)).into_par_iter().map(grow).collect();
        let scale = expected_depth(subsample);
        Ok(Box::new(Forest { rows, trees, scale: if scale > 0.0 { scale } else { 1.0 } }))
    }

    fn needs_repeats(&self) -> bool {
        true
    }
}

/// A node of a tree; the children of an inner one are stored after it, the left one at once.
#[derive(Clone, Copy, Debug)]
enum Node {
    /// Depth of the rows that end here.
    Leaf(f64),
    /// Rows with `row[column] <= threshold` go to the next node, others to `right`.
    Split { column: usize, threshold: f64, right: usize },
}

struct Growth<'a> {
    train: &'a Points<'a>,
    depth: usize,
    nodes: &'a mut Vec<Node>,
}

impl Growth<'_> {
    fn grow(&mut self, rows: &mut [usize], depth: usize, rng: &mut impl Rng) {
        let split = if depth < self.depth && rows.len() > 1 { self.choose(rows, rng) } else { None };
        let Some((column, threshold)) = split else {
            self.nodes.push(Node::Leaf(depth as f64 + expected_depth(rows.len())));
            return;
        };
        let left = partition(rows, |i| self.train.row(i)[column] <= threshold);
        let node = self.nodes.len();
        self.nodes.push(Node::Leaf(0.0));
        self.grow(&mut rows[..left], depth + 1, rng);
        self.nodes[node] = Node::Split { column, threshold, right: self.nodes.len() };
        self.grow(&mut rows[left..], depth + 1, rng);
    }

    /// A column that varies among `rows`, each with the same chance, and a threshold in `[min, max)`.
    fn choose(&self, rows: &[usize], rng: &mut impl Rng) -> Option<(usize, f64)> {
        let mut columns: Vec<usize> = (0..self.train.columns()).collect();
        while !columns.is_empty() {
            let column = columns.swap_remove(below(rng, columns.len()));
            let values = rows.iter().map(|&i| self.train.row(i)[column]);
            let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
            if low < high {
                let threshold = low + (high - low) * rng.random::<f64>();
                // Rounding, or an overflow of the width, must not leave a side empty.
                return Some((column, if threshold < high { threshold } else { low }));
            }
        }
        None
    }
}

/// `count` of `0..n` without replacement: the head of a Fisher–Yates shuffle.
fn draw(rng: &mut impl Rng, n: usize, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in 0..count {
        order.swap(i, i + below(rng, n - i));
    }
    order.truncate(count);
    order
}

/// Moves the rows that satisfy `left` to the front and returns their number.
fn partition(rows: &mut [usize], left: impl Fn(usize) -> bool) -> usize {
    let mut count = 0;
    for i in 0..rows.len() {
        if left(rows[i]) {
            rows.swap(i, count);
            count += 1;
        }
    }
    count
}

/// The trees, and the depth `c(subsample)` that a mean depth is measured by.
#[derive(Debug)]
struct Forest {
    rows: Arc<dyn Flattening>,
    trees: Vec<Vec<Node>>,
    scale: f64,
}

impl Fitted for Forest {
    fn score(&self, cases: &dyn Dataset) -> Result<Vec<f64>> {
        let score = |row: &[f64]| {
            let depth: f64 = self.trees.iter().map(|tree| path(tree, row)).sum();
            (-depth / (self.trees.len() as f64 * self.scale)).exp2()
        };
        let points = self.rows.points(cases)?;
        Ok(points.values().par_chunks(points.columns()).map(score).collect())
    }

    /// Nodes of all trees one after the other: `forest.column`, `forest.value` (threshold, or depth of a leaf) and
    /// `forest.right` (place of the right child in its tree, 0 for a leaf), `[nodes]`; and `forest.ends` `[trees]`.
    fn write(&self, file: &mut Container) {
        file.set("detector", "iforest");
        self.rows.write(file);
        file.set("trees", self.trees.len());
        let ends = self.trees.iter().scan(0u32, |end, tree| {
            *end += tree.len() as u32;
            Some(*end)
        });
        file.insert("forest.ends", Tensor::u32(&[self.trees.len()], ends.collect()));
        let (mut columns, mut values, mut rights) = (Vec::new(), Vec::new(), Vec::new());
        for &node in self.trees.iter().flatten() {
            let (column, value, right) = match node {
                Node::Leaf(depth) => (0, depth, 0),
                Node::Split { column, threshold, right } => (column, threshold, right),
            };
            columns.push(column as u32);
            values.push(value);
            rights.push(right as u32);
        }
        file.insert("forest.column", Tensor::u32(&[columns.len()], columns));
        file.insert("forest.value", Tensor::f64(&[values.len()], values));
        file.insert("forest.right", Tensor::u32(&[rights.len()], rights));
        file.insert("forest.scale", Tensor::f64(&[1], vec![self.scale]));
    }
}

pub(super) fn read(file: &Container) -> Result<Box<dyn Fitted>> {
    let rows = encode::read_flattening(file)?;
    let count = file.header().usize_in("trees", 1..=1 << 24)?;
    let ends = file.tensor_u32("forest.ends", &[count])?;
    if ends[0] == 0 || !ends.is_sorted_by(|a, b| a < b) {
        return Err(file.error("forest.ends", "does not grow from tree to tree"));
    }
    let nodes = [ends[count - 1] as usize];
    let columns = file.tensor_u32("forest.column", &nodes)?;
    let values = file.tensor_f64("forest.value", &nodes)?;
    let rights = file.tensor_u32("forest.right", &nodes)?;
    let scale = file.tensor_f64("forest.scale", &[1])?[0];
    if scale <= 0.0 {
        return Err(file.error("forest.scale", "is not positive"));
    }
    let (mut trees, mut start) = (Vec::with_capacity(count), 0);
    for &end in ends {
        let end = end as usize;
        let node = |i: usize| {
            let (column, right) = (columns[i] as usize, rights[i] as usize);
            if right == 0 {
                return Ok(Node::Leaf(values[i]));
            }
            // Children behind their parent: a path down a tree ends.
            if column >= rows.width() || right <= i - start + 1 || right >= end - start {
                return Err(file.error("forest.right", &format!("holds a split at {i} that is none")));
            }
            Ok(Node::Split { column, threshold: values[i], right })
        };
        trees.push((start..end).map(node).collect::<Result<Vec<_>>>()?);
        start = end;
    }
    Ok(Box::new(Forest { rows, trees, scale }))
}

fn path(tree: &[Node], row: &[f64]) -> f64 {
    let mut node = 0;
    loop {
        match tree[node] {
            Node::Leaf(depth) => return depth,
            Node::Split { column, threshold, right } => {
                node = if row[column] <= threshold { node + 1 } else { right };
            }
        }
    }
}

/// Mean depth of an unsuccessful search in a binary search tree of `n` rows.
fn expected_depth(n: usize) -> f64 {
    match n {
        0 | 1 => 0.0,
        2 => 1.0,
        _ => {
            let n = n as f64;
            2.0 * ((n - 1.0).ln() + 0.577_215_664_901_532_9) - 2.0 * (n - 1.0) / n
        }
    }
}
