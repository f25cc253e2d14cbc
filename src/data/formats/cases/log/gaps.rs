//! Gaps in time: how many there are, and what is said of the first.

use super::case::Places;
use super::clock::{Clock, Times};
use super::stretch::Reading;
use crate::error::quoted;

/// Gaps that are told one by one.
const TOLD: usize = 3;

/// The gaps so far.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    count: usize,
    told: Vec<String>,
    /// The first step back in time.
    backwards: Option<String>,
}

impl Gaps {
    /// Adds that before the reading `next`; `last`: the cells and the times of the one before.
    pub fn add(&mut self, clock: &Clock, places: &Places, last: (&[String], &Times), next: &Reading) {
        self.count += 1;
        let Some(place) = places.time else { return };
        let back = clock.passed(last.1, &next.times).is_some_and(|passed| passed < 0.0);
        let ends = format!("from {} to {}", quoted(&last.0[place]), quoted(&next.carried[place]));
        if back && self.backwards.is_none() {
            self.backwards = Some(format!("times run backwards, first at row {}, {ends}", next.row));
        }
        if self.count <= TOLD {
            let of_group =
                places.group.map_or_else(String::new, |group| format!(" of {}", quoted(&next.carried[group])));
            let what = if back { "a step back in time" } else { "a gap in time" };
            self.told.push(format!("{what}{of_group} before row {}, {ends}: no window reaches over it", next.row));
        }
    }

    /// The first step back in time, in words.
    pub fn backwards(&self) -> Option<&str> {
        self.backwards.as_deref()
    }

    /// What is said of them, each a sentence.
    pub fn notes(&self) -> Vec<String> {
        let more = (self.count > TOLD).then(|| format!("{} gaps in time in all", self.count));
        self.told.iter().cloned().chain(more).collect()
    }
}
