//! A fitted family: its flows one after the other, each with as many views as any other.

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::view_flow::{ViewFlow, raw_scores};
use crate::data::container::Container;
use crate::detect::configuration::{FamilyConfiguration, ScoreKind};
use crate::detect::experts::expert::{Expert, FeatureSample, Unseen};
use crate::detect::views::View;
use crate::encode::{Encoder, Features, Held};
use crate::error::{Error, Result};
use crate::flow::Scratch;

/// The flows of a family.
#[derive(Clone, Debug)]
pub(in crate::detect) struct FlowFamily {
    flows: Vec<ViewFlow>,
    views_per_flow: usize,
}

impl FlowFamily {
    /// A family of at least one flow.
    pub(super) fn new(flows: Vec<ViewFlow>) -> FlowFamily {
        let views_per_flow = flows[0].views.count();
        FlowFamily { flows, views_per_flow }
    }

    /// The family that [`Expert::write`] wrote.
    ///
    /// # Errors
    /// [`Error::ModelFile`] naming the tensor that is missing or makes no sense.
    pub fn read(
        file: &Container,
        prefix: &str,
        family: &FamilyConfiguration,
        folds: usize,
        encoder: &dyn Encoder,
    ) -> Result<FlowFamily> {
        let flow = |i: usize| ViewFlow::read(file, &format!("{prefix}.flow{i}"), family, i, folds, encoder);
        Ok(FlowFamily {
            flows: (0..family.flows).map(flow).collect::<Result<_>>()?,
            views_per_flow: family.views_per_flow,
        })
    }
}

/// Training cases that a view's centre and scale are measured by, at most.
const IN_SAMPLE: usize = 256;

impl Expert for FlowFamily {
    fn heads(&self) -> &'static [&'static str] {
        &["surprisal"]
    }
    fn blocks(&self) -> Vec<usize> {
        let of = |flow: &ViewFlow| (0..self.views_per_flow).map(|v| flow.blocks.of(v)).collect::<Vec<_>>();
        self.flows.iter().flat_map(of).collect()
    }
    fn in_sample(&self, features: &Features, folds: &[usize]) -> Option<Vec<Vec<f64>>> {
        let rows_of: Vec<Vec<usize>> = self
            .flows
            .iter()
            .map(|flow| {
                let rows: Vec<usize> = (0..folds.len()).filter(|&i| folds[i] != flow.fold).collect();
                let step = rows.len().div_ceil(IN_SAMPLE).max(1);
                rows.into_iter().step_by(step).collect()
            })
            .collect();
        let of_flow = |(flow, rows): (&ViewFlow, &Vec<usize>)| -> Vec<Vec<f64>> {
            let scores = raw_scores(ScoreKind::Calibrated, &flow.densities(features, rows, &mut Scratch::default()));
            scores.chunks(rows.len().max(1)).map(<[f64]>::to_vec).collect()
        };
        Some(self.flows.par_iter().zip(&rows_of).flat_map(of_flow).collect())
    }
    fn holds(&self) -> Held {
        Held::Figures
    }
    fn rows_held(&self) -> usize {
        0
    }
    fn views(&self) -> usize {
        self.flows.len() * self.views_per_flow
    }
    fn fold(&self, view: usize) -> usize {
        self.flows[view / self.views_per_flow].fold
    }
    fn scores(&self, kind: ScoreKind, features: &Features, _: &[bool], scratch: &mut Scratch<f32>) -> Vec<f64> {
        let rows: Vec<usize> = (0..features.cases()).collect();
        self.flows.iter().flat_map(|flow| raw_scores(kind, &flow.densities(features, &rows, scratch))).collect()
    }
    fn held_out(&self, kind: ScoreKind, features: &Features, cases: Unseen) -> Vec<Vec<f64>> {
        let of_flow = |flow: &ViewFlow| -> Vec<Vec<f64>> {
            let rows = &cases.rows_of[flow.fold];
            if rows.is_empty() {
                return vec![Vec::new(); self.views_per_flow];
            }
            let scores = raw_scores(kind, &flow.densities(features, rows, &mut Scratch::default()));
            scores.chunks(rows.len()).map(<[f64]>::to_vec).collect()
        };
        let by_flow: Vec<Vec<Vec<f64>>> = self.flows.par_iter().map(of_flow).collect();
        by_flow.into_iter().flatten().collect()
    }
    fn features_seen(&self) -> Option<Vec<u32>> {
        let views = self.flows.iter().map(|flow| flow.views.affine()).collect::<Option<Vec<_>>>()?;
        let columns = views.into_iter().flatten().map(View::columns).collect::<Option<Vec<_>>>()?;
        Some(columns.concat())
    }
    fn has_density(&self) -> bool {
        true
    }
    fn write(&self, file: &mut Container, prefix: &str) {
        for (i, flow) in self.flows.iter().enumerate() {
            flow.write(file, &format!("{prefix}.flow{i}"));
        }
    }
    fn sample(&self, view: usize, rng: &mut ChaCha8Rng) -> Result<FeatureSample> {
        let dense = || {
            Error::Usage("samples of dense views cannot be mapped back; fit flows whose views select columns".into())
        };
        let (flow, number) = (&self.flows[view / self.views_per_flow], view % self.views_per_flow);
        let map = &flow.views.affine().ok_or_else(dense)?[number];
        let samples = flow.flow.sample(1, number as u32, rng);
        let values = samples.x.iter().enumerate().map(|(k, &value)| map.invert(k, value));
        let values = values.collect::<Option<Vec<_>>>().ok_or_else(dense)?;
        Ok(FeatureSample { block: flow.blocks.of(number), values, log_density: samples.log_density[0] })
    }
}
