//! libFuzzer's bytes through the entry `arrays`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nafal_fuzz::entries::arrays(bytes));
