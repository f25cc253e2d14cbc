//! Whole series: encoder, detector, protocol of Tables 2 and 3.
#![cfg(feature = "cli")]

#[path = "../harness/bits.rs"]
mod bits;
mod encoder;
mod few_cases;
mod long_cases;
mod model;
mod protocol;
#[path = "../harness/real_data.rs"]
mod real_data;
