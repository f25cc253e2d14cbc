//! libFuzzer's bytes through the entry `csv`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nafal_fuzz::entries::csv(bytes));
