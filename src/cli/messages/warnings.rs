//! What changes the meaning of a result although nothing failed: printed whatever `--quiet` says, part of the JSON of a verb,
//! and shown with a model (`info`, reports).

use crate::detect::{Model, Threshold};

/// The level of p-values unless `--alpha` gives one.
pub(in crate::cli) const ALPHA: f64 = 0.05;

/// If no row can get a p-value as small as `alpha`.
pub(in crate::cli) fn unattainable(model: &Model, alpha: f64) -> Option<String> {
    if alpha >= model.smallest_p_value() {
        return None;
    }
    let Calibrating { have, do_what } = Calibrating::of(model, 1.0 / alpha - 1.0);
    Some(format!(
        "no p-value is below 1/{} with {have}, so alpha {alpha} calls nothing anomalous; {do_what} or use --threshold",
        model.calibration_rows() + 1
    ))
}

/// What calibrates a model, in words.
struct Calibrating {
    have: String,
    /// How to have enough.
    do_what: String,
}

impl Calibrating {
    /// Where it would take `needed` rows.
    fn of(model: &Model, needed: f64) -> Calibrating {
        let calibrating = model.calibration_rows();
        if model.is_recalibrated() {
            return Calibrating {
                have: format!("{calibrating} {} given to recalibrate", model.cases()),
                do_what: format!("recalibrate with at least {:.0} {}", needed.ceil(), model.cases()),
            };
        }
        // Rows that a robust fit left out calibrate too.
        let rows = model.training_rows() + model.trimmed_rows();
        let needed = needed.ceil() * rows as f64 / calibrating.max(1) as f64;
        Calibrating {
            have: format!("{rows} training {}", model.cases()),
            do_what: format!("fit on at least {:.0} {}", needed.ceil(), model.cases()),
        }
    }
}

/// If no row could be told from chance by its false discovery rate, though some may be anomalies: none of `rows` is flagged,
/// and `least` have the smallest p-value there is.
pub(in crate::cli) fn of_fdr(
    threshold: Threshold,
    model: &Model,
    rows: usize,
    flagged: usize,
    least: usize,
) -> Option<String> {
    let Threshold::Fdr(q) = threshold else { return None };
    let smallest = model.smallest_p_value();
    // Rows of the smallest p-value that it takes.
    let takes = (smallest * rows as f64 / q * (1.0 - 1e-12)).ceil();
    if flagged > 0 || rows == 0 || takes <= 1.0 {
        return None;
    }
    let Calibrating { have, do_what } = Calibrating::of(model, rows as f64 / (q * least.max(1) as f64) - 1.0);
    let takes = if takes > rows as f64 { "more".to_owned() } else { format!("{takes} of them") };
    Some(format!(
        "no {} is called anomalous: with {have} no p-value is below 1/{}, and at an FDR of {q} among {rows} {} it takes {takes} \
         to have that one ({least} have it); {do_what}, or use --alpha or --top",
        model.case(),
        model.calibration_rows() + 1,
        model.cases()
    ))
}

/// What a model's scores and p-values do not say.
pub(in crate::cli) fn of_model(model: &Model) -> Vec<String> {
    let unseen = model.unseen_columns();
    let unseen = (unseen > 0).then(|| format!("no view looks at {unseen} of the columns; raise --views"));
    let (rows, calibrating) = (model.training_rows() + model.trimmed_rows(), model.calibration_rows());
    let partly = (calibrating < rows && !model.is_recalibrated()).then(|| {
        format!(
            "p-values rank a score among {calibrating} of the {rows} training {} only, since views leave out some folds \
             only; raise --views",
            model.cases()
        )
    });
    unseen.into_iter().chain(partly).chain(unattainable(model, ALPHA)).collect()
}

/// What is odd about the rows that a threshold calls anomalous: `flagged` of `rows`.
pub(in crate::cli) fn of_threshold(threshold: Threshold, rows: usize, flagged: usize) -> Option<String> {
    let Threshold::Contamination(share) = threshold else { return None };
    let wanted = (share * rows as f64).round() as usize;
    match flagged {
        0 => Some(format!(
            "a share of {share} of {rows} rows is less than half a row, so none is called anomalous; raise --contamination"
        )),
        flagged if flagged > wanted => Some(format!(
            "{flagged} rows instead of {wanted} are called anomalous, since the last of them have the same score; lower \
             --contamination, or use --threshold"
        )),
        _ => None,
    }
}
