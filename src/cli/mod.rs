//! The command line: one file a verb. The only floor that prints.
//!
//! Data go to stdout, everything said to people to stderr. Exit codes: 0, 2 usage, 3 bad data, 4 bad model file, 5 cannot
//! write, 6 training failed, 130 and 143 on SIGINT and SIGTERM. A reader of stdout that goes away ends the command
//! quietly.

mod arguments;
mod demo;
mod evaluate;
mod figures;
mod fit;
mod info;
mod model_scores;
mod output;
mod predict;
mod progress;
mod reproduce;
mod sample;
mod score;
mod signals;
mod training_report;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::{Error, Result};
use arguments::Global;

/// Finds the rows of a table, or the whole series, that do not belong, by the exact likelihood of neural autoregressive
/// flows.
#[derive(Debug, Parser)]
#[command(name = "nafal", version, about, after_help = AFTER_HELP, arg_required_else_help = true)]
struct Command {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    global: Global,
}

const AFTER_HELP: &str =
    "DATA is a table (.csv) or a set of series (.ts, .npy), each also gzipped, or - for standard input.
Higher score = more anomalous.
Exit codes: 2 usage, 3 bad data, 4 bad model file, 5 cannot write, 6 training failed.";

#[derive(Debug, Subcommand)]
enum Verb {
    Demo(demo::Demo),
    Fit(fit::Fit),
    Score(score::Score),
    Predict(predict::Predict),
    Evaluate(evaluate::Evaluate),
    Sample(sample::Sample),
    Info(info::Info),
    Reproduce(reproduce::Reproduce),
}

/// Runs the command with the process's arguments.
pub fn main() -> ExitCode {
    // Before any thread starts: threads inherit which signals are held back.
    signals::watch();
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(e) => {
            let code = u8::try_from(e.exit_code()).unwrap_or(2);
            // Help that nobody reads to its end is no failure.
            let _ = e.print();
            return ExitCode::from(code);
        }
    };
    match command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Write { path, source })
            if source.kind() == io::ErrorKind::BrokenPipe && path.as_os_str() == output::STDOUT =>
        {
            ExitCode::SUCCESS
        }
        Err(e) => {
            output::say(format_args!("error: {e}"));
            ExitCode::from(e.exit_code())
        }
    }
}

impl Command {
    fn run(self) -> Result<()> {
        let global = &self.global;
        global.set_threads()?;
        match self.verb {
            Verb::Demo(verb) => verb.run(global),
            Verb::Fit(verb) => verb.run(global),
            Verb::Score(verb) => verb.run(global),
            Verb::Predict(verb) => verb.run(global),
            Verb::Evaluate(verb) => verb.run(global),
            Verb::Sample(verb) => verb.run(global),
            Verb::Info(verb) => verb.run(global),
            Verb::Reproduce(verb) => verb.run(global),
        }
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
