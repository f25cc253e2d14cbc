//! What a fit saw, in numbers that stay with the model.

use crate::detect::experts::Trained;

/// What fitting saw.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::detect) struct Summary {
    /// Training cases.
    pub(in crate::detect) rows: usize,
    /// Cases that were left out as unusual, and calibrate all the same.
    pub(in crate::detect) trimmed: usize,
    /// The cases that those given were a sample of, if they were one.
    pub(in crate::detect) drawn_from: Option<usize>,
    /// Mean final training loss of each family's flows, in nats.
    pub(in crate::detect) losses: Vec<f64>,
    /// Augmented samples of each family.
    pub(in crate::detect) augmented: Vec<usize>,
}

impl Summary {
    /// What a fit saw: so many cases, those left out, those they were a sample of, and the flows of each family.
    pub(in crate::detect) fn of(
        rows: usize,
        trimmed: usize,
        drawn_from: Option<usize>,
        trained: &[Vec<Trained>],
    ) -> Summary {
        let mean = |f: &Vec<Trained>| f.iter().map(|t| t.loss).sum::<f64>() / f.len() as f64;
        let augmented = trained.iter().map(|f| f.iter().map(|t| t.augmented).sum()).collect();
        Summary { rows, trimmed, drawn_from, losses: trained.iter().map(mean).collect(), augmented }
    }
}
