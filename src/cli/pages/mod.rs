//! Pages and figures that commands write to files.

mod figures;
mod parts;
mod training;

pub(super) use figures::FigureFiles;
pub(super) use parts::{facts, headline, most_surprising, panel_in_words, threshold};
pub(super) use training::training_page;
