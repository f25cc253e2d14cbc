//! Axis selections: `A_k` keeps `m` random columns and drops the others.
//!
//! Columns are drawn without replacement from shuffled orders of all columns, one order after another, so that over the `K`
//! views of a family every column is seen at least `⌊K·m/d⌋` times.

use super::ViewFamily;
use super::family::{Family, Place, SquareMap, SquareMaps};
use super::linear::Linear;
use super::training_block::TrainingBlock;
use crate::random::{Key, permutation, stream};

impl ViewFamily {
    /// `A_k` selects random columns.
    pub const AXES: ViewFamily = ViewFamily(&Axes);
}

struct Axes;

impl Family for Axes {
    fn name(&self) -> &'static str {
        "axes"
    }
    fn selects(&self) -> bool {
        true
    }
    fn draw(&self, place: &Place, m: usize, data: &TrainingBlock) -> Option<Linear> {
        let axes = selection(place.seed, place.family as u64, place.number(), m, data.block.width());
        Some(Linear::Axes { axes, scale: vec![1.0; m] })
    }
    /// The kept columns stay in place, the others are zero, `b_k = 0`.
    fn squares<'a>(&self, maps: &SquareMaps<'a>) -> Option<SquareMap<'a>> {
        let SquareMaps { columns: d, kept, seed, key, .. } = *maps;
        Some(Box::new(move |k| {
            let mut entries = vec![0.0; d * (d + 1)];
            let order = permutation(&mut stream(seed, Key::View { flow: key, view: k as u64 }), d);
            order.into_iter().take(kept).for_each(|axis| entries[axis * (d + 1) + axis] = 1.0);
            entries
        }))
    }
}

/// The `m` of `d` columns that view `number` of a family selects: consecutive ones of the concatenated shuffled orders.
fn selection(seed: u64, family: u64, number: usize, m: usize, d: usize) -> Vec<u32> {
    // A view that ends an order takes the rest of its columns from the next one, where those it has already come last.
    let shuffled = |order: usize, held: &[u32]| {
        let order = permutation(&mut stream(seed, Key::ColumnOrder { family, order: order as u64 }), d);
        let (last, mut columns): (Vec<u32>, Vec<u32>) =
            order.into_iter().map(|a| a as u32).partition(|a| held.contains(a));
        columns.extend(last);
        columns
    };
    let (whole, from) = (number * m / d, number * m % d);
    let columns = (1..=whole).fold(shuffled(0, &[]), |columns, p| shuffled(p, &columns[d - p * d % m..]));
    let held = &columns[from..d.min(from + m)];
    let missing = m - held.len();
    if missing == 0 { held.to_vec() } else { [held, &shuffled(whole + 1, held)[..missing]].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_column_is_selected_as_often_as_any_other(d in 1usize..300, m in 1usize..33, views in 1usize..130, seed: u64) {
            let m = m.min(d);
            let mut seen = vec![0usize; d];
            for number in 0..views {
                let mut axes = selection(seed, 1, number, m, d);
                axes.iter().for_each(|&a| seen[a as usize] += 1);
                axes.sort_unstable();
                axes.dedup();
                prop_assert_eq!(axes.len(), m, "a column twice in one view");
            }
            let rounds = views * m / d;
            prop_assert!(seen.iter().all(|&n| n >= rounds), "{} rounds: {:?}", rounds, seen);
        }
    }
}
