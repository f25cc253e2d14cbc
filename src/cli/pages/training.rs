//! The page that `nafal fit --report` writes: how the training data themselves look to what never saw them.

use super::day::{About, Day};
use super::parts::trimmed_in_words;
use crate::cli::messages::warnings::ALPHA;
use crate::cli::scores::RowPlace;
use crate::data::Dataset;
use crate::detect::Model;
use crate::error::{Result, place};

/// Rows that are looked at one by one.
const CARDS: usize = 10;

/// The page, as HTML, with the facts `facts` about the files. `numbers`: which row of the file each case is.
///
/// # Errors
/// As [`Model::score`].
pub(in crate::cli) fn training_page(
    model: &Model,
    cases: &dyn Dataset,
    numbers: &[usize],
    normal: &[String],
    facts: Vec<(String, String)>,
) -> Result<String> {
    let (mut scores, mut p_values) = model.score_with_p_values(cases)?;
    // Training rows by what never saw them.
    for own in model.scored_training_cases().unwrap_or_default() {
        (scores[own.row], p_values[own.row]) = (own.score, own.p_value);
    }
    let mut anomalous = vec![true; cases.len()];
    cases.normal(normal).into_iter().for_each(|i| anomalous[i] = false);
    let mut day = Day::new(model, ALPHA, CARDS);
    let places = numbers.iter().map(|&row| RowPlace { file: 0, row });
    let labels = cases.labels().is_some().then_some(&anomalous[..]);
    day.add_cases(cases, places, &scores, &p_values, labels)?;
    let about = About {
        title: format!("A detector fitted to {}", place(cases.source())),
        summary: format!(
            "Fitted to {} {} of {}{}. A higher score is more anomalous. What was trained on is scored here by experts that \
             never saw it, where there are some: bad ones among the normal ones come on top.",
            model.training_rows(),
            model.cases(),
            model.inputs(),
            trimmed_in_words(model).map_or_else(String::new, |trimmed| format!(", without {trimmed}"))
        ),
        facts,
        label: cases.label_name().map(str::to_owned),
        of_training: true,
        ..About::default()
    };
    day.page(about)
}
