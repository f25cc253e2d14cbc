//! The command line: one file a verb. The only floor that prints.
//!
//! Data go to stdout, messages to stderr. Exit codes: 0, 10 anomalies found (`predict --fail-on-anomaly`), 2 usage, 3 bad data, 4 bad model file, 5 cannot
//! write, 6 training failed. SIGINT, SIGTERM and SIGHUP end the process after it has cleaned up (130, 143 and 129 in a
//! shell). A reader of stdout that goes away ends the command quietly. With `--json` every line on stderr is an object too: an
//! error, a warning, a note or progress.

mod apart;
mod arguments;
mod data_facts;
mod messages;
mod outcome;
mod output;
mod pages;
mod progress;
mod reading;
mod resources;
mod scores;
mod signals;
mod table_writer;
mod verbs;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::error::{Error, Result};
use arguments::{Global, data_help};
use outcome::Outcome;
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
Exit codes: 0 done, 2 usage, 3 bad data, 4 bad model file, 5 cannot write, 6 training failed, 10 anomalies found
(predict --fail-on-anomaly).",
        data_help("DATA")
    )
}

/// Runs the command with the process's arguments.
pub fn main() -> ExitCode {
    // Before any thread starts: threads inherit which signals are held back.
    signals::watch();
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(e) if e.use_stderr() => return messages::failure::usage(e),
        Err(e) => return ended(show(&e).map(Outcome::from), messages::failure::json_is_asked()),
    };
    let json = command.global.json;
    ended(command.run(), json)
}

/// Prints help or version.
fn show(answer: &clap::Error) -> Result<()> {
    output::check_stdout()?;
    answer.print().and_then(|()| io::stdout().flush()).map_err(output::stdout_failed)
}

/// The exit status, after the error is said.
fn ended(result: Result<Outcome>, json: bool) -> ExitCode {
    match result {
        Ok(outcome) => outcome.into(),
        Err(Error::Write { path, source })
            if source.kind() == io::ErrorKind::BrokenPipe && path.as_os_str() == output::STDOUT =>
        {
            ExitCode::SUCCESS
        }
        Err(e) => {
            let code = messages::failure::report(&e, json);
            if let Error::Write { source, .. } = &e {
                signals::end_by_file_size(source);
            }
            code
        }
    }
}

impl Command {
    fn run(self) -> Result<Outcome> {
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
