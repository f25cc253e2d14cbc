//! What is known of the columns of a table: their values in order, and rows to look for neighbours among.

use crate::data::{Column, ColumnKind, Table};
use crate::encode::Encoder;
use crate::error::{DataError, Result};
use crate::stats::lower_quantile;

/// Quantiles of a column of which no row is known.
const QUANTILES: usize = 255;

/// Columns with values that are normal for them.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) schema: Vec<Column>,
    /// Values of each column, ascending, at least one.
    pub(super) sorted: Vec<Vec<f64>>,
    /// Whole rows `[n, d]`, if there are any.
    pub(super) rows: Vec<f64>,
    /// A typical distance of two values of each column: what is far is far in units of it.
    pub(super) scales: Vec<f64>,
}

impl Columns {
    /// The columns of a table of at least one normal row.
    pub fn of_rows(table: &Table) -> Columns {
        let column = |j: usize| (0..table.rows()).map(|i| table.row(i)[j]).filter(|v| !v.is_nan()).collect();
        Columns::new(table.schema(), (0..table.columns()).map(column).collect(), table.values().to_vec())
    }

    /// The columns of an encoder, each by what its map says of its values: normal quantiles mapped back. `None` if a map
    /// does not lead back.
    pub fn of_encoder(encoder: &dyn Encoder) -> Option<Columns> {
        let schema = encoder.columns()?;
        // What is made normal has the column's own quantiles; of other maps the shape of a normal law is assumed.
        let named = ["gaussian", "gaussian/0"].iter().find_map(|name| encoder.block_named(name));
        let blocks = || named.into_iter().chain(0..encoder.widths().len());
        let lower = |q: usize| lower_quantile(((q as f64 + 0.5) / QUANTILES as f64).ln());
        let quantile = |q: usize| if 2 * q < QUANTILES { lower(q) } else { -lower(QUANTILES - 1 - q) };
        let invert = |block: usize, feature: usize, column: usize, z: f64| match encoder.invert(block, feature, z) {
            Some((input, value)) if input == column && value.is_finite() => Some(value),
            _ => None,
        };
        let column = |j: usize| {
            match &schema[j].kind {
                ColumnKind::Category(names) => {
                    return Some((0..names.len().max(1)).map(|place| place as f64).collect());
                }
                // The hours of a week.
                ColumnKind::Time(_) => return Some((0..7 * 24).map(|hour| 3600.0 * f64::from(hour)).collect()),
                ColumnKind::Number | ColumnKind::Truth => {}
            }
            let feature = encoder.feature_of(j)?;
            let of = |block: usize| {
                (0..QUANTILES).map(|q| invert(block, feature, j, quantile(q))).collect::<Option<Vec<f64>>>()
            };
            blocks().find_map(of)
        };
        let columns = (0..encoder.input_names().len()).map(column).collect::<Option<Vec<_>>>()?;
        Some(Columns::new(schema.to_vec(), columns, Vec::new()))
    }

    fn new(schema: Vec<Column>, mut columns: Vec<Vec<f64>>, rows: Vec<f64>) -> Columns {
        for values in &mut columns {
            values.sort_by(f64::total_cmp);
            // Nothing is known of a column whose cells are all missing.
            if values.is_empty() {
                values.push(0.0);
            }
        }
        let of_kind = |(values, column): (&Vec<f64>, &Column)| match column.kind {
            ColumnKind::Category(_) => 1.0,
            _ => scale(values),
        };
        let scales = columns.iter().zip(&schema).map(of_kind).collect();
        Columns { schema, sorted: columns, rows, scales }
    }

    /// Number of columns.
    pub fn len(&self) -> usize {
        self.schema.len()
    }

    /// Number of whole rows.
    pub fn row_count(&self) -> usize {
        self.rows.len() / self.len()
    }

    /// Whole row `i`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.rows[i * self.len()..(i + 1) * self.len()]
    }

    /// The value below which the share `(q + ½)/of` of the column's values lies.
    pub fn quantile(&self, column: usize, q: usize, of: usize) -> f64 {
        let sorted = &self.sorted[column];
        sorted[((2 * q + 1) * sorted.len() / (2 * of)).min(sorted.len() - 1)]
    }

    /// Values of the column on both sides of `best`, up to the next ones that were tried: at most `most` a side, evenly.
    pub fn between(&self, column: usize, best: f64, tried: &[f64], most: usize) -> Vec<f64> {
        let sorted = &self.sorted[column];
        let below = tried.iter().copied().filter(|&v| v < best).fold(f64::NEG_INFINITY, f64::max);
        let above = tried.iter().copied().filter(|&v| v > best).fold(f64::INFINITY, f64::min);
        let evenly = |from: usize, to: usize| {
            let (count, step) = (to.saturating_sub(from), most + 1);
            (1..step).map(move |i| from + i * count / step).filter(move |&at| at < to).map(|at| sorted[at])
        };
        let left = evenly(sorted.partition_point(|&v| v <= below), sorted.partition_point(|&v| v < best));
        let right = evenly(sorted.partition_point(|&v| v <= best), sorted.partition_point(|&v| v < above));
        let mut values: Vec<f64> = left.chain(right).collect();
        values.dedup();
        values
    }

    /// Where each column stands in a table.
    ///
    /// # Errors
    /// [`crate::Error::Data`] naming a column that the table lacks.
    pub fn positions(&self, table: &Table) -> Result<Vec<usize>> {
        table.positions(self.schema.iter().map(|column| column.name.as_str())).map_err(|name| {
            let problem = "the reference rows have this column, but the table has none of this name; add it";
            DataError::new(table.source(), problem).in_column(name).into()
        })
    }
}

/// A robust scale of ascending values: the range of their middle half, or where that is small a twentieth of all their range;
/// 1 of a constant.
fn scale(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    // Of halves: the range of the largest numbers is none.
    let range = |low: usize, high: usize| sorted[high] / 2.0 - sorted[low] / 2.0;
    let scale = 2.0 * range(n / 4, 3 * n / 4).max(range(0, n - 1) / 20.0);
    if scale > 0.0 && scale.is_finite() { scale } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finer_values_lie_between_those_that_were_tried() {
        let table = Table::new(vec!["a".into()], (0..100).map(f64::from).collect()).unwrap();
        let columns = Columns::of_rows(&table);
        let finer = columns.between(0, 50.0, &[10.0, 40.0, 50.0, 60.0], 4);
        assert_eq!(finer.len(), 8);
        assert!(finer.iter().all(|&v| v > 40.0 && v < 60.0 && v != 50.0), "{finer:?}");
        assert!(columns.between(0, 50.0, &[49.0, 50.0, 51.0], 4).is_empty());
        assert!(columns.between(0, 99.0, &[98.0, 99.0], 4).is_empty());
        assert_eq!((0..4).map(|q| columns.quantile(0, q, 4)).collect::<Vec<_>>(), [12.0, 37.0, 62.0, 87.0]);
    }

    #[test]
    fn scales_are_positive_numbers() {
        for values in [
            vec![0.0],
            vec![3.0; 9],
            vec![f64::MIN, 0.0, f64::MAX],
            vec![0.0, 0.0, 0.0, 0.0, 1.0],
            vec![1e-320, 2e-320],
        ] {
            let scale = scale(&values);
            assert!(scale > 0.0 && scale.is_finite(), "{values:?}: {scale}");
        }
        assert_eq!(scale(&[0.0, 1.0, 2.0, 3.0, 4.0]), 2.0);
    }
}
