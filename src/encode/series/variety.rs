//! Whether training cases differ enough to learn from.
//!
//! Where cases are alike, a held-out one is a copy of one that was learned, calibration sees copies alone, and every new
//! case that is none of them is called an anomaly.

use crate::data::Series;
use crate::error::{DataError, Result};
use crate::stats::{is_constant, range};

/// Fewest different training cases of a detector, as many as it needs training cases.
pub(super) const FEWEST_DIFFERENT: usize = 8;

/// Smallest and largest value of a channel over all cases.
pub(super) fn ends(cases: &[&Series], channel: usize) -> (f64, f64) {
    range(cases.iter().flat_map(|case| case.channel(channel)))
}

/// Checks that some channel has two values that differ by more than rounding.
///
/// # Errors
/// If none has.
pub(super) fn check_varies(cases: &[&Series], source: &str) -> Result<()> {
    if (0..cases[0].channels()).any(|channel| !is_constant(ends(cases, channel))) {
        return Ok(());
    }
    let problem = "no channel varies: all values of all training series are the same, which says nothing about what is \
                   normal; check that this is the right file, and that its sensors recorded";
    Err(DataError::new(source, problem).into())
}

/// Checks that among the prepared cases `[n, size]` there are `fewest` different ones.
///
/// # Errors
/// If there are fewer.
pub(super) fn check_different(planes: &[f32], size: usize, fewest: usize, source: &str) -> Result<()> {
    let mut different: Vec<&[f32]> = Vec::new();
    for case in planes.chunks_exact(size) {
        if !different.contains(&case) {
            different.push(case);
            if different.len() >= fewest {
                return Ok(());
            }
        }
    }
    let n = planes.len() / size;
    let alike = match different.len() {
        1 => format!("all {n} training series are alike"),
        d => format!("the {n} training series are repeats of {d}"),
    };
    let problem =
        format!("{alike}; at least {fewest} different ones are needed to fit and calibrate a detector; add others");
    Err(DataError::new(source, problem).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_no_variation_and_one_channel_is_enough() {
        let of = |channels: [&[f64]; 2]| {
            let case = Series::new(&channels).unwrap();
            check_varies(&[&case, &case], "a.ts").map_err(|e| (e.exit_code(), e.to_string()))
        };
        for same in [3.0, 0.0, -1e300, 5e-324] {
            let (code, text) = of([&[same, same], &[same]]).unwrap_err();
            assert!(code == 3 && text.starts_with("a.ts: no channel varies"), "{text}");
        }
        assert!(of([&[3.0, 3.0 + 4e-16], &[7.0]]).is_err());
        assert_eq!(of([&[3.0, 3.0 + 1e-12], &[7.0]]), Ok(()));
        assert_eq!(of([&[3.0], &[7.0, -1.0]]), Ok(()));
        assert_eq!(of([&[f64::MAX, -f64::MAX], &[0.0]]), Ok(()));
    }

    #[test]
    fn repeats_are_counted_once() {
        let planes = [1.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0, 2.0];
        let check = |fewest| check_different(&planes, 2, fewest, "a.ts").map_err(|e| e.to_string());
        assert_eq!(check(2), Ok(()));
        assert!(check(3).unwrap_err().contains("the 4 training series are repeats of 2; at least 3 different"));
        let alike = check_different(&planes[..4], 2, 2, "a.ts").unwrap_err();
        assert!(alike.exit_code() == 3 && alike.to_string().contains("all 2 training series are alike"), "{alike}");
    }
}
