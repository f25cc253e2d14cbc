//! Readers of files: what is read, what is refused and with which words.

#[path = "../harness/real_data.rs"]
mod real_data;
mod series;
