//! Pages and figures that commands write to files.

mod day;
mod figures;
mod files;
mod parts;
mod training;

pub(super) use day::{About, Day, roc};
pub(super) use figures::FigureFiles;
pub(super) use files::file_in_words;
pub(super) use parts::{
    held_in_words, member_in_words, panel_in_words, panel_members, recalibrated_in_words, sample_in_words, threshold,
    trimmed_in_words,
};
pub(super) use training::training_page;
