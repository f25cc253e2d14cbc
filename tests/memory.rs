//! Peak memory of scoring does not grow with the rows, beyond the scores themselves: of a table in memory, of a stream of
//! CSV, and of a net behind an extractor, whose views outnumber the rows' columns.
//!
//! This binary counts the bytes in use by all threads, and has one test alone, so that nothing else is counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use nafal::Detector;
use nafal::Preset;
use nafal::autodiff::AdamOptions;
use nafal::data::{CsvRows, ReadOptions, Table};
use nafal::detect::{ExtractorSpec, JointTrainer, MapKind, ViewNet, dense_views};
use nafal::flow::FlowSpec;
use nafal_kernels::Isa;
use nafal_kernels::dsf::Slope;

/// The system's allocator, counting bytes in use and the most there ever were.
struct Counting;

static USED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn took(bytes: usize) {
    let used = USED.fetch_add(bytes, Relaxed) + bytes;
    PEAK.fetch_max(used, Relaxed);
}

// SAFETY: every method hands its arguments unchanged to the system's allocator, which keeps the contract of
// `GlobalAlloc`; counting touches two atomics and never allocates.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        // SAFETY: the caller's promises about `layout` are the system allocator's.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Relaxed);
        // SAFETY: `pointer` came from the system's allocator with `layout`, as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes that `f` had in use at most, beyond what was there before; its result is dropped.
fn peak<R>(f: impl FnOnce() -> R) -> usize {
    let before = USED.load(Relaxed);
    PEAK.store(before, Relaxed);
    let result = f();
    let peak = PEAK.load(Relaxed);
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
fn peak_memory_does_not_grow_with_the_rows() {
    // One thread: how many buffers are in use at once is then no matter of chance.
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(scores_of_many_rows);
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
        let options = ReadOptions { label: None, columns: Some(model.columns().to_vec()) };
        let header = format!("{}\n", names().join(",")).into_bytes();
        let mut rows = CsvRows::from_reader(Text { left: rows, line: header }, "stream", &options).unwrap();
        let mut sum = 0.0;
        while let Some(chunk) = rows.next_chunk(1024).unwrap() {
            sum += model.score(&chunk).unwrap().iter().sum::<f64>();
        }
        assert!(sum.is_finite() && sum != 0.0);
    };
    let (small, large) = (peak(|| stream(2_000)), peak(|| stream(20_000)));
    assert!(large <= small + small / 8, "a stream: {small} bytes for few rows, {large} for many");

    let extractor = ExtractorSpec { columns: COLUMNS, views: 64, layers: 1, hidden: 4, features: 2 };
    let flow = FlowSpec { features: 2, classes: 0, blocks: 1, layers: 1, hidden: 8, units: 2, slope: Slope::Softplus };
    let maps = dense_views(MapKind::Gaussian, extractor.views, COLUMNS, 0, &[], 0, 0);
    let net = ViewNet::<f32>::new(extractor, flow, 0, 0).unwrap();
    let net = JointTrainer::new(Isa::detect(), net, maps.into(), AdamOptions::default(), 0.0, 0, 0).net();
    let rows: Vec<f32> = many.values().iter().map(|&v| v as f32).collect();
    let few = &rows[..1_000 * COLUMNS];
    net.score(few);
    let (small, large) = (peak(|| net.score(few)), peak(|| net.score(&rows)));
    assert!(large <= small + 8 * many.rows(), "a net: {small} bytes for few rows, {large} for many");
}
