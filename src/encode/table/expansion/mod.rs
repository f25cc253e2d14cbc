//! Cells become numbers: `D` values of the `d` cells of a row, where a column is no plain one of numbers or a cell is missing.
//!
//! A number or truth value is itself; a category is one value per category, 1 at its own ([`categories`]); a time is the sine and
//! cosine of the hour of the day and of the day of the week ([`calendar`]). Missing numbers and times are filled in from the
//! other values ([`imputation`]); that a cell is missing is a value of its own where that says something.

mod calendar;
mod categories;
mod imputation;

use calendar::Calendar;
use categories::Categories;
use imputation::Imputation;
use serde_json::{Value, json};

use crate::data::container::{Container, Fields};
use crate::data::{Column, ColumnKind, Table};
use crate::error::{DataError, Result};

/// What becomes of a column.
#[derive(Clone, Debug)]
enum Expanded {
    /// The number itself.
    Number,
    /// 1 or 0.
    Truth,
    Categories(Categories),
    Calendar(Calendar),
}

impl Expanded {
    fn width(&self) -> usize {
        match self {
            Expanded::Number | Expanded::Truth => 1,
            Expanded::Categories(categories) => categories.width(),
            Expanded::Calendar(calendar) => calendar.width(),
        }
    }
}

/// How cells become numbers.
#[derive(Clone, Debug)]
pub(super) struct Expansion {
    columns: Vec<Expanded>,
    imputation: Option<Imputation>,
}

/// Which of a model's categories each of a table's is, column by column; none for a column without.
pub(super) type Translation = Vec<Option<Vec<Option<usize>>>>;

impl Expansion {
    /// Learned from the rows `kept` of a table, of the folds `folds`, `fold_count` of them; `impute`: whether cells may be missing.
    /// `None` for columns of numbers without a missing cell.
    pub fn fit(table: &Table, kept: &[usize], folds: &[usize], fold_count: usize, impute: bool) -> Option<Expansion> {
        if !impute && table.kinds().iter().all(|kind| *kind == ColumnKind::Number) {
            return None;
        }
        let cells = |j: usize| kept.iter().map(move |&i| table.row(i)[j]);
        let expanded = |(j, kind): (usize, &ColumnKind)| match kind {
            ColumnKind::Number => Expanded::Number,
            ColumnKind::Truth => Expanded::Truth,
            ColumnKind::Category(names) => Expanded::Categories(Categories::fit(names, cells(j), folds, fold_count)),
            ColumnKind::Time(format) => Expanded::Calendar(Calendar::of(format)),
        };
        let columns = table.kinds().iter().enumerate().map(expanded).collect();
        let mut expansion = Expansion { columns, imputation: None };
        if impute {
            let translation = expansion.translation(table, &(0..table.columns()).collect::<Vec<_>>());
            let cells: Vec<f64> = kept.iter().flat_map(|&i| table.row(i)).copied().collect();
            let rows = expansion.values(&cells, &translation);
            let of_column = expansion.columns.iter().map(Expanded::width).collect::<Vec<_>>();
            expansion.imputation = Some(Imputation::fit(&rows, &of_column));
        }
        Some(expansion)
    }

    /// Number `D` of values of a row.
    pub fn width(&self) -> usize {
        let flags = self.imputation.as_ref().map_or(0, Imputation::flags);
        self.columns.iter().map(Expanded::width).sum::<usize>() + flags
    }

    /// Whether cells may be missing.
    pub fn imputes(&self) -> bool {
        self.imputation.is_some()
    }

    /// Which of the model's categories each of those of `table` is, whose columns at `positions` are the model's.
    pub fn translation(&self, table: &Table, positions: &[usize]) -> Translation {
        let of_column = |(expanded, &j): (&Expanded, &usize)| match (expanded, table.kinds()[j].categories()) {
            (Expanded::Categories(known), Some(names)) => Some(names.iter().map(|name| known.place(name)).collect()),
            _ => None,
        };
        self.columns.iter().zip(positions).map(of_column).collect()
    }

    /// The values `[n, D]` of cells `[n, d]`.
    pub fn apply(&self, cells: &[f64], translation: &Translation) -> Vec<f64> {
        let values = self.values(cells, translation);
        match &self.imputation {
            Some(imputation) => imputation.apply(&values),
            None => values,
        }
    }

    /// The values of rows before missing ones are filled in: those are NaN.
    fn values(&self, cells: &[f64], translation: &Translation) -> Vec<f64> {
        let mut values = Vec::with_capacity(cells.len());
        for row in cells.chunks_exact(self.columns.len()) {
            for ((expanded, &cell), own) in self.columns.iter().zip(row).zip(translation) {
                match expanded {
                    Expanded::Number | Expanded::Truth => values.push(cell),
                    Expanded::Categories(categories) => {
                        let place = (!cell.is_nan()).then(|| place_in(own, cell));
                        categories.expand(place, &mut values);
                    }
                    Expanded::Calendar(calendar) => calendar.expand(cell, &mut values),
                }
            }
        }
        values
    }

    /// The columns as a table has to have them.
    ///
    /// # Errors
    /// [`crate::Error::Data`] if the cells of a column of `table`, which stands at `positions[j]`, are of another kind, or one is
    /// missing that may not be.
    pub fn check(&self, table: &Table, positions: &[usize]) -> Result<()> {
        for (expanded, &j) in self.columns.iter().zip(positions) {
            let kind = &table.kinds()[j];
            let fits = match expanded {
                Expanded::Number | Expanded::Truth => matches!(kind, ColumnKind::Number | ColumnKind::Truth),
                Expanded::Categories(_) => matches!(kind, ColumnKind::Category(_)),
                Expanded::Calendar(_) => matches!(kind, ColumnKind::Time(_)),
            };
            if !fits {
                let own = match expanded {
                    Expanded::Number | Expanded::Truth => "numbers",
                    Expanded::Categories(_) => "categories",
                    Expanded::Calendar(_) => "times",
                };
                let problem = format!(
                    "the model was fitted to {own} here, and these are of the kind {}; read it so",
                    kind.name()
                );
                return Err(DataError::new(table.source(), problem).in_column(&table.names()[j]).into());
            }
        }
        Ok(())
    }

    /// How surprising the categories of a row are that no training row outside fold `fold` has, in nats.
    pub fn unseen(&self, row: &[f64], translation: &Translation, fold: usize) -> f64 {
        let columns = self.columns.iter().zip(row).zip(translation);
        let of_column = |((expanded, &cell), own): ((&Expanded, &f64), &Option<Vec<Option<usize>>>)| {
            let Expanded::Categories(categories) = expanded else { return 0.0 };
            if cell.is_nan() {
                return 0.0;
            }
            categories.unseen(place_in(own, cell), fold)
        };
        columns.map(of_column).sum()
    }

    /// Whether a column has categories.
    pub fn has_categories(&self) -> bool {
        self.columns.iter().any(|column| matches!(column, Expanded::Categories(_)))
    }

    /// The column that value `value` comes from.
    pub fn source(&self, value: usize) -> usize {
        let plain: usize = self.columns.iter().map(Expanded::width).sum();
        let flagged = |flag: usize| self.imputation.as_ref().map_or(0, |imputation| imputation.flagged(flag));
        let value = if value < plain { value } else { flagged(value - plain) };
        let mut end = 0;
        let of_column = |column: &Expanded| {
            end += column.width();
            value < end
        };
        self.columns.iter().position(of_column).unwrap_or_default()
    }

    /// The column of which value `value` is the cell itself; `None` for a value that is none.
    pub fn column_of(&self, value: usize) -> Option<usize> {
        let plain: usize = self.columns.iter().map(Expanded::width).sum();
        let column = self.source(value);
        let is_cell = matches!(self.columns[column], Expanded::Number | Expanded::Truth);
        (value < plain && is_cell).then_some(column)
    }

    /// The value that is the cell of column `column` itself; `None` if there is none.
    pub fn value_of(&self, column: usize) -> Option<usize> {
        let is_cell = matches!(self.columns[column], Expanded::Number | Expanded::Truth);
        is_cell.then(|| self.columns[..column].iter().map(Expanded::width).sum())
    }

    /// The field `expansion`, a list of one object a column, and the tensors of the imputation.
    pub fn write(&self, file: &mut Container) {
        let mut column = |(j, expanded): (usize, &Expanded)| match expanded {
            Expanded::Number => json!({"kind": "number"}),
            Expanded::Truth => json!({"kind": "truth"}),
            Expanded::Categories(categories) => categories.write(file, j),
            Expanded::Calendar(calendar) => calendar.to_json(),
        };
        let columns: Vec<Value> = self.columns.iter().enumerate().map(&mut column).collect();
        file.set("expansion", columns);
        if let Some(imputation) = &self.imputation {
            imputation.write(file);
        }
    }

    /// What [`Expansion::write`] wrote of the columns `names`, and their schema; `None` for columns of numbers.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming what makes no sense.
    pub fn read(file: &Container, names: &[String]) -> Result<Option<(Expansion, Vec<Column>)>> {
        let header = file.header();
        if !header.contains("expansion") {
            return Ok(None);
        }
        let fields = header.objects("expansion")?;
        if fields.len() != names.len() {
            return Err(header.error("expansion", "is not one object a column"));
        }
        let column = |(j, fields): (usize, &Fields)| {
            Ok(match fields.str("kind")? {
                "number" => Expanded::Number,
                "truth" => Expanded::Truth,
                "category" => Expanded::Categories(Categories::read(file, fields, j)?),
                "time" => Expanded::Calendar(Calendar::read(fields)?),
                _ => return Err(fields.error("kind", "is none of \"number\", \"truth\", \"category\" and \"time\"")),
            })
        };
        let columns: Vec<Expanded> = fields.iter().enumerate().map(column).collect::<Result<_>>()?;
        let width = columns.iter().map(Expanded::width).sum();
        let imputation = Imputation::read(file, width)?;
        let schema = names.iter().zip(&columns).map(|(name, expanded)| {
            let kind = match expanded {
                Expanded::Number => ColumnKind::Number,
                Expanded::Truth => ColumnKind::Truth,
                Expanded::Categories(categories) => ColumnKind::Category(categories.names()),
                Expanded::Calendar(calendar) => ColumnKind::Time(calendar.format()),
            };
            Column { name: name.clone(), kind }
        });
        let schema = schema.collect();
        Ok(Some((Expansion { columns, imputation }, schema)))
    }
}

/// The place in the model of a cell that is a place in a table.
fn place_in(translation: &Option<Vec<Option<usize>>>, cell: f64) -> Option<usize> {
    translation.as_ref().and_then(|places| places.get(cell as usize).copied().flatten())
}
