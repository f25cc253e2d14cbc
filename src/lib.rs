//! Finds the rows of a table, or the whole time series, that do not belong: self-supervised anomaly detection with neural
//! autoregressive flows, on the CPU.
//!
//! A detector is fitted to normal cases alone. It learns the density of many random views of a case and says of each new
//! case how surprising it is (a **score**, higher = more anomalous, everywhere) and how often a normal case would be as
//! surprising (a **p-value**). The same seed gives the same bits, for any number of threads and however cases are batched.
//!
//! # When to use it
//!
//! For small and middling data (some dozens to some hundred thousand rows), where anomalies are combinations of values that
//! do not go together and a calibrated alarm matters; where no GPU, no Python and no C compiler is at hand. Labels are not
//! needed; if there are some, they choose the normal rows.
//!
//! # A table
//!
//! ```
//! use nafal::{Detector, Model, Table, Threshold};
//!
//! // Two columns that move together.
//! let row = |i: u32| [f64::from(i % 50), 3.0 * f64::from(i % 50) + f64::from(i * i % 7)];
//! let names = vec!["load".to_string(), "heat".to_string()];
//! let train = Table::new(names.clone(), (0..300).flat_map(row).collect())?;
//! let model = Detector::builder().seed(7).fit(&train)?;
//!
//! // Both values of the second row are common; together they are not.
//! let test = Table::new(names, vec![20.0, 62.0, 20.0, 140.0])?;
//! assert_eq!(model.predict(&test, Threshold::Alpha(0.02))?, [false, true]);
//!
//! // A model file is data, never code; a loaded model scores to the same bits.
//! let again = Model::from_bytes(&model.to_bytes()?, "in memory")?;
//! assert_eq!(again.score(&test)?, model.score(&test)?);
//! # Ok::<(), nafal::Error>(())
//! ```
//!
//! # Whole series
//!
//! A case is a series of one or more channels; lengths may differ.
//!
//! ```
//! use nafal::{Detector, Preset, Series, SeriesSet};
//!
//! let wave = |phase: usize, rate: f64| -> Vec<f64> { (0..40).map(|t| ((t + phase) as f64 * rate).sin()).collect() };
//! let normal = (0..40).map(|i| Series::new(&[wave(i, 0.3)])).collect::<Result<Vec<_>, _>>().unwrap();
//! let model = Detector::builder().preset(Preset::Fast).fit(&SeriesSet::new(normal)?)?;
//!
//! let new = SeriesSet::new(vec![Series::new(&[wave(3, 0.3)]).unwrap(), Series::new(&[wave(3, 1.1)]).unwrap()])?;
//! let scores = model.score(&new)?;
//! assert!(scores[1] > scores[0], "another rhythm");
//! # Ok::<(), nafal::Error>(())
//! ```
//!
//! # A flow as a density
//!
//! The engine beneath is public in its own right: an exact density with its inverse and its samples.
//!
//! ```
//! use nafal::flow::{Context, Flow, FlowSpec};
//!
//! let flow = Flow::<f64>::new(FlowSpec::new(3), 1, 0)?;
//! let x = [0.3, -1.2, 0.8];
//! let (z, log_det) = flow.data_to_latent(&x, Context::None);
//! let (back, _) = flow.latent_to_data(&z, Context::None);
//! assert!(x.iter().zip(&back).all(|(a, b)| (a - b).abs() < 1e-9));
//!
//! // log p(x) is the base density of z and the log-determinant of the map.
//! let base = z.iter().map(|z| -0.5 * (z * z + (2.0 * std::f64::consts::PI).ln())).sum::<f64>();
//! assert!((flow.density(&x, Context::None).log_density[0] - (base + log_det[0])).abs() < 1e-12);
//! # Ok::<(), nafal::flow::FlowError>(())
//! ```
//!
//! # Where things are
//!
//! | module | what |
//! |---|---|
//! | [`detect`] | detectors: the builder, the model, the registry of all detectors, their configurations |
//! | [`encode`] | what turns a row or a series into blocks of features |
//! | [`data`] | tables and series in memory and from files, the container of model files |
//! | [`flow`], [`nn`], [`autodiff`] | the flow, layers and the training loop, the reverse-mode tape |
//! | [`stats`], [`random`] | χ² and Mahalanobis, counter-based random streams |
//! | `evaluate`, `report`, `cli` | protocols and metrics, plots, the command (features `cli` and `report`) |
//!
//! # Threads
//!
//! Fits and scores work in rayon's current pool: the global one, unless they are called within
//! `rayon::ThreadPool::install`. The global pool starts with its first use, one thread a core, and rayon panics where the
//! system refuses them. A program that may run under such limits builds a pool first, which gives an error instead:
//! `rayon::ThreadPoolBuilder::new().build()?.install(|| builder.fit(&table))`, or `build_global()`.
//!
//! With `default-features = false` the crate has tables and series in memory, the detectors and the model file, on few
//! dependencies. No feature changes a number.
#![forbid(unsafe_code)]

pub mod autodiff;
#[cfg(all(feature = "cli", feature = "report"))]
pub mod cli;
pub mod data;
pub mod detect;
pub mod encode;
mod error;
#[cfg(feature = "cli")]
pub mod evaluate;
pub mod flow;
pub mod nn;
mod progress;
pub mod random;
#[cfg(feature = "report")]
pub mod report;
pub mod stats;

/// Crates whose types stand in public signatures.
pub use {nafal_kernels as kernels, rand, rand_chacha, serde_json};

pub use data::{Dataset, Kind, Series, SeriesSet, Table};
pub use detect::{Configuration, Detector, DetectorBuilder, Experts, Model, Preset, Samples, ScoreKind, Threshold};
pub use error::{DataError, Error, Result};
pub use progress::{Progress, Quiet};

/// The README's example, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
