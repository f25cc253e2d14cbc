//! Which labels are those of normal rows.

/// Whether a label is the one of normal rows: as numbers if both parse (`0` is `0.0`), else as text. The same text is the
/// same label, also where it parses as NaN.
pub fn is_normal(label: &str, normal: &str) -> bool {
    label == normal || matches!((label.parse::<f64>(), normal.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

/// Whether a column of that name usually holds labels.
pub(crate) fn is_usual_label(name: &str) -> bool {
    const USUAL: [&str; 6] = ["label", "class", "target", "y", "anomaly", "outlier"];
    USUAL.contains(&name.to_lowercase().as_str())
}
