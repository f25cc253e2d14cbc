//! The verbs: a file and a line of the list each.

use clap::Subcommand;

use super::arguments::Global;
use super::outcome::Outcome;
use crate::error::Result;

mod demo;
mod evaluate;
mod explain;
mod fit;
mod info;
mod predict;
mod recalibrate;
mod report;
mod reproduce;
mod sample;
mod score;

/// From the list of verbs, in the order of the help: the subcommands and what runs them.
macro_rules! verbs {
    ($($module:ident::$verb:ident,)*) => {
        /// A subcommand with its arguments.
        #[derive(Debug, Subcommand)]
        pub(super) enum Verb {
            $($verb($module::$verb),)*
        }

        impl Verb {
            /// Runs it.
            ///
            /// # Errors
            /// The verb's own; see [`crate::Error::exit_code`] for how the command then ends.
            pub fn run(&self, global: &Global) -> Result<Outcome> {
                match self {
                    $(Verb::$verb(verb) => verb.run(global).map(Outcome::from),)*
                }
            }
        }
    };
}

verbs! {
    demo::Demo,
    fit::Fit,
    score::Score,
    predict::Predict,
    explain::Explain,
    evaluate::Evaluate,
    report::Report,
    recalibrate::Recalibrate,
    sample::Sample,
    info::Info,
    reproduce::Reproduce,
}
