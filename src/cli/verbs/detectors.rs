//! `nafal detectors`: the registry.

use clap::Args;

use crate::cli::arguments::Global;
use crate::cli::output::print;
use crate::detect::registry;
use crate::error::Result;

/// List the detectors and the kinds of data they take
#[derive(Debug, Args)]
pub(in crate::cli) struct Detectors;

impl Detectors {
    pub fn run(&self, _: &Global) -> Result<()> {
        registry::all().try_for_each(|line| {
            let kinds: Vec<&str> = line.kinds.iter().map(|kind| kind.name()).collect();
            print(&format!("{} ({})\n", line.name, kinds.join(", ")))
        })
    }
}
