//! The command line: one file a verb. The only floor that prints.
//!
//! Data go to stdout, messages to stderr. Exit codes: 0, 2 usage, 3 bad data, 4 bad model file, 5 cannot
//! write, 6 training failed, 130 and 143 on SIGINT and SIGTERM. A reader of stdout that goes away ends the command
//! quietly. With `--json` every line on stderr is an object too: an error, a warning, a note or progress.

mod arguments;
mod data_facts;
mod measures;
mod messages;
mod output;
mod pages;
mod progress;
mod resources;
mod score_stream;
mod signals;
mod table_writer;
mod verbs;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use crate::error::{Error, Result};
use arguments::{Global, data_help};
use verbs::Verb;

/// Finds the rows of a table, or the whole series, that do not belong, by the exact likelihood of neural autoregressive
/// flows.
#[derive(Debug, Parser)]
#[command(name = "nafal", version, about, after_help = after_help(), arg_required_else_help = true)]
struct Command {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    global: Global,
}

fn after_help() -> String {
    format!(
        "{}.
Higher score = more anomalous.
Exit codes: 2 usage, 3 bad data, 4 bad model file, 5 cannot write, 6 training failed.",
        data_help("DATA")
    )
}

/// Runs the command with the process's arguments.
pub fn main() -> ExitCode {
    // Before any thread starts: threads inherit which signals are held back.
    signals::watch();
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(e) => return messages::failure::usage(e),
    };
    let json = command.global.json;
    match command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Write { path, source })
            if source.kind() == io::ErrorKind::BrokenPipe && path.as_os_str() == output::STDOUT =>
        {
            ExitCode::SUCCESS
        }
        Err(e) => messages::failure::report(&e, json),
    }
}

impl Command {
    fn run(self) -> Result<()> {
        let global = &self.global;
        resources::threads::pool(global)?.install(|| self.verb.run(global))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        use clap::CommandFactory;
        Command::command().debug_assert();
    }
}
