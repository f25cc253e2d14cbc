//! Typed access to the header of a model file, with errors that name the file and the field.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::error::{Error, Result, quoted, short};

/// One object of a header: `fields.str("name")` or an error that says which field of which file is wrong, and how.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    file: &'a str,
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(file: &'a str, map: &'a Map<String, Value>) -> Self {
        Fields { file, path: String::new(), map }
    }

    /// Whether the field is there.
    pub fn contains(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// A text.
    ///
    /// # Errors
    /// [`Error::ModelFile`] naming the field if it is missing or no text; likewise for every getter below.
    pub fn str(&self, key: &str) -> Result<&'a str> {
        self.get(key, "a text", Value::as_str)
    }
    /// A non-negative whole number.
    pub fn u64(&self, key: &str) -> Result<u64> {
        self.get(key, "a whole number, zero or more", Value::as_u64)
    }
    /// A whole number whose bounds are checked by whoever reads it.
    pub fn usize(&self, key: &str) -> Result<usize> {
        self.usize_in(key, 0..=usize::MAX)
    }
    /// A whole number in `range`: the way to read anything that decides a size.
    pub fn usize_in(&self, key: &str, range: RangeInclusive<usize>) -> Result<usize> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let fits = |v: &Value| v.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| range.contains(n));
        self.get(key, &expected, fits)
    }
    /// A number.
    pub fn f64(&self, key: &str) -> Result<f64> {
        self.get(key, "a number", Value::as_f64)
    }
    /// True or false.
    pub fn bool(&self, key: &str) -> Result<bool> {
        self.get(key, "true or false", Value::as_bool)
    }
    /// Whether the value is absent or `null`.
    pub fn is_null(&self, key: &str) -> bool {
        self.map.get(key).is_none_or(Value::is_null)
    }
    /// A list of numbers.
    pub fn numbers(&self, key: &str) -> Result<Vec<f64>> {
        let numbers = |v: &Value| v.as_array()?.iter().map(Value::as_f64).collect();
        self.get(key, "a list of numbers", numbers)
    }
    /// A list of texts.
    pub fn strings(&self, key: &str) -> Result<Vec<String>> {
        let texts = |v: &Value| v.as_array()?.iter().map(|t| t.as_str().map(str::to_owned)).collect();
        self.get(key, "a list of texts", texts)
    }
    /// A list of pairs of whole numbers.
    pub fn pairs(&self, key: &str) -> Result<Vec<(u64, u64)>> {
        let pair = |v: &Value| match &v.as_array()?[..] {
            [a, b] => Some((a.as_u64()?, b.as_u64()?)),
            _ => None,
        };
        self.get(key, "a list of pairs", |v| v.as_array()?.iter().map(pair).collect())
    }
    /// An object.
    pub fn object(&self, key: &str) -> Result<Fields<'a>> {
        let map = self.get(key, "an object", Value::as_object)?;
        Ok(Fields { file: self.file, path: self.path_of(key), map })
    }
    /// A list of objects.
    pub fn objects(&self, key: &str) -> Result<Vec<Fields<'a>>> {
        let maps: Vec<_> =
            self.get(key, "a list of objects", |v| v.as_array()?.iter().map(Value::as_object).collect())?;
        let path = self.path_of(key);
        Ok(maps
            .into_iter()
            .enumerate()
            .map(|(i, map)| Fields { file: self.file, path: format!("{path}[{i}]"), map })
            .collect())
    }
    /// One of the values that a text names.
    pub fn one_of<T: Copy>(&self, key: &str, names: &[(&str, T)]) -> Result<T> {
        let name = self.str(key)?;
        let found = names.iter().find(|(known, _)| *known == name).map(|&(_, value)| value);
        found.ok_or_else(|| self.error(key, &format!("is {}, which is unknown", quoted(name))))
    }
    /// What `read` makes of an object; `None` where it is absent or `null`.
    pub fn optional<T>(&self, key: &str, read: impl FnOnce(Fields<'a>) -> Result<T>) -> Result<Option<T>> {
        if self.is_null(key) { Ok(None) } else { read(self.object(key)?).map(Some) }
    }
    /// The error to report when the object makes no sense as a whole.
    pub fn unsound(&self, error: &Error) -> Error {
        let (_, what) = self.path.rsplit_once('.').unwrap_or(("", &self.path));
        Fields { file: self.file, path: String::new(), map: self.map }.error(what, &format!("makes no sense ({error})"))
    }
    /// The error to report when the value of `key` makes no sense for a reason only the caller knows.
    pub fn error(&self, key: &str, problem: &str) -> Error {
        let problem = format!(
            "field `{}` {problem}, so it was written by another version of nafal or altered; fit the model again",
            short(&self.path_of(key))
        );
        Error::ModelFile { path: self.file.to_owned(), problem }
    }

    fn get<T>(&self, key: &str, expected: &str, read: impl Fn(&'a Value) -> Option<T>) -> Result<T> {
        let value = self.map.get(key).ok_or_else(|| self.error(key, "is missing"))?;
        read(value).ok_or_else(|| self.error(key, &format!("is {}, expected {expected}", shortened(value))))
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

/// The value as it may stand in a message.
fn shortened(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => quoted(text),
        other => short(&other.to_string()),
    }
}
