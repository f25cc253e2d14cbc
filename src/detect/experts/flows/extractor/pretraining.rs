//! Pre-training on predicting the view: softmax cross-entropy of a linear classifier on the features (Golan & El-Yaniv
//! 2018; Bergman & Hoshen 2020). The classifier is thrown away; the features that tell the views of normal rows apart stay.

use std::sync::Arc;

use nafal_kernels::gemm::Epilogue;
use nafal_kernels::{Isa, Real, Staircase};

use super::Extractor;
use super::trainer::ViewTrainer;
use crate::autodiff::{AdamOptions, AffineMaps, Linear};
use crate::random::{Purpose, normal, stream};

/// Adam's learning rate.
const RATE: f64 = 1e-3;

impl<T: Real> Extractor<T> {
    /// Trains the extractor for `steps` steps to tell its views apart, each on the rows `[n, d]` that `rows(step)` gives;
    /// `each(step, loss)` may end the training early by returning false. Returns the last mean loss in nats (`ln K` for a
    /// guess).
    pub fn pretrain(
        &mut self,
        isa: Isa,
        maps: Arc<AffineMaps<T>>,
        steps: u64,
        seed: u64,
        key: u64,
        rows: impl Fn(u64) -> Vec<T>,
        mut each: impl FnMut(u64, f64) -> bool,
    ) -> f64 {
        let (views, m) = (self.spec.views, self.spec.features);
        let mut parameters = self.parameters.clone();
        let weight = parameters.add_matrix("classifier.weight", Staircase::dense(views, m));
        let bias = parameters.add_vector("classifier.bias", views);
        let mut rng = stream(seed, Purpose::Weights, key, 1 << 33);
        let sd = 1.0 / (m as f64).sqrt();
        parameters.fill(weight, |_, _| T::from_f64(sd * normal::<f64>(&mut rng)));
        let classifier = Linear { weight, bias: Some(bias), table: None, epilogue: Epilogue::Store };
        let layers = &self.layers;
        let mut trainer = ViewTrainer::new(isa, self.spec, layers, maps, AdamOptions::default(), &mut parameters);
        let mut loss = f64::NAN;
        for step in 0..steps {
            let p = &parameters;
            loss = trainer.gradient(p, layers, &rows(step), |tape, features, info| {
                let logits = tape.linear(p, classifier, features);
                tape.cross_entropy(logits, info.weight);
            });
            trainer.update(&mut parameters, RATE);
            if !each(step, loss) {
                break;
            }
        }
        self.parameters.copy_matching(&parameters);
        self.prepare();
        loss
    }
}
