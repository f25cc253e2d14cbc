//! Algorithm 1's active learning: samples near the boundary, drawn from the flow itself (Eqs. 9–11).
//!
//! In each round samples are drawn from the flow, the share `keep` of lowest likelihood is kept (the text's reading of
//! Eq. 11), and of these the ones with `M²(x) < χ²_{m,1−gate}` (Eq. 10), where `M` is the Mahalanobis distance to the
//! view's training features widened by the training noise. They live in feature space and carry their view.

use super::configuration::{ActiveConfiguration, FamilyConfiguration};
use super::family::ViewFlow;
use crate::error::{Error, Result};
use crate::random::{Purpose, stream};
use crate::stats::{chi_square, mahalanobis::Mahalanobis};

/// Accepted samples, each with the context of its view.
#[derive(Clone, Debug, Default)]
pub(super) struct Augmented {
    contexts: Vec<u32>,
    values: Vec<f32>,
}

impl Augmented {
    pub(super) fn len(&self) -> usize {
        self.contexts.len()
    }
    pub(super) fn is_empty(&self) -> bool {
        self.contexts.is_empty()
    }
    /// Class and features of sample `i`.
    pub(super) fn get(&self, i: usize) -> (u32, &[f32]) {
        let m = self.values.len() / self.contexts.len();
        (self.contexts[i], &self.values[i * m..(i + 1) * m])
    }

    /// One round: draws, selects, gates, and adds what passes.
    pub(super) fn draw(
        &mut self,
        subject: &ViewFlow,
        family: &FamilyConfiguration,
        active: &ActiveConfiguration,
        base: &[f32],
        d: usize,
        rows: &[usize],
        seed: u64,
        key: u64,
        round: u64,
    ) -> Result<()> {
        let per_view = (rows.len().clamp(100, 400) * family.draws).div_ceil(subject.views.count());
        let mut candidates: Vec<(f64, u32, Vec<f64>)> = Vec::new();
        for context in 0..subject.views.count() as u32 {
            let mut rng = stream(seed, Purpose::Samples, key, (round << 32) | u64::from(context));
            let draws = subject.flow.sample(per_view, context, &mut rng);
            let m = subject.flow.spec().features;
            let samples = draws.x.chunks_exact(m).zip(draws.log_density);
            candidates.extend(samples.map(|(x, l)| (l, context, x.to_vec())));
        }
        candidates.retain(|(l, _, x)| l.is_finite() && x.iter().all(|v| v.is_finite()));
        candidates.sort_by(|a, b| a.0.total_cmp(&b.0));
        candidates.truncate((active.keep * candidates.len() as f64).round() as usize);
        let limit = chi_square::quantile_upper(active.gate, subject.flow.spec().features)
            .map_err(|e| Error::Training(format!("the χ² gate: {e}")))?;
        let gates = gates(subject, family, base, d, rows)?;
        for (_, context, x) in candidates {
            if gates[(context as usize).min(gates.len() - 1)].squared(&x) < limit {
                self.contexts.push(context);
                self.values.extend(x.iter().map(|&v| v as f32));
            }
        }
        Ok(())
    }
}

/// Most rows the features of many views are pooled over.
const POOLED_ROWS: usize = 1000;

/// The Mahalanobis gate of each view, or one for all views of a flow that cannot tell them apart.
fn gates(
    subject: &ViewFlow,
    family: &FamilyConfiguration,
    base: &[f32],
    d: usize,
    rows: &[usize],
) -> Result<Vec<Mahalanobis>> {
    let m = subject.flow.spec().features;
    let ridge = (family.noise * family.noise).max(1e-6);
    let features = |view, rows: &[usize]| {
        let features = subject.views.rows(subject.flow.isa(), view, base, d, rows);
        features.into_iter().map(f64::from).collect::<Vec<_>>()
    };
    let fit =
        |values: &[f64]| Mahalanobis::fit(values, m, ridge).map_err(|e| Error::Training(format!("the χ² gate: {e}")));
    let views = 0..subject.views.count();
    if views.len() > 1 && subject.flow.spec().contexts == 0 {
        let rows: Vec<usize> = rows.iter().copied().step_by(rows.len().div_ceil(POOLED_ROWS)).collect();
        let pooled: Vec<f64> = views.flat_map(|view| features(view, &rows)).collect();
        return Ok(vec![fit(&pooled)?]);
    }
    views.map(|view| fit(&features(view, rows))).collect()
}
