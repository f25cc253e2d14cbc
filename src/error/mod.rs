//! What can go wrong, one kind per concern, each with the facts a person needs to mend it.
//!
//! [`Error::exit_code`] is the command's exit status: 2 usage, 3 data, 4 model file, 5 cannot write, 6 training failed.
//!
//! The sentence of an error says what is wrong and, behind its last semicolon, what to do: [`Error::problem`] and
//! [`Error::hint`] are its two parts. Names in it are quoted, so that a semicolon of theirs is none of the sentence; they are
//! escaped and shortened (`text`), so that an error fits a screen whatever a file holds.

mod bounds;
mod data_error;
mod json;
mod problems;
mod text;

use std::io;
use std::path::PathBuf;

pub(crate) use bounds::Bounds;
pub use data_error::DataError;
pub use problems::Problems;
#[cfg(feature = "cli")]
pub(crate) use text::NUL;
#[cfg(all(feature = "cli", feature = "report"))]
pub(crate) use text::is_hidden;
#[cfg(feature = "report")]
pub(crate) use text::visible;
use text::{hint_at, message};
pub(crate) use text::{listed, place, quoted, short};

/// Result with the crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Anything the library reports instead of a result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An argument or a combination of arguments that makes no sense.
    #[error("{}", message(.0))]
    Usage(String),
    /// Input data that cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Input data that cannot be used, with everything that is in the way.
    #[error(transparent)]
    Problems(Box<Problems>),
    /// A model file that is missing, damaged, foreign or hostile.
    #[error("model file {}: {}", place(.path), message(.problem))]
    ModelFile {
        /// The file.
        path: String,
        /// What is wrong with it, and behind a semicolon what to do.
        problem: String,
    },
    /// An output that cannot be written.
    #[error("cannot write {}: {}", place(.path), message(&.source.to_string()))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Training ran away, collapsed or became non-finite.
    #[error("training failed: {}", message(.0))]
    Training(String),
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// The exit status the command ends with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Usage(_) => 2,
            Error::Data(_) | Error::Problems(_) => 3,
            Error::ModelFile { .. } => 4,
            Error::Write { .. } => 5,
            Error::Training(_) => 6,
            Error::Interrupted => 130,
        }
    }

    /// What is wrong, without the place and without what to do.
    pub fn problem(&self) -> String {
        self.parts().0
    }

    /// What to do about it, where that can be said.
    pub fn hint(&self) -> Option<String> {
        self.parts().1
    }

    fn parts(&self) -> (String, Option<String>) {
        let (start, sentence) = match self {
            Error::Usage(sentence) => ("", message(sentence)),
            Error::Data(e) => ("", message(&e.problem)),
            Error::Problems(e) => ("", message(&e.first.problem)),
            Error::ModelFile { problem, .. } => ("", message(problem)),
            Error::Write { source, .. } => ("cannot write: ", message(&source.to_string())),
            Error::Training(sentence) => ("training failed: ", message(sentence)),
            Error::Interrupted => return ("interrupted".into(), None),
        };
        let (problem, hint) = match hint_at(&sentence) {
            Some(at) => (&sentence[..at], Some(sentence[at + 2..].to_owned())),
            None => (&sentence[..], None),
        };
        let of_write = || match self {
            Error::Write { source, .. } => of_system(source).map(str::to_owned),
            _ => None,
        };
        (format!("{start}{problem}"), hint.or_else(of_write))
    }
}

/// What to do where the system refuses to write.
fn of_system(error: &io::Error) -> Option<&'static str> {
    // ENFILE and EMFILE, which have no kind.
    if cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24)) {
        return Some("raise the limit of open files (ulimit -n)");
    }
    match error.kind() {
        io::ErrorKind::NotFound => Some("make the folder, or name another"),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Some("write to another folder, or change who may write to this one")
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some("free some space, or write to another disk"),
        io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory => Some("name a file, in a folder that there is"),
        io::ErrorKind::FileTooLarge => Some("raise the limit (ulimit -f), or write less"),
        io::ErrorKind::AlreadyExists => Some("name another, or remove what is in its place"),
        io::ErrorKind::InvalidFilename => Some("take a shorter name"),
        io::ErrorKind::NotConnected => Some("open it, or name a file"),
        // Whoever read it is gone, or the system gives no reason that a person could mend.
        io::ErrorKind::BrokenPipe => None,
        _ => Some("write to another file"),
    }
}
