//! Curves of the series that are looked at one by one: the channel to blame, over the band of normal ones.

use super::columns::quantile;
use super::flagged::{Names, Row};
use crate::data::{Series, SeriesSet};
use crate::detect::{Explanation, Model};
use crate::encode::series::resample;
use crate::error::short;
use crate::report::{Plot, TracePanel, Traces};

/// Series that are drawn.
const DRAWN: usize = 8;
/// Longest series over which the band of normal ones is drawn.
const LONGEST_BAND: usize = 4096;

/// The picture; `None` of a model of tables, or where nothing is explained.
pub(super) fn traces(explained: &[(&Row, Explanation)], names: &Names, model: &Model) -> Option<Plot> {
    let panel = |(row, why): &(&Row, Explanation)| -> Option<TracePanel> {
        let set: &SeriesSet = row.case.as_ref()?.downcast()?;
        let cause = why.causes.first()?;
        let values = set.case(0).channel(cause.input).to_vec();
        // Readings of a log that do not follow each other have no common axis.
        let first = match set.rows_of(0) {
            Some(rows) if rows.len() == rows[rows.len() - 1] + 1 - rows[0] => rows[0],
            _ => 0,
        };
        let channel = model.input_names().get(cause.input).map_or_else(String::new, |name| short(name));
        let usual = model.training_series().map_or_else(Vec::new, |set| band(set, cause.input, values.len()));
        let title = format!("{} {}: {channel}", names.case, row.place.row);
        Some(TracePanel { title, first, values, usual, stretch: cause.stretch.clone() })
    };
    let panels: Vec<TracePanel> = explained.iter().take(DRAWN).filter_map(panel).collect();
    if panels.is_empty() {
        return None;
    }
    let x = if model.reading().windows.is_some() { "row" } else { "step" };
    Some(Traces { title: format!("The most surprising {}", names.cases), x: x.into(), panels }.plot())
}

/// Step by step, between which values nine in ten normal series lie, stretched to `length` steps.
fn band(set: &SeriesSet, channel: usize, length: usize) -> Vec<(f64, f64)> {
    if length > LONGEST_BAND || channel >= set.channels() {
        return Vec::new();
    }
    let stretched = |case: &Series| {
        let mut values = vec![0.0; length];
        resample(case.channel(channel), &mut values);
        values
    };
    let all: Vec<Vec<f64>> = set.cases().iter().map(stretched).collect();
    let of_step = |t: usize| {
        let mut values: Vec<f64> = all.iter().map(|values| values[t]).collect();
        values.sort_by(f64::total_cmp);
        (quantile(&values, 0.05), quantile(&values, 0.95))
    };
    (0..length).map(of_step).collect()
}
