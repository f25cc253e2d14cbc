//! The level of p-values at which a case is called anomalous.

use super::arguments::Global;
use crate::detect::Model;

/// The level unless `--alpha` gives one.
pub(super) const ALPHA: f64 = 0.05;

/// Prints a note if no row can get a p-value as small as `alpha`.
pub(super) fn note_unattainable(model: &Model, alpha: f64, global: &Global) {
    let smallest = model.smallest_p_value();
    if alpha < smallest {
        // Rows that a robust fit left out calibrate too.
        let (rows, calibrating) = (model.training_rows() + model.trimmed_rows(), model.calibration_rows());
        let needed = (1.0 / alpha - 1.0).ceil() * rows as f64 / calibrating.max(1) as f64;
        global.note(format_args!(
            "note: no p-value is below 1/{} with {rows} training rows, so alpha {alpha} calls nothing anomalous; \
             fit on at least {:.0} rows or use --threshold",
            calibrating + 1,
            needed.ceil()
        ));
    }
}
