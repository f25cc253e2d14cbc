//! The header of an ARFF file: its attributes, one a line, up to `@data`; keywords in any case.
//!
//! Format: Weka's, <https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/>.

use std::collections::HashMap;

use super::value::Values;
use crate::data::formats::ts::Lines;
use crate::error::quoted;
use crate::error::{DataError, Result};

/// Most attributes of a file.
const MOST: usize = 1 << 20;

/// Most names in the list of a nominal attribute, and most in all of them.
const MOST_NAMES: [usize; 2] = [1 << 16, 1 << 20];

/// A column of a file, or a time step.
#[derive(Debug)]
pub(super) struct Attribute {
    pub name: String,
    pub domain: Domain,
    /// The line it stands on.
    pub line: u64,
}

/// What the values of an attribute are.
#[derive(Debug)]
pub(super) enum Domain {
    /// `numeric`, `real` or `integer`.
    Numeric,
    /// One of these names.
    Nominal(Vec<String>),
    /// Something that is never read, in words: "text", "dates".
    Unread(&'static str),
    /// A table in every cell, of these columns.
    Relational(Vec<Attribute>),
}

impl Attribute {
    /// The names of a nominal attribute.
    pub fn classes(&self) -> Option<&[String]> {
        match &self.domain {
            Domain::Nominal(names) => Some(names),
            _ => None,
        }
    }

    /// The attribute that a line `@attribute NAME TYPE` describes, without the keyword.
    fn parse(text: &str, line: u64) -> Result<Attribute, String> {
        let mut values = Values::new(text);
        let name =
            values.next()?.ok_or("`@attribute` without a name; write `@attribute NAME numeric`")?.text.into_owned();
        let domain = if values.take('{') {
            Domain::Nominal(list(&mut values)?)
        } else {
            let word = values.next()?.map(|value| value.text.to_ascii_lowercase()).unwrap_or_default();
            // Older files have a range behind it: `real [0,1]`.
            let ranged = values.rest().starts_with('[');
            let domain = match word.as_str() {
                "numeric" | "real" | "integer" => Domain::Numeric,
                "string" => Domain::Unread("text"),
                "date" => Domain::Unread("dates"),
                "relational" => Domain::Relational(Vec::new()),
                _ => {
                    return Err(format!(
                        "attribute {} is of the type {}; write numeric, or a list of names in braces",
                        quoted(&name),
                        quoted(&word)
                    ));
                }
            };
            if !ranged && !matches!(domain, Domain::Unread(_)) && !values.rest().is_empty() {
                return Err(format!(
                    "{} behind the type of attribute {}; remove it, or put the name in quotation marks",
                    quoted(values.rest()),
                    quoted(&name)
                ));
            }
            domain
        };
        Ok(Attribute { name, domain, line })
    }
}

/// The names of a list up to its closing brace.
fn list(values: &mut Values) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    while !values.take('}') {
        let name = values.next()?.ok_or("the list of names is not closed on its line; end it in `}`")?;
        if names.len() == MOST_NAMES[0] {
            let most = MOST_NAMES[0];
            return Err(format!("more than {most} names in a list; if they are no classes, remove the attribute"));
        }
        names.push(name.text.into_owned());
        values.take(',');
    }
    if !values.rest().is_empty() {
        return Err(format!("{} behind the list of names; remove it", quoted(values.rest())));
    }
    Ok(names)
}

/// The keyword at the start of a line, in lower case, and what follows it.
fn keyword(line: &str) -> (String, &str) {
    let end = line.find(|c: char| c.is_whitespace() || c == '%').unwrap_or(line.len());
    // No keyword is longer than 16 characters, and what is none may hold any.
    (line[..end].chars().take(16).collect::<String>().to_ascii_lowercase(), &line[end..])
}

/// Whether a line of the header begins a relational attribute.
pub(super) fn begins_relational(line: &str) -> bool {
    let (word, rest) = keyword(line.trim());
    word == "@attribute" && Attribute::parse(rest, 0).is_ok_and(|a| matches!(a.domain, Domain::Relational(_)))
}

/// Whether a line of the header is the last one.
pub(super) fn ends_header(line: &str) -> bool {
    keyword(line.trim()).0 == "@data"
}

/// Reads the attributes, leaving `lines` at the first row.
///
/// # Errors
/// A line that is no line of a header, no attribute or two of one name, with their line.
pub(super) fn read(lines: &mut Lines) -> Result<Vec<Attribute>> {
    let (mut attributes, mut relational): (Vec<Attribute>, Option<Attribute>) = (Vec::new(), None);
    let (mut seen, mut names) = (HashMap::new(), 0);
    loop {
        let line = match lines.next_content(b"%")? {
            Some(Ok(line)) => line.to_owned(),
            Some(Err(problem)) => return Err(lines.error(problem).into()),
            None => {
                return Err(lines
                    .error("the file ends before `@data`; put a line `@data` before the first row")
                    .into());
            }
        };
        lines.check_header().map_err(|problem| lines.error(problem))?;
        let (word, rest) = keyword(&line);
        let fail = |problem: String| Err(lines.error(problem).into());
        match (word.as_str(), &mut relational) {
            ("@relation", None) => {}
            ("@attribute", outer) => {
                let attribute = Attribute::parse(rest, lines.number()).map_err(|problem| lines.error(problem))?;
                let place = (outer.is_some(), attribute.name.clone());
                if let Some(other) = seen.insert(place, attribute.line) {
                    let problem = format!("another attribute has this name, on line {other}; rename or remove one");
                    return Err(lines.error(problem).in_column(&attribute.name).into());
                }
                if seen.len() > MOST {
                    return fail(format!("more than {MOST} attributes; leave some out"));
                }
                if let Domain::Nominal(list) = &attribute.domain {
                    names += list.len();
                    if names > MOST_NAMES[1] {
                        return fail(format!("more than {} names in lists; remove attributes", MOST_NAMES[1]));
                    }
                }
                match (outer, &attribute.domain) {
                    (Some(Attribute { domain: Domain::Relational(inner), .. }), Domain::Numeric) => {
                        inner.push(attribute);
                    }
                    (Some(_), _) => {
                        return fail(
                            "within a relational attribute only numeric ones are read; remove this one".into(),
                        );
                    }
                    (outer, Domain::Relational(_)) => *outer = Some(attribute),
                    (None, _) => attributes.push(attribute),
                }
            }
            ("@end", outer @ Some(_)) => {
                seen.retain(|(inner, _), _| !inner);
                attributes.extend(outer.take());
            }
            ("@data", None) if attributes.is_empty() => {
                return fail("no `@attribute` before `@data`; write one a column, `@attribute NAME numeric`".into());
            }
            ("@data", None) => return Ok(attributes),
            ("@data", Some(open)) => {
                return fail(format!(
                    "the relational attribute {} is not closed before `@data`; write `@end NAME` behind its attributes",
                    quoted(&open.name)
                ));
            }
            _ => {
                return fail(format!(
                    "{} is no line of an ARFF header; write `@attribute NAME numeric`, or `@data` before the first row",
                    quoted(&line)
                ));
            }
        }
    }
}

/// The error about an attribute, at its line.
pub(super) fn refuse(source: &str, attribute: &Attribute, problem: impl Into<String>) -> DataError {
    DataError::new(source, problem).at_line(attribute.line).in_column(&attribute.name)
}
