//! Whole series: encoder, detector, protocol of Tables 2 and 3.
#![cfg(feature = "cli")]

mod encoder;
mod model;
mod protocol;

/// The folder of real data, if this machine has it.
fn data() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("NAFAL_DATA").map(std::path::PathBuf::from);
    if folder.is_none() {
        println!("skipped: NAFAL_DATA");
    }
    folder
}
