//! A training step allocates nothing once it is warm: on one thread nothing at all from step 4 on; on several threads only
//! what the scheduler needs, whatever the size of model and batch. Scoring a tile allocates nothing when warm, either.
//!
//! This binary counts every allocation of a thread; the counters are per thread, so that the test harness does not count.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use nafal::autodiff::AdamOptions;
use nafal::flow::{BatchSource, Classes, Density, Flow, FlowSpec, Scratch, Trainer, TrainingOptions};
use nafal::random::{Purpose, normal, stream};
use nafal_kernels::dsf::Slope;
use nafal_kernels::{Isa, Real};

/// The system's allocator, counting.
struct Counting;

thread_local! {
    /// Allocations of this thread and their bytes.
    static ALLOCATED: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

fn count(bytes: usize) {
    // A thread that is being torn down has no counter left, and is of no interest.
    let _ = ALLOCATED.try_with(|c| c.set((c.get().0 + 1, c.get().1 + bytes)));
}

// SAFETY: every method hands its arguments unchanged to the system's allocator, which keeps the contract of
// `GlobalAlloc`; counting touches a constant-initialised thread-local cell without destructor and never allocates.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promises about `layout` are the system allocator's.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promises about `layout` are the system allocator's.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: `pointer` came from the system's allocator with `layout`, as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: `pointer` came from the system's allocator with `layout`, as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Noise of three classes, drawn without allocating.
struct Noise;

impl<T: Real> BatchSource<T> for Noise {
    fn fill(&self, step: u64, first: usize, count: usize, classes: &mut [u32], tile: &mut [T], lanes: usize) {
        for b in 0..count {
            let mut rng = stream(0, Purpose::Simulation, step, (first + b) as u64);
            classes[b] = (first + b) as u32 % 3;
            (0..tile.len() / lanes).for_each(|i| tile[i * lanes + b] = normal(&mut rng));
        }
    }
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

fn flow<T: Real>(isa: Isa, hidden: usize) -> Flow<T> {
    let spec = FlowSpec { features: 5, classes: 3, blocks: 2, layers: 2, hidden, units: 4, slope: Slope::Softplus };
    Flow::new(spec, 0, 0).unwrap().with_isa(isa)
}

/// Allocations of the calling thread in each of `steps` training steps with batches of `batch`.
fn per_step<T: Real>(isa: Isa, batch: usize, steps: usize) -> Vec<usize> {
    let mut flow = flow::<T>(isa, 13);
    let adam = AdamOptions { clip: 1.0, decay: 1e-4, ..AdamOptions::default() };
    let mut trainer = Trainer::new(&flow, TrainingOptions { batch, adam });
    let mut allocations = Vec::with_capacity(steps);
    for _ in 0..steps {
        let before = ALLOCATED.get().0;
        let (loss, norm) = trainer.step(&mut flow, 1e-3, &Noise);
        allocations.push(ALLOCATED.get().0 - before);
        assert!(loss.is_finite() && norm > 0.0);
    }
    allocations
}

#[test]
fn a_warm_training_step_on_one_thread_allocates_nothing() {
    pool(1).install(|| {
        for &isa in Isa::available() {
            // One tile, tiles of different widths, more tiles than slots.
            for batch in [10, 100, 9 * 64 + 1] {
                for (precision, steps) in
                    [("f32", per_step::<f32>(isa, batch, 8)), ("f64", per_step::<f64>(isa, batch, 8))]
                {
                    assert!(steps[0] > 0, "the counter counts");
                    assert_eq!(steps[3..], [0; 5], "{precision} {} batch {batch}: allocations {steps:?}", isa.name());
                }
            }
        }
    });
}

/// Bytes allocated on all of two threads by twenty warm steps.
fn warm_bytes(hidden: usize, batch: usize) -> usize {
    let pool = pool(2);
    let mut flow = flow::<f32>(Isa::detect(), hidden);
    let mut trainer = Trainer::new(&flow, TrainingOptions { batch, adam: AdamOptions::default() });
    let total = || pool.broadcast(|_| ALLOCATED.get().1).iter().sum::<usize>();
    pool.install(|| (0..4).for_each(|_| assert!(trainer.step(&mut flow, 1e-3, &Noise).1 > 0.0)));
    let before = total();
    pool.install(|| (0..20).for_each(|_| assert!(trainer.step(&mut flow, 1e-3, &Noise).1 > 0.0)));
    total() - before
}

#[test]
fn on_several_threads_allocation_does_not_grow_with_model_or_batch() {
    // The larger model and the larger batch would show in every step by hundreds of kilobytes.
    for (hidden, batch) in [(13, 128), (160, 128), (13, 1600)] {
        let bytes = warm_bytes(hidden, batch);
        println!("hidden {hidden}, batch {batch}: {bytes} bytes in twenty steps");
        assert!(bytes <= 20 * 2048, "hidden {hidden}, batch {batch}: {bytes} bytes in twenty steps");
    }
}

#[test]
fn a_warm_scoring_tile_allocates_nothing() {
    for &isa in Isa::available() {
        let (flow, mut scratch, mut out) = (flow::<f32>(isa, 13), Scratch::default(), Density::default());
        let classes: Vec<u32> = (0..64).map(|b| b % 3).collect();
        let mut allocations = Vec::with_capacity(8);
        for active in [64, 64, 17, 1, 64, 30] {
            for given in [Classes::Same(2), Classes::Each(&classes[..active])] {
                out.log_density.clear();
                out.log_base.clear();
                let before = ALLOCATED.get().0;
                let fill = |tile: &mut [f32], lanes: usize| tile[..lanes].fill(0.5);
                flow.density_tile(&mut scratch, active, given, fill, &mut out);
                allocations.push(ALLOCATED.get().0 - before);
            }
        }
        assert_eq!(out.log_density.len(), 30);
        assert!(allocations[0] > 0 && allocations[2..].iter().all(|&n| n == 0), "{}: {allocations:?}", isa.name());
    }
}
