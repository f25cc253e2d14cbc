//! What a setting must be: a usage error names it, its value and its bounds.

use std::ops::RangeInclusive;

use super::{Error, Result};

/// The settings of one thing, such as `family "wide"`; of the whole if it has no name.
#[derive(Clone, Debug)]
pub(crate) struct Bounds(pub String);

impl Bounds {
    /// Refuses a number outside of `range`.
    ///
    /// # Errors
    /// [`Error::Usage`]; likewise for all others below.
    pub fn size<T: PartialOrd + std::fmt::Display>(
        &self,
        field: &str,
        value: T,
        range: RangeInclusive<T>,
    ) -> Result<()> {
        // A NaN lies in no range.
        if range.contains(&value) {
            return Ok(());
        }
        self.refuse(field, value, format_args!("lie between {} and {}", range.start(), range.end()))
    }

    /// Refuses a value for a reason of its own: "… is VALUE; it must REQUIREMENT".
    pub fn refuse(
        &self,
        field: &str,
        value: impl std::fmt::Display,
        requirement: impl std::fmt::Display,
    ) -> Result<()> {
        let of = if self.0.is_empty() { String::new() } else { format!("{}: ", self.0) };
        Err(Error::Usage(format!("{of}{field} is {value}; it must {requirement}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_bounds_is_named() {
        let of = |name: &str| Bounds(name.into());
        assert!(of("").size("folds", 2, 2..=64).is_ok());
        let text = |e: Result<()>| e.unwrap_err().to_string();
        assert_eq!(text(of("").size("folds", 0, 2..=64)), "folds is 0; it must lie between 2 and 64");
        let noise = of("family \"a\"").size("noise", f64::NAN, 0.0..=1000.0);
        assert_eq!(text(noise), "family \"a\": noise is NaN; it must lie between 0 and 1000");
        assert!(of("").size("noise", f64::INFINITY, 0.0..=1000.0).is_err());
    }
}
