//! Whole series: readers, encoder, protocol of Tables 2 and 3.
#![cfg(feature = "cli")]

#[path = "series/readers.rs"]
mod readers;

/// The folder of real series, if this machine has it.
fn archive() -> Option<std::path::PathBuf> {
    let Some(data) = std::env::var_os("NAFAL_DATA") else {
        println!("skipped: NAFAL_DATA");
        return None;
    };
    Some(std::path::Path::new(&data).join("timeseries"))
}
