//! Pages and figures that commands write to files.

mod figures;
mod parts;
mod training;

pub(super) use figures::FigureFiles;
pub(super) use parts::{facts, headline, most_surprising, threshold};
pub(super) use training::training_page;
