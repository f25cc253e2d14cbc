//! Data sets of the UEA archive (Bagnall et al. 2018) with their own split into TRAIN and TEST.

use std::path::Path;
use std::sync::Arc;

use super::normal_classes::NormalClasses;
use crate::data::SeriesSet;
use crate::error::{DataError, Error, Result, quoted};
use crate::evaluate::protocol::Task;

/// The five data sets of Tables 2 and 3.
pub const ARCHIVE: [&str; 5] = ["CharacterTrajectories", "Epilepsy", "NATOPS", "RacketSports", "SpokenArabicDigits"];

/// One data set, both halves labelled.
#[derive(Clone, Debug)]
pub struct Archive {
    /// Its name.
    pub name: String,
    /// Series to learn from.
    pub train: SeriesSet,
    /// Series to be evaluated on.
    pub test: SeriesSet,
    /// The classes, in order: as numbers if all are, else as text.
    pub classes: Vec<String>,
}

impl Archive {
    /// Reads `<folder>/timeseries/<name>/<name>_{TRAIN,TEST}.ts.gz`; `name` in any case.
    ///
    /// # Errors
    /// If the name is none of [`ARCHIVE`], a file cannot be read, or the halves do not fit each other.
    pub fn read(folder: &Path, name: &str) -> Result<Archive> {
        let Some(name) = ARCHIVE.iter().find(|known| known.eq_ignore_ascii_case(name)) else {
            return Err(Error::Usage(format!(
                "unknown series data set {}; use one of {}",
                quoted(name),
                ARCHIVE.join(", ")
            )));
        };
        let half =
            |half: &str| SeriesSet::read(folder.join("timeseries").join(name).join(format!("{name}_{half}.ts.gz")));
        Archive::new(name, half("TRAIN")?, half("TEST")?)
    }

    /// A data set from its halves.
    ///
    /// # Errors
    /// If a half has no labels, the numbers of channels differ, or TRAIN has fewer than two classes.
    pub fn new(name: &str, train: SeriesSet, test: SeriesSet) -> Result<Archive> {
        for set in [&train, &test] {
            if set.labels().is_none() {
                return Err(DataError::new(set.source(), "no labels; the header needs `@classlabel true`").into());
            }
        }
        if test.channels() != train.channels() {
            let problem = format!("{} channels, the training series have {}", test.channels(), train.channels());
            return Err(DataError::new(test.source(), problem).into());
        }
        let mut classes = train.classes();
        if classes.len() < 2 {
            return Err(DataError::new(
                train.source(),
                "one class alone, so there is nothing to tell it from; add another",
            )
            .into());
        }
        match classes.iter().map(|c| c.parse::<f64>()).collect::<Result<Vec<_>, _>>() {
            Ok(_) => classes.sort_by(|a, b| {
                let number = |c: &String| c.parse::<f64>().unwrap_or(f64::NAN);
                number(a).total_cmp(&number(b))
            }),
            Err(_) => classes.sort(),
        }
        Ok(Archive { name: name.into(), train, test, classes })
    }

    /// One task for each class: see [`NormalClasses`].
    ///
    /// # Errors
    /// If a choice of `normals` classes does not leave an anomaly among the test series.
    pub fn tasks(&self, normals: NormalClasses) -> Result<Vec<Task>> {
        let test = Arc::new(self.test.clone().without_labels());
        let task = |first| {
            let (name, normal) = normals.choose(&self.classes, first)?;
            let is_normal = |label: &String| normal.contains(&label.as_str());
            let of =
                |set: &SeriesSet| -> Vec<bool> { set.labels().unwrap_or_default().iter().map(is_normal).collect() };
            let keep: Vec<usize> = of(&self.train).iter().enumerate().filter(|(_, n)| **n).map(|(i, _)| i).collect();
            let labels: Vec<bool> = of(&self.test).into_iter().map(|n| !n).collect();
            if labels.iter().all(|&a| a) || labels.iter().all(|&a| !a) {
                let problem = format!("task `{name}`: the test series are all normal or all anomalies; add others");
                return Err(DataError::new(self.test.source(), problem).into());
            }
            Ok(Task::of_series(name, self.train.select(&keep)?, test.clone(), labels))
        };
        (0..self.classes.len()).map(task).collect()
    }
}
