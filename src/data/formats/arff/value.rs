//! The values of a line of an ARFF file: separated by commas or white space, some in quotation marks of either kind.
//!
//! A `%` outside of quotation marks begins a comment. Within them a backslash makes the next character plain, but for `\n`,
//! `\r` and `\t`.

use std::borrow::Cow;

use crate::error::{listed, quoted};

/// A value as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value<'a> {
    pub text: Cow<'a, str>,
    /// Whether it stood in quotation marks: a quoted `?` is a name and no missing value, a quoted `{` no list.
    pub quoted: bool,
}

impl Value<'_> {
    /// Whether it stands for a value that is not known.
    pub fn is_missing(&self) -> bool {
        !self.quoted && self.text == "?"
    }

    /// The class it names, one of `classes` where they are listed; `what` says in messages what the value is.
    ///
    /// # Errors
    /// A missing value, or one that is not listed.
    pub fn class(&self, what: &str, classes: Option<&[String]>) -> Result<String, String> {
        if self.is_missing() {
            return Err(format!("the {what} is missing (`?`); fill it in or remove the row"));
        }
        if let Some(classes) = classes
            && !classes.iter().any(|class| *class == self.text)
        {
            let (shown, classes) = (quoted(&self.text), listed(classes));
            return Err(format!("the {what} {shown} is none of the header's; write one of {classes}, or add it there"));
        }
        Ok(self.text.clone().into_owned())
    }
}

/// The values of a line in order.
pub(super) struct Values<'a> {
    rest: &'a str,
}

impl<'a> Values<'a> {
    pub fn new(line: &'a str) -> Self {
        Values { rest: line }
    }

    /// What is not yet read, without white space before it; empty before a comment.
    pub fn rest(&mut self) -> &'a str {
        self.rest = self.rest.trim_start();
        if self.rest.starts_with('%') {
            self.rest = "";
        }
        self.rest
    }

    /// Takes `mark` if it is next.
    pub fn take(&mut self, mark: char) -> bool {
        let rest = self.rest().strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The next value, whatever separates it from the one behind it; `None` at the end of the line.
    ///
    /// # Errors
    /// An empty value, or a quotation mark without its partner.
    pub fn next(&mut self) -> Result<Option<Value<'a>>, String> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(None) };
        if first == '\'' || first == '"' {
            let (text, end) = unquote(rest, first)?;
            self.rest = &rest[end..];
            if self.rest.starts_with(|c: char| !c.is_whitespace() && !",{}%".contains(c)) {
                return Err("something follows a closing quotation mark; put a comma between values".into());
            }
            return Ok(Some(Value { text, quoted: true }));
        }
        let end = rest.find(|c: char| c.is_whitespace() || ",{}%".contains(c)).unwrap_or(rest.len());
        if end == 0 {
            return Err(match first {
                ',' => "a value is empty; fill it in, or, in series, write `?`".into(),
                _ => format!("`{first}` where a value is expected; put names with such characters in quotation marks"),
            });
        }
        self.rest = &rest[end..];
        Ok(Some(Value { text: Cow::Borrowed(&rest[..end]), quoted: false }))
    }

    /// The values of a row of data that should have `expected`.
    ///
    /// # Errors
    /// As [`next`](Self::next), and what is no plain row: a sparse one, one with a weight, one of another length.
    pub fn row(mut self, expected: usize) -> Result<Vec<Value<'a>>, String> {
        if self.rest().starts_with('{') {
            return Err("a sparse row ({index value, …}) is not read; write every value".into());
        }
        let (mut values, mut found) = (Vec::new(), 0);
        while let Some(value) = self.next()? {
            found += 1;
            // Of a row that is too long the rest is counted, not kept.
            if found <= expected {
                values.push(value);
            }
            let comma = self.take(',');
            if self.rest().starts_with('{') {
                return Err("a row with a weight ({…} at its end) is not read; remove the weight".into());
            }
            if comma && self.rest().is_empty() {
                return Err("the last value is empty; fill it in, or, in series, write `?`".into());
            }
        }
        if found != expected {
            return Err(format!(
                "{found} values, and the header has {expected} attributes; mend the row, with `?` for what is missing"
            ));
        }
        Ok(values)
    }
}

/// What stands between the quotation marks at the start of `rest`, and where the closing one ends.
fn unquote(rest: &str, mark: char) -> Result<(Cow<'_, str>, usize), String> {
    let inside = &rest[1..];
    match inside.find([mark, '\\']) {
        Some(end) if inside[end..].starts_with(mark) => return Ok((Cow::Borrowed(&inside[..end]), end + 2)),
        _ => {}
    }
    let (mut text, mut characters) = (String::with_capacity(inside.len()), inside.char_indices());
    while let Some((at, c)) = characters.next() {
        if c == mark {
            return Ok((Cow::Owned(text), at + 2));
        }
        let plain = if c == '\\' { characters.next().map(|(_, escaped)| escaped) } else { None };
        text.push(match plain {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some(other) => other,
            None => c,
        });
    }
    Err(format!("a quotation mark ({mark}) is not closed; close it on its line"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str, expected: usize) -> Result<Vec<String>, String> {
        Ok(Values::new(line).row(expected)?.into_iter().map(|value| value.text.into_owned()).collect())
    }

    #[test]
    fn values_are_split_unquoted_and_unescaped() {
        for (line, want) in [
            ("1, 2 ,3", &["1", "2", "3"][..]),
            ("1 2\t3 % said later", &["1", "2", "3"]),
            ("'a b', \"c'd\" ,e", &["a b", "c'd", "e"]),
            (r"'it\'s','a\\b',x", &["it's", r"a\b", "x"]),
            (r#""1,2\n3,?\n",'?'"#, &["1,2\n3,?\n", "?"]),
            ("'50 %',ä%", &["50 %", "ä"]),
            ("'',1", &["", "1"]),
        ] {
            assert_eq!(texts(line, want.len()).unwrap(), want, "{line}");
        }
        for (line, want) in [
            ("1,,2", "a value is empty"),
            (",1", "a value is empty"),
            ("1,2,", "last value is empty"),
            ("'abc", "is not closed"),
            (r"'abc\'", "is not closed"),
            ("'a'b", "closing quotation mark"),
            ("{1 2, 3 4}", "sparse"),
            ("1,2,{3}", "weight"),
            ("1,2}", "`}` where"),
            ("1,2", "2 values, and the header has 3 attributes"),
            ("1,2,3,4,5", "5 values"),
        ] {
            assert!(texts(line, 3).unwrap_err().contains(want), "{line}: {:?}", texts(line, 3));
        }
    }
}
