//! Training extractor and flow together by Eq. 6, as the paper does; see [`super::DivergenceCheck`] for where that leads.

use std::sync::Arc;

use nafal_kernels::{Isa, Real};

use super::trainer::ViewTrainer;
use super::{Layers, ViewNet};
use crate::autodiff::{AdamOptions, AffineMaps};
use crate::random::{Key, normal, stream};

/// Trains a [`ViewNet`] on rows under all its views: `L = mean over rows and views of −log p(f_θ(T_k(x)) + ε)`, with
/// Gaussian noise `ε` of the given standard deviation (0: none).
pub struct JointTrainer<T: Real> {
    /// The flow's parameters are followed by the extractor's.
    pub(super) net: ViewNet<T>,
    pub(super) layers: Layers<T>,
    pub(super) trainer: ViewTrainer<T>,
    noise: f64,
    seed: u64,
    key: u64,
}

impl<T: Real> JointTrainer<T> {
    /// A trainer of `net` behind the views `maps`; noise comes from the streams `(seed, key, …)`.
    ///
    /// Panics if the maps are not as many, or as wide, as the extractor's specification says.
    pub fn new(
        isa: Isa,
        mut net: ViewNet<T>,
        maps: Arc<AffineMaps<T>>,
        options: AdamOptions,
        noise: f64,
        seed: u64,
        key: u64,
    ) -> Self {
        net.flow = net.flow.with_isa(isa);
        let parameters = net.flow.parameters_mut();
        let layers = Layers::add(&net.extractor.spec, parameters);
        parameters.copy_matching(&net.extractor.parameters);
        let trainer = ViewTrainer::new(isa, net.extractor.spec, &layers, maps, options, parameters);
        JointTrainer { net, layers, trainer, noise, seed, key }
    }

    pub(super) fn gradient(&mut self, rows: &[T]) -> f64 {
        let JointTrainer { net, layers, trainer, noise, seed, key } = self;
        let step = trainer.steps_done();
        let (flow, m) = (&net.flow, net.extractor.spec.features);
        trainer.gradient(flow.parameters(), layers, rows, |tape, mut features, info| {
            if *noise > 0.0 {
                let mut rng = stream(*seed, Key::JointNoise { flow: *key, step, tile: info.tile as u64 });
                let active = tape.active();
                let noise = tape.input(m, false, |tile, lanes| {
                    for row in tile.chunks_exact_mut(lanes) {
                        row[..active].iter_mut().for_each(|v| *v = T::from_f64(*noise * normal::<f64>(&mut rng)));
                    }
                });
                features = tape.add(features, noise);
            }
            flow.record_nll(tape, features, info.weight);
        })
    }

    /// One step on rows `[n, d]` (row-major) under every view; returns the mean loss in nats and the gradient's norm
    /// before clipping. A gradient that is not finite changes nothing.
    pub fn step(&mut self, rate: f64, rows: &[T]) -> (f64, f64) {
        let loss = self.gradient(rows);
        (loss, self.trainer.update(self.net.flow.parameters_mut(), rate))
    }

    /// The net as trained so far, ready to score.
    pub fn net(&self) -> ViewNet<T> {
        let mut net = self.net.clone();
        net.extractor.parameters.copy_matching(self.net.flow.parameters());
        net.extractor.prepare();
        let mut flow = crate::flow::Flow::zeroed(*self.net.flow.spec()).expect("a flow of this shape exists");
        flow.parameters_mut().copy_matching(self.net.flow.parameters());
        net.flow = flow.with_isa(self.net.flow.isa());
        net
    }
}
