//! Readers of files: what is read, what is refused and with which words.

mod series;

/// The folder of real data, if this machine has it.
fn data() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("NAFAL_DATA").map(std::path::PathBuf::from);
    if folder.is_none() {
        println!("skipped: NAFAL_DATA");
    }
    folder
}
