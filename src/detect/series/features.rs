//! Features of many cases under many views.

/// `m` features of each of `n` cases for each of `K` views, stored `[view][case][feature]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewFeatures {
    cases: usize,
    views: usize,
    width: usize,
    values: Vec<f32>,
}

impl ViewFeatures {
    /// Features from `values: [views, cases, width]`. Panics if their number is wrong.
    pub fn new(views: usize, cases: usize, width: usize, values: Vec<f32>) -> Self {
        assert_eq!(values.len(), views * cases * width, "features do not fill [{views}, {cases}, {width}]");
        ViewFeatures { cases, views, width, values }
    }
    /// Number `n` of cases.
    pub fn cases(&self) -> usize {
        self.cases
    }
    /// Number `K` of views.
    pub fn views(&self) -> usize {
        self.views
    }
    /// Number `m` of features of a view.
    pub fn width(&self) -> usize {
        self.width
    }
    /// The features of view `k`, row-major `[n, m]`.
    pub fn view(&self, k: usize) -> &[f32] {
        let size = self.cases * self.width;
        &self.values[k * size..(k + 1) * size]
    }
    /// The features of case `i` under view `k`, `[m]`.
    pub fn row(&self, k: usize, i: usize) -> &[f32] {
        &self.view(k)[i * self.width..(i + 1) * self.width]
    }
}
