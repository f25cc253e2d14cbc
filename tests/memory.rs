//! Peak memory of scoring does not grow with the rows, beyond the scores themselves: of a table in memory, of a stream of
//! CSV, and of a net behind an extractor, whose views outnumber the rows' columns.
//!
//! Training on several threads takes no memory a step that grows with model or batch (on one it takes none at all:
//! `zero_alloc.rs`).
//!
//! This binary counts the bytes in use by all threads, and has one test alone, so that nothing else is counted.

use std::io::Read;

use nafal::autodiff::AdamOptions;
use nafal::data::{Input, Table};
use nafal::detect::{ExtractorSpec, JointTrainer, ViewFamily, ViewNet, dense_views};
use nafal::flow::{BatchSource, Flow, FlowSpec, Trainer, TrainingOptions, Transform};
use nafal::random::{Key, normal, stream};
use nafal::{Detector, Preset};
use nafal_kernels::{Isa, Real};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes that `f` had in use at most, beyond what was there before; its result is dropped.
fn peak<R>(f: impl FnOnce() -> R) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let result = f();
    let peak = ALLOCATOR.peak_usage();
    drop(result);
    peak - before
}

const COLUMNS: usize = 3;

fn names() -> Vec<String> {
    (0..COLUMNS).map(|i| format!("c{i}")).collect()
}

/// A number a cell, by place.
fn cell(row: usize, column: usize) -> f64 {
    ((row * 31 + column * 17) % 101) as f64 / 10.0
}

fn table(rows: usize) -> Table {
    let values = (0..rows).flat_map(|i| (0..COLUMNS).map(move |j| cell(i, j))).collect();
    Table::new(names(), values).unwrap()
}

/// CSV text of so many rows, made as it is read.
struct Text {
    left: usize,
    line: Vec<u8>,
}

impl Read for Text {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        if self.line.is_empty() && self.left > 0 {
            self.left -= 1;
            let cells: Vec<String> = (0..COLUMNS).map(|j| cell(self.left, j).to_string()).collect();
            self.line = format!("{}\n", cells.join(",")).into_bytes();
        }
        let n = to.len().min(self.line.len());
        to[..n].copy_from_slice(&self.line[..n]);
        self.line.drain(..n);
        Ok(n)
    }
}

#[test]
fn memory_does_not_grow() {
    warm_steps_on_two_threads();
    // One thread: how many buffers are in use at once is then no matter of chance.
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(scores_of_many_rows);
}

/// Noise, drawn without allocating.
struct Noise;

impl<T: Real> BatchSource<T> for Noise {
    fn fill(&self, step: u64, first: usize, count: usize, _: &mut [u32], tile: &mut [T], lanes: usize) {
        for b in 0..count {
            let mut rng = stream(0, Key::Simulation(step, (first + b) as u64));
            (0..tile.len() / lanes).for_each(|i| tile[i * lanes + b] = normal(&mut rng));
        }
    }
}

/// The larger model and the larger batch would show in any step by hundreds of kilobytes.
fn warm_steps_on_two_threads() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    for (hidden, batch) in [(13, 128), (160, 128), (13, 1600)] {
        let spec = FlowSpec { features: 5, contexts: 0, blocks: 2, layers: 2, hidden, transform: Transform::dsf(4) };
        let mut flow = Flow::<f32>::new(spec, 0, 0).unwrap();
        let mut trainer = Trainer::new(&flow, TrainingOptions { batch, adam: AdamOptions::default() });
        let mut steps =
            |n| pool.install(|| (0..n).for_each(|_| assert!(trainer.step(&mut flow, 1e-3, &Noise).1 > 0.0)));
        steps(4);
        let bytes = peak(|| steps(20));
        assert!(bytes <= 20 * 2048, "hidden {hidden}, batch {batch}: {bytes} bytes in twenty steps");
    }
}

fn scores_of_many_rows() {
    let model = Detector::builder().preset(Preset::Fast).fit(&table(64)).unwrap();
    // A score, a p-value, and the vectors they are gathered from: what a caller gets, and twice as much while it grows.
    let result = |rows: usize| rows * 8 * size_of::<f64>();

    let (few, many) = (table(1_000), table(20_000));
    model.score(&few).unwrap();
    let (small, large) = (peak(|| model.score(&few).unwrap()), peak(|| model.score(&many).unwrap()));
    assert!(large <= small + result(many.rows()), "a table: {small} bytes for few rows, {large} for many");

    let stream = |rows: usize| {
        let header = format!("{}\n", names().join(",")).into_bytes();
        let input = Input::from_stream(Text { left: rows, line: header }, "stream", None).unwrap();
        let mut rows = input.stream(&model.read_options(None)).unwrap();
        let mut sum = 0.0;
        while let Some(chunk) = rows.next_chunk(1024).unwrap() {
            sum += model.score(&*chunk.cases.unwrap()).unwrap().iter().sum::<f64>();
        }
        assert!(sum.is_finite() && sum != 0.0);
    };
    let (small, large) = (peak(|| stream(2_000)), peak(|| stream(20_000)));
    assert!(large <= small + small / 8, "a stream: {small} bytes for few rows, {large} for many");

    let extractor = ExtractorSpec { columns: COLUMNS, views: 64, layers: 1, hidden: 4, features: 2 };
    let flow = FlowSpec { features: 2, contexts: 0, blocks: 1, layers: 1, hidden: 8, transform: Transform::dsf(2) };
    let maps = dense_views(ViewFamily::GAUSSIAN, extractor.views, COLUMNS, 0, &[], 0, 0);
    let net = ViewNet::<f32>::new(extractor, flow, 0, 0).unwrap();
    let net = JointTrainer::new(Isa::detect(), net, maps.into(), AdamOptions::default(), 0.0, 0, 0).net();
    let rows: Vec<f32> = many.values().iter().map(|&v| v as f32).collect();
    let few = &rows[..1_000 * COLUMNS];
    net.score(few);
    let (small, large) = (peak(|| net.score(few)), peak(|| net.score(&rows)));
    assert!(large <= small + 8 * many.rows(), "a net: {small} bytes for few rows, {large} for many");
}
