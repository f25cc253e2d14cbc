//! Pages and figures that commands write to files.

mod figures;
mod parts;
mod training;

pub(super) use figures::FigureFiles;
pub(super) use parts::{
    facts, headline, held_in_words, member_in_words, most_surprising, panel_in_words, panel_members,
    recalibrated_in_words, sample_in_words, threshold, trimmed_in_words,
};
pub(super) use training::training_page;
