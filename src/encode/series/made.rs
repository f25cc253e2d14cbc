//! Made series: two series mixed, one spliced onto another, and noise on every channel.
//!
//! With `y` another series, stretched to the length of `x` channel by channel: `mixed = x + w·(y − x)`, `w` uniform in
//! 0.3…0.7; `spliced` follows `x` up to a step in the middle third and `y` from there on; `noise = x + ½·sd ∘ ε` with the
//! channels' standard deviations.

use super::KIND;
use crate::data::{Dataset, Series, SeriesSet};
use crate::encode::Making;
use crate::error::{DataError, Result};
use crate::random::{Key, normal, stream, uniform};
use crate::stats::mean_and_scale;

/// Kinds of made series.
pub(in crate::encode) const KINDS: [&str; 3] = ["mixed", "spliced", "noise"];

/// Noise in standard deviations of a channel.
const NOISE: f64 = 0.5;

/// The value of a channel at share `at` of its length, linear between its values.
fn value_at(channel: &[f64], at: f64) -> f64 {
    let place = at * (channel.len() - 1) as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    channel[below] * (1.0 - part) + channel[(below + 1).min(channel.len() - 1)] * part
}

/// Cases made of the series of `data`, of which `kept` are training cases.
///
/// # Errors
/// [`crate::Error::Data`] for data of another kind.
pub(in crate::encode) fn made(
    data: &dyn Dataset,
    kept: &[usize],
    makings: &[Making],
    seed: u64,
) -> Result<Box<dyn Dataset>> {
    let set = data.expect::<SeriesSet>(KIND)?;
    let made = make(|i| set.case(i), kept, makings, seed);
    Ok(Box::new(SeriesSet::new(made.map_err(|problem| DataError::new(set.source(), problem))?)?))
}

/// The made series; `case` gives a series of the data.
fn make<'a>(
    case: impl Fn(usize) -> &'a Series,
    kept: &[usize],
    makings: &[Making],
    seed: u64,
) -> Result<Vec<Series>, String> {
    let Some(&first) = kept.first() else { return Ok(Vec::new()) };
    let sd = |c: usize| {
        let values: Vec<f64> = kept.iter().flat_map(|&i| case(i).channel(c)).copied().collect();
        NOISE * mean_and_scale(&values).1
    };
    let noise: Vec<f64> = (0..case(first).channels()).map(sd).collect();
    let make = |making: &Making| {
        let mut rng = stream(seed, Key::Made { kind: making.kind as u64, number: making.number });
        let (x, y) = (case(making.case), case(making.other));
        let weight = 0.3 + 0.4 * uniform(&mut rng);
        let mut channel = |c: usize| -> Vec<f64> {
            let (x, y) = (x.channel(c), y.channel(c));
            let last = (x.len() - 1).max(1) as f64;
            let mut at = |(t, &v): (usize, &f64)| {
                let place = t as f64 / last;
                match making.kind {
                    0 => (1.0 - weight) * v + weight * value_at(y, place),
                    1 if place < weight => v,
                    1 => value_at(y, place),
                    _ => (v + noise[c] * normal::<f64>(&mut rng)).clamp(f64::MIN, f64::MAX),
                }
            };
            x.iter().enumerate().map(&mut at).collect()
        };
        Series::new(&(0..noise.len()).map(&mut channel).collect::<Vec<_>>())
    };
    makings.iter().map(make).collect()
}
