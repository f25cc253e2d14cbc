//! Rows that wait until the last one is known, 24 bytes each: which row, its score, its p-value.
//!
//! They lie in blocks that are filled and never copied, so that a row takes no more while they grow. To put them in order each
//! block is sorted where it is, and the blocks are merged while the rows are written.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap};

use super::row_place::{PackedPlace, RowPlace};
use super::stream::{ScoreStream, Scored, bytes_of, in_order};
use crate::error::{DataError, Result};

/// Rows of a block.
const BLOCK: usize = 1 << 13;

/// A row.
#[derive(Clone, Copy, Debug, PartialEq)]
struct KeptRow {
    place: PackedPlace,
    score: f64,
    p_value: f64,
}

/// Bytes that a row takes.
const KEPT: usize = 24;
const _: () = assert!(size_of::<KeptRow>() == KEPT);

/// Bytes of an entry of a map that is not full.
const ENTRY: usize = 64;

/// Score and p-value of a row, or what is wrong with it.
pub(super) type Row<'a> = (RowPlace, Result<(f64, f64), &'a DataError>);

/// Rows of all files.
#[derive(Default)]
pub(super) struct KeptRows {
    /// Full but for the last.
    blocks: Vec<Vec<KeptRow>>,
    bad: Vec<(RowPlace, DataError)>,
    bytes: usize,
    /// The text that is carried along with each row, where there is any.
    carried: CarriedTexts,
}

/// What is carried along with rows.
#[derive(Default)]
pub(super) struct CarriedTexts(HashMap<PackedPlace, Box<[String]>>);

impl CarriedTexts {
    /// The cells of a row; none where nothing is carried.
    pub fn of(&self, place: RowPlace) -> &[String] {
        self.0.get(&PackedPlace::from(place)).map_or(&[], |cells| cells)
    }
}

impl KeptRows {
    /// All rows of the stream.
    ///
    /// # Errors
    /// As [`ScoreStream::next`]; more rows than the memory is for.
    pub fn of(stream: &mut ScoreStream) -> Result<KeptRows> {
        let mut kept = KeptRows::default();
        while let Some(some) = stream.next()? {
            kept.add(some);
            stream.check_kept(kept.bytes, KEPT)?;
        }
        Ok(kept)
    }

    fn add(&mut self, mut some: Scored) {
        self.bytes += KEPT * some.scores.len() + bytes_of(&some.bad);
        self.bad.append(&mut some.bad);
        if !some.carried.names.is_empty() {
            for (i, &place) in some.places.iter().enumerate() {
                let cells: Box<[String]> = some.carried.row(i).into();
                self.bytes += cells.iter().map(|cell| size_of::<String>() + cell.len()).sum::<usize>() + ENTRY;
                self.carried.0.insert(place.into(), cells);
            }
        }
        let places = some.places.into_iter().map(PackedPlace::from);
        for ((place, score), p_value) in places.zip(some.scores).zip(some.p_values) {
            if self.blocks.last().is_none_or(|block| block.len() == BLOCK) {
                self.blocks.push(Vec::with_capacity(BLOCK));
            }
            // There is a last one now.
            if let Some(block) = self.blocks.last_mut() {
                block.push(KeptRow { place, score, p_value });
            }
        }
    }

    /// Hands over what is carried along with the rows.
    pub fn take_carried(&mut self) -> CarriedTexts {
        std::mem::take(&mut self.carried)
    }

    /// Scores and p-values, as often as they are asked for.
    pub fn values(&self) -> impl Iterator<Item = (f64, f64)> {
        self.blocks.iter().flatten().map(|row| (row.score, row.p_value))
    }

    /// The rows in their order, or the most anomalous first, rows of one score in their order, and those without a score last.
    pub fn rows(&mut self, sorted: bool) -> Box<dyn Iterator<Item = Row<'_>> + '_> {
        let row = |row: &KeptRow| (RowPlace::from(row.place), (row.score, row.p_value));
        if !sorted {
            return Box::new(in_order(self.blocks.iter().flatten().map(row), &self.bad));
        }
        self.blocks.iter_mut().for_each(|block| block.sort_unstable_by_key(|&row| Reverse(Rank(row))));
        let good = merged(&self.blocks).map(move |kept| {
            let (place, values) = row(&kept);
            (place, Ok(values))
        });
        Box::new(good.chain(self.bad.iter().map(|(place, error)| (*place, Err(error)))))
    }
}

/// A row by how early it stands in a list of the most anomalous first: the later, the less.
#[derive(Clone, Copy, PartialEq)]
struct Rank(KeptRow);

impl Eq for Rank {}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Rank) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Rank) -> Ordering {
        self.0.score.total_cmp(&other.0.score).then(other.0.place.cmp(&self.0.place))
    }
}

/// The rows of blocks, each sorted by descending rank, as one.
fn merged(blocks: &[Vec<KeptRow>]) -> impl Iterator<Item = KeptRow> + '_ {
    let first = |(number, block): (usize, &Vec<KeptRow>)| block.first().map(|&row| (Rank(row), number, 0));
    let mut next: BinaryHeap<(Rank, usize, usize)> = blocks.iter().enumerate().filter_map(first).collect();
    std::iter::from_fn(move || {
        let (Rank(row), number, at) = next.pop()?;
        next.extend(blocks[number].get(at + 1).map(|&row| (Rank(row), number, at + 1)));
        Some(row)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_blocks_come_out_in_their_order_or_the_most_anomalous_first() {
        let rows = 3 * BLOCK + 17;
        let place = |i: usize| RowPlace { file: i / 10_000, row: i % 10_000 };
        let score = |i: usize| (i * 7919 % 1009) as f64 / 8.0 - 50.0;
        let mut kept = KeptRows::default();
        for start in (0..rows).step_by(4096) {
            let range = start..rows.min(start + 4096);
            kept.add(Scored {
                places: range.clone().map(place).collect(),
                scores: range.clone().map(score).collect(),
                p_values: range.map(|i| 1.0 / (1 + i) as f64).collect(),
                ..Scored::default()
            });
        }
        kept.bad.push((RowPlace { file: 1, row: 70_000 }, DataError::new("b", "is bad")));
        assert_eq!(kept.bytes, 24 * rows);
        assert!(kept.values().eq((0..rows).map(|i| (score(i), 1.0 / (1 + i) as f64))));
        let listed: Vec<Option<(RowPlace, f64)>> =
            kept.rows(false).map(|(place, row)| row.ok().map(|(score, _)| (place, score))).collect();
        let mut want: Vec<Option<(RowPlace, f64)>> = (0..rows).map(|i| Some((place(i), score(i)))).collect();
        want.insert(20_000, None);
        assert_eq!(listed, want);
        let mut order: Vec<usize> = (0..rows).collect();
        // Stable: rows of one score stay in their order.
        order.sort_by(|&a, &b| score(b).total_cmp(&score(a)));
        let listed: Vec<RowPlace> = kept.rows(true).map(|(place, _)| place).collect();
        let bad = [RowPlace { file: 1, row: 70_000 }];
        assert!(listed.iter().eq(order.into_iter().map(place).collect::<Vec<_>>().iter().chain(&bad)));
    }
}
