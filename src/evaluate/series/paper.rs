//! The figures of the paper's Tables 2 and 3, quoted; AUROC, mean and standard deviation as printed.

use super::archive::ARCHIVE;

/// One figure of the paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PaperFigure {
    /// Name of the method in our results.
    pub method: &'static str,
    /// Mean AUROC, a fraction.
    pub mean: f64,
    /// Standard deviation, if the paper gives one.
    pub deviation: Option<f64>,
}

/// Percent and deviation (negative: none given) in the order of [`super::ARCHIVE`].
type Row = (&'static str, [(f64, f64); 5]);

const TABLE2: [Row; 5] = [
    ("naf-ad", [(97.8, 0.1), (90.4, 0.5), (91.9, 0.5), (85.4, 0.6), (97.8, 0.1)]),
    ("naf-al", [(99.5, 0.1), (93.2, 0.3), (95.7, 0.3), (88.2, 0.5), (98.4, 0.1)]),
    ("iforest", [(94.3, -1.0), (67.7, -1.0), (85.4, -1.0), (69.3, -1.0), (88.2, -1.0)]),
    ("lof", [(97.8, -1.0), (56.1, -1.0), (89.2, -1.0), (57.4, -1.0), (98.3, -1.0)]),
    ("ocsvm", [(97.4, -1.0), (61.1, -1.0), (86.0, -1.0), (70.0, -1.0), (95.3, -1.0)]),
];

const TABLE3: [Row; 5] = [
    ("naf-ad", [(86.7, 0.2), (77.3, 0.8), (71.3, 0.6), (78.9, 0.4), (83.0, 0.4)]),
    ("naf-al", [(89.3, 0.2), (81.7, 0.7), (75.8, 0.5), (82.7, 0.3), (83.9, 0.3)]),
    ("iforest", [(57.9, -1.0), (55.3, -1.0), (56.0, -1.0), (58.4, -1.0), (56.9, -1.0)]),
    ("lof", [(90.3, -1.0), (54.7, -1.0), (71.2, -1.0), (59.4, -1.0), (93.1, -1.0)]),
    ("ocsvm", [(57.8, -1.0), (50.2, -1.0), (57.6, -1.0), (55.9, -1.0), (60.2, -1.0)]),
];

/// What the paper prints for a data set of [`super::ARCHIVE`]: Table 2 (`all_but_one` false) or Table 3 (true).
pub fn paper_figures(dataset: &str, all_but_one: bool) -> Vec<PaperFigure> {
    let Some(at) = ARCHIVE.iter().position(|&name| name == dataset) else { return Vec::new() };
    let table = if all_but_one { &TABLE3 } else { &TABLE2 };
    let figure = |&(method, row): &Row| {
        let (mean, deviation) = row[at];
        PaperFigure { method, mean: mean / 100.0, deviation: (deviation >= 0.0).then_some(deviation / 100.0) }
    };
    table.iter().map(figure).collect()
}
