//! The page that `nafal fit --report` writes: how the training data themselves look to the model.

use super::parts::{facts, headline, most_surprising, threshold, trimmed_in_words};
use crate::cli::messages::warnings::ALPHA;
use crate::data::Dataset;
use crate::detect::{Model, Threshold};
use crate::error::{Result, place};
use crate::report::{Group, Kind, PValueHistogram, ReportInput, ScoreHistogram, ScorePanel};

/// The page, as HTML. Scores the data once.
///
/// # Errors
/// As [`Model::score`].
pub(in crate::cli) fn training_page(model: &Model, cases: &dyn Dataset, normal: &[String]) -> Result<String> {
    let (scores, p_values) = model.score_with_p_values(cases)?;
    let mut trained = vec![false; cases.len()];
    cases.normal(normal).into_iter().for_each(|i| trained[i] = true);
    let groups = |values: &[f64]| {
        [("trained on", Kind::Normal, true), ("left out by their label", Kind::Anomalous, false)]
            .map(|(name, kind, wanted)| Group {
                name: name.into(),
                kind,
                scores: (0..values.len()).filter(|&i| trained[i] == wanted).map(|i| values[i]).collect(),
            })
            .into_iter()
            .filter(|group| !group.scores.is_empty())
            .collect::<Vec<_>>()
    };
    let flags = Threshold::Alpha(ALPHA).apply(&scores, &p_values);
    let flagged = (0..flags.len()).filter(|&i| trained[i] && flags[i]).count();
    let panel = ScorePanel {
        title: "the training data".into(),
        groups: groups(&scores),
        threshold: threshold(&scores, &flags),
    };
    let histogram = ScoreHistogram { title: "Scores".into(), score: "score".into(), panels: vec![panel] };
    let p_histogram = PValueHistogram { title: "p-values".into(), groups: groups(&p_values), alpha: Some(ALPHA) };
    let input = ReportInput {
        title: format!("A detector fitted to {}", place(cases.source())),
        summary: format!(
            "{} views of {}, fitted to {} rows{}. A higher score is more anomalous. Rows that were trained on are \
             scored here by flows of which some have seen them.",
            model.flow_views(),
            model.inputs(),
            model.training_rows(),
            trimmed_in_words(model).map_or_else(String::new, |trimmed| format!(", without {trimmed}"))
        ),
        headlines: vec![
            headline(model.training_rows().to_string(), "training rows"),
            headline(model.flow_views().to_string(), "views"),
            headline(flagged.to_string(), "training rows with p ≤ 0.05"),
        ],
        plots: vec![histogram.plot(), p_histogram.plot()],
        tables: vec![most_surprising(cases, &scores, &p_values)],
        facts: facts(model),
    };
    Ok(input.html())
}
