//! Parts that report pages share: the threshold's mark, facts about the model.

use crate::cli::messages::warnings::of_model;
use crate::detect::{Model, PanelMember};
use crate::encode::Held;
use crate::error::short;

/// The lowest score that is flagged, with its label.
pub(in crate::cli) fn threshold(scores: &[f64], flags: &[bool]) -> Option<(f64, String)> {
    let lowest = scores.iter().zip(flags).filter(|(_, flag)| **flag).map(|(score, _)| *score).min_by(f64::total_cmp);
    lowest.map(|score| (score, "p ≤ 0.05".to_owned()))
}

/// Facts about the model, each with its name.
pub(in crate::cli) fn facts(model: &Model) -> Vec<(String, String)> {
    let configuration = model.configuration();
    let fixed = [
        ("configuration", configuration.hash()),
        ("kind of score", configuration.score.name().to_owned()),
        ("active learning", if configuration.active.is_some() { "on" } else { "off" }.to_owned()),
        ("smallest p-value", format!("1/{}", model.calibration_rows() + 1)),
        ("nafal", env!("CARGO_PKG_VERSION").to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let members = panel_members(model);
    let members = members.iter().map(|m| (format!("expert {}", short(&m.name())), member_in_words(model, m)));
    let left_out = trimmed_in_words(model).map(|trimmed| ("left out".to_owned(), trimmed));
    let held = ("the model file holds".to_owned(), held_in_words(model));
    let sample = sample_in_words(model).map(|sample| ("training data".to_owned(), sample));
    let warnings = of_model(model).into_iter().map(|warning| ("warning".to_owned(), warning));
    let recalibrated = recalibrated_in_words(model).map(|words| ("calibration".to_owned(), words));
    fixed
        .into_iter()
        .chain(recalibrated)
        .chain(members)
        .chain(sample)
        .chain(left_out)
        .chain([held])
        .chain(warnings)
        .collect()
}

/// A member's share, and its criterion if members were selected: "share 33.3 %, …".
pub(in crate::cli) fn member_in_words(model: &Model, member: &PanelMember) -> String {
    let share = format!("share {:4.1} %", 100.0 * member.share);
    match model.configuration().selection {
        Some(_) => format!("{share}, tells held-out cases from made ones with AUROC {:.3}", member.criterion),
        None => share,
    }
}

/// The training cases that a robust fit left out, if any: "40 rows as unusual".
pub(in crate::cli) fn trimmed_in_words(model: &Model) -> Option<String> {
    let trimmed = model.trimmed_rows();
    (trimmed > 0).then(|| format!("{trimmed} {} as unusual", model.cases()))
}

/// What the training data were drawn from, if they are a sample: "a sample of 5000 rows".
pub(in crate::cli) fn sample_in_words(model: &Model) -> Option<String> {
    model.drawn_from().map(|all| format!("a sample of {all} {}", model.cases()))
}

/// What p-values rank among, if not among the training cases: "p-values from 500 rows given to recalibrate".
pub(in crate::cli) fn recalibrated_in_words(model: &Model) -> Option<String> {
    let (rows, cases) = (model.calibration_rows(), model.cases());
    model.is_recalibrated().then(|| format!("p-values from {rows} {cases} given to recalibrate"))
}

/// What a model file holds of the training cases, beside their scores.
pub(in crate::cli) fn held_in_words(model: &Model) -> String {
    let (case, cases) = (model.case(), model.cases());
    match model.holds() {
        Held::Cases => {
            let (held, of, own) = (model.rows_held(), model.training_rows(), model.reference_rows());
            let count = if held == of { format!("all {of}") } else { format!("up to {held} of the {of}") };
            match own {
                0 => format!("{count} training {cases}, as features that lead back to their values"),
                own if own == held => format!("{count} training {cases}, with their values, for explanations"),
                own => format!(
                    "{count} training {cases}: {own} with their values, for explanations, the others as features that lead \
                     back to them"
                ),
            }
        }
        Held::ColumnValues => format!("no training {case}, but values of single columns"),
        Held::Figures => format!("no training {case}, and no values of single columns"),
    }
}

/// The members of a panel; none of flows alone, which are one by design.
pub(in crate::cli) fn panel_members(model: &Model) -> Vec<PanelMember> {
    if model.configuration().learners.is_empty() { Vec::new() } else { model.panel() }
}

/// The members of a panel, if the model has one: "flows:gaussian, near:robust".
pub(in crate::cli) fn panel_in_words(model: &Model) -> Option<String> {
    let names: Vec<String> = panel_members(model).iter().map(PanelMember::name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
