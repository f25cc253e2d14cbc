//! Scores of a command's rows: the stream of them, those that wait for the last one, the table, and what is said at the end.

mod course;
mod kept_rows;
mod listing;
mod measures;
mod missing;
pub(super) mod points;
mod reasons;
mod result_table;
mod row_place;
mod stream;
mod tally;

pub(super) use course::Course;
pub(super) use listing::Listing;
pub(super) use measures::Measures;
pub(super) use reasons::Reasons;
pub(super) use result_table::ResultTable;
pub(super) use row_place::RowPlace;
pub(super) use stream::{Labels, ScoreStream, Scored, labels_of};
