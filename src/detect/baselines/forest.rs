//! Isolation trees (Liu, Ting, Zhou 2008), and the mean depth of rows in them.
//!
//! Each tree splits a random subsample at a uniform threshold of a random column that still varies, down to depth
//! `⌈log₂ subsample⌉`. A leaf of `n` rows counts as `c(n) = 2·(ln(n−1) + γ) − 2·(n−1)/n` deeper, and depths are measured in
//! units of `c(subsample)`: the construction of scikit-learn's `IsolationForest`.

use rand::{Rng, RngExt};
use rayon::prelude::*;

use crate::data::container::{Container, Tensor};
use crate::encode::Points;
use crate::error::Result;
use crate::random::{Key, below, stream};

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
pub(in crate::detect) struct Forest {
    trees: Vec<Vec<Node>>,
    scale: f64,
}

impl Forest {
    /// `trees` trees of `subsample` rows of `train`, at least one row; their streams are numbered from `first`.
    pub fn grow(trees: usize, subsample: usize, train: &Points, seed: u64, first: u64) -> Forest {
        let subsample = subsample.clamp(1, train.len());
        let depth = (subsample.max(2) as f64).log2().ceil() as usize;
        let grow = |tree: usize| {
            let mut rng = stream(seed, Key::Tree { tree: first + tree as u64 });
            let mut drawn = draw(&mut rng, train.len(), subsample);
            let mut nodes = Vec::new();
            Growth { train, depth, nodes: &mut nodes }.grow(&mut drawn, 0, &mut rng);
            nodes
        };
        let trees = (0..trees.max(1)).into_par_iter().map(grow).collect();
        let scale = expected_depth(subsample);
        Forest { trees, scale: if scale > 0.0 { scale } else { 1.0 } }
    }

    /// Mean depth of a row, in units of that of an unsuccessful search among the rows of a tree.
    pub fn relative_depth(&self, row: &[f64]) -> f64 {
        let depth: f64 = self.trees.iter().map(|tree| path(tree, row)).sum();
        depth / (self.trees.len() as f64 * self.scale)
    }

    /// Nodes of all trees one after the other: `PREFIX.column`, `PREFIX.value` (threshold, or depth of a leaf) and
    /// `PREFIX.right` (place of the right child in its tree, 0 for a leaf), u32, f64, u32 `[nodes]`; `PREFIX.ends` u32
    /// `[trees]`; `PREFIX.scale` f64 `[1]`.
    pub fn write(&self, file: &mut Container, prefix: &str) {
        let ends = self.trees.iter().scan(0u32, |end, tree| {
            *end += tree.len() as u32;
            Some(*end)
        });
        file.insert(&format!("{prefix}.ends"), Tensor::u32(&[self.trees.len()], ends.collect()));
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
        file.insert(&format!("{prefix}.column"), Tensor::u32(&[columns.len()], columns));
        file.insert(&format!("{prefix}.value"), Tensor::f64(&[values.len()], values));
        file.insert(&format!("{prefix}.right"), Tensor::u32(&[rights.len()], rights));
        file.insert(&format!("{prefix}.scale"), Tensor::f64(&[1], vec![self.scale]));
    }

    /// What [`Forest::write`] wrote, for rows of `width` columns.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming the tensor that is missing or makes no sense.
    pub fn read(file: &Container, prefix: &str, width: usize) -> Result<Forest> {
        let name = |part: &str| format!("{prefix}.{part}");
        let count = file.tensor(&name("ends"))?.shape().first().copied().unwrap_or(0);
        let ends = file.tensor_u32(&name("ends"), &[count])?;
        if count == 0 || ends[0] == 0 || !ends.is_sorted_by(|a, b| a < b) {
            return Err(file.error(&name("ends"), "does not grow from tree to tree"));
        }
        let nodes = [ends[count - 1] as usize];
        let columns = file.tensor_u32(&name("column"), &nodes)?;
        let values = file.tensor_f64(&name("value"), &nodes)?;
        let rights = file.tensor_u32(&name("right"), &nodes)?;
        let scale = file.tensor_f64(&name("scale"), &[1])?[0];
        if scale <= 0.0 {
            return Err(file.error(&name("scale"), "is not positive"));
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
                if column >= width || right <= i - start + 1 || right >= end - start {
                    return Err(file.error(&name("right"), &format!("holds a split at {i} that is none")));
                }
                Ok(Node::Split { column, threshold: values[i], right })
            };
            trees.push((start..end).map(node).collect::<Result<Vec<_>>>()?);
            start = end;
        }
        Ok(Forest { trees, scale })
    }
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
