//! Text that goes along with the cases.

/// Columns of text that are no features: `[rows, names.len()]`, row-major.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Carried {
    /// Their names.
    pub names: Vec<String>,
    /// Their cells.
    pub cells: Vec<String>,
}

impl Carried {
    /// The cells of row `i`.
    pub fn row(&self, i: usize) -> &[String] {
        &self.cells[i * self.names.len()..(i + 1) * self.names.len()]
    }
}
