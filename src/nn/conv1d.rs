//! A one-dimensional convolution layer: `Y[t, o] = activation(b[o] + Σ_{k, c} W[o, k·C_in + c]·X[t·stride + k·dilation −
//! padding, c])`, `X: [L·C_in, lanes]` position by position, `Y: [L'·C_out, lanes]`, zeros outside of the input.

use nafal_kernels::conv1d::Conv1d as Geometry;
use nafal_kernels::{Real, Staircase};

use super::dense::Activation;
use crate::autodiff::ops::conv1d::Conv1d as Operation;
use crate::autodiff::{ParameterId, Parameters, Tape, Var};

/// Handles of a convolution layer among some parameters, and its geometry.
#[derive(Clone, Debug)]
pub struct Conv1d<T> {
    /// `W: [C_out, taps·C_in]`.
    pub weight: ParameterId,
    /// `b: [C_out]`.
    pub bias: ParameterId,
    operation: Operation<T>,
}

impl<T: Real> Conv1d<T> {
    /// Adds `name.weight` and `name.bias`, all zero, to `parameters`.
    ///
    /// Panics if a size of the geometry other than the padding is zero.
    pub fn add(parameters: &mut Parameters<T>, name: &str, geometry: Geometry, activation: Activation) -> Self {
        let shape = Staircase::dense(geometry.channels_out, geometry.taps * geometry.channels_in);
        let weight = parameters.add_matrix(format!("{name}.weight"), shape);
        let bias = parameters.add_vector(format!("{name}.bias"), geometry.channels_out);
        let operation = Operation::new(weight, Some(bias), geometry, activation.epilogue());
        Conv1d { weight, bias, operation }
    }

    /// Its geometry.
    pub fn geometry(&self) -> &Geometry {
        self.operation.geometry()
    }

    /// Records the layer on a tape. Panics if the rows of `x` are not positions of `C_in` channels.
    pub fn record(&self, tape: &mut Tape<T>, parameters: &Parameters<T>, x: Var) -> Var {
        tape.conv1d(parameters, &self.operation, x)
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use nafal_kernels::Isa;

    use super::super::{Learner, fan_in, fill_normal, tiles, train};
    use super::*;
    use crate::autodiff::{AdamOptions, OneCycle};
    use crate::progress::Quiet;
    use crate::random::{Key, normal, stream};

    /// Length of a sample.
    const LENGTH: usize = 9;

    /// The layer learns a given filter, strided and padded, from noise that went through it.
    #[test]
    fn a_layer_learns_the_filter_that_made_its_targets() {
        let (channels_in, channels_out, taps) = (2, 3, 3);
        let geometry = Geometry { channels_in, channels_out, taps, stride: 2, padding: 1, dilation: 1 };
        let mut rng = stream(0, Key::Simulation(0, 0));
        let mut start = |sd: f64| {
            let mut p = Parameters::<f64>::new();
            let layer = Conv1d::add(&mut p, "filter", geometry, Activation::Identity);
            assert_eq!(fan_in(&p, layer.weight), [6; 3]);
            fill_normal(&mut p, layer.weight, &mut rng, |_| sd);
            fill_normal(&mut p, layer.bias, &mut rng, |_| sd);
            (p, layer)
        };
        let (wanted, teacher) = start(0.7);
        let (mut learnt, student) = start(0.1);
        let (count, samples) = tiles(100, 64);
        let mut learner = Learner::new(Isa::detect(), &learnt, AdamOptions::default(), count);
        let step = |step, rate| {
            let p = &learnt;
            let loss = learner.gradient(p, count, |tile, tape| {
                let active = samples(tile).len();
                tape.begin(active);
                let mut rng = stream(0, Key::Simulation(1 + step, tile as u64));
                let x = tape.input(LENGTH * channels_in, false, |x, lanes| {
                    x.chunks_exact_mut(lanes).for_each(|row| row[..active].fill_with(|| normal(&mut rng)));
                });
                let target = teacher.record(tape, &wanted, x);
                let target: Vec<f64> =
                    (0..target.rows()).flat_map(|i| tape.value(target).row(i).to_vec()).map(|v| -v).collect();
                let y = student.record(tape, p, x);
                let target = tape.input(y.rows(), false, |rows, lanes| {
                    for (row, from) in rows.chunks_exact_mut(lanes).zip(target.chunks_exact(active)) {
                        row[..active].copy_from_slice(from);
                    }
                });
                let error = tape.add(y, target);
                tape.gaussian_nll(error, &[], 0.01);
            });
            (loss, learner.update(&mut learnt, rate))
        };
        let schedule = OneCycle { steps: 300, peak: 3e-2, warm_up: 0.2 };
        train(schedule, &Quiet, step, |_| Ok(ControlFlow::Continue(()))).unwrap();
        for (wanted, learnt) in wanted.values().iter().zip(learnt.values()) {
            assert!((wanted - learnt).abs() < 1e-2, "{wanted} {learnt}");
        }
    }
}
