//! The seeds of a fuzz target, and those that are models of the present format.
//!
//! `NAFAL_WRITE_SEEDS=1 cargo test --test mutations` writes the models anew, to be done when the format's number rises or a
//! detector is added.

use std::fs;
use std::path::PathBuf;

use nafal::detect::registry;

use crate::tiny_models::{TinyModel, tiny_models};

fn folder(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds").join(target)
}

/// The seeds of a target, in the order of their names.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn there_is_a_model_of_every_detector_that_is_read() {
    for TinyModel { detector, kind, bytes } in tiny_models() {
        let path = folder("model").join(format!("{detector}_{kind}.nafal"));
        if std::env::var_os("NAFAL_WRITE_SEEDS").is_some() {
            fs::create_dir_all(folder("model")).unwrap();
            fs::write(&path, bytes).unwrap();
        }
        let seed = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}; NAFAL_WRITE_SEEDS=1 writes it", path.display()));
        registry::from_bytes(&seed, "seed").unwrap_or_else(|e| panic!("{e}; NAFAL_WRITE_SEEDS=1 writes it anew"));
    }
}
