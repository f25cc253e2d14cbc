//! Which classes are normal, and the task that follows.

use super::Archive;
use crate::data::SeriesSet;
use crate::error::{DataError, Error, Result};

/// How many of the `N` classes are normal: task `c` takes the classes `c, c+1, …` (cyclically).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NormalClasses {
    /// One (Table 2): task `c` is named after its normal class.
    One,
    /// All but one (Table 3): task `c` is named after its anomalous class.
    AllButOne,
    /// This many, at least one and fewer than `N`.
    Count(usize),
}

impl NormalClasses {
    /// The number of normal classes among `classes`.
    ///
    /// # Errors
    /// If no class would be left as an anomaly, or none as normal.
    pub fn count(self, classes: usize) -> Result<usize> {
        let count = match self {
            NormalClasses::One => 1,
            NormalClasses::AllButOne => classes - 1,
            NormalClasses::Count(m) => m,
        };
        if (1..classes).contains(&count) {
            return Ok(count);
        }
        Err(Error::Usage(format!("{count} normal classes of {classes}: at least 1 and at most {}", classes - 1)))
    }
}

/// Series to learn from, series to be judged on.
#[derive(Clone, Debug)]
pub struct SeriesTask {
    /// The normal class if it is one, `not X` if class X alone is anomalous, else the normal classes joined by `+`.
    pub name: String,
    /// TRAIN series of the normal classes.
    pub train: SeriesSet,
    /// All TEST series.
    pub test: SeriesSet,
    /// For each test series, whether it is an anomaly.
    pub labels: Vec<bool>,
}

impl SeriesTask {
    /// The task whose normal classes are the `count` classes from `first` on, cyclically.
    pub(super) fn new(archive: &Archive, first: usize, count: usize) -> Result<SeriesTask> {
        let classes = &archive.classes;
        // With all but one normal, task c leaves class c out.
        let start = if count + 1 == classes.len() && count > 1 { first + 1 } else { first };
        let normal: Vec<&str> = (0..count).map(|i| classes[(start + i) % classes.len()].as_str()).collect();
        let is_normal = |label: &String| normal.contains(&label.as_str());
        let of = |set: &SeriesSet| -> Vec<bool> { set.labels().unwrap_or_default().iter().map(is_normal).collect() };
        let keep: Vec<usize> = of(&archive.train).iter().enumerate().filter(|(_, n)| **n).map(|(i, _)| i).collect();
        let labels: Vec<bool> = of(&archive.test).into_iter().map(|n| !n).collect();
        let name = match count {
            1 => normal[0].to_owned(),
            _ if count + 1 == classes.len() => format!("not {}", classes[first]),
            _ => normal.join("+"),
        };
        if labels.iter().all(|&a| a) || labels.iter().all(|&a| !a) {
            let problem = format!("task `{name}`: the test series are all normal or all anomalies");
            return Err(DataError::new(archive.test.source(), problem).into());
        }
        Ok(SeriesTask { name, train: archive.train.select(&keep)?, test: archive.test.clone(), labels })
    }
}
