//! Why a case is unusual: what of it, replaced by what would have been normal, brings its score down, and how far.
//!
//! With `s(x)` the score of a case and `x[j := v]` the case with its column `j` replaced by `v`:
//!
//! ```text
//! fall_j = s(x) − min_v s(x[j := v]) ≥ 0      share_j = fall_j / Σ_i fall_i
//! ```
//!
//! The `v` are values of reference cases that are near the case in everything but `j`, and values from all of the column's
//! range; the `v` of the minimum is the value that would have been normal given the others. A value that is odd by itself has
//! a fall, and so has each value of a pair that does not go together, since either of them mends the row. Of series a part
//! is a stretch of a channel. Only scores are asked for: any fitted detector can be explained. The method, its baseline and
//! its cost are in docs/method.md.

mod columns;
mod nearest;
mod reference;
mod series;
mod shortlist;
mod stretches;
mod table;
mod trials;

use std::ops::Range;

pub(super) use reference::Reference;

use self::columns::Columns;
use super::traits::Fitted;
use crate::data::{Dataset, Kind, SeriesSet, Table};
use crate::encode::Encoder;
use crate::error::{DataError, Result};

/// Why a case has its score.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The score of the case.
    pub score: f64,
    /// Its p-value, if the detector has p-values.
    pub p_value: Option<f64>,
    /// What was looked at, by falling share: every column of a table of up to 64, the most suspicious ones of a wider
    /// table; every channel of series.
    pub causes: Vec<Cause>,
}

/// What one column of a row, or a stretch of a channel of series, has to do with the score of its case.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// Number of the column or of the channel, as the model counts them ([`Model::input_names`](super::Model::input_names)).
    pub input: usize,
    /// The steps of the channel that the share belongs to; `None` of a table.
    pub stretch: Option<Range<usize>>,
    /// The value of the column; `None` of series.
    pub value: Option<f64>,
    /// The names of value and normal value, of a column of categories; a missing one is empty.
    pub categories: Option<[String; 2]>,
    /// The fall of the score that this replacement alone brings, of the sum of all falls. Shares are at least 0 and add up to
    /// 1, unless no replacement lowers the score: then all are 0.
    pub share: f64,
    /// The value that would have been normal, given the other columns: the column's own where no other lowers the score;
    /// `None` of series.
    pub normal_value: Option<f64>,
    /// The score of the case with the normal value, or with a normal course in the stretch; at most [`Explanation::score`].
    pub score_with: f64,
    /// The p-value then, if the detector has p-values.
    pub p_value_with: Option<f64>,
}

/// Score and p-value of a case.
type Judged = (f64, Option<f64>);

/// Explains the scores of `cases` under any fitted detector, with values of `reference`: normal cases, such as those it was
/// fitted to, or a sample of them. `input` counts the columns, or channels, of `reference`.
///
/// Nothing is random, and a case's explanation depends neither on the other cases nor on the threads. Cost: about 8 scores
/// a column and row, and up to 24 more in columns that may be the cause, of at most 64 columns, and some 500 to choose those
/// of a wider table; about 8 scores a channel and up to 144 more in each of four. Memory: some tens of megabytes, however
/// many cases there are.
///
/// ```
/// use nafal::data::Table;
/// use nafal::detect::{explain, registry};
/// use nafal::{Preset, Quiet};
///
/// let names = || vec!["load".to_owned(), "current".to_owned()];
/// let train = Table::new(names(), (0..60).flat_map(|i| [f64::from(i), 2.0 * f64::from(i)]).collect())?;
/// let test = Table::new(names(), vec![20.0, 90.0])?;
/// let fitted = registry::named("knn")?.detector(Preset::Default).fit(&train, 0, &Quiet)?;
/// let why = &explain(&*fitted, &train, &test)?[0];
/// assert!(why.causes.iter().all(|cause| cause.share > 0.0), "the two do not go together");
/// assert!((why.causes.iter().map(|cause| cause.share).sum::<f64>() - 1.0).abs() < 1e-9);
/// # Ok::<(), nafal::Error>(())
/// ```
///
/// # Errors
/// As [`Fitted::score`]; [`crate::Error::Data`] if `reference` holds no case or lacks what the cases have.
pub fn explain(fitted: &dyn Fitted, reference: &dyn Dataset, cases: &dyn Dataset) -> Result<Vec<Explanation>> {
    if reference.is_empty() {
        let problem = "holds no case to take normal values from; give some normal cases";
        return Err(DataError::new(reference.source(), problem).into());
    }
    match reference.kind() {
        Kind::Table => {
            let columns = Columns::of_rows(reference.expect::<Table>(Kind::Table)?);
            table::explain(fitted, &columns, cases.expect(Kind::Table)?)
        }
        Kind::Series => {
            series::explain(fitted, reference.expect::<SeriesSet>(Kind::Series)?, cases.expect(Kind::Series)?)
        }
    }
}

/// Explains the rows of `cases` where no reference row is known, by quantiles of each column of an encoder; `None` for one whose
/// maps do not lead back.
///
/// # Errors
/// As [`Fitted::score`].
pub(super) fn explain_by_columns(
    fitted: &dyn Fitted,
    encoder: &dyn Encoder,
    cases: &dyn Dataset,
) -> Result<Option<Vec<Explanation>>> {
    let Some(columns) = Columns::of_encoder(encoder) else { return Ok(None) };
    table::explain(fitted, &columns, cases.expect(Kind::Table)?).map(Some)
}

/// Shares of falls: nothing is negative, and the sum is 1 unless all are 0.
fn shares(falls: &[f64]) -> Vec<f64> {
    // By the largest first: a sum of the largest numbers is none.
    let most = falls.iter().fold(0.0, |most: f64, &fall| most.max(fall.min(f64::MAX)));
    if most <= 0.0 {
        return vec![0.0; falls.len()];
    }
    let parts: Vec<f64> = falls.iter().map(|fall| fall.clamp(0.0, f64::MAX) / most).collect();
    let sum: f64 = parts.iter().sum();
    parts.iter().map(|part| part / sum).collect()
}

/// The causes of a case with the score `own`: `share` is filled in, and the largest stands first.
fn explained(own: Judged, mut causes: Vec<Cause>) -> Explanation {
    let falls: Vec<f64> = causes.iter().map(|cause| own.0 - cause.score_with).collect();
    causes.iter_mut().zip(shares(&falls)).for_each(|(cause, share)| cause.share = share);
    causes.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.input.cmp(&b.input)));
    Explanation { score: own.0, p_value: own.1, causes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_whatever_the_falls() {
        for falls in [vec![1.0, 2.0, -3.0], vec![f64::INFINITY, f64::MAX, 1.0], vec![1e-310, 3e-310], vec![5.0; 64]] {
            let shares = shares(&falls);
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{falls:?}: {shares:?}");
            assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{falls:?}: {shares:?}");
        }
        assert_eq!(shares(&[0.0, -1.0]), [0.0, 0.0]);
        assert!(shares(&[]).is_empty());
    }
}
