//! `nafal sample`: samples of a model's flows.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::{Global, OutputArgs};
use crate::cli::table_writer::{Cell, TableWriter};
use crate::detect::Samples;
use crate::error::{Result, listed};

/// Draw samples from the flows, with their log-likelihoods
///
/// Prints `sample,view,log_density` and the model's columns in the table's units. A view looks at some of the columns; the
/// others are empty (null with --json), and so are categories and times. The log-density is that of the view's features.
#[derive(Debug, Args)]
pub(in crate::cli) struct Sample {
    /// Model file, as written by `nafal fit`
    model: PathBuf,
    /// Number of samples
    #[arg(short = 'n', long = "count", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    count: u32,
    /// Seed of the samples
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    output: OutputArgs,
}

impl Sample {
    pub fn run(&self, global: &Global) -> Result<()> {
        let output = self.output.open(&[&self.model])?;
        let model = global.memory().load(&self.model)?;
        let samples = model.sample(self.count as usize, self.seed)?;
        let d = samples.names.len();
        let mut table = TableWriter::new(output, global.json, &header(&samples.names))?;
        let mut cells = Vec::new();
        for (i, (&view, &log_density)) in samples.view.iter().zip(&samples.log_density).enumerate() {
            cells.clear();
            cells.extend([Cell::Count(i), Cell::Count(view), Cell::Number(log_density)]);
            let values = &samples.values[i * d..(i + 1) * d];
            cells.extend(values.iter().map(|&v| if v.is_nan() { Cell::Empty } else { Cell::Number(v) }));
            table.row(&cells)?;
        }
        table.finish()?;
        say_what_is_empty(&samples, global);
        Ok(())
    }
}

/// Says which columns no sample fills, and that most samples fill some columns only.
fn say_what_is_empty(samples: &Samples, global: &Global) {
    let (d, n) = (samples.names.len(), samples.view.len());
    let filled = |j: usize| samples.values.iter().skip(j).step_by(d).filter(|v| !v.is_nan()).count();
    let never: Vec<&str> = (0..d).filter(|&j| filled(j) == 0).map(|j| samples.names[j].as_str()).collect();
    let cells: usize = (0..d).map(filled).sum();
    if !never.is_empty() {
        global.note(format_args!(
            "note: empty in every sample: {}; they hold categories or times, or no view drawn from looks at them",
            listed(&never)
        ));
    }
    if cells < n * (d - never.len()) {
        global.note(format_args!(
            "note: a sample fills the columns that its view looks at, {:.1} of {d} on average; the flows of a panel (`nafal fit` \
             without --method) look at all",
            cells as f64 / n.max(1) as f64
        ));
    }
}

/// Names of all columns; a column of the model that is called as one of ours gets a prefix.
fn header(columns: &[String]) -> Vec<String> {
    const OURS: [&str; 3] = ["sample", "view", "log_density"];
    let theirs = |name: &String| if OURS.contains(&name.as_str()) { format!("column {name}") } else { name.clone() };
    OURS.iter().map(|&n| n.to_owned()).chain(columns.iter().map(theirs)).collect()
}
