//! libFuzzer's bytes through the entry `series_text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nafal_fuzz::entries::series_text(bytes));
