//! Facts about files: which bytes they were, and from when.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::cli::output::DASH;
use crate::error::place;

/// What tells a file: name, size, time of its last change, SHA-256 of its bytes.
pub(in crate::cli) fn file_in_words(path: &Path) -> String {
    if path.as_os_str() == DASH {
        return "<stdin>".into();
    }
    let facts = File::open(path).and_then(|mut file| {
        let metadata = file.metadata()?;
        let (mut hash, mut bytes, mut size) = (Sha256::new(), vec![0; 1 << 16], 0);
        // A pipe cannot be read again.
        while metadata.is_file() {
            match file.read(&mut bytes) {
                Ok(0) => break,
                Ok(read) => {
                    hash.update(&bytes[..read]);
                    size += read;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let changed = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        let changed = changed.and_then(seconds).map_or_else(String::new, |time| format!(", of {time}"));
        let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let known = if metadata.is_file() { format!(", {size} bytes, SHA-256 {hash}") } else { String::new() };
        Ok(format!("{}{changed}{known}", place(path)))
    });
    facts.unwrap_or_else(|_| place(path).to_string())
}

fn seconds(time: Timestamp) -> Option<String> {
    Timestamp::from_second(time.as_second()).ok().map(|time| time.to_string())
}
