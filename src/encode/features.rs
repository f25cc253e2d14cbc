//! Blocks of features: what an encoder makes of cases, `[blocks][cases, m]`.
//!
//! A block is a row-major matrix of single-precision features, one row a case. Blocks may differ in width. What acts on
//! features borrows a block's rows; nothing is transposed on the way.

use super::Points;

/// The features of some cases in every block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    cases: usize,
    blocks: Vec<Block>,
}

/// One block: `[cases, width]`, row-major.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    width: usize,
    values: Vec<f32>,
    /// Whether it was not made, since nothing looks at it.
    absent: bool,
}

impl Features {
    /// Features of `cases` cases.
    ///
    /// # Panics
    /// If a block that is not absent has another number of cases.
    pub fn new(cases: usize, blocks: Vec<Block>) -> Features {
        let fits = |block: &Block| block.absent || block.values.len() / block.width == cases;
        assert!(blocks.iter().all(fits), "a block of another number of cases");
        Features { cases, blocks }
    }
    /// The same with further blocks behind.
    pub fn with(mut self, blocks: impl Iterator<Item = Block>) -> Features {
        self.blocks.extend(blocks);
        self
    }
    /// Number of cases.
    pub fn cases(&self) -> usize {
        self.cases
    }
    /// All blocks.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }
    /// Block `i`.
    pub fn block(&self, i: usize) -> &Block {
        &self.blocks[i]
    }
}

impl Block {
    /// A block of `width ≥ 1` features a case.
    ///
    /// # Panics
    /// If the values do not fill rows of `width`.
    pub fn new(width: usize, values: Vec<f32>) -> Block {
        assert!(width > 0 && values.len().is_multiple_of(width), "values must fill rows of {width} features");
        Block { width, values, absent: false }
    }
    /// A block of `width` features a case that nothing looks at: it has no rows.
    pub fn absent(width: usize) -> Block {
        Block { width, values: Vec::new(), absent: true }
    }
    /// Features of a case.
    pub fn width(&self) -> usize {
        self.width
    }
    /// All rows, `[cases, width]`.
    pub fn values(&self) -> &[f32] {
        &self.values
    }
    /// The features of case `i`, `[width]`.
    pub fn row(&self, i: usize) -> &[f32] {
        &self.values[i * self.width..(i + 1) * self.width]
    }
    /// The rows `rows` as points, `[rows, width]`.
    pub(crate) fn points(&self, rows: impl Iterator<Item = usize>) -> Points<'static> {
        Points::new(self.width, rows.flat_map(|i| self.row(i)).map(|&v| f64::from(v)).collect::<Vec<f64>>())
    }
    /// A copy of the rows `rows`, `[rows.len(), width]`.
    pub fn select(&self, rows: &[usize]) -> Vec<f32> {
        rows.iter().flat_map(|&i| self.row(i)).copied().collect()
    }
}
