//! libFuzzer's bytes through the entry `model`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nafal_fuzz::entries::model(bytes));
