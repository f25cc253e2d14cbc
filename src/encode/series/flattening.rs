//! Series as points: channel after channel, each resampled linearly to the `L` steps of the longest training series,
//! `d = C·L`.

use std::sync::Arc;

use serde_json::json;

use super::{KIND, resample};
use crate::data::container::Container;
use crate::data::{Dataset, SeriesSet};
use crate::encode::points::{Flattening, Points};
use crate::error::{DataError, Result};

/// Largest number of channels, and of steps, that a file may claim.
const LARGEST: usize = 1 << 20;
/// Largest `C·L`, which decides the memory of a case.
const LARGEST_CASE: usize = 1 << 28;

/// Numbers of channels and steps of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Channels {
    channels: usize,
    length: usize,
}

/// Series with the channels of `train`, as long as its longest.
pub(in crate::encode) fn fit_flattening(train: &dyn Dataset) -> Result<Arc<dyn Flattening>> {
    let set = train.expect::<SeriesSet>(KIND)?;
    Ok(Arc::new(Channels { channels: set.channels(), length: set.longest() }))
}

/// What [`Flattening::write`] wrote.
pub(in crate::encode) fn read_flattening(file: &Container) -> Result<Arc<dyn Flattening>> {
    let fields = file.header().object("series")?;
    let channels = fields.usize_in("channels", 1..=LARGEST)?;
    let length = fields.usize_in("length", 1..=LARGEST)?;
    if channels * length > LARGEST_CASE {
        return Err(fields.error("length", "makes a series larger than can be handled"));
    }
    Ok(Arc::new(Channels { channels, length }))
}

impl Flattening for Channels {
    fn width(&self) -> usize {
        self.channels * self.length
    }
    fn points<'a>(&self, cases: &'a dyn Dataset) -> Result<Points<'a>> {
        let values = flatten(self.channels, self.length, cases.expect(KIND)?)?;
        Ok(Points::new(self.width(), values))
    }
    fn write(&self, file: &mut Container) {
        file.set("kind", KIND.name());
        file.set("series", json!({"channels": self.channels, "length": self.length}));
    }
}

/// Each series of `channels` channels as `[C, L]`.
fn flatten(channels: usize, length: usize, set: &SeriesSet) -> Result<Vec<f64>> {
    if set.channels() != channels {
        let problem = format!(
            "{} channels, the model was fitted to series of {channels}; use another file or model",
            set.channels()
        );
        return Err(DataError::new(set.source(), problem).into());
    }
    let mut values = vec![0.0; set.len() * channels * length];
    for (case, row) in set.cases().iter().zip(values.chunks_exact_mut(channels * length)) {
        for (c, out) in row.chunks_exact_mut(length).enumerate() {
            resample(case.channel(c), out);
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Series;

    #[test]
    fn series_keep_the_longest_training_length_and_others_are_resampled() {
        let set = |lengths: &[usize]| {
            let case = |&n: &usize| Series::new(&[vec![1.0; n], (0..n).map(|t| t as f64).collect()]).unwrap();
            SeriesSet::new(lengths.iter().map(case).collect()).unwrap()
        };
        let rows = fit_flattening(&set(&[2, 3])).unwrap();
        assert_eq!(rows.width(), 6);
        let long = set(&[5, 3]);
        let points = rows.points(&long).unwrap();
        assert_eq!(
            (points.row(0), points.row(1)),
            (&[1.0, 1.0, 1.0, 0.0, 2.0, 4.0][..], &[1.0, 1.0, 1.0, 0.0, 1.0, 2.0][..])
        );
        let one = SeriesSet::new(vec![Series::new(&[vec![0.0; 3]]).unwrap()]).unwrap();
        assert!(rows.points(&one).unwrap_err().to_string().contains("1 channels"));
    }

    #[test]
    fn sizes_survive_the_file_and_hostile_ones_do_not() {
        let through = |channels, length| {
            let mut file = Container::new();
            Channels { channels, length }.write(&mut file);
            read_flattening(&file)
        };
        assert_eq!(through(2, 7).unwrap().width(), 14);
        for (channels, length) in [(0, 1), (LARGEST, LARGEST)] {
            assert_eq!(through(channels, length).unwrap_err().exit_code(), 4);
        }
    }
}
