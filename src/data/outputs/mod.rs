//! Files that are written: whole or not at all, where a link points, with the permissions of what they replace.
//!
//! | part | what |
//! |---|---|
//! | `output_file` | the writer: a file that appears at the end, or a stream that is written straight |
//! | `place` | where a path leads: a file, an open descriptor, anything else |
//! | `descriptor` | descriptors of this process that have a path |
//! | `part` | the file that the bytes are in until it takes its place |
//! | `unnamed` | files without a name, where the system has them |
//! | `left_overs` | names of parts, and the removal of those that a killed run left |
//! | `permissions`, `acl` | mode, owner and access list of the file that is replaced |
//! | `output_folder`, `parent` | folders made for outputs; the folder that a path is in |
//! | `unfinished` | what a signal has to remove |
//! | `faults`, `tests` | where tests make the writer fail |

mod acl;
mod descriptor;
mod faults;
mod left_overs;
mod output_file;
mod output_folder;
mod parent;
mod part;
mod permissions;
mod place;
#[cfg(test)]
mod tests;
mod unfinished;
mod unnamed;

pub use output_file::OutputFile;
pub use output_folder::OutputFolder;
#[cfg(all(feature = "cli", feature = "report"))]
pub(crate) use parent::folder;
pub use place::Place;
pub use unfinished::{Cleanup, remove_unfinished};
