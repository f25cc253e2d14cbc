//! Which reference series are near a series outside of a stretch of a channel, and what they have in that stretch.
//!
//! Channels are compared resampled to `T` steps, at most [`STEPS`]: `D_i = Σ_{c,t} min(|x_ct − r_ict|/scale_c, 3)²` over all
//! channels and steps but the stretch; sums along time make every stretch cost the same.

use std::ops::Range;

use crate::data::{Series, SeriesSet};
use crate::encode::series::resample;

/// Most steps at which channels are compared.
const STEPS: usize = 64;
/// Scales beyond which a difference counts no more.
const FAR: f64 = 3.0;

/// Reference series, resampled.
#[derive(Debug)]
pub(super) struct References<'a> {
    set: &'a SeriesSet,
    steps: usize,
    /// `[n][C][T]`.
    values: Vec<f64>,
    scales: Vec<f64>,
}

impl<'a> References<'a> {
    /// Of a set of normal series.
    pub fn new(set: &'a SeriesSet) -> References<'a> {
        let (channels, steps) = (set.channels(), set.longest().clamp(1, STEPS));
        let values: Vec<f64> = set.cases().iter().flat_map(|case| resampled(case, steps)).collect();
        let scale = |c: usize| {
            let of_channel = values.chunks_exact(steps).skip(c).step_by(channels).flatten();
            let mut sorted: Vec<f64> = of_channel.copied().collect();
            sorted.sort_by(f64::total_cmp);
            let n = sorted.len();
            let range = |low: usize, high: usize| sorted[high] / 2.0 - sorted[low] / 2.0;
            let scale = 2.0 * range(n / 4, 3 * n / 4).max(range(0, n - 1) / 20.0);
            if scale > 0.0 && scale.is_finite() { scale } else { 1.0 }
        };
        let scales = (0..channels).map(scale).collect();
        References { set, steps, values, scales }
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.set.channels()
    }

    /// Distances of a series with as many channels.
    pub fn distances(&self, case: &Series) -> Distances {
        let (steps, x) = (self.steps, resampled(case, self.steps));
        let mut sums = Vec::with_capacity(self.values.len() + self.values.len() / steps);
        for (i, reference) in self.values.chunks_exact(steps).enumerate() {
            let channel = i % self.channels();
            let own = &x[channel * steps..(channel + 1) * steps];
            let mut sum = 0.0;
            sums.push(sum);
            for (x, r) in own.iter().zip(reference) {
                let difference = 2.0 * ((x / 2.0 - r / 2.0) / self.scales[channel]).abs();
                sum += difference.min(FAR).powi(2);
                sums.push(sum);
            }
        }
        Distances { channels: self.channels(), steps, sums }
    }

    /// The series `case` with the steps `stretch` of channel `channel` as reference `number` has them; `joined`: moved and
    /// tilted so that the course goes on at both ends.
    pub fn replaced(
        &self,
        case: &Series,
        channel: usize,
        stretch: &Range<usize>,
        number: usize,
        joined: bool,
    ) -> Series {
        let mut channels: Vec<Vec<f64>> = (0..case.channels()).map(|c| case.channel(c).to_vec()).collect();
        let own = &mut channels[channel];
        let mut normal = vec![0.0; own.len()];
        resample(self.set.case(number).channel(channel), &mut normal);
        let gap = |at: Option<usize>| at.filter(|&t| joined && t < normal.len()).map(|t| own[t] - normal[t]);
        let (before, after) = (gap(stretch.start.checked_sub(1)), gap(Some(stretch.end)));
        let (before, after) = (before.or(after).unwrap_or(0.0), after.or(before).unwrap_or(0.0));
        for t in stretch.clone() {
            let share = (t + 1 - stretch.start) as f64 / (stretch.len() + 1) as f64;
            let value = normal[t] + before * (1.0 - share) + after * share;
            // A gap between the largest numbers is none.
            own[t] = if value.is_finite() { value } else { normal[t] };
        }
        Series::new(&channels).unwrap_or_else(|_| case.clone())
    }
}

/// The series as `[C][T]`.
fn resampled(case: &Series, steps: usize) -> Vec<f64> {
    let mut values = vec![0.0; case.channels() * steps];
    values.chunks_exact_mut(steps).enumerate().for_each(|(c, out)| resample(case.channel(c), out));
    values
}

/// Distances of one series to the references.
#[derive(Debug)]
pub(super) struct Distances {
    channels: usize,
    steps: usize,
    /// Sums along time, `[n][C][T + 1]`.
    sums: Vec<f64>,
}

impl Distances {
    /// The `k` references (or all) that are nearest outside of the steps `stretch` of `of` of a channel, nearest first; by
    /// everything, if nothing is outside.
    pub fn nearest(&self, k: usize, channel: usize, stretch: &Range<usize>, of: usize) -> Vec<usize> {
        let each = self.steps + 1;
        let (from, to) = (stretch.start * self.steps / of, (stretch.end * self.steps).div_ceil(of));
        let everything = self.channels == 1 && to - from == self.steps;
        let distance = |sums: &[f64]| {
            let total: f64 = sums.chunks_exact(each).map(|sums| sums[self.steps]).sum();
            let own = &sums[channel * each..];
            if everything { total } else { total - (own[to] - own[from]) }
        };
        let distances: Vec<f64> = self.sums.chunks_exact(each * self.channels).map(distance).collect();
        let mut order: Vec<usize> = (0..distances.len()).collect();
        order.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]));
        order.truncate(k);
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_replaced_and_what_is_near_does_not_look_at_them() {
        let case = |shift: f64| Series::new(&[(0..8).map(|t| f64::from(t) + shift).collect::<Vec<_>>()]).unwrap();
        let set = SeriesSet::new(vec![case(0.0), case(10.0), case(20.0)]).unwrap();
        let references = References::new(&set);
        let mut odd = case(10.0).flat().to_vec();
        odd[2..4].fill(500.0);
        let odd = Series::new(&[odd]).unwrap();
        let near = references.distances(&odd).nearest(2, 0, &(2..4), 8);
        assert_eq!(near[0], 1);
        assert_eq!(references.replaced(&odd, 0, &(2..4), 1, false), case(10.0));
        // Of a series that lies elsewhere the course is taken, and moved to where it is to go on.
        assert_eq!(references.replaced(&odd, 0, &(2..4), 0, true), case(10.0));
        assert_eq!(references.replaced(&odd, 0, &(0..8), 2, true), case(20.0));
        assert_eq!(references.distances(&odd).nearest(9, 0, &(0..8), 8)[0], 1, "by everything");
    }
}
