//! The command, run as a process: what it prints, what it leaves behind, and how it fails.

mod bad_input;
mod command;
mod experiments;
mod messages;
#[path = "../harness/real_data.rs"]
mod real_data;
mod series;
mod verbs;
