//! Alarms and living models: verdicts by all rules, several files, summaries, training scores, recalibration, drift.
#![cfg(all(feature = "cli", feature = "report"))]

mod files;
mod recalibrate;
mod rules;
mod summary;
mod training_scores;
