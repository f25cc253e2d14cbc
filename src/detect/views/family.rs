//! What a family of views is: a law by which the linear parts `A_k: [m, d]` are drawn.

use std::fmt;

use super::linear::Linear;
use super::training_block::TrainingBlock;

/// A family of affine views.
#[derive(Clone, Copy)]
pub struct ViewFamily(pub(super) &'static dyn Family);

/// The law of a family.
pub(super) trait Family: Sync {
    /// Its name in configurations and model files.
    fn name(&self) -> &'static str;
    /// Features of a view of `d` columns when `wanted` are asked for.
    fn features(&self, wanted: usize, d: usize) -> usize {
        wanted.min(d)
    }
    /// Whether a view looks at `m` of the columns only, so that a wide table needs many views to be covered.
    fn selects(&self) -> bool {
        false
    }
    /// The linear part of one view with `m` features; `None` for views that take rows as they are and are neither scaled
    /// nor stored.
    fn draw(&self, place: &Place, m: usize, data: &TrainingBlock) -> Option<Linear>;
    /// The square maps `[A_k | b_k]: [d, d+1]`, row-major, of views whose features an extractor makes: a function of `k`.
    /// `None` if the family has none.
    fn squares<'a>(&self, maps: &SquareMaps<'a>) -> Option<SquareMap<'a>>;
}

/// Entries `[d, d+1]`, row-major, of the square map of view `k`.
pub(super) type SquareMap<'a> = Box<dyn Fn(usize) -> Vec<f64> + 'a>;

/// Which view of a detector is drawn.
#[derive(Clone, Copy, Debug)]
pub(in crate::detect) struct Place {
    /// The detector's seed.
    pub seed: u64,
    /// The family's number in the configuration.
    pub family: usize,
    /// The flow's number in the family.
    pub flow: usize,
    /// Views of a flow.
    pub views_per_flow: usize,
    /// The view's number in the flow.
    pub view: usize,
}

impl Place {
    /// The flow, as one number for random streams.
    pub fn flow_key(&self) -> u64 {
        ((self.family as u64) << 32) | self.flow as u64
    }
    /// The view's number in the family.
    pub fn number(&self) -> usize {
        self.flow * self.views_per_flow + self.view
    }
}

/// What the square maps of one flow are drawn from.
#[derive(Clone, Copy, Debug)]
pub(in crate::detect) struct SquareMaps<'a> {
    /// Columns `d` of a row.
    pub columns: usize,
    /// Columns that a map keeps, where a family selects.
    pub kept: usize,
    /// Training rows `[n, d]`, row-major.
    pub rows: &'a [f32],
    /// The detector's seed.
    pub seed: u64,
    /// The flow, as one number for random streams.
    pub key: u64,
}

impl ViewFamily {
    /// Its name in configurations and model files.
    pub fn name(self) -> &'static str {
        self.0.name()
    }
    /// Features of a view of `d` columns when `wanted` are asked for.
    pub fn features(self, wanted: usize, d: usize) -> usize {
        self.0.features(wanted, d)
    }
    /// The square maps of views behind an extractor; `None` if the family has none.
    pub(in crate::detect) fn squares<'a>(self, maps: &SquareMaps<'a>) -> Option<SquareMap<'a>> {
        self.0.squares(maps)
    }
    /// Whether a view looks at some of the columns only.
    pub fn selects(self) -> bool {
        self.0.selects()
    }
}

impl PartialEq for ViewFamily {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for ViewFamily {}

impl fmt::Debug for ViewFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
