//! A training step on one thread allocates nothing from step 4 on, and scoring a tile nothing when warm. What several
//! threads need is in `memory.rs`.
//!
//! This binary counts the allocations of each thread apart, so that the test harness does not count.

use allocation_counter::measure;
use nafal::autodiff::AdamOptions;
use nafal::flow::{BatchSource, Context, Density, Flow, FlowSpec, Scratch, Trainer, TrainingOptions, Transform};
use nafal::random::{Key, normal, stream};
use nafal_kernels::{Isa, Real};

/// Noise of three contexts, drawn without allocating.
struct Noise;

impl<T: Real> BatchSource<T> for Noise {
    fn fill(&self, step: u64, first: usize, count: usize, contexts: &mut [u32], tile: &mut [T], lanes: usize) {
        for b in 0..count {
            let mut rng = stream(0, Key::Simulation(step, (first + b) as u64));
            contexts[b] = (first + b) as u32 % 3;
            (0..tile.len() / lanes).for_each(|i| tile[i * lanes + b] = normal(&mut rng));
        }
    }
}

const TRANSFORMS: [Transform; 2] = [Transform::dsf(4), Transform::ddsf(3, 4)];

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

fn flow<T: Real>(isa: Isa, transform: Transform) -> Flow<T> {
    let spec = FlowSpec { features: 5, contexts: 3, blocks: 2, layers: 2, hidden: 13, transform };
    Flow::new(spec, 0, 0).unwrap().with_isa(isa)
}

/// Allocations of the calling thread in each of `steps` training steps with batches of `batch`.
fn per_step<T: Real>(isa: Isa, transform: Transform, batch: usize, steps: usize) -> Vec<u64> {
    let mut flow = flow::<T>(isa, transform);
    let adam = AdamOptions { clip: 1.0, decay: 1e-4, ..AdamOptions::default() };
    let mut trainer = Trainer::new(&flow, TrainingOptions { batch, adam });
    let mut allocations = Vec::with_capacity(steps);
    for _ in 0..steps {
        let (mut loss, mut norm) = (f64::NAN, 0.0);
        allocations.push(measure(|| (loss, norm) = trainer.step(&mut flow, 1e-3, &Noise)).count_total);
        assert!(loss.is_finite() && norm > 0.0);
    }
    allocations
}

#[test]
fn a_warm_training_step_on_one_thread_allocates_nothing() {
    pool(1).install(|| {
        for &isa in Isa::available() {
            // One tile, tiles of different widths, more tiles than shards.
            for (batch, transform) in [10, 100, 9 * 64 + 1].into_iter().flat_map(|n| TRANSFORMS.map(|t| (n, t))) {
                let steps = [per_step::<f32>(isa, transform, batch, 8), per_step::<f64>(isa, transform, batch, 8)];
                for (precision, steps) in ["f32", "f64"].into_iter().zip(steps) {
                    assert!(steps[0] > 0, "the counter counts");
                    let place = format!("{transform:?} {precision} {} batch {batch}", isa.name());
                    assert_eq!(steps[3..], [0; 5], "{place}: allocations {steps:?}");
                }
            }
        }
    });
}

#[test]
fn a_warm_scoring_tile_allocates_nothing() {
    for (&isa, transform) in Isa::available().iter().flat_map(|isa| TRANSFORMS.map(|t| (isa, t))) {
        let (flow, mut scratch, mut out) = (flow::<f32>(isa, transform), Scratch::default(), Density::default());
        let contexts: Vec<u32> = (0..64).map(|b| b % 3).collect();
        let mut allocations = Vec::with_capacity(8);
        for active in [64, 64, 17, 1, 64, 30] {
            for given in [Context::Same(2), Context::Each(&contexts[..active])] {
                out.log_density.clear();
                out.log_base.clear();
                let fill = |tile: &mut [f32], lanes: usize| tile[..lanes].fill(0.5);
                let counted = measure(|| flow.density_tile(&mut scratch, active, given, fill, &mut out));
                allocations.push(counted.count_total);
            }
        }
        assert_eq!(out.log_density.len(), 30);
        assert!(allocations[0] > 0 && allocations[2..].iter().all(|&n| n == 0), "{}: {allocations:?}", isa.name());
    }
}
