//! The rows of an ARFF file without relational attributes, one after another.

use std::sync::Arc;

use super::header::{self, Attribute, Domain, refuse};
use super::value::{Value, Values};
use crate::data::columns::Role;
use crate::data::formats::cases::{FileColumns, Row, Selection, Step, TableRows, missing_value};
use crate::data::formats::ts::Lines;
use crate::data::{Column, ColumnKind, ReadOptions};
use crate::error::{DataError, Result, quoted, short};

/// Reads the rows of an ARFF table.
pub(super) struct ArffTable {
    lines: Lines,
    attributes: Vec<Attribute>,
    selection: Selection,
    /// Whether cells may be missing.
    missing: bool,
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
        if let Some(series) = attributes.iter().find(|a| matches!(a.domain, Domain::Relational(_))) {
            return Err(refuse(
                source,
                series,
                "is relational, so that the file holds series and no table; leave out --kind table, or name a table",
            )
            .into());
        }
        let names: Vec<String> = attributes.iter().map(|a| a.name.clone()).collect();
        let mut selection = Selection::choose(&Attributes { names, attributes: &attributes, source }, options)?;
        if options.columns.is_none() && selection.label.is_none() {
            let category = |column: &&Column| matches!(column.kind, ColumnKind::Category(_));
            let note = |column: &Column| {
                let (shown, name) = (quoted(&column.name), short(&column.name));
                format!("column {shown} holds categories, and is a feature; if it is the label, add --label {name}")
            };
            let notes: Vec<String> = selection.columns.iter().filter(category).map(note).collect();
            selection.notes.extend(notes);
        }
        Ok(ArffTable { lines, attributes, selection, missing: options.missing, row: Row::default() })
    }

    /// Reads the cells of a row; the error has the attribute it is about.
    fn read_row(&mut self, line: &str) -> Result<(), (Option<usize>, String)> {
        let values = Values::new(line).row(self.attributes.len()).map_err(|problem| (None, problem))?;
        self.row.clear();
        for (&i, column) in self.selection.fields.iter().zip(&self.selection.columns) {
            let (value, at) = (&values[i], |problem: String| (Some(i), problem));
            if value.is_missing() {
                self.row.values.push(missing_value(self.missing, value.text.trim()).map_err(at)?);
                if let ColumnKind::Category(_) = column.kind {
                    self.row.categories.push(String::new());
                }
            } else if let ColumnKind::Category(_) = column.kind {
                self.row.categories.push(value.class("value", self.attributes[i].classes()).map_err(at)?);
                self.row.values.push(0.0);
            } else {
                self.row.values.push(number(value).map_err(at)?);
            }
        }
        for (i, _) in &self.selection.carried {
            self.row.carried.push(i.map_or_else(String::new, |i| values[i].text.trim().to_owned()));
        }
        if let Some((i, _)) = self.selection.label {
            let label = values[i].class("label", self.attributes[i].classes());
            self.row.label = Some(label.map_err(|problem| (Some(i), problem))?);
        }
        Ok(())
    }
}

/// The attributes of a file as columns.
struct Attributes<'a> {
    names: Vec<String>,
    attributes: &'a [Attribute],
    source: &'a str,
}

impl FileColumns for Attributes<'_> {
    fn names(&self) -> &[String] {
        &self.names
    }
    fn kind(&self, i: usize, role: Role) -> Result<Option<ColumnKind>, String> {
        if matches!(role, Role::Id | Role::Kept | Role::Ignored) {
            return Ok(None);
        }
        match &self.attributes[i].domain {
            Domain::Nominal(classes) => Ok(Some(ColumnKind::Category(Arc::new(classes.clone())))),
            Domain::Numeric if role == Role::Feature => Ok(Some(ColumnKind::Number)),
            Domain::Numeric => Err("is numeric; leave out the option that says otherwise".into()),
            Domain::Unread(what) => {
                Err(format!("holds {what}, and numbers and nominal values are read; leave it out with --ignore"))
            }
            Domain::Relational(_) => Err("is relational; leave it out with --ignore".into()),
        }
    }
    fn check(&self, i: usize, kind: &ColumnKind) -> Result<(), String> {
        match (&self.attributes[i].domain, kind) {
            (Domain::Numeric, ColumnKind::Number | ColumnKind::Truth)
            | (Domain::Nominal(_), ColumnKind::Category(_)) => Ok(()),
            // Nominal values may be numbers.
            (Domain::Nominal(_), ColumnKind::Number | ColumnKind::Truth) => Ok(()),
            (Domain::Unread(what), _) => {
                Err(format!("holds {what}, and the model needs cells of the kind {}; declare it so", kind.name()))
            }
            _ => Err(format!("the model needs cells of the kind {}; declare it so", kind.name())),
        }
    }
    fn error(&self, column: Option<&str>, problem: String) -> DataError {
        let attribute = column.and_then(|name| self.attributes.iter().find(|a| a.name == name));
        match (attribute, column) {
            (Some(attribute), _) => refuse(self.source, attribute, problem),
            (None, Some(name)) => DataError::new(self.source, problem).in_column(name),
            (None, None) => DataError::new(self.source, problem),
        }
    }
}

fn number(value: &Value) -> Result<f64, String> {
    let text = value.text.trim();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(format!("{} is not a finite number; fill in a number or remove the row", quoted(text))),
        Err(_) => Err(format!("{} is not a number, and the attribute is numeric; correct the value", quoted(text))),
    }
}

impl TableRows for ArffTable {
    fn source(&self) -> &str {
        self.lines.source()
    }
    fn selection(&self) -> &Selection {
        &self.selection
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
    fn row(&self) -> &Row {
        &self.row
    }
    fn row_mut(&mut self) -> &mut Row {
        &mut self.row
    }
    fn no_rows(&self) -> DataError {
        DataError::new(self.lines.source(), "has a header but no rows; add rows of numbers below `@data`")
    }
}
