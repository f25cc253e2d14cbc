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
    // Rows that a robust fit left out calibrate too.
    let (rows, calibrating) = (model.training_rows() + model.trimmed_rows(), model.calibration_rows());
    let needed = (1.0 / alpha - 1.0).ceil() * rows as f64 / calibrating.max(1) as f64;
    Some(format!(
        "no p-value is below 1/{} with {rows} training rows, so alpha {alpha} calls nothing anomalous; fit on at least {:.0} \
         rows or use --threshold",
        calibrating + 1,
        needed.ceil()
    ))
}

/// What a model's scores and p-values do not say.
pub(in crate::cli) fn of_model(model: &Model) -> Vec<String> {
    let unseen = model.unseen_columns();
    let unseen = (unseen > 0).then(|| format!("no view looks at {unseen} of the columns; raise --views"));
    let (rows, calibrating) = (model.training_rows() + model.trimmed_rows(), model.calibration_rows());
    let partly = (calibrating < rows).then(|| {
        format!(
            "p-values rank a score among {calibrating} of the {rows} training {} only, since views leave out some folds \
             only; raise --views",
            model.kind().cases()
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
