//! The header of a `.ts` file: `@key value` lines up to `@data`, keys in any case and order.

use super::key::Key;
use crate::error::quoted;

const TIME_STAMPS: &str = "time stamps are not supported; resample to even steps, write the bare values and say \
                           `@timestamps false`";

/// What the header of a `.ts` file says; keys that are absent are `None`.
#[derive(Debug, Default)]
pub(super) struct TsHeader {
    /// `@dimensions`, or 1 after `@univariate true`.
    pub channels: Option<usize>,
    /// `@equallength true`: the length of every channel as far as it is known.
    pub equal_length: bool,
    /// `@serieslength`, if `@equallength` is true.
    pub length: Option<usize>,
    /// `@classlabel true`: lines end in a label, one of these; any label if the list is empty.
    pub classes: Option<Vec<String>>,
    /// What is odd about the header, though it is read all the same.
    pub notes: Vec<String>,
    /// How many keys were not understood.
    unknown: usize,
    /// The lines so far, to hold later ones against.
    said: Vec<Said>,
}

/// A line of the header.
#[derive(Debug)]
struct Said {
    key: Key,
    /// As it is written, without what follows the value's first words in a long line.
    text: String,
    /// Its value without differences of case and spaces.
    value: String,
    line: u64,
}

/// Notes that are kept: a header of nothing but unknown keys must not fill the memory.
const MOST_NOTES: usize = 20;

/// Most keys that are not understood.
const MOST_UNKNOWN: usize = 1000;

/// Most classes of a file.
const MOST_CLASSES: usize = 1 << 16;

/// Characters of a line that a message shows.
const SHOWN: usize = 60;

impl TsHeader {
    /// Reads one `@key value` line. Returns true at `@data`.
    pub fn read_line(&mut self, text: &str, line: u64) -> Result<bool, String> {
        let (word, value) = text.split_once(char::is_whitespace).map_or((text, ""), |(k, v)| (k, v.trim()));
        let Some(key) = Key::of(word) else { return self.unknown(word, value).map(|()| false) };
        if key == Key::Data {
            return self.finish().map(|()| true);
        }
        self.remember(key, text, value, line)?;
        match key {
            Key::TimeStamps if boolean(word, value)? => return Err(TIME_STAMPS.into()),
            Key::Missing => drop(boolean(word, value)?),
            Key::Univariate if boolean(word, value)? => self.set_channels(1)?,
            Key::Dimensions => self.set_channels(count(word, value)?)?,
            Key::EqualLength => self.equal_length = boolean(word, value)?,
            Key::SeriesLength => drop(whole(word, value)?),
            Key::Label => {
                let mut words = value.split_whitespace();
                let labelled = boolean(word, words.next().unwrap_or(""))?;
                if let (false, Some(class)) = (labelled, words.clone().next()) {
                    return Err(format!(
                        "`{word} false` says that there are no classes, and {} follows; write `{word} true` before the classes, \
                         or leave them out",
                        quoted(class)
                    ));
                }
                let classes: Vec<String> = words.take(MOST_CLASSES + 1).map(str::to_owned).collect();
                if classes.len() > MOST_CLASSES {
                    return Err(format!("more than {MOST_CLASSES} classes; say `@classLabel true` alone"));
                }
                self.classes = labelled.then_some(classes);
            }
            _ => {}
        }
        Ok(false)
    }

    /// Holds a line against those before it.
    fn remember(&mut self, key: Key, text: &str, value: &str, line: u64) -> Result<(), String> {
        let value = match key {
            // Classes are told apart by case; too many of them are refused afterwards.
            Key::Label => {
                let words = value.split_whitespace().take(MOST_CLASSES);
                let mut words = words.map(str::to_owned).collect::<Vec<_>>();
                words.iter_mut().take(1).for_each(|word| word.make_ascii_lowercase());
                words.join(" ")
            }
            _ => value.to_ascii_lowercase(),
        };
        let text: String = text.chars().take(SHOWN).collect();
        match self.said.iter().find(|said| said.key == key) {
            Some(said) if said.value != value => {
                Err(format!("`{text}` contradicts `{}` on line {}; leave one of them out", said.text, said.line))
            }
            Some(_) => Ok(()),
            None => {
                self.said.push(Said { key, text, value, line });
                Ok(())
            }
        }
    }

    fn set_channels(&mut self, channels: usize) -> Result<(), String> {
        let other = self.channels.replace(channels);
        let Some(other) = other.filter(|&other| other != channels) else { return Ok(()) };
        let first = self.said.iter().find(|said| matches!(said.key, Key::Univariate | Key::Dimensions));
        let first = first.map_or(String::new(), |said| format!(", and `{}` stands on line {}", said.text, said.line));
        Err(format!(
            "the header says both {other} and {channels} dimensions (`@univariate true` means 1{first}); leave one of them out"
        ))
    }

    /// A key that is not understood: an error where the cases would be read wrongly without it, otherwise a note.
    fn unknown(&mut self, word: &str, value: &str) -> Result<(), String> {
        let word = quoted(word);
        let word = word.trim_matches('"');
        let denied = value.split_whitespace().next().is_some_and(|value| value.eq_ignore_ascii_case("false"));
        let (key, usual) = match Key::nearest(word) {
            Some((Key::Data, _)) if !value.is_empty() => (None, ""),
            Some((key, usual)) => (Some(key), usual),
            None if speaks_of_labels(word) => (Some(Key::Label), "@classLabel true"),
            None => (None, ""),
        };
        let note = match key {
            Some(Key::Label) if !denied => {
                return Err(format!(
                    "unknown key `{word}`; write `{usual}` if it says that lines end in a class, which would be read as a \
                     channel otherwise"
                ));
            }
            Some(Key::TimeStamps) if !denied => {
                return Err(format!("unknown key `{word}`; write `{usual} false`, or leave it out"));
            }
            Some(Key::Data) => return Err(format!("unknown key `{word}`; did you mean `{usual}`?")),
            Some(_) => format!("unknown key {word}; did you mean {usual}?"),
            None => format!("unknown key {word} is not read"),
        };
        self.unknown += 1;
        if self.unknown > MOST_UNKNOWN {
            return Err(format!("more than {MOST_UNKNOWN} keys that are not known; name a .ts file"));
        }
        if self.notes.len() < MOST_NOTES {
            self.notes.push(note);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), String> {
        let value_of = |key| self.said.iter().find(|said| said.key == key);
        let Some(length) = value_of(Key::SeriesLength) else { return Ok(()) };
        let at_least_one = length.value.parse().ok().filter(|&length: &usize| length > 0);
        match value_of(Key::EqualLength) {
            // Files of unequal lengths give the longest one here, 0 or -1.
            Some(_) if !self.equal_length => {}
            _ if at_least_one.is_none() => {
                return Err(format!(
                    "`{}` on line {} is no length; write a whole number of at least 1, or say `@equalLength false`",
                    length.text, length.line
                ));
            }
            _ => self.length = at_least_one.filter(|_| self.equal_length),
        }
        Ok(())
    }
}

/// Whether a key that is no misspelling of another speaks of labels all the same.
fn speaks_of_labels(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.contains("class") || word.contains("label") || word.contains("target")
}

fn boolean(key: &str, value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("`{key}` is followed by {}; write `true` or `false`", ticked(value))),
    }
}

fn count(key: &str, value: &str) -> Result<usize, String> {
    match value.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(format!("`{key}` is followed by {}; write a whole number of at least 1", ticked(value))),
    }
}

/// A whole number, or −1.
fn whole(key: &str, value: &str) -> Result<i64, String> {
    match value.parse() {
        Ok(n) if n >= -1 => Ok(n),
        _ => Err(format!("`{key}` is followed by {}; write a whole number of at least 1", ticked(value))),
    }
}

fn ticked(value: &str) -> String {
    format!("`{}`", value.chars().take(SHOWN).collect::<String>())
}
