//! Which labels are those of normal rows.

/// Whether a label is the one of normal rows: as numbers if both parse (`0` is `0.0`), else as text.
pub fn is_normal(label: &str, normal: &str) -> bool {
    match (label.parse::<f64>(), normal.parse::<f64>()) {
        (Ok(a), Ok(b)) => a == b,
        _ => label == normal,
    }
}
