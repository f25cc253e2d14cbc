//! Which reference rows are near a row in all columns but some: `D_i = Σ_j min(|x_j − r_ij|/scale_j, 3)²` without those `j`.
//!
//! A column counts for at most three of its scales: one odd value, anywhere in the row, does not decide what is near.

use super::columns::Columns;

/// Scales beyond which a difference counts no more.
const FAR: f64 = 3.0;

/// What another category counts, and a cell that is missing.
const OTHER: f64 = 1.5;

/// Distances of one row to the reference rows.
#[derive(Debug)]
pub(super) struct Distances {
    width: usize,
    /// What each column has to do with each distance, `[n, d]`.
    parts: Vec<f64>,
    totals: Vec<f64>,
}

impl Distances {
    /// Of the row `x` `[d]` to all rows of `columns`. O(n·d).
    pub fn new(columns: &Columns, x: &[f64]) -> Distances {
        let width = columns.len();
        let is_category: Vec<bool> = columns.schema.iter().map(|c| c.kind.categories().is_some()).collect();
        let part = |(((&x, &r), &scale), &is_category): (((&f64, &f64), &f64), &bool)| {
            if is_category {
                return if x == r { 0.0 } else { OTHER.powi(2) };
            }
            // Of halves: the difference of the largest numbers is none.
            let difference = 2.0 * ((x / 2.0 - r / 2.0) / scale).abs();
            if difference.is_nan() { OTHER.powi(2) } else { difference.min(FAR).powi(2) }
        };
        let parts: Vec<f64> = (0..columns.row_count())
            .flat_map(|i| x.iter().zip(columns.row(i)).zip(&columns.scales).zip(&is_category).map(part))
            .collect();
        let totals = parts.chunks_exact(width).map(|parts| parts.iter().sum()).collect();
        Distances { width, parts, totals }
    }

    /// The `k` rows (or all) that are nearest without the columns `left_out`, nearest first, ties in their order.
    pub fn nearest(&self, k: usize, left_out: std::ops::Range<usize>) -> Vec<usize> {
        let mut kept: Vec<(f64, usize)> = Vec::with_capacity(k + 1);
        for (i, total) in self.totals.iter().enumerate() {
            let out: f64 = self.parts[i * self.width..][left_out.clone()].iter().sum();
            let distance = total - out;
            if kept.len() == k && distance >= kept[k - 1].0 {
                continue;
            }
            let place = kept.partition_point(|&(other, _)| other <= distance);
            kept.insert(place, (distance, i));
            kept.truncate(k);
        }
        kept.into_iter().map(|(_, i)| i).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Table;

    #[test]
    fn the_columns_left_out_and_single_odd_values_do_not_count() {
        let names = ["a", "b", "c"].map(str::to_owned).to_vec();
        let rows = vec![0.0, 0.0, 5.0, 1.0, 1.0, 6.0, 2.0, 2.0, 7.0, 3.0, 3.0, 8.0];
        let columns = Columns::of_rows(&Table::new(names, rows).unwrap());
        let near = Distances::new(&columns, &[2.0, 0.0, 1e300]);
        assert_eq!(near.nearest(1, 0..1), [0]);
        assert_eq!(near.nearest(1, 1..2), [2]);
        assert_eq!(near.nearest(9, 1..3), [2, 1, 3, 0], "ties in the order of the rows");
        assert_eq!(Distances::new(&columns, &[f64::MIN, f64::MAX, 7.0]).nearest(1, 0..2), [2]);
    }
}
