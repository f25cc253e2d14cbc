//! The command, run as a process: what it prints, what it leaves behind, and how it fails.

mod alarms;
mod apart;
mod command;
mod experiments;
mod formats;
#[cfg(unix)]
mod kills;
#[cfg(unix)]
mod limits;
mod log;
mod messages;
mod messy;
#[cfg(unix)]
mod outputs;
#[path = "../harness/real_data.rs"]
mod real_data;
mod reasons;
mod refusals;
mod report;
mod rows;
mod series;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod streams;
mod verbs;
