//! Algorithm 1's active learning: samples near the boundary, drawn from the flow itself (Eqs. 9–11).
//!
//! In each round samples are drawn from the flow, the share `keep` of lowest likelihood is kept (the text's reading of
//! Eq. 11), and of these the ones with `M²(x) < χ²_{m,1−gate}` (Eq. 10), where `M` is the Mahalanobis distance to the
//! view's training features widened by the training noise. They are points of feature space, and each keeps the number of its view.

use super::view_flow::ViewFlow;
use crate::detect::configuration::{ActiveConfiguration, FamilyConfiguration};
use crate::encode::Features;
use crate::error::{Error, Result};
use crate::random::{Key, stream};
use crate::stats::{chi_square, mahalanobis::Mahalanobis};

/// Accepted samples, each with its view.
#[derive(Clone, Debug, Default)]
pub(super) struct Augmented {
    views: Vec<u32>,
    values: Vec<f32>,
}

impl Augmented {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.views.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.views.is_empty()
    }
    /// View and features of sample `i`.
    pub fn get(&self, i: usize) -> (u32, &[f32]) {
        let m = self.values.len() / self.views.len();
        (self.views[i], &self.values[i * m..(i + 1) * m])
    }

    /// One round: samples, selects, gates, and adds what passes.
    pub fn sample(&mut self, from: &ViewFlow, round: &Round, number: u64) -> Result<()> {
        let Round { family, active, rows, seed, key, .. } = *round;
        let views = from.views.count();
        let per_view = (rows.len().clamp(100, 400) * family.samples).div_ceil(views);
        let mut candidates: Vec<(f64, u32, Vec<f64>)> = Vec::new();
        let m = from.flow.spec().features;
        for view in 0..views as u32 {
            let mut rng = stream(seed, Key::ActiveSamples { flow: key, round: number, view: u64::from(view) });
            let samples = from.flow.sample(per_view, view, &mut rng);
            let samples = samples.x.chunks_exact(m).zip(samples.log_density);
            candidates.extend(samples.map(|(x, l)| (l, view, x.to_vec())));
        }
        candidates.retain(|(l, _, x)| l.is_finite() && x.iter().all(|v| v.is_finite()));
        candidates.sort_by(|a, b| a.0.total_cmp(&b.0));
        candidates.truncate((active.keep * candidates.len() as f64).round() as usize);
        let limit =
            chi_square::quantile_upper(active.gate, m).map_err(|e| Error::Training(format!("the χ² gate: {e}")))?;
        let gates = gates(from, round)?;
        for (_, view, x) in candidates {
            if gates[(view as usize).min(gates.len() - 1)].squared(&x) < limit {
                self.views.push(view);
                self.values.extend(x.iter().map(|&v| v as f32));
            }
        }
        Ok(())
    }
}

/// What stays the same over the rounds of one flow.
#[derive(Clone, Copy)]
pub(super) struct Round<'a> {
    pub family: &'a FamilyConfiguration,
    pub active: &'a ActiveConfiguration,
    pub features: &'a Features,
    /// The flow's training cases.
    pub rows: &'a [usize],
    pub seed: u64,
    /// Which flow this is, for its streams.
    pub key: u64,
}

/// Most rows the features of many views are pooled over.
const POOLED_ROWS: usize = 1000;

/// The Mahalanobis gate of each view, or one for all views of a flow that cannot tell them apart.
fn gates(from: &ViewFlow, round: &Round) -> Result<Vec<Mahalanobis>> {
    let m = from.flow.spec().features;
    let ridge = (round.family.noise * round.family.noise).max(1e-6);
    let features = |view, rows: &[usize]| {
        let features = from.views.rows(from.flow.isa(), view, from.block(round.features, view), rows);
        features.into_iter().map(f64::from).collect::<Vec<_>>()
    };
    let fit =
        |values: &[f64]| Mahalanobis::fit(values, m, ridge).map_err(|e| Error::Training(format!("the χ² gate: {e}")));
    let (views, rows) = (0..from.views.count(), round.rows);
    if views.len() > 1 && from.flow.spec().contexts == 0 {
        let rows: Vec<usize> = rows.iter().copied().step_by(rows.len().div_ceil(POOLED_ROWS)).collect();
        let pooled: Vec<f64> = views.flat_map(|view| features(view, &rows)).collect();
        return Ok(vec![fit(&pooled)?]);
    }
    views.map(|view| fit(&features(view, rows))).collect()
}
