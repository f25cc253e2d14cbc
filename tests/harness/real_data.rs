//! Tests on real data: they run where `NAFAL_DATA` names the folder that holds it, and elsewhere say that they did not.

use std::io::Write;
use std::path::PathBuf;

/// The folder of real data. Without one the test that asks is to return: a line on stderr says so, which no test
/// harness captures. `NAFAL_REQUIRE_DATA=1` makes it a failure.
///
/// # Panics
///
/// If there is no folder and `NAFAL_REQUIRE_DATA` is `1`.
#[track_caller]
pub fn real_data() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("NAFAL_DATA") {
        return Some(std::path::absolute(folder).unwrap());
    }
    let required = std::env::var_os("NAFAL_REQUIRE_DATA").is_some_and(|value| value == "1");
    assert!(!required, "NAFAL_REQUIRE_DATA=1, and NAFAL_DATA does not name the folder of real data");
    let thread = std::thread::current();
    let line = format!("skipped: NAFAL_DATA is not set: {}\n", thread.name().unwrap_or("a test"));
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}
