//! The command line: one file a verb. The only floor that prints.
//!
//! Data go to stdout, messages to stderr. Exit codes: 0, 2 usage, 3 bad data, 4 bad model file, 5 cannot
//! write, 6 training failed. SIGINT, SIGTERM and SIGHUP end the process after it has cleaned up (130, 143 and 129 in a
//! shell). A reader of stdout that goes away ends the command quietly.

mod alpha;
mod apart;
mod arguments;
mod measures;
mod output;
mod pages;
mod progress;
mod score_stream;
mod signals;
mod table_writer;
mod verbs;

use std::io::{self, Write};
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
        Err(e) => {
            return match show(&e) {
                Ok(()) => ExitCode::from(u8::try_from(e.exit_code()).unwrap_or(2)),
                Err(e) => ended(Err(e)),
            };
        }
    };
    ended(command.run())
}

/// Prints clap's answer: help and version on stdout, a usage error on stderr.
fn show(answer: &clap::Error) -> Result<()> {
    if answer.use_stderr() {
        // There is no other place to report that stderr cannot be written.
        let _ = answer.print();
        return Ok(());
    }
    output::check_stdout()?;
    answer.print().and_then(|()| io::stdout().flush()).map_err(output::stdout_failed)
}

/// The exit status, after the error is said.
fn ended(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Write { path, source })
            if source.kind() == io::ErrorKind::BrokenPipe && path.as_os_str() == output::STDOUT =>
        {
            ExitCode::SUCCESS
        }
        Err(e) => {
            output::eprint(format_args!("error: {e}"));
            if let Error::Write { source, .. } = &e {
                signals::end_by_file_size(source);
            }
            ExitCode::from(e.exit_code())
        }
    }
}

impl Command {
    fn run(self) -> Result<()> {
        let global = &self.global;
        global.set_threads()?;
        self.verb.run(global)
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
