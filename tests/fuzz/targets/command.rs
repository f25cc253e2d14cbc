//! libFuzzer's bytes through the entry `command`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nafal_fuzz::entries::command(bytes));
