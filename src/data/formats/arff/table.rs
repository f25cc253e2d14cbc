//! An ARFF file without relational attributes as a stream of tables of a few rows each.

use super::header::{self, Attribute, Domain, refuse};
use super::value::{Value, Values};
use crate::data::formats::case_reader::CaseReader;
use crate::data::formats::shown::{shown, shown_list};
use crate::data::formats::ts::Lines;
use crate::data::{Dataset, ReadOptions, Table};
use crate::error::{DataError, Result};

/// Names that a message lists.
const LISTED: usize = 8;

/// Reads the rows of an ARFF table in chunks.
pub(super) struct ArffTable {
    lines: Lines,
    attributes: Vec<Attribute>,
    /// Attributes that are the table's columns, in its order.
    columns: Vec<usize>,
    names: Vec<String>,
    /// The attribute that is the label.
    label: Option<usize>,
    ignored: Vec<String>,
    rows: usize,
}

impl ArffTable {
    /// Reads the header.
    ///
    /// # Errors
    /// What is wrong with it, a column that is missing, or one that is asked for and holds no numbers.
    pub fn new(mut lines: Lines, options: &ReadOptions) -> Result<ArffTable> {
        let attributes = header::read(&mut lines)?;
        let source = lines.source();
        let find = |name: &String, role: &str| {
            attributes.iter().position(|attribute| attribute.name == *name).ok_or_else(|| {
                let names = shown_list(attributes.iter().map(|a| a.name.as_str()), LISTED);
                DataError::new(source, format!("{role} is missing; the header has {names}")).in_column(name)
            })
        };
        if let Some(series) = attributes.iter().find(|a| matches!(a.domain, Domain::Relational(_))) {
            return Err(refuse(source, series, "is relational: the file holds series and no table").into());
        }
        let label = options.label.as_ref().map(|name| find(name, "the label column")).transpose()?;
        let columns: Vec<usize> = match &options.columns {
            Some(names) => names.iter().map(|name| find(name, "the column")).collect::<Result<_, _>>()?,
            None => (0..attributes.len()).filter(|&i| Some(i) != label).collect(),
        };
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
            return Err(DataError::new(source, "there is no column beside the label").into());
        }
        let unused = (0..attributes.len()).filter(|i| Some(*i) != label && !columns.contains(i));
        let ignored = unused.map(|i| attributes[i].name.clone()).collect();
        let names = columns.iter().map(|&i| attributes[i].name.clone()).collect();
        Ok(ArffTable { lines, attributes, columns, names, label, ignored, rows: 0 })
    }

    fn read(&mut self, limit: usize, eager: bool) -> Result<Option<Table>> {
        let (mut cells, mut labels, mut count) = (Vec::new(), Vec::new(), 0);
        while count < limit && !(eager && count > 0 && self.lines.is_drained()) {
            let Some(line) = self.lines.next_content(b"%")?.map(str::to_owned) else { break };
            let placed = self.row(&line, &mut cells, &mut labels);
            placed.map_err(|(attribute, problem)| {
                let mut error = self.lines.error(problem);
                error.column = attribute.map(|i| self.attributes[i].name.clone());
                error
            })?;
            count += 1;
        }
        self.rows += count;
        if self.rows == 0 {
            let problem = "has a header but no rows; add rows of numbers below `@data`";
            return Err(DataError::new(self.lines.source(), problem).into());
        }
        if count == 0 {
            return Ok(None);
        }
        let label = self.label.map(|i| (labels, self.attributes[i].name.clone()));
        Ok(Some(Table::from_cells(self.names.clone(), cells, label, self.lines.source())))
    }

    /// Appends the cells of a row; the error has the attribute it is about.
    fn row(&self, line: &str, cells: &mut Vec<f64>, labels: &mut Vec<String>) -> Result<(), (Option<usize>, String)> {
        let values = Values::new(line).row().map_err(|problem| (None, problem))?;
        if values.len() != self.attributes.len() {
            let (found, expected) = (values.len(), self.attributes.len());
            return Err((None, format!("{found} values, and the header has {expected} attributes; mend the row")));
        }
        for &i in &self.columns {
            cells.push(number(&values[i]).map_err(|problem| (Some(i), problem))?);
        }
        if let Some(i) = self.label {
            labels.push(label(&values[i], &self.attributes[i]).map_err(|problem| (Some(i), problem))?);
        }
        Ok(())
    }
}

/// Why an attribute cannot be a column.
fn unreadable(attribute: &Attribute) -> Option<String> {
    match &attribute.domain {
        Domain::Numeric => None,
        Domain::Nominal(_) => Some(format!(
            "is nominal, and categories are not read yet: name it with --label {} if it is the label, or encode it as \
             numbers; where a row is a series, say --kind series",
            attribute.name
        )),
        Domain::Unread(what) => Some(format!("holds {what}, and numbers are read alone; remove it")),
        Domain::Relational(_) => Some("is relational".into()),
    }
}

fn number(value: &Value) -> Result<f64, String> {
    let text = value.text.trim();
    match text.parse::<f64>() {
        _ if value.is_missing() => Err("the value is missing (`?`); fill it in or remove the row".into()),
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(format!("{} is not a finite number; fill in a number or remove the row", shown(text))),
        Err(_) => Err(format!("{} is not a number, and the attribute is numeric; correct the value", shown(text))),
    }
}

fn label(value: &Value, attribute: &Attribute) -> Result<String, String> {
    if value.is_missing() {
        return Err("the label is missing (`?`); fill it in or remove the row".into());
    }
    if let Domain::Nominal(names) = &attribute.domain
        && !names.iter().any(|name| *name == value.text)
    {
        let names = shown_list(names.iter().map(String::as_str), LISTED);
        return Err(format!("the label {} is none of the header's: {names}", shown(&value.text)));
    }
    Ok(value.text.clone().into_owned())
}

impl CaseReader for ArffTable {
    fn source(&self) -> &str {
        self.lines.source()
    }
    fn ignored(&self) -> &[String] {
        &self.ignored
    }
    fn next_chunk(&mut self, limit: usize) -> Result<Option<Box<dyn Dataset>>> {
        Ok(self.read(limit.max(1), true)?.map(|table| Box::new(table) as Box<dyn Dataset>))
    }
    fn into_rest(mut self: Box<Self>) -> Result<Box<dyn Dataset>> {
        match self.read(usize::MAX, false)? {
            Some(table) => Ok(Box::new(table)),
            None => Err(DataError::new(self.lines.source(), "has no rows left").into()),
        }
    }
}
