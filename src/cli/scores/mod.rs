//! Scores of a command's rows: the stream of them, those that wait for the last one, the table, and what is said at the end.

mod kept_rows;
mod listing;
mod result_table;
mod row_place;
mod stream;
mod tally;

pub(super) use listing::Listing;
pub(super) use stream::{Labels, ScoreStream};
