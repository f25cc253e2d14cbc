//! The axes: what grows along each, and what stays small beside it.

use nafal::detect::ExtractorSpec;
use nafal::flow::{FlowSpec, Transform};

/// One net on so many rows, scored by so many threads.
#[derive(Clone, Copy)]
pub struct Point {
    /// The extractor.
    pub extractor: ExtractorSpec,
    /// The flow.
    pub flow: FlowSpec,
    /// Rows.
    pub rows: usize,
    /// Threads.
    pub threads: usize,
}

impl Point {
    /// A small net of the paper's kind on 256 rows.
    fn start() -> Point {
        Point {
            extractor: ExtractorSpec { columns: 16, views: 16, layers: 1, hidden: 8, features: 8 },
            flow: FlowSpec {
                features: 8,
                contexts: 0,
                blocks: 2,
                layers: 2,
                hidden: 128,
                transform: Transform::dsf(16),
            },
            rows: 256,
            threads: 1,
        }
    }
}

/// An axis: its name, its values, and the point at a value.
pub type Axis = (&'static str, Vec<usize>, fn(usize) -> Point);

/// Every axis. Threads go as far as the machine has cores.
pub fn all() -> Vec<Axis> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = (0..).map(|i| 1 << i).take_while(|&n| n <= cores).collect();
    vec![
        ("rows", vec![64, 128, 256, 512, 1024, 2048], |n| Point { rows: n, ..Point::start() }),
        ("K", vec![4, 8, 16, 32, 64, 128], |n| {
            let mut p = Point::start();
            p.extractor.views = n;
            p
        }),
        ("d", vec![128, 256, 512, 1024, 2048], |n| {
            let mut p = Point::start();
            p.extractor = ExtractorSpec { columns: n, views: 8, layers: 1, hidden: 32, features: 2 };
            p.flow = FlowSpec { features: 2, blocks: 1, layers: 1, hidden: 8, transform: Transform::dsf(2), ..p.flow };
            p
        }),
        ("m", vec![4, 8, 16, 32, 64], |n| {
            let mut p = Point::start();
            (p.extractor.features, p.flow.features) = (n, n);
            p
        }),
        ("hidden", vec![64, 128, 256, 512, 1024], |n| {
            let mut p = Point::start();
            p.flow.hidden = n;
            p
        }),
        ("units", vec![4, 8, 16, 32, 64], |n| {
            let mut p = Point::start();
            p.flow.transform = Transform::dsf(n);
            p
        }),
        ("threads", threads, |n| {
            let mut p = Point { threads: n, ..Point::start() };
            p.extractor.views = 64;
            p
        }),
    ]
}
