//! Series: a stretch of a channel takes the course of reference series that are near outside of it, coarse to fine.
//!
//! First each channel as a whole. Then, in up to [`FINER`] channels that bring the score down by a quarter of the most, the
//! stretch becomes its first, its last or its middle half, as long as one of them keeps [`KEEPS`] of the channel's fall: what
//! is left is a short stretch that explains nearly all that the channel does. The fall of that stretch is the channel's.

use std::ops::Range;

use rayon::prelude::*;

use super::stretches::{Distances, References};
use super::{Cause, Explanation, Judged, explained, trials};
use crate::data::{Series, SeriesSet};
use crate::detect::Fitted;
use crate::error::{DataError, Result};

/// Nearest references whose course is tried, as it is and joined to its surroundings.
const NEAR: usize = 4;
/// Channels in which a shorter stretch is looked for.
const FINER: usize = 4;
/// Share of the largest fall from which one is.
const CONTENDER: f64 = 0.25;
/// Share of the channel's fall that a shorter stretch must keep.
const KEEPS: f64 = 0.8;
/// Halvings: the shortest stretch is 1/64 of a channel.
const HALVINGS: usize = 6;
/// Steps of one value that are a standstill.
const STANDSTILL: usize = 5;
/// Series that are explained together.
const CASES: usize = 16;

/// What is known of a channel of a series.
#[derive(Clone)]
struct Channel {
    case: usize,
    channel: usize,
    stretch: Range<usize>,
    /// The score with the best course in the stretch.
    with: Judged,
    /// The lowest score with any stretch so far.
    lowest: f64,
}

/// Explains the series of `cases`.
///
/// # Errors
/// As [`Fitted::score`]; [`crate::Error::Data`] for another number of channels.
pub(super) fn explain(fitted: &dyn Fitted, reference: &SeriesSet, cases: &SeriesSet) -> Result<Vec<Explanation>> {
    let references = References::new(reference);
    if cases.channels() != references.channels() {
        let problem = format!(
            "{} channels, the reference series have {}; use another file or model",
            cases.channels(),
            references.channels()
        );
        return Err(DataError::new(cases.source(), problem).into());
    }
    let explain = |cases: &[Series]| explain_cases(fitted, &references, cases);
    cases.cases().chunks(CASES).map(explain).collect::<Result<Vec<_>>>().map(|explained| explained.concat())
}

fn explain_cases(fitted: &dyn Fitted, references: &References, cases: &[Series]) -> Result<Vec<Explanation>> {
    let longest = cases.iter().map(|case| case.flat().len()).max().unwrap_or(0);
    let own = trials::of_series(fitted, longest, cases.len(), |i| cases[i].clone())?;
    let near: Vec<Distances> = cases.par_iter().map(|case| references.distances(case)).collect();
    let replace = |stretches: &[Channel]| judge(fitted, references, cases, &near, longest, stretches);
    let whole = |(case, series): (usize, &Series)| {
        let with = own[case];
        let whole = |c: usize| Channel { case, channel: c, stretch: 0..series.channel(c).len(), with, lowest: with.0 };
        (0..series.channels()).map(whole).collect::<Vec<_>>()
    };
    let mut channels: Vec<Channel> = cases.iter().enumerate().flat_map(whole).collect();
    let judged = replace(&channels)?;
    channels.iter_mut().zip(judged).for_each(|(channel, with)| channel.take(with));
    let mut open = contenders(&channels, &own);
    for _ in 0..HALVINGS {
        let parts: Vec<(usize, Channel)> =
            open.iter().flat_map(|&at| channels[at].parts().map(move |part| (at, part))).collect();
        let judged = replace(&parts.iter().map(|(_, part)| part.clone()).collect::<Vec<_>>())?;
        let tried: Vec<(usize, Channel, Judged)> =
            parts.into_iter().zip(judged).map(|((at, part), with)| (at, part, with)).collect();
        open.clear();
        for parts in tried.chunk_by(|a, b| a.0 == b.0) {
            let lowest = parts.iter().min_by(|a, b| a.2.0.total_cmp(&b.2.0));
            let Some((at, part, with)) = lowest else { continue };
            let (channel, own) = (&mut channels[*at], own[part.case].0);
            let most = own - channel.lowest.min(with.0);
            if most > 0.0 && own - with.0 >= KEEPS * most {
                channel.stretch = part.stretch.clone();
                channel.take(*with);
                open.push(*at);
            }
        }
    }
    whole_standstills(&mut channels, cases, &own, &replace)?;
    let mut causes: Vec<Vec<Cause>> = vec![Vec::new(); cases.len()];
    for channel in channels {
        let own = own[channel.case];
        let with = if channel.with.0 < own.0 { channel.with } else { own };
        causes[channel.case].push(Cause {
            input: channel.channel,
            stretch: Some(channel.stretch),
            value: None,
            share: 0.0,
            normal_value: None,
            categories: None,
            score_with: with.0,
            p_value_with: with.1,
        });
    }
    Ok(own.iter().zip(causes).map(|(&own, causes)| explained(own, causes)).collect())
}

impl Channel {
    /// Notes the score with the present stretch replaced.
    fn take(&mut self, with: Judged) {
        self.with = with;
        self.lowest = self.lowest.min(with.0);
    }

    /// The halves of the stretch, first, last and middle; none of a single step.
    fn parts(&self) -> impl Iterator<Item = Channel> + use<> {
        let Range { start, end } = self.stretch;
        let (half, quarter) = ((end - start).div_ceil(2), (end - start) / 4);
        let halves = [start..start + half, end - half..end, start + quarter..(start + quarter + half).min(end)];
        let channel = self.clone();
        let shorter = half < end - start;
        halves.into_iter().filter(move |_| shorter).map(move |stretch| Channel { stretch, ..channel.clone() })
    }
}

/// Where a stretch lies in a standstill, all of that is to blame: a single step of it that moves ends it as well as any.
fn whole_standstills(
    channels: &mut [Channel],
    cases: &[Series],
    own: &[Judged],
    replace: &dyn Fn(&[Channel]) -> Result<Vec<Judged>>,
) -> Result<()> {
    let longer = |channel: &Channel| -> Option<Channel> {
        let values = cases[channel.case].channel(channel.channel);
        let (start, end) = (channel.stretch.start, channel.stretch.end);
        let value = values[start];
        if channel.with.0 >= own[channel.case].0 || values[start..end].iter().any(|v| *v != value) {
            return None;
        }
        let first = values[..start].iter().rposition(|v| *v != value).map_or(0, |before| before + 1);
        let last = values[end..].iter().position(|v| *v != value).map_or(values.len(), |behind| end + behind);
        (last - first >= STANDSTILL && last - first > end - start)
            .then(|| Channel { stretch: first..last, ..channel.clone() })
    };
    let (places, parts): (Vec<usize>, Vec<Channel>) =
        channels.iter().enumerate().filter_map(|(at, channel)| Some((at, longer(channel)?))).unzip();
    for ((at, part), with) in places.into_iter().zip(&parts).zip(replace(&parts)?) {
        if with.0 < own[part.case].0 {
            channels[at].stretch = part.stretch.clone();
            channels[at].take(with);
        }
    }
    Ok(())
}

/// Of each case the channels in which a shorter stretch is looked for, ascending.
fn contenders(channels: &[Channel], own: &[Judged]) -> Vec<usize> {
    let fall = |&at: &usize| own[channels[at].case].0 - channels[at].with.0;
    let mut open = Vec::new();
    let numbers: Vec<usize> = (0..channels.len()).collect();
    for of_case in numbers.chunk_by(|&a, &b| channels[a].case == channels[b].case) {
        let mut order = of_case.to_vec();
        order.sort_by(|a, b| fall(b).total_cmp(&fall(a)));
        let most = order.first().map_or(0.0, fall);
        // Where no channel as a whole does better, a part of one may.
        order.retain(|at| most <= 0.0 || fall(at) >= CONTENDER * most);
        order.truncate(FINER);
        open.extend(order);
    }
    open.sort_unstable();
    open
}

/// Of each stretch, the lowest score that the course of a near reference in it gives; the case's own if none is lower.
fn judge(
    fitted: &dyn Fitted,
    references: &References,
    cases: &[Series],
    near: &[Distances],
    longest: usize,
    stretches: &[Channel],
) -> Result<Vec<Judged>> {
    let courses = |part: &Channel| {
        let length = cases[part.case].channel(part.channel).len();
        near[part.case].nearest(NEAR, part.channel, &part.stretch, length)
    };
    let found: Vec<Vec<usize>> = stretches.par_iter().map(courses).collect();
    let tried: Vec<(usize, usize, bool)> = found
        .iter()
        .enumerate()
        .flat_map(|(at, found)| found.iter().flat_map(move |&number| [(at, number, false), (at, number, true)]))
        .collect();
    let judged = trials::of_series(fitted, longest, tried.len(), |i| {
        let (at, number, joined) = tried[i];
        let part = &stretches[at];
        references.replaced(&cases[part.case], part.channel, &part.stretch, number, joined)
    })?;
    let mut best: Vec<Option<Judged>> = vec![None; stretches.len()];
    for ((at, ..), judged) in tried.iter().zip(judged) {
        let best = &mut best[*at];
        if best.is_none_or(|best| judged.0 < best.0) {
            *best = Some(judged);
        }
    }
    Ok(best.into_iter().zip(stretches).map(|(best, part)| best.unwrap_or(part.with)).collect())
}
