//! Data sets of the UEA archive (Bagnall et al. 2018) with their own split into TRAIN and TEST.

use std::path::Path;

use super::{NormalClasses, SeriesTask};
use crate::data::SeriesSet;
use crate::error::{DataError, Error, Result};

/// The five data sets of Tables 2 and 3.
pub const ARCHIVE: [&str; 5] = ["CharacterTrajectories", "Epilepsy", "NATOPS", "RacketSports", "SpokenArabicDigits"];

/// One data set, both halves labelled.
#[derive(Clone, Debug)]
pub struct Archive {
    /// Its name.
    pub name: String,
    /// Series to learn from.
    pub train: SeriesSet,
    /// Series to be judged on.
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
            return Err(Error::Usage(format!("unknown series data set `{name}`: use one of {}", ARCHIVE.join(", "))));
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
                return Err(DataError::new(set.source(), "no labels: the header needs `@classlabel true`").into());
            }
        }
        if test.channels() != train.channels() {
            let problem = format!("{} channels, the training series have {}", test.channels(), train.channels());
            return Err(DataError::new(test.source(), problem).into());
        }
        let mut classes = train.classes();
        if classes.len() < 2 {
            return Err(DataError::new(train.source(), "one class alone: there is nothing to tell it from").into());
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
    pub fn tasks(&self, normals: NormalClasses) -> Result<Vec<SeriesTask>> {
        let count = normals.count(self.classes.len())?;
        (0..self.classes.len()).map(|first| SeriesTask::new(self, first, count)).collect()
    }
}
