//! Rows of a table as points: the values of the training columns, found by name, `d` their number.

use std::borrow::Cow;
use std::sync::Arc;

use super::KIND;
use super::expansion::Expansion;
use super::requirements::bind;
use crate::data::container::Container;
use crate::data::{Dataset, Table};
use crate::encode::points::{Flattening, Points};
use crate::error::Result;

/// Columns, in the order of a point's values, and how cells become values where not every cell is one.
#[derive(Clone, Debug)]
struct Columns {
    names: Vec<String>,
    expansion: Option<Expansion>,
}

/// Rows of tables with the columns of `train`; missing cells are filled in where it has some.
pub(in crate::encode) fn fit_flattening(train: &dyn Dataset) -> Result<Arc<dyn Flattening>> {
    let table = train.expect::<Table>(KIND)?;
    let all: Vec<usize> = (0..table.rows()).collect();
    let expansion = Expansion::fit(table, &all, &vec![0; all.len()], 1, table.has_missing());
    Ok(Arc::new(Columns { names: table.names().to_vec(), expansion }))
}

/// What [`Flattening::write`] wrote.
pub(in crate::encode) fn read_flattening(file: &Container) -> Result<Arc<dyn Flattening>> {
    let header = file.header();
    let names = header.strings("columns")?;
    if names.is_empty() {
        return Err(header.error("columns", "is empty"));
    }
    let expansion = Expansion::read(file, &names)?.map(|(expansion, _)| expansion);
    Ok(Arc::new(Columns { names, expansion }))
}

impl Flattening for Columns {
    fn width(&self) -> usize {
        self.expansion.as_ref().map_or(self.names.len(), Expansion::width)
    }
    fn points<'a>(&self, cases: &'a dyn Dataset) -> Result<Points<'a>> {
        let table = cases.expect::<Table>(KIND)?;
        let (positions, translation) = bind(&self.names, self.expansion.as_ref(), table)?;
        let cells = cells(&positions, table);
        Ok(Points::new(
            self.width(),
            match (&self.expansion, &translation) {
                (Some(expansion), Some(translation)) => expansion.apply(&cells, translation).into(),
                _ => cells,
            },
        ))
    }
    fn write(&self, file: &mut Container) {
        file.set("kind", KIND.name());
        file.set("columns", self.names.clone());
        if let Some(expansion) = &self.expansion {
            expansion.write(file);
        }
    }
}

/// The cells `[n, positions.len()]`, borrowed where they lie so already.
fn cells<'a>(positions: &[usize], table: &'a Table) -> Cow<'a, [f64]> {
    if positions.len() == table.columns() && positions.iter().enumerate().all(|(i, &j)| i == j) {
        return Cow::Borrowed(table.values());
    }
    let row = |i: usize| positions.iter().map(move |&j| table.row(i)[j]);
    Cow::Owned((0..table.rows()).flat_map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
        let rows = fit_flattening(&Table::new(names(["a", "b"]), vec![1.0, 2.0]).unwrap()).unwrap();
        let other = Table::new(names(["b", "a"]), vec![2.0, 1.0, 4.0, 3.0]).unwrap();
        assert_eq!(rows.points(&other).unwrap().values(), [1.0, 2.0, 3.0, 4.0]);
        let lacking = Table::new(names(["a", "c"]), vec![1.0, 2.0]).unwrap();
        assert!(rows.points(&lacking).unwrap_err().to_string().contains("column \"b\""));
        let mut file = Container::new();
        rows.write(&mut file);
        assert_eq!(read_flattening(&file).unwrap().width(), 2);
        file.set("columns", Vec::<String>::new());
        assert_eq!(read_flattening(&file).unwrap_err().exit_code(), 4);
    }
}
