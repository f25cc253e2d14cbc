//! The archive's `.ts` text: one case a line, channels separated by `:`, values by `,`, the label last.
//!
//! `?` and `NaN` are missing values (filled by [`super::missing`]). Lengths may differ between cases and between channels.
//! Format: Bagnall et al. 2018, "The UEA multivariate time series classification archive".

mod header;
mod key;
mod line;

use super::cases::{Problem, Record, Records, SeriesReader, check_room};
use super::format::Format;
use super::missing;
use super::source::Source;
use crate::data::{Kind, ReadOptions, Series};
use crate::error::{DataError, Result, listed, short};
use header::TsHeader;
pub(super) use line::Lines;

/// The archive's text: behind blank lines and comments (`#`, `%`) it begins with a header line (`@`). The header of a table may
/// begin with `#` too: where nothing else follows, the name decides.
pub(super) const FORMAT: Format = Format {
    name: "ts",
    extensions: &["ts"],
    kind: Kind::Series,
    has_arrays: false,
    recognises: |source, _| match source.first_content()? {
        // ARFF begins with such a line too, and with these two keys, which `.ts` files do not have.
        Some(at) if source.says(at, "@")? => Ok(!source.says(at, "@relation")? && !source.says(at, "@attribute")?),
        // Comments, and then no header: series only by name. Nothing but comments: not a table, unless by name. Nothing at all:
        // by name.
        first => Ok((source.starts_with(b"#")? || source.starts_with(b"%")?)
            && (source.has_extension("ts") || first.is_none() && !source.has_extension("csv"))
            || first.is_none() && source.has_extension("ts")),
    },
    open: |source, options| Ok(Box::new(SeriesReader::open(TsRecords::new(source, options)?, options)?)),
};

/// Reads a stream case by case; holds one line at a time.
struct TsRecords {
    lines: Lines,
    header: TsHeader,
    channel: Vec<f64>,
    /// Most bytes of a case.
    most_bytes: usize,
    row: usize,
}

impl TsRecords {
    /// Reads the header.
    ///
    /// # Errors
    /// A line that is no header line before `@data`, a value a key cannot have, or time stamps.
    fn new(mut source: Source, options: &ReadOptions) -> Result<Self> {
        source.require_text()?;
        let (mut lines, mut header) = (Lines::new(source, "a .ts file"), TsHeader::default());
        loop {
            let line = lines.next_content(b"#%")?.map(|line| line.map(str::to_owned));
            let step = match line {
                None => Err("the file ends before `@data`; put a line `@data` before the first case".into()),
                Some(Err(problem)) => Err(problem),
                Some(Ok(line)) if line.starts_with('@') => {
                    lines.check_header().and_then(|()| header.read_line(&line, lines.number()))
                }
                Some(Ok(_)) => {
                    Err("expected a header line of series such as `@dimensions 3`; name a file of series, or put `@data` before the first case".into())
                }
            };
            match step {
                Ok(false) => {}
                Ok(true) => {
                    let most_bytes = options.most_bytes.unwrap_or(usize::MAX);
                    return Ok(TsRecords { lines, header, channel: Vec::new(), most_bytes, row: 0 });
                }
                Err(problem) => return Err(lines.error(problem).into()),
            }
        }
    }
}

impl Records for TsRecords {
    fn source(&self) -> &str {
        self.lines.source()
    }
    fn has_labels(&self) -> bool {
        self.header.classes.is_some()
    }
    fn is_drained(&self) -> bool {
        self.lines.is_drained(b"#")
    }
    fn notes(&self) -> &[String] {
        &self.header.notes
    }
    fn next(&mut self) -> Result<Option<Result<Record, DataError>>, DataError> {
        let Some(line) = self.lines.next_content(b"#")? else { return Ok(None) };
        let parsed = match line {
            Ok(line) => parse(line, &mut self.header, &mut self.channel, self.most_bytes),
            Err(text) => Err(Problem::whole(text)),
        };
        let row = self.row;
        self.row += 1;
        Ok(Some(parsed.map_err(|problem| problem.of_case(row, |text| self.lines.error(text)))))
    }
}

fn parse(line: &str, header: &mut TsHeader, channel: &mut Vec<f64>, most_bytes: usize) -> Result<Record, Problem> {
    let (body, label) = match &header.classes {
        None => (line, None),
        Some(classes) => split_label(line, classes).map(|(b, l)| (b, Some(l))).map_err(Problem::whole)?,
    };
    let found = body.split(':').count();
    if let Some(want) = header.channels.filter(|&want| want != found) {
        let labels = if header.classes.is_some() { " and a label" } else { " and no label (no `@classlabel true`)" };
        return Err(Problem::whole(format!(
            "{found} channels, expected {want}{labels}; mend the line, whose channels stand between `:`, or the header"
        )));
    }
    check_room(body.bytes().filter(|&b| b == b',').count() + found, found, most_bytes)?;
    // Of a case that is bad nothing is expected of the others.
    let (mut series, mut length) = (Series::without_channels(), header.length);
    for (c, text) in body.split(':').enumerate() {
        let here = |text| Problem { channel: Some(c), text };
        parse_channel(text, channel).map_err(here)?;
        if let Some(want) = length.filter(|&want| want != channel.len()) {
            let text = format!(
                "{} values, expected {want} as in the other series (`@equalLength true`); mend the line, or say \
                 `@equalLength false`",
                channel.len()
            );
            return Err(here(text));
        }
        series.push_channel(channel).map_err(here)?;
        if header.equal_length {
            length = Some(channel.len());
        }
    }
    (header.channels, header.length) = (Some(found), length);
    Ok(Record { series, label: label.map(str::to_owned) })
}

fn split_label<'a>(line: &'a str, classes: &[String]) -> Result<(&'a str, &'a str), String> {
    let Some((body, label)) = line.rsplit_once(':') else {
        return Err("no label; end the line in `:` and its class, or say `@classLabel false`".into());
    };
    let label = label.trim();
    if label.is_empty() {
        return Err("the label is empty; write the class behind the last `:`".into());
    }
    if !classes.is_empty() && !classes.iter().any(|c| c == label) {
        let shown = short(label);
        return Err(format!(
            "the label `{shown}` is none of the classes after `@classlabel`, {}; correct it or the header",
            listed(classes)
        ));
    }
    Ok((body, label))
}

fn parse_channel(text: &str, channel: &mut Vec<f64>) -> Result<(), String> {
    channel.clear();
    if text.trim().is_empty() {
        return Err("no values; write some, or leave the channel out of every case".into());
    }
    let mut gaps = false;
    for (t, word) in text.split(',').enumerate() {
        let word = word.trim();
        let value = match word.parse::<f64>() {
            _ if word == "?" => f64::NAN,
            Ok(v) if !v.is_infinite() => v,
            _ => {
                let shown = short(word);
                return Err(format!(
                    "`{shown}` at time {t} is not a finite number; write a number, or `?` for a missing one"
                ));
            }
        };
        gaps |= value.is_nan();
        channel.push(value);
    }
    if gaps && !missing::fill(channel) {
        return Err("every value is missing; leave the case out or give the channel at least one value".into());
    }
    Ok(())
}
