//! Series of an ARFF file, case by case: of a relational attribute, or of one channel whose values are the attributes.

use super::header::{self, Attribute, Domain, refuse};
use super::value::{Value, Values};
use crate::data::formats::cases::{Problem, Record, Records, check_room};
use crate::data::formats::missing;
use crate::data::formats::ts::Lines;
use crate::data::{ReadOptions, Series};
use crate::error::quoted;
use crate::error::{DataError, Result};

/// Reads a stream of series; holds one line at a time.
pub(super) struct ArffRecords {
    lines: Lines,
    /// Values of a channel, at most.
    steps: usize,
    /// Whether they stand in one relational value, and not in a value each.
    relational: bool,
    /// The names of the classes, if the last attribute is nominal.
    classes: Option<Vec<String>>,
    /// Channels of the cases so far.
    channels: Option<usize>,
    /// Most bytes of a case.
    most_bytes: usize,
    row: usize,
}

impl ArffRecords {
    /// Reads the header.
    ///
    /// # Errors
    /// What is wrong with it, or an attribute that series do not have.
    pub fn new(mut lines: Lines, options: &ReadOptions) -> Result<ArffRecords> {
        let mut attributes = header::read(&mut lines)?;
        let classes = match attributes.pop() {
            Some(Attribute { domain: Domain::Nominal(names), .. }) => Some(names),
            other => {
                attributes.extend(other);
                None
            }
        };
        let relational = attributes.iter().filter(|a| matches!(a.domain, Domain::Relational(_))).count();
        for attribute in &attributes {
            let problem = match &attribute.domain {
                Domain::Numeric if relational == 0 => continue,
                // Where there is one, what stands beside it is at fault.
                Domain::Relational(_) if relational == 1 => continue,
                Domain::Relational(_) | Domain::Numeric => {
                    "beside a relational attribute, series have a nominal class at the end and nothing else; remove the attribute"
                }
                Domain::Nominal(_) => {
                    "a nominal attribute of series is their class, and the last one; remove it, or put it there"
                }
                Domain::Unread(_) => "series are numbers; remove the attribute",
            };
            return Err(refuse(lines.source(), attribute, problem).into());
        }
        let steps = match attributes.first().map(|attribute| &attribute.domain) {
            Some(Domain::Relational(steps)) => steps.len(),
            _ => attributes.len(),
        };
        if steps == 0 {
            return Err(DataError::new(
                lines.source(),
                "the header has no numeric attribute; write one for each time step",
            )
            .into());
        }
        let most_bytes = options.most_bytes.unwrap_or(usize::MAX);
        Ok(ArffRecords { lines, steps, relational: relational > 0, classes, channels: None, most_bytes, row: 0 })
    }

    fn parse(&mut self, line: &str) -> Result<Record, Problem> {
        let expected = if self.relational { 1 } else { self.steps } + usize::from(self.classes.is_some());
        let mut values = Values::new(line).row(expected).map_err(Problem::whole)?;
        let label = match &self.classes {
            Some(classes) => {
                let missing = "the class is missing; write it at the end of the row";
                let value = values.pop().ok_or_else(|| Problem::whole(missing))?;
                Some(value.class("class", Some(classes)).map_err(Problem::whole)?)
            }
            None => None,
        };
        let mut series = Series::without_channels();
        if self.relational {
            let cell = values[0].text.as_ref();
            let rows = || cell.split('\n').filter(|row| !row.trim().is_empty());
            let channels = rows().count();
            check_room(channels.saturating_mul(self.steps), channels, self.most_bytes)?;
            for (c, row) in rows().enumerate() {
                let here = |text| Problem { channel: Some(c), text };
                let values = Values::new(row).row(self.steps).map_err(here)?;
                self.push(&mut series, &values).map_err(here)?;
            }
        } else {
            self.push(&mut series, &values).map_err(|text| Problem { channel: Some(0), text })?;
        }
        let found = series.channels();
        if found == 0 {
            return Err(Problem::whole(
                "the relational value has no rows, which are the channels of a series; write them",
            ));
        }
        match *self.channels.get_or_insert(found) {
            channels if channels != found => {
                Err(Problem::whole(format!("{found} channels, and {channels} in the first series; mend one of them")))
            }
            _ => Ok(Record { series, label }),
        }
    }

    /// Appends a channel.
    fn push(&self, series: &mut Series, values: &[Value]) -> Result<(), String> {
        let mut channel = Vec::with_capacity(values.len());
        for (t, value) in values.iter().enumerate() {
            channel.push(match value.text.trim().parse::<f64>() {
                _ if value.is_missing() => f64::NAN,
                Ok(number) if !number.is_infinite() => number,
                _ => {
                    let shown = quoted(&value.text);
                    return Err(format!(
                        "{shown} at time {t} is not a finite number; write a number, or `?` for a missing one"
                    ));
                }
            });
        }
        let used = channel.iter().rposition(|v| !v.is_nan()).map_or(0, |last| last + 1);
        channel.truncate(used);
        if !missing::fill(&mut channel) {
            return Err("every value is missing; leave the case out or give the channel at least one value".into());
        }
        series.push_channel(&channel)
    }
}

impl Records for ArffRecords {
    fn source(&self) -> &str {
        self.lines.source()
    }
    fn has_labels(&self) -> bool {
        self.classes.is_some()
    }
    fn is_drained(&self) -> bool {
        self.lines.is_drained(b"%")
    }
    fn next(&mut self) -> Result<Option<Result<Record, DataError>>, DataError> {
        let Some(line) = self.lines.next_content(b"%")?.map(|line| line.map(str::to_owned)) else { return Ok(None) };
        let parsed = line.map_err(Problem::whole).and_then(|line| self.parse(&line));
        let row = self.row;
        self.row += 1;
        Ok(Some(parsed.map_err(|problem| problem.of_case(row, |text| self.lines.error(text)))))
    }
}
