//! Rows of a table as points: the values of the training columns, found by name, `d` their number.

use std::borrow::Cow;
use std::sync::Arc;

use super::KIND;
use crate::data::container::Container;
use crate::data::{Dataset, Table};
use crate::encode::points::{Flattening, Points};
use crate::error::{DataError, Error, Result};

/// Names of the columns, in the order of a point's values.
#[derive(Clone, Debug, PartialEq)]
struct Columns(Vec<String>);

/// Rows of tables with the columns of `train`.
pub(in crate::encode) fn fit_flattening(train: &dyn Dataset) -> Result<Arc<dyn Flattening>> {
    Ok(Arc::new(Columns(train.expect::<Table>(KIND)?.names().to_vec())))
}

/// What [`Flattening::write`] wrote.
pub(in crate::encode) fn read_flattening(file: &Container) -> Result<Arc<dyn Flattening>> {
    let header = file.header();
    let names = header.strings("columns")?;
    if names.is_empty() { Err(header.error("columns", "is empty")) } else { Ok(Arc::new(Columns(names))) }
}

impl Flattening for Columns {
    fn width(&self) -> usize {
        self.0.len()
    }
    fn points<'a>(&self, cases: &'a dyn Dataset) -> Result<Points<'a>> {
        Ok(Points::new(self.width(), columns(&self.0, cases.expect(KIND)?)?))
    }
    fn write(&self, file: &mut Container) {
        file.set("kind", KIND.name());
        file.set("columns", self.0.clone());
    }
}

/// The values of the columns `names`.
fn columns<'a>(names: &[String], table: &'a Table) -> Result<Cow<'a, [f64]>> {
    if names == table.names() {
        return Ok(Cow::Borrowed(table.values()));
    }
    let find = |name: &String| {
        table.names().iter().position(|n| n == name).ok_or_else(|| {
            let problem = "the model was fitted with this column, but the table has none of this name; add it";
            Error::from(DataError::new(table.source(), problem).in_column(name))
        })
    };
    let positions = names.iter().map(find).collect::<Result<Vec<_>>>()?;
    let row = |i: usize| positions.iter().map(move |&j| table.row(i)[j]);
    Ok(Cow::Owned((0..table.rows()).flat_map(row).collect()))
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
