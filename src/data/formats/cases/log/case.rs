//! Readings that follow each other as a series, with what is carried along.

use super::stretch::Reading;
use crate::data::formats::missing;
use crate::data::{Column, Series};
use crate::error::DataError;

/// A series cut from a log.
#[derive(Debug, Default)]
pub(in crate::data::formats) struct LogCase {
    pub series: Option<Series>,
    pub label: Option<String>,
    pub rows: Vec<usize>,
    pub carried: Vec<String>,
}

/// Places of the columns that a log is cut by, among the cells that are carried along.
#[derive(Default)]
pub(super) struct Places {
    pub time: Option<usize>,
    /// Of the group, or of the case.
    pub group: Option<usize>,
    pub others: Vec<usize>,
}

impl LogCase {
    /// Readings as a series.
    ///
    /// # Errors
    /// If nothing is known of a channel.
    pub(super) fn of(readings: &[Reading], places: &Places, columns: &[Column]) -> Result<LogCase, DataError> {
        let (first, last) = (&readings[0], &readings[readings.len() - 1]);
        let mut series = Series::without_channels();
        for (c, column) in columns.iter().enumerate() {
            let mut channel: Vec<f64> = readings.iter().map(|reading| reading.values[c]).collect();
            let problem = match missing::fill(&mut channel) {
                false => Some(format!("every value of rows {} to {} is missing; leave them out", first.row, last.row)),
                true => series.push_channel(&channel).err(),
            };
            if let Some(problem) = problem {
                return Err(DataError::new("", problem).in_column(&column.name));
            }
        }
        let mut labels: Vec<&String> = Vec::new();
        for label in readings.iter().filter_map(|reading| reading.label.as_ref()) {
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        // A window of several labels is of none of those that are called normal.
        let label = labels.iter().map(|label| label.as_str()).collect::<Vec<_>>().join(" + ");
        let mut carried = Vec::new();
        carried.extend(places.group.map(|place| first.carried[place].clone()));
        carried.extend([first.row.to_string(), last.row.to_string()]);
        if let Some(place) = places.time {
            carried.extend([first.carried[place].clone(), last.carried[place].clone()]);
        }
        carried.extend(places.others.iter().map(|&place| first.carried[place].clone()));
        Ok(LogCase {
            series: Some(series),
            label: (!labels.is_empty()).then_some(label),
            rows: readings.iter().map(|reading| reading.row).collect(),
            carried,
        })
    }
}
