//! How a training file was read: what a model remembers for the files that it scores.

use serde_json::{Map, Value, json};

use super::Dialect;
use crate::data::container::Fields;
use crate::data::series::Windows;
use crate::error::Result;

/// How a file was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// How it is written.
    pub dialect: Dialect,
    /// The columns that say what a row is called: carried to every output.
    pub ids: Vec<String>,
    /// How its readings became series.
    pub windows: Option<Windows>,
}

impl Reading {
    /// Whether there is nothing to remember: plain comma-separated text of rows, no ids.
    pub fn is_plain(&self) -> bool {
        self.dialect.is_plain() && self.ids.is_empty() && self.windows.is_none()
    }

    /// Whether its cases are windows of a log.
    pub fn has_windows(&self) -> bool {
        self.windows.as_ref().is_some_and(|windows| windows.length().is_some())
    }

    /// What is not usual, as an object.
    pub fn to_json(&self) -> Value {
        let Dialect { delimiter, decimal, thousands, comment, skipped, header, encoding } = &self.dialect;
        let mut object = Map::new();
        for (key, sign) in
            [("delimiter", delimiter), ("decimal", decimal), ("thousands", thousands), ("comment", comment)]
        {
            sign.map(|sign| object.insert(key.into(), sign.to_string().into()));
        }
        if !skipped.is_empty() {
            object.insert("skipped".into(), skipped.iter().map(|&(first, last)| json!([first, last])).collect());
        }
        header.map(|header| object.insert("header".into(), header.into()));
        encoding.as_ref().map(|name| object.insert("encoding".into(), name.clone().into()));
        if !self.ids.is_empty() {
            object.insert("ids".into(), self.ids.clone().into());
        }
        self.windows.as_ref().map(|windows| object.insert("windows".into(), windows.to_json()));
        object.into()
    }

    /// What [`Reading::to_json`] made.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] for a sign that is not one character, or lines that are no ranges.
    pub fn read(fields: &Fields) -> Result<Reading> {
        let sign = |key: &str| {
            if !fields.contains(key) {
                return Ok(None);
            }
            let mut text = fields.str(key)?.chars();
            match (text.next(), text.next()) {
                (Some(sign), None) => Ok(Some(sign)),
                _ => Err(fields.error(key, "is not one character")),
            }
        };
        let skipped = if fields.contains("skipped") { fields.pairs("skipped")? } else { Vec::new() };
        if skipped.iter().any(|(first, last)| *first == 0 || first > last) {
            return Err(fields.error("skipped", "holds what is no range of lines"));
        }
        let dialect = Dialect {
            delimiter: sign("delimiter")?,
            decimal: sign("decimal")?,
            thousands: sign("thousands")?,
            comment: sign("comment")?,
            skipped,
            header: if fields.contains("header") { Some(fields.bool("header")?) } else { None },
            encoding: if fields.contains("encoding") { Some(fields.str("encoding")?.to_owned()) } else { None },
        };
        let ids = if fields.contains("ids") { fields.strings("ids")? } else { Vec::new() };
        let windows = match fields.contains("windows") {
            true => Some(Windows::read(&fields.object("windows")?)?),
            false => None,
        };
        Ok(Reading { dialect, ids, windows })
    }
}
