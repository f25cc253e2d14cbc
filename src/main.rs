//! The command `nafal`; everything it does is in [`nafal::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    nafal::cli::main()
}
