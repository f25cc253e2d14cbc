//! Tables with their columns and sets of series, in memory and from files. Knows nothing of the floors above.

mod atomic_file;
mod cleanup;
pub mod container;
mod dataset;
#[cfg(feature = "cli")]
mod formats;
#[cfg(feature = "cli")]
mod input;
mod kind;
mod labels;
mod output_folder;
mod read_options;
pub mod series;
mod table;

pub use atomic_file::AtomicFile;
pub use cleanup::{Cleanup, remove_unfinished};
pub use dataset::Dataset;
#[cfg(feature = "cli")]
pub use formats::{BadCase, CaseReader, Chunk, Gathered, readable_formats};
#[cfg(feature = "cli")]
pub use input::Input;
pub use kind::Kind;
pub use labels::is_normal;
pub use output_folder::OutputFolder;
pub use read_options::{ReadOptions, Sample};
pub use series::{Series, SeriesSet};
pub(crate) use table::check_names;
pub use table::{MAX_COLUMNS, MAX_NAME_BYTES, Table};
