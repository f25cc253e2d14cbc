//! The command, run as a process: what it prints, what it leaves behind, and how it fails.

mod bad_input;
mod command;
mod experiments;
mod formats;
mod messages;
#[path = "../harness/real_data.rs"]
mod real_data;
mod rows;
mod series;
mod verbs;
