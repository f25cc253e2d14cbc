//! The likelihood core, timed: `cargo bench -p nafal --bench likelihood -- --preset default|small|wide|large --threads N`.
//!
//! Prints one JSON line each for `score` (mean over views of −log p for a batch), `train` (forward, backward and an Adam
//! step of all parameters on the batch) and `single` (the score of one row). `small`, `wide` and `large` are the nets of the
//! PyTorch yardstick; `default` is the shipped table detector. Answers are checked against double precision before anything
//! is timed.

mod options;
mod presets;
mod reference;
mod report;
mod rival_nets;
mod shipped;
mod timing;

use std::process::ExitCode;

fn main() -> ExitCode {
    let options = match options::Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => return usage(&problem),
    };
    let preset = presets::Preset::named(&options.preset);
    if preset.is_none() && options.preset != "default" {
        return usage(&format!("no preset {}", options.preset));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build().expect("a pool of threads");
    pool.install(|| match preset {
        Some(preset) => rival_nets::run(&options, &preset),
        None => shipped::run(&options),
    });
    ExitCode::SUCCESS
}

fn usage(problem: &str) -> ExitCode {
    eprintln!("likelihood: {problem}");
    eprintln!("usage: --preset default|small|wide|large --threads N [--seconds S] [--batch B]");
    ExitCode::from(2)
}
