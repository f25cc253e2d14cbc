//! Readers of files: what is read, what is refused and with which words.

mod arff;
mod arrays;
mod bytes;
mod compressed;
mod faults;
#[path = "../harness/real_data.rs"]
mod real_data;
mod series;
mod ts_header;
