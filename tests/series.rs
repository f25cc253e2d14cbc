//! Whole series: readers, encoder, protocol of Tables 2 and 3.
#![cfg(feature = "cli")]

#[path = "series/encoder.rs"]
mod encoder;
#[path = "series/model.rs"]
mod model;
#[path = "series/protocol.rs"]
mod protocol;
#[path = "series/readers.rs"]
mod readers;

/// The folder of real data, if this machine has it.
fn data() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("NAFAL_DATA").map(std::path::PathBuf::from);
    if folder.is_none() {
        println!("skipped: NAFAL_DATA");
    }
    folder
}
