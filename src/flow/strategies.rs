//! Property-test strategies: random flows, whole, with their parameters and inputs (feature `proptest`).
//!
//! A [`Case`] holds a structure, a few magnitudes and a seed; parameters and inputs are pure functions of these and of
//! their own position. A failing case therefore shrinks in the order structure, magnitudes, seed, keeps its values while
//! its structure shrinks, and prints in a few lines.
//!
//! ```
//! use nafal::flow::strategies::{Magnitudes, Sizes, cases, settings};
//! use proptest::prelude::*;
//! proptest!(settings(8), |(case in cases(Sizes::default(), Magnitudes::MILD))| {
//!     let flow = case.flow::<f64>();
//!     let (z, log_det) = flow.data_to_latent(&case.inputs::<f64>(), case.contexts());
//!     prop_assert!(z.iter().chain(&log_det).all(|v| v.is_finite()));
//! });
//! ```

use std::fmt;
use std::ops::RangeInclusive;

use nafal_kernels::Real;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::{Context, Flow, FlowSpec, Transform};
use crate::nn::{Dense, fill_normal};
use crate::random::{Key, below, normal, stream};

/// Ranges of the sizes of a random flow and its batch.
#[derive(Clone, Debug)]
pub struct Sizes {
    /// Features `m`.
    pub features: RangeInclusive<usize>,
    /// Blocks.
    pub blocks: RangeInclusive<usize>,
    /// Hidden layers.
    pub layers: RangeInclusive<usize>,
    /// Hidden width, raised where the features need more.
    pub hidden: RangeInclusive<usize>,
    /// Sigmoid units of the univariate transform.
    pub units: RangeInclusive<usize>,
    /// Context; 0: unconditional.
    pub contexts: RangeInclusive<usize>,
    /// Rows of the inputs.
    pub batch: RangeInclusive<usize>,
}

impl Default for Sizes {
    /// Small, and seldom a whole number of vector registers.
    fn default() -> Self {
        Sizes {
            features: 1..=12,
            blocks: 1..=8,
            layers: 1..=3,
            hidden: 1..=70,
            units: 1..=33,
            contexts: 0..=4,
            batch: 1..=70,
        }
    }
}

/// How large weights and inputs may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Magnitudes {
    /// Smallest and largest standard deviation of a layer's weights; log-uniform, layer by layer.
    pub weights: (f64, f64),
    /// Farthest that a raw parameter of a univariate transform can ever be from its value in a fresh flow (slopes 1, biases
    /// spread over ±2, equal weights); for each of several layers in a chain less, as their slopes
    /// multiply.
    pub reach: f64,
    /// Largest input.
    pub inputs: f64,
}

impl Magnitudes {
    /// Everything a flow must survive: slopes from e⁻¹⁰⁰⁰ to 10³, plateaus, saturated units, inputs up to 10³.
    pub const WILD: Magnitudes = Magnitudes { weights: (1e-3, 1e2), reach: 998.0, inputs: 1e3 };
    /// Flows as training leaves them: slopes within about a factor of ten of one.
    pub const MILD: Magnitudes = Magnitudes { weights: (1e-3, 1.0), reach: 2.0, inputs: 1e1 };
}

/// A random flow with inputs, as its recipe.
#[derive(Clone, PartialEq)]
pub struct Case {
    /// Shape of the flow.
    pub spec: FlowSpec,
    /// Rows of the inputs.
    pub batch: usize,
    /// Standard deviations of the weights of each layer, the head's included, from the front; the last of the context rows
    /// and of what the transform shares.
    pub scales: [f64; 5],
    /// Magnitudes of the case.
    pub magnitudes: Magnitudes,
    /// Seed of all values.
    pub seed: u64,
    contexts: Vec<u32>,
}

/// Settings for laws: `cases` random cases from a fixed seed; the environment variables `PROPTEST_CASES` and
/// `PROPTEST_RNG_SEED` overrule both.
pub fn settings(cases: u32) -> ProptestConfig {
    let given = |name: &str| std::env::var_os(name).is_some();
    let mut settings = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if !given("PROPTEST_CASES") {
        settings.cases = cases;
    }
    if !given("PROPTEST_RNG_SEED") {
        settings.rng_seed = RngSeed::Fixed(0);
    }
    settings
}

/// Shapes of flows, all of them valid.
pub fn specs(sizes: Sizes) -> impl Strategy<Value = FlowSpec> {
    let Sizes { features, blocks, layers, hidden, units, contexts, .. } = sizes;
    (features, blocks, layers, hidden, contexts, Transform::any(units)).prop_map(
        |(features, blocks, layers, hidden, contexts, transform)| {
            let mut spec = FlowSpec { features, contexts, blocks, layers, hidden, transform };
            spec.hidden = hidden.max(spec.degrees().count());
            spec
        },
    )
}

/// Flows with inputs.
pub fn cases(sizes: Sizes, magnitudes: Magnitudes) -> impl Strategy<Value = Case> {
    let (low, high) = (magnitudes.weights.0.ln(), magnitudes.weights.1.ln());
    let batch = sizes.batch.clone();
    let scales = prop::array::uniform5((low..=high).prop_map(f64::exp));
    (specs(sizes), batch, scales, any::<u64>()).prop_map(move |(spec, batch, scales, seed)| {
        let context =
            |b: usize| below(&mut stream(seed, Key::Batch { flow: b as u64, step: 0, first: 0 }), spec.contexts) as u32;
        let contexts = if spec.contexts > 0 { (0..batch).map(context).collect() } else { Vec::new() };
        Case { spec, batch, scales, magnitudes, seed, contexts }
    })
}

impl fmt::Debug for Case {
    /// One line: the recipe without what follows from it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Case { spec, batch, scales, magnitudes, seed, .. } = self;
        write!(f, "{spec:?}, batch {batch}, scales {scales:?}, {magnitudes:?}, seed {seed}")
    }
}

impl Case {
    /// The flow.
    pub fn flow<T: Real>(&self) -> Flow<T> {
        let weights = |block: usize, layer: u64| Key::FlowWeights { flow: 0, block: block as u64, layer };
        let mut flow = Flow::<f64>::zeroed(self.spec).expect("strategies give valid shapes");
        for block in 0..self.spec.blocks {
            for (l, layer) in flow.layers(block).to_vec().into_iter().enumerate() {
                let mut rng = stream(self.seed, weights(block, l as u64));
                let scale = self.scales[l];
                let p = flow.parameters_mut();
                for id in [Some(layer.weight), layer.bias].into_iter().flatten() {
                    fill_normal(p, id, &mut rng, |_| scale);
                }
            }
            self.bound_head(&mut flow, block);
            let (table, shared) = (flow.blocks[block].conditioner.table, flow.blocks[block].shared.clone());
            let (scale, reach, p) = (self.scales[4], self.reach(), flow.parameters_mut());
            if let Some(table) = table {
                let mut rng = stream(self.seed, weights(block, u64::from(u32::MAX)));
                fill_normal(p, table, &mut rng, |_| scale);
            }
            let mut rng = stream(self.seed, weights(block, u64::from(u32::MAX) - 1));
            for id in shared {
                p.fill(id, |_, _| (scale * normal::<f64>(&mut rng)).clamp(-reach, reach));
            }
        }
        flow.cast()
    }

    /// How far a raw parameter may be from its start: in a chain of `L` layers, whose slopes multiply, the `L`-th root or part.
    fn reach(&self) -> f64 {
        let (reach, depth) = (self.magnitudes.reach, self.spec.transform.univariate::<f64>().depth() as f64);
        reach.powf(1.0 / depth).min(reach / depth)
    }

    /// Adds the fresh flow's raw parameters to the head's biases and scales rows down to the reach: hidden units lie
    /// within ±1, so a row moves its output by at most the sum of its absolute weights.
    fn bound_head(&self, flow: &mut Flow<f64>, block: usize) {
        let Dense { weight, bias, .. } = flow.layers(block)[self.spec.layers];
        let bias = bias.expect("the head has a bias");
        let p = flow.parameters_mut();
        let (w, b) = (p.to_dense(weight), p.vector(bias).to_vec());
        let hidden = self.spec.hidden;
        let factor = |i: usize| {
            let moved = b[i].abs() + w[i * hidden..(i + 1) * hidden].iter().map(|v| v.abs()).sum::<f64>();
            (self.reach() / moved).min(1.0)
        };
        p.fill(weight, |i, j| factor(i) * w[i * hidden + j]);
        p.fill(bias, |_, i| self.spec.transform.starting_raw(i % self.spec.raw_rows()) + factor(i) * b[i]);
    }

    /// Inputs `[batch, m]`, row-major: standard normal values, magnitudes spread log-uniformly up to the largest, the
    /// largest itself, exact zeros, ties with the row before and duplicates of the column before.
    pub fn inputs<T: Real>(&self) -> Vec<T> {
        let (m, largest) = (self.spec.features, self.magnitudes.inputs);
        let mut x = Vec::with_capacity(self.batch * m);
        for b in 0..self.batch {
            let mut rng = stream(self.seed, Key::Simulation(b as u64, 0));
            for i in 0..m {
                let (kind, value) = (below(&mut rng, 12), normal::<f64>(&mut rng));
                x.push(match kind {
                    0 => 0.0,
                    1 if b > 0 => x[(b - 1) * m + i],
                    2 if i > 0 => x[b * m + i - 1],
                    3 => largest.copysign(value),
                    4 => (1e-6 * (1e6 * largest).powf(below(&mut rng, 1 << 20) as f64 / f64::from(1 << 20)))
                        .copysign(value),
                    _ => value.clamp(-largest, largest),
                });
            }
        }
        x.into_iter().map(T::from_f64).collect()
    }

    /// The context of each row.
    pub fn contexts(&self) -> Context<'_> {
        if self.spec.contexts > 0 { Context::Each(&self.contexts) } else { Context::None }
    }
}
