//! Which classes of a data set are normal.

use crate::error::{Error, Result};

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
        Err(Error::Usage(format!("{count} normal classes of {classes}; take at least 1 and at most {}", classes - 1)))
    }

    /// The task number `first`: its name and its normal classes. The name is the normal class if it is one, `not X` if class
    /// X alone is anomalous, else the normal classes joined by `+`.
    ///
    /// # Errors
    /// As [`NormalClasses::count`].
    pub fn choose(self, classes: &[String], first: usize) -> Result<(String, Vec<&str>)> {
        let count = self.count(classes.len())?;
        // With all but one normal, task c leaves class c out.
        let start = if count + 1 == classes.len() && count > 1 { first + 1 } else { first };
        let normal: Vec<&str> = (0..count).map(|i| classes[(start + i) % classes.len()].as_str()).collect();
        let name = match count {
            1 => normal[0].to_owned(),
            _ if count + 1 == classes.len() => format!("not {}", classes[first]),
            _ => normal.join("+"),
        };
        Ok((name, normal))
    }
}
