//! How much memory a command may take: `--max-memory`, or half of what there is.
//!
//! Readers hold to it by what they keep ([`crate::data::ReadOptions::most_bytes`]). How much a fit takes beside its training
//! cases was measured: of tables 15 to 20 times their bytes, and 180 kB a column, whatever the rows, for the maps of columns.
//! Series are stretched to the longest, and a model may say how long that is: what it says is held to the same limit.

use std::path::Path;
use std::str::FromStr;
use std::sync::OnceLock;

use crate::data::{Dataset, SeriesSet, Table};
use crate::detect::Model;
use crate::error::{DataError, Error, Result};

/// A number of bytes as people write it: 500M, 2G, 65536.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Size(pub u64);

impl FromStr for Size {
    type Err = String;
    fn from_str(text: &str) -> Result<Size, Self::Err> {
        let problem = || format!("`{text}` is no size: write a number of bytes, or one with K, M, G or T such as 500M");
        let digits = text.trim().trim_end_matches(['b', 'B']).trim_end_matches(['i', 'I']);
        let (number, unit) = match digits.char_indices().next_back() {
            Some((at, unit)) if unit.is_ascii_alphabetic() => (&digits[..at], unit.to_ascii_uppercase()),
            _ => (digits, ' '),
        };
        let shift = [' ', 'K', 'M', 'G', 'T'].iter().position(|&u| u == unit).ok_or_else(problem)? * 10;
        let number: f64 = number.trim().parse().map_err(|_| problem())?;
        let bytes = number * (1u64 << shift) as f64;
        if !(bytes >= LEAST as f64 && bytes < (1u64 << 62) as f64) {
            return Err(format!("`{text}`: a command needs at least {} MB", LEAST >> 20));
        }
        Ok(Size(bytes as u64))
    }
}

/// Bytes that a fit takes a column.
const COLUMN: u64 = 180 << 10;

/// How many times the stretched series a fit takes: themselves, as they were, and what filters make of some of them.
const PLANES: u64 = 4;

/// How many times its size a model file takes while it is read.
const TENSORS: u64 = 4;

/// Taken for the machine's memory where the system does not say it.
const UNKNOWN: u64 = 1 << 32;

/// Least memory that a command can be held to.
const LEAST: u64 = 64 << 20;

/// Bytes that a command may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Memory(u64);

impl Memory {
    /// What the user said, or half of the least of the machine's memory, its group's and the process's.
    pub fn new(asked: Option<Size>) -> Memory {
        Memory(asked.map_or_else(|| (available() / 2).max(LEAST), |size| size.0))
    }

    /// Bytes of cases that may be held while they are scored.
    pub fn of_cases_at_once(self) -> usize {
        share(self.0, 16)
    }

    /// Bytes of training cases.
    pub fn of_training_cases(self) -> usize {
        share(self.0, 32)
    }

    /// Bytes of scores that wait for the last one.
    pub fn of_kept_scores(self) -> usize {
        share(self.0, 2)
    }

    /// Refuses training cases of so many columns, or stretched to such a length, that a fit would need more.
    ///
    /// # Errors
    /// [`Error::Data`] with what is needed.
    pub fn check_fit(self, cases: &dyn Dataset) -> Result<()> {
        if let Some(set) = cases.downcast::<SeriesSet>() {
            return self.check_fit_of_series(set);
        }
        let Some(table) = cases.downcast::<Table>() else { return Ok(()) };
        let needed = 4 * table.columns() as u64 * COLUMN;
        if needed <= self.0 {
            return Ok(());
        }
        let mb = needed.div_ceil(1 << 20);
        let problem = format!(
            "a fit of {} columns may take {mb} MB; allow it with --max-memory {mb}M, or fit fewer columns",
            table.columns()
        );
        Err(DataError::new(table.source(), problem).into())
    }

    fn check_fit_of_series(self, set: &SeriesSet) -> Result<()> {
        let (longest, cases) = (set.longest(), set.len());
        let stretched = 4 * cases as u64 * set.channels() as u64;
        let needed = PLANES * stretched.saturating_mul(longest as u64);
        if needed <= self.0 {
            return Ok(());
        }
        let mb = needed.div_ceil(1 << 20);
        let problem = format!(
            "{cases} series are stretched to the {longest} steps of the longest, and a fit then may take {mb} MB; allow it \
             with --max-memory {mb}M, leave out the longest, or fit fewer with --fit-rows"
        );
        Err(DataError::new(set.source(), problem).into())
    }

    /// Loads a model whose file, and whose work on a case, fits.
    ///
    /// # Errors
    /// As [`Model::load`]; [`Error::ModelFile`] with what is needed.
    pub fn load(self, path: &Path) -> Result<Model> {
        let refuse = |what: &str, needed: u64| {
            let mb = needed.div_ceil(1 << 20);
            let problem = format!("{what} may take {mb} MB; allow it with --max-memory {mb}M");
            Err(Error::ModelFile { path: path.display().to_string(), problem })
        };
        let needed = path.metadata().map_or(0, |file| file.len()).saturating_mul(TENSORS);
        if needed > self.0 {
            return refuse("reading it", needed);
        }
        let model = Model::load(path)?;
        let threads = rayon::current_num_threads() as u64;
        let needed = (model.bytes_a_case() as u64).saturating_mul(2 * threads);
        if needed > self.0 {
            return refuse(&format!("scoring a case of {}", model.inputs()), needed);
        }
        Ok(model)
    }
}

fn share(bytes: u64, parts: u64) -> usize {
    usize::try_from(bytes / parts).unwrap_or(usize::MAX)
}

/// The least of the machine's memory, that of the control group, and the address space of the process.
///
/// The system is asked once: the answer takes a millisecond.
fn available() -> u64 {
    static ANSWER: OnceLock<u64> = OnceLock::new();
    *ANSWER.get_or_init(ask)
}

fn ask() -> u64 {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    // Where no file can be opened nothing is known, and groups must not be asked for.
    let (machine, group) = match system.total_memory() {
        0 => (UNKNOWN, u64::MAX),
        bytes => (bytes, system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory)),
    };
    machine.min(group).min(address_space()).min(1 << 46)
}

/// `ulimit -v`.
#[cfg(unix)]
pub(super) fn address_space() -> u64 {
    use nix::sys::resource::{Resource, getrlimit};
    getrlimit(Resource::RLIMIT_AS).map_or(u64::MAX, |(soft, _)| soft)
}

#[cfg(not(unix))]
pub(super) fn address_space() -> u64 {
    u64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("500M", 500 << 20),
            ("500MB", 500 << 20),
            ("500MiB", 500 << 20),
            ("2g", 2 << 30),
            ("1.5G", 3 << 29),
            ("100000000", 100_000_000),
        ] {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for text in ["", "M", "-1M", "1X", "NaN", "infT", "10", "1e30G", "5 5M"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    #[test]
    fn there_is_memory() {
        let memory = Memory::new(None);
        assert!(memory.of_training_cases() > 0 && memory.of_cases_at_once() > 0 && memory.0 < 1 << 46);
    }
}
