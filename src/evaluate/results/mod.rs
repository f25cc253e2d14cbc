//! What an experiment gives: records of runs, their summaries beside the paper's figures, and the writers of both.

mod figure;
mod json;
pub mod paper;
mod record;
mod regret;
mod summary;
mod text;

pub use figure::{Cell, Drawing, Figure, Line, Plane, Rows};
pub use json::JsonLines;
pub use record::{Dataset, Difference, Failure, Inventory, MEAN, OUTPUT, Record, Regret, Results, Run, Sink, Summary};
pub use regret::regrets;
pub use summary::{mean_and_sd, summarise};
pub use text::TextTables;
