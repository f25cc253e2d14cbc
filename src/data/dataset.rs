//! A data set: cases of one kind with their labels, whatever a case is.
//!
//! Detectors and protocols are written against [`Dataset`]; only the encoder of a kind asks for the concrete type, by
//! [`downcast`](trait.Dataset.html#method.downcast). A further kind of data is a further implementation.

use std::any::Any;
use std::collections::HashSet;
use std::fmt::Debug;

use super::{Carried, Kind, is_normal};
use crate::error::{DataError, Error, Result, listed};

/// Cases of one kind: the rows of a table, or whole series.
pub trait Dataset: Any + Debug + Send + Sync {
    /// What a case is.
    fn kind(&self) -> Kind;
    /// Number of cases.
    fn len(&self) -> usize;
    /// Whether there are no cases.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// One label a case, if there are labels.
    fn labels(&self) -> Option<&[String]>;
    /// Name of the label column, if there are labels.
    fn label_name(&self) -> Option<&str>;
    /// Columns of text that are carried along, a row of them a case.
    fn carried(&self) -> &Carried;
    /// The file the cases came from, `<stdin>`, or empty.
    fn source(&self) -> &str;
    /// The cases `keep`, in that order (repeats allowed), with their labels.
    ///
    /// # Errors
    /// If the kind has no empty data set and `keep` is empty.
    fn select(&self, keep: &[usize]) -> Result<Box<dyn Dataset>>;
    /// The same cases without their labels.
    fn without_labels(self: Box<Self>) -> Box<dyn Dataset>;
    /// A feature whose name is a usual one of label columns: it may have been taken for a feature by mistake.
    fn label_among_features(&self) -> Option<&str> {
        None
    }
}

impl dyn Dataset {
    /// The concrete data set, if it is a `T`.
    pub fn downcast<T: Dataset>(&self) -> Option<&T> {
        (self as &dyn Any).downcast_ref()
    }

    /// `downcast` of an owned data set.
    pub fn downcast_owned<T: Dataset>(self: Box<Self>) -> Option<T> {
        (self as Box<dyn Any>).downcast().ok().map(|data| *data)
    }

    /// The concrete data set of a model fitted to data of the kind `kind`.
    ///
    /// # Errors
    /// [`Error::Data`] for data of another kind.
    pub fn expect<T: Dataset>(&self, kind: Kind) -> Result<&T> {
        self.downcast().ok_or_else(|| {
            let problem = format!(
                "the model was fitted to {}, and these are {}; use another file or model",
                kind.in_words(),
                self.kind().in_words()
            );
            Error::from(DataError::new(self.source(), problem))
        })
    }

    /// The cases whose label is one of `normals`, in order; all of them without labels.
    pub fn normal(&self, normals: &[String]) -> Vec<usize> {
        let Some(labels) = self.labels() else { return (0..self.len()).collect() };
        let one_of = |label: &String| normals.iter().any(|normal| is_normal(label, normal));
        (0..self.len()).filter(|&i| one_of(&labels[i])).collect()
    }

    /// `normal`, of which there must be one.
    ///
    /// # Errors
    /// If there is none: names the label column and the labels seen.
    pub fn require_normal(&self, normals: &[String]) -> Result<Vec<usize>> {
        let kept = self.normal(normals);
        if !kept.is_empty() {
            return Ok(kept);
        }
        let mut seen = HashSet::new();
        let distinct = self.labels().unwrap_or_default().iter().filter(|label| seen.insert(*label));
        let problem = format!(
            "no normal rows: no label is {}, the labels are {}; name the normal one with --normal",
            listed(normals),
            listed(distinct)
        );
        Err(DataError::new(self.source(), problem).in_column(self.label_name().unwrap_or_default()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Table;

    fn data(table: &Table) -> &dyn Dataset {
        table
    }

    fn table(labels: &[&str]) -> Table {
        let labels = labels.iter().map(|&l| l.to_owned()).collect::<Vec<_>>();
        Table::new(vec!["a".into()], vec![0.0; labels.len()]).unwrap().with_labels("class", labels).unwrap()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&n| n.to_owned()).collect()
    }

    #[test]
    fn labels_compare_as_numbers_if_both_are() {
        let t = table(&["0", "0.0", "1", "normal", "+0", "-0", " 0"]);
        assert_eq!(data(&t).normal(&names(&["0"])), [0, 1, 4, 5]);
        assert_eq!(data(&t).normal(&names(&["normal", "1"])), [2, 3]);
        assert_eq!(data(&table(&["NaN", "0", "inf", "nan"])).normal(&names(&["NaN"])), [0]);
    }

    #[test]
    fn without_labels_every_row_is_normal() {
        let t = Table::new(vec!["a".into()], vec![1.0, 2.0]).unwrap();
        assert_eq!(data(&t).normal(&names(&["7"])), [0, 1]);
    }

    #[test]
    fn no_normal_row_lists_the_labels_seen() {
        let t = table(&["up", "down", "up"]);
        let message = data(&t).require_normal(&names(&["0"])).unwrap_err().to_string();
        assert!(message.contains(r#"column "class""#) && message.contains(r#""up", "down""#), "{message}");
    }
}
