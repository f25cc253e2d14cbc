//! Which rows of a labelled table are normal.

use super::Table;
use crate::error::{DataError, Result};

/// Whether a label is the one of normal rows: as numbers if both parse (`0` is `0.0`), else as text. The same text is the
/// same label, also where it parses as NaN.
pub fn is_normal(label: &str, normal: &str) -> bool {
    label == normal || matches!((label.parse::<f64>(), normal.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

impl Table {
    /// The rows whose label is `normal`, in order; all rows of a table without labels.
    pub fn normal_rows(&self, normal: &str) -> Vec<usize> {
        match self.labels() {
            Some(labels) => (0..self.rows()).filter(|&i| is_normal(&labels[i], normal)).collect(),
            None => (0..self.rows()).collect(),
        }
    }

    /// [`Table::normal_rows`], of which there must be one.
    ///
    /// # Errors
    /// If there is none: names the label column and the labels seen.
    pub fn require_normal_rows(&self, normal: &str) -> Result<Vec<usize>> {
        const SHOWN: usize = 8;
        let rows = self.normal_rows(normal);
        if !rows.is_empty() {
            return Ok(rows);
        }
        let mut seen: Vec<&str> = Vec::new();
        for label in self.labels().unwrap_or_default() {
            if seen.len() <= SHOWN && !seen.contains(&label.as_str()) {
                seen.push(label);
            }
        }
        let more = if seen.len() > SHOWN { ", …" } else { "" };
        let shown: Vec<String> = seen.iter().take(SHOWN).map(|l| format!("{l:?}")).collect();
        let problem = format!(
            "no normal rows: no label is {normal:?}; the labels are {}{more}; name the normal one",
            shown.join(", ")
        );
        Err(DataError::new(self.source(), problem).in_column(self.label_name().unwrap_or_default()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(labels: &[&str]) -> Table {
        let labels = labels.iter().map(|&l| l.to_owned()).collect::<Vec<_>>();
        Table::new(vec!["a".into()], vec![0.0; labels.len()]).unwrap().with_labels("class", labels).unwrap()
    }

    #[test]
    fn labels_compare_as_numbers_if_both_are() {
        let t = table(&["0", "0.0", "1", "normal", "+0", "-0", " 0"]);
        assert_eq!(t.normal_rows("0"), [0, 1, 4, 5]);
        assert_eq!(t.normal_rows("normal"), [3]);
        assert_eq!(table(&["NaN", "0", "inf", "nan"]).normal_rows("NaN"), [0]);
    }

    #[test]
    fn without_labels_every_row_is_normal() {
        assert_eq!(Table::new(vec!["a".into()], vec![1.0, 2.0]).unwrap().normal_rows("7"), [0, 1]);
    }

    #[test]
    fn no_normal_row_lists_the_labels_seen() {
        let message = table(&["up", "down", "up"]).require_normal_rows("0").unwrap_err().to_string();
        assert!(message.contains(r#"column "class""#) && message.contains(r#""up", "down""#), "{message}");
    }
}
