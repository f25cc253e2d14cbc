//! The rows of an ARFF file without relational attributes, one after another.

use std::collections::HashMap;

use super::header::{self, Attribute, Domain, refuse};
use super::value::{Value, Values};
use crate::data::formats::cases::{Cases, ColumnRole, Row, Slots, Step, TableStore, missing_column};
use crate::data::formats::ts::Lines;
use crate::data::table::check_names;
use crate::data::{Dataset, ReadOptions};
use crate::error::{DataError, Result};
use crate::error::{quoted, short};

/// Reads the rows of an ARFF table.
pub(super) struct ArffTable {
    lines: Lines,
    attributes: Vec<Attribute>,
    /// Attributes that are the table's columns, in its order.
    columns: Vec<usize>,
    names: Vec<String>,
    /// The attribute that is the label.
    label: Option<usize>,
    ignored: Vec<String>,
    row: Row,
}

impl ArffTable {
    /// Reads the header.
    ///
    /// # Errors
    /// What is wrong with it, a column that is missing, or one that is asked for and holds no numbers.
    pub fn new(mut lines: Lines, options: &ReadOptions) -> Result<ArffTable> {
        let attributes = header::read(&mut lines)?;
        let source = lines.source();
        let places: HashMap<&str, usize> = attributes.iter().enumerate().map(|(i, a)| (a.name.as_str(), i)).collect();
        let find = |name: &String, role: ColumnRole| {
            places.get(name.as_str()).copied().ok_or_else(|| {
                let problem = missing_column(role, name, attributes.iter().map(|a| a.name.as_str()));
                DataError::new(source, problem).in_column(name)
            })
        };
        if let Some(series) = attributes.iter().find(|a| matches!(a.domain, Domain::Relational(_))) {
            return Err(refuse(
                source,
                series,
                "is relational, so that the file holds series and no table; leave out --kind table, or name a table",
            )
            .into());
        }
        let label = options.label.as_ref().map(|name| find(name, ColumnRole::Label)).transpose()?;
        let columns: Vec<usize> = match &options.columns {
            Some(names) => names.iter().map(|name| find(name, ColumnRole::Feature)).collect::<Result<_, _>>()?,
            None => (0..attributes.len()).filter(|&i| Some(i) != label).collect(),
        };
        let names: Vec<String> = columns.iter().map(|&i| attributes[i].name.clone()).collect();
        check_names(&names).map_err(|error| DataError { source: source.to_owned(), ..error })?;
        for &i in &columns {
            let attribute = &attributes[i];
            if Some(i) == label {
                let problem = "is a feature and the label at once; choose another label column";
                return Err(refuse(source, attribute, problem).into());
            }
            if let Some(problem) = unreadable(attribute) {
                return Err(refuse(source, attribute, problem).into());
            }
        }
        if columns.is_empty() {
            return Err(DataError::new(source, "there is no column beside the label; add numeric attributes").into());
        }
        let mut used = vec![false; attributes.len()];
        columns.iter().chain(&label).for_each(|&i| used[i] = true);
        let ignored = attributes.iter().zip(used).filter(|(_, used)| !used).map(|(a, _)| a.name.clone()).collect();
        Ok(ArffTable { lines, attributes, columns, names, label, ignored, row: Row::default() })
    }

    /// Reads the cells of a row; the error has the attribute it is about.
    fn read_row(&mut self, line: &str) -> Result<(), (Option<usize>, String)> {
        let values = Values::new(line).row(self.attributes.len()).map_err(|problem| (None, problem))?;
        self.row.values.clear();
        for &i in &self.columns {
            self.row.values.push(number(&values[i]).map_err(|problem| (Some(i), problem))?);
        }
        if let Some(i) = self.label {
            let label = values[i].class("label", self.attributes[i].classes());
            self.row.label = Some(label.map_err(|problem| (Some(i), problem))?);
        }
        Ok(())
    }
}

/// Why an attribute cannot be a column.
fn unreadable(attribute: &Attribute) -> Option<String> {
    match &attribute.domain {
        Domain::Numeric => None,
        Domain::Nominal(_) => Some(format!(
            "is nominal, and categories are not read yet; name it with --label {} if it is the label, encode it as \
             numbers, or, where a row is a series, say --kind series",
            short(&attribute.name)
        )),
        Domain::Unread(what) => Some(format!("holds {what}, and numbers are read alone; remove it")),
        Domain::Relational(_) => Some("is relational; remove it".into()),
    }
}

fn number(value: &Value) -> Result<f64, String> {
    let text = value.text.trim();
    match text.parse::<f64>() {
        _ if value.is_missing() => Err("the value is missing (`?`); fill it in or remove the row".into()),
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(format!("{} is not a finite number; fill in a number or remove the row", quoted(text))),
        Err(_) => Err(format!("{} is not a number, and the attribute is numeric; correct the value", quoted(text))),
    }
}

impl Cases for ArffTable {
    type Store = TableStore;

    fn source(&self) -> &str {
        self.lines.source()
    }
    fn ignored(&self) -> &[String] {
        &self.ignored
    }
    fn advance(&mut self, wait: bool) -> Result<Step, DataError> {
        if !wait && self.lines.is_drained(b"%") {
            return Ok(Step::Waiting);
        }
        let Some(line) = self.lines.next_content(b"%")?.map(|line| line.map(str::to_owned)) else {
            return Ok(Step::End);
        };
        let read = line.map_err(|problem| (None, problem)).and_then(|line| self.read_row(&line));
        Ok(match read {
            Ok(()) => Step::Case,
            Err((attribute, problem)) => {
                let mut error = self.lines.error(problem);
                error.column = attribute.map(|i| self.attributes[i].name.clone());
                Step::Bad(error)
            }
        })
    }
    fn size(&self) -> usize {
        self.row.size()
    }
    fn no_cases(&self) -> DataError {
        DataError::new(self.lines.source(), "has a header but no rows; add rows of numbers below `@data`")
    }

    fn store(&self) -> TableStore {
        TableStore::default()
    }
    fn put(&mut self, store: &mut TableStore, slot: usize) {
        store.put(&mut self.row, slot);
    }
    fn dataset(&self, store: TableStore, slots: Slots) -> Result<Box<dyn Dataset>> {
        let label = self.label.map(|i| self.attributes[i].name.clone());
        Ok(store.dataset(self.names.clone(), label, self.lines.source(), slots))
    }
}
