//! What a data file holds, by what stands before its first case and that case: cheap, however long the file is.

use std::path::Path;

use serde_json::{Value, json};

use super::arguments::{Global, note_all};
use crate::data::{Input, Kind, ReadOptions, SeriesSet, Table};
use crate::error::{DataError, Result, quoted, short};

/// What a data file holds.
pub(super) struct DataFacts {
    format: &'static str,
    kind: Kind,
    /// Names of the columns, where a case has columns.
    columns: Option<Vec<String>>,
    /// Number of channels, and values of the first case's longest one, where a case is a series.
    channels: Option<(usize, usize)>,
    /// Name of the labels, if there are any that are known as such.
    labels: Option<String>,
}

impl DataFacts {
    /// Looks at the start of a file.
    ///
    /// # Errors
    /// What is wrong with the file so far.
    pub fn of(path: &Path, kind: Option<Kind>, options: &ReadOptions, global: &Global) -> Result<DataFacts> {
        let input = Input::open(path, kind)?;
        let (format, kind) = (input.format(), input.kind());
        let mut reader = input.stream(options)?;
        note_all(reader.notes(), global);
        let first = reader.next_chunk(1)?.and_then(|chunk| chunk.cases);
        let first = first.ok_or_else(|| DataError::new(reader.source(), "holds no case"))?;
        if let Some(name) = first.label_among_features() {
            let (shown, name) = (quoted(name), short(name));
            global.note(format_args!("note: column {shown} may be the label; if so, name it with --label {name}"));
        }
        Ok(DataFacts {
            format,
            kind,
            columns: first.downcast().map(|table: &Table| table.names().to_vec()),
            channels: first.downcast().map(|set: &SeriesSet| (set.channels(), set.longest())),
            labels: first.label_name().map(str::to_owned),
        })
    }

    /// As one JSON object.
    pub fn json(&self) -> Value {
        let mut fields = json!({"format": self.format, "kind": self.kind.name(), "labels": self.labels});
        if let Some(columns) = &self.columns {
            fields["columns"] = json!(columns);
        }
        if let Some((channels, first_length)) = self.channels {
            fields["channels"] = channels.into();
            fields["first_length"] = first_length.into();
        }
        fields
    }

    /// As a sentence about the file.
    pub fn in_words(&self) -> String {
        let inputs = match (&self.columns, self.channels) {
            (Some(columns), _) => format!("{} columns", columns.len()),
            (_, Some((1, length))) => format!("1 channel; the first has {length} steps"),
            (_, Some((channels, length))) => format!("{channels} channels; the first has {length} steps"),
            _ => "cases".to_owned(),
        };
        format!("{} of {inputs} (.{})", self.kind.data(), self.format)
    }
}
