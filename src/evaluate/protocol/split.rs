//! Which of the normal rows train.

use std::fmt;
use std::str::FromStr;

use super::mersenne_twister::permutation;
use crate::error::{Error, quoted};

/// How the normal rows are ordered before they are halved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Split {
    /// By NumPy's permutation of the seed.
    #[default]
    Random,
    /// As in the file: every seed has the same split.
    FirstHalf,
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Split::Random => "random",
            Split::FirstHalf => "first-half",
        })
    }
}

impl FromStr for Split {
    type Err = Error;
    fn from_str(text: &str) -> Result<Split, Error> {
        match text.to_ascii_lowercase().as_str() {
            "random" => Ok(Split::Random),
            "first-half" => Ok(Split::FirstHalf),
            _ => Err(Error::Usage(format!("unknown split {}; use random or first-half", quoted(text)))),
        }
    }
}

impl Split {
    /// Splits normal rows: the first `⌊n/2⌋` in the order of the split train, at most `limit` of them; the other half
    /// tests. Rows left over by `limit` are in neither.
    pub fn halves(self, normals: &[usize], seed: u64, limit: Option<usize>) -> (Vec<usize>, Vec<usize>) {
        let mut train = match self {
            Split::FirstHalf => normals.to_vec(),
            Split::Random => permutation(seed, normals.len()).into_iter().map(|i| normals[i]).collect(),
        };
        let test = train.split_off(train.len() / 2);
        train.truncate(limit.unwrap_or(usize::MAX));
        (train, test)
    }
}
