//! Readings that follow each other, and the windows that are cut out of them.

use std::collections::VecDeque;

use super::clock::Times;

/// One row of a log.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// Its number in the file, counted from 0.
    pub row: usize,
    /// A value a channel; NaN where it is missing.
    pub values: Vec<f64>,
    pub label: Option<String>,
    /// The cells that are carried along.
    pub carried: Vec<String>,
    /// When it was taken.
    pub times: Times,
}

impl Reading {
    /// Bytes it takes.
    pub fn size(&self) -> usize {
        let texts = self.label.iter().chain(&self.carried);
        let texts: usize = texts.map(|text| size_of::<String>() + text.len()).sum();
        size_of::<Reading>() + size_of_val(&self.values[..]) + size_of_val(&self.times[..]) + texts
    }
}

/// Where windows begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raster {
    /// Readings of a window.
    pub length: usize,
    /// From the beginning of a window to that of the next.
    pub stride: usize,
    /// Whether the last readings get a window of their own, which may overlap the one before by more.
    pub to_the_end: bool,
}

/// The last readings of a log, as many as a window has, and how many must come before the next window is whole.
#[derive(Debug)]
pub(super) struct Stretch {
    readings: VecDeque<Reading>,
    missing: usize,
    /// Readings behind the last window.
    uncovered: usize,
    /// Bytes of the readings.
    bytes: usize,
}

impl Stretch {
    pub fn new(raster: Raster) -> Stretch {
        Stretch { readings: VecDeque::new(), missing: raster.length, uncovered: 0, bytes: 0 }
    }

    /// When the last reading was taken.
    pub fn times(&self) -> Option<&Times> {
        Some(&self.readings.back()?.times)
    }

    /// What is carried along with the last reading.
    pub fn last_carried(&self) -> &[String] {
        self.readings.back().map_or(&[], |reading| &reading.carried)
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether a window is whole with the next reading.
    pub fn completes(&self) -> bool {
        self.missing == 1
    }

    /// Adds a reading; a window that is whole with it.
    pub fn push(&mut self, reading: Reading, raster: Raster) -> Option<Vec<Reading>> {
        if self.readings.len() == raster.length {
            self.bytes -= self.readings.pop_front().map_or(0, |first| first.size());
        }
        self.bytes += reading.size();
        self.readings.push_back(reading);
        self.uncovered += 1;
        self.missing -= 1;
        if self.missing > 0 {
            return None;
        }
        (self.missing, self.uncovered) = (raster.stride, 0);
        Some(self.readings.iter().cloned().collect())
    }

    /// Ends it: the window of the last readings, where there is one, and how many readings at the end are in no window.
    pub fn end(self, raster: Raster) -> (Option<Vec<Reading>>, usize) {
        let wanted = raster.to_the_end && self.uncovered > 0 && self.readings.len() == raster.length;
        match wanted {
            true => (Some(self.readings.into()), 0),
            false => (None, self.uncovered),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First and last row of each window of `n` readings, and the number of those at the end without one.
    fn windows(n: usize, length: usize, stride: usize, to_the_end: bool) -> (Vec<(usize, usize)>, usize) {
        let raster = Raster { length, stride, to_the_end };
        let (mut stretch, mut found) = (Stretch::new(raster), Vec::new());
        for row in 0..n {
            let reading = Reading { row, values: vec![], label: None, carried: vec![], times: vec![] };
            found.extend(stretch.push(reading, raster));
        }
        let (last, without) = stretch.end(raster);
        found.extend(last);
        let ends = |window: &Vec<Reading>| {
            assert_eq!(window.len(), length);
            (window[0].row, window[length - 1].row)
        };
        (found.iter().map(ends).collect(), without)
    }

    #[test]
    fn windows_follow_each_other_and_the_last_reaches_the_end() {
        assert_eq!(windows(10, 4, 2, true), (vec![(0, 3), (2, 5), (4, 7), (6, 9)], 0));
        assert_eq!(windows(9, 4, 2, true), (vec![(0, 3), (2, 5), (4, 7), (5, 8)], 0));
        assert_eq!(windows(9, 4, 4, false), (vec![(0, 3), (4, 7)], 1));
        assert_eq!(windows(12, 4, 6, true), (vec![(0, 3), (6, 9), (8, 11)], 0));
        assert_eq!(windows(3, 4, 2, true), (vec![], 3));
        assert_eq!(windows(4, 4, 1, true), (vec![(0, 3)], 0));
    }
}
