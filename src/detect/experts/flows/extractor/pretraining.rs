//! Pre-training on predicting the view: softmax cross-entropy of a linear classifier on the features (Golan & El-Yaniv
//! 2018; Bergman & Hoshen 2020). Only the extractor is saved, whose features distinguish the
//! views of normal rows.

use std::ops::ControlFlow;
use std::sync::Arc;

use nafal_kernels::{Isa, Real, Staircase};

use super::Extractor;
use super::trainer::ViewTrainer;
use crate::autodiff::{AdamOptions, AffineMaps, Schedule};
use crate::error::Result;
use crate::nn::{self, Activation, Dense, Step, fill_normal};
use crate::progress::Progress;
use crate::random::{Key, stream};

/// Adam's learning rate.
const RATE: f64 = 1e-3;

impl<T: Real> Extractor<T> {
    /// Trains the extractor for `steps` steps to tell its views apart, each on the rows `[n, d]` that `rows(step)` gives;
    /// `watch` sees each step. Returns the mean loss of the last tenth of the steps in nats (`ln K` for a guess).
    ///
    /// # Errors
    /// What `watch` returns; [`crate::Error::Interrupted`] if `progress` says so. The extractor is then as it was.
    pub fn pretrain(
        &mut self,
        isa: Isa,
        maps: Arc<AffineMaps<T>>,
        steps: u64,
        seed: u64,
        key: u64,
        rows: impl Fn(u64) -> Vec<T>,
        watch: impl FnMut(Step) -> Result<ControlFlow<()>>,
        progress: &dyn Progress,
    ) -> Result<f64> {
        let (views, m) = (self.spec.views, self.spec.features);
        let mut parameters = self.parameters.clone();
        let classifier = Dense::add(&mut parameters, "classifier", Staircase::dense(views, m), Activation::Identity);
        let mut rng = stream(seed, Key::ClassifierWeights { flow: key });
        let sd = 1.0 / (m as f64).sqrt();
        fill_normal(&mut parameters, classifier.weight, &mut rng, |_| sd);
        let layers = &self.layers;
        let mut trainer = ViewTrainer::new(isa, self.spec, layers, maps, AdamOptions::default(), &mut parameters);
        let step = |step, rate| {
            let p = &parameters;
            let loss = trainer.gradient(p, layers, &rows(step), |tape, features, info| {
                let logits = classifier.record(tape, p, features);
                tape.cross_entropy(logits, info.weight);
            });
            (loss, trainer.update(&mut parameters, rate))
        };
        let loss = nn::train(Schedule::Constant { steps, rate: RATE }, progress, step, watch)?;
        self.parameters.copy_matching(&parameters);
        self.prepare();
        Ok(loss)
    }
}
