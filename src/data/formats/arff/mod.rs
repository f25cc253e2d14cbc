//! Weka's ARFF: tables of numbers, and series in a relational attribute, as the archives of series ship them.
//!
//! Series: the rows of a relational value are the channels of a case, or all numeric attributes are the time steps of one
//! channel; the class is the last attribute. `?` is a missing value. As every channel has as many values as the header has
//! attributes, `?` at the end of a channel ends it; `?` before is filled by [`super::missing`].

mod header;
mod series;
mod table;
mod value;

use super::cases::{SeriesReader, open_rows};
use super::format::Format;
use super::source::Source;
use super::ts::Lines;
use crate::data::Kind;
use crate::error::DataError;

/// A file without relational attributes is a table, unless series were asked for.
pub(super) const TABLE: Format = Format {
    name: "arff",
    extensions: &["arff"],
    kind: Kind::Table,
    has_arrays: false,
    recognises: |source, asked| Ok(is_arff(source)? && (asked || !is_relational(source)?)),
    open: |source, options| open_rows(table::ArffTable::new(lines(source)?, options)?, options),
};

/// A file with a relational attribute, or one with the values of one channel a row if series were asked for.
pub(super) const SERIES: Format = Format {
    name: "arff",
    extensions: &["arff"],
    kind: Kind::Series,
    has_arrays: false,
    recognises: |source, asked| Ok(is_arff(source)? && (asked || is_relational(source)?)),
    open: |source, options| {
        Ok(Box::new(SeriesReader::open(series::ArffRecords::new(lines(source)?, options)?, options)?))
    },
};

fn lines(mut source: Source) -> Result<Lines, DataError> {
    source.require_text()?;
    Ok(Lines::new(source, "an ARFF file"))
}

fn is_arff(source: &mut Source) -> Result<bool, DataError> {
    let Some(start) = source.first_content()? else { return Ok(false) };
    Ok(source.says(start, "@relation")? || source.says(start, "@attribute")?)
}

/// Whether the header, as far as it is looked at, has a relational attribute.
fn is_relational(source: &mut Source) -> Result<bool, DataError> {
    let mut at = 0;
    while let Some((line, next)) = source.line(at)? {
        let line = String::from_utf8_lossy(line);
        if header::begins_relational(&line) {
            return Ok(true);
        }
        if header::ends_header(&line) {
            return Ok(false);
        }
        at = next;
    }
    Ok(false)
}
