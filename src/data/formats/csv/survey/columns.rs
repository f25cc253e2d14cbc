//! What the cells of each column are, over all rows, and how the column would be read.

use std::collections::HashMap;

use super::Finding;
use crate::data::columns::Role;
use crate::data::dialect::{Numbers, date_format, is_missing_number, is_missing_text};
use crate::data::formats::csv::cell;
use crate::data::formats::csv::header::Header;
use crate::data::formats::csv::prefix::Prefix;
use crate::data::formats::csv::records::{Found, RecordReader};
use crate::data::formats::source::Source;
use crate::data::{ReadOptions, is_usual_label};
use crate::error::{DataError, quoted};

/// Different texts of a column that are told apart, at most.
const MOST: usize = 1_000;

/// Characters of a text that are looked at.
const LONGEST: usize = 128;

/// Rows from which numbers that go up by one count them.
const COUNTED: usize = 20;

/// Categories that a column of text may have, whatever the number of rows.
const FEW: usize = 20;

/// Share of the rows that a category should have on average.
const ROWS_A_CATEGORY: usize = 10;

/// Share of rows that may be damaged: those are left out, where more are another kind of column.
const DAMAGED: f64 = 0.05;

/// Marks between thousands, by which numbers are tried.
const MARKS: [char; 5] = [',', '.', ' ', '\'', '_'];

/// What the cells of a column are.
#[derive(Default)]
struct Facts {
    cells: usize,
    missing: usize,
    numbers: usize,
    /// The number before, and whether each so far was one more.
    last: Option<f64>,
    leaps: bool,
    truths: usize,
    /// Cells that are numbers, or would be with another sign before decimals.
    with_other_decimal: usize,
    /// Cells that are numbers, or would be with a mark between thousands, mark by mark, and with both.
    with_thousands: [usize; MARKS.len()],
    with_both: usize,
    /// Cells that are a number with a unit or the like.
    dressed: usize,
    /// The first that are not numbers.
    others: Vec<String>,
    /// Different texts of cells that are no numbers, and how often each occurs, up to [`MOST`].
    texts: HashMap<String, usize>,
    /// Whether there are more.
    many: bool,
}

impl Facts {
    fn add(&mut self, text: &str, numbers: &Numbers) {
        self.cells += 1;
        if is_missing_number(text) {
            self.missing += 1;
            // Words that are no number may be categories.
            if !is_missing_text(text) {
                self.note(text);
            }
            return;
        }
        let reads = |decimal, thousands| Numbers { decimal, thousands }.parse(text).is_some_and(f64::is_finite);
        let (own, other) = (numbers.decimal, if numbers.decimal == '.' { ',' } else { '.' });
        self.truths += usize::from(cell::truth_value(text).is_some());
        self.with_other_decimal += usize::from(reads(other, numbers.thousands));
        for (count, mark) in self.with_thousands.iter_mut().zip(MARKS) {
            *count += usize::from(mark != own && reads(own, Some(mark)));
        }
        self.with_both += usize::from(reads(other, Some(own)));
        if let Some(value) = numbers.parse(text).filter(|value| value.is_finite()) {
            self.numbers += 1;
            self.leaps |= self.last.replace(value).is_some_and(|last| value != last + 1.0);
            return;
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        self.dressed += usize::from(digits > 0 && text.len() - digits <= 8 && !text.starts_with(char::is_alphabetic));
        self.note(text);
    }

    fn note(&mut self, text: &str) {
        // What is that long tells rows apart.
        let text = match text.char_indices().nth(LONGEST) {
            Some((end, _)) => &text[..end],
            None => text,
        };
        if self.others.len() < MOST {
            self.others.push(text.to_owned());
        }
        if let Some(count) = self.texts.get_mut(text) {
            *count += 1;
        } else if self.texts.len() < MOST {
            self.texts.insert(text.to_owned(), 1);
        } else {
            self.many = true;
        }
    }

    fn known(&self) -> usize {
        self.cells - self.missing
    }

    /// Whether every cell is a number where `mark` may stand between thousands.
    fn are_grouped(&self, mark: char) -> bool {
        MARKS.iter().zip(self.with_thousands).any(|(&tried, count)| tried == mark && count == self.known())
    }

    /// A text for messages.
    fn example(&self) -> String {
        self.others.first().map(|text| quoted(text)).unwrap_or_default()
    }
}

/// What is in the way, column by column.
pub(super) fn findings(source: Source, prefix: &Prefix, options: &ReadOptions) -> Result<Vec<Finding>, DataError> {
    let mut records = RecordReader::new(source, prefix.delimiter, prefix.left_out.clone());
    let mut header: Option<Header> = None;
    let mut facts: Vec<Facts> = Vec::new();
    let (mut rows, mut ragged, mut first_ragged) = (0usize, 0usize, 0);
    loop {
        match records.next(true, |_| false)? {
            Found::Record if records.record().is_blank() => continue,
            Found::Record | Found::Unclosed => {}
            Found::Waiting | Found::End => break,
        }
        let record = records.record();
        let header = match &header {
            Some(header) => header,
            None => {
                let read = match options.dialect.header {
                    Some(false) => Header::counted(record),
                    _ => Header::read(record, prefix)
                        .map_err(|problem| DataError::new(records.name(), problem).at_line(record.line))?,
                };
                facts.resize_with(read.names.len(), Facts::default);
                let is_row = options.dialect.header == Some(false);
                let header = header.insert(read);
                if !is_row {
                    continue;
                }
                header
            }
        };
        let width = header.names.len();
        let fits = record.len() == width || record.len() == width + 1 && record.field(width).trim_ascii().is_empty();
        if !fits {
            ragged += 1;
            if ragged == 1 {
                first_ragged = record.line;
            }
            continue;
        }
        rows += 1;
        for (i, facts) in facts.iter_mut().enumerate() {
            facts.add(cell::text(record.field(i)).unwrap_or("\u{fffd}"), &prefix.numbers);
        }
    }
    let Some(header) = header.filter(|_| rows > 0) else { return Ok(Vec::new()) };
    let other = if prefix.numbers.decimal == '.' { ',' } else { '.' };
    // Before decimals in one column, a sign stands nowhere between thousands.
    let decimals =
        facts.iter().any(|f| f.numbers < f.known() && f.with_other_decimal == f.known() && !f.are_grouped(other));
    let roles = options.choice.roles(&header.names).unwrap_or_else(|_| vec![Role::Feature; facts.len()]);
    let mut findings: Vec<Finding> = Vec::new();
    if ragged > 0 {
        let problem =
            format!("{ragged} rows have another number of cells than the header, the first at line {first_ragged}");
        findings.push(Finding::new(None, problem, &[("--on-bad-row", Some("skip"))]));
    }
    let columns = header.names.iter().zip(&facts).zip(&roles);
    for ((name, facts), role) in columns.filter(|((name, _), _)| options.label.as_ref() != Some(name)) {
        let found = match role {
            Role::Feature => of_feature(name, facts, rows, decimals, prefix, options),
            Role::Category | Role::Calendar if facts.cells > 0 && !options.missing => {
                let empty = |text: &str| is_missing_text(text);
                let missing = if *role == Role::Category {
                    facts.missing
                        - facts
                            .texts
                            .iter()
                            .filter(|(t, _)| is_missing_number(t) && !empty(t))
                            .map(|(_, n)| n)
                            .sum::<usize>()
                } else {
                    facts.missing
                };
                (missing > 0).then(|| missing_cells(name, missing, rows))
            }
            _ => None,
        };
        let Some(finding) = found else { continue };
        findings.push(finding);
    }
    Ok(findings)
}

fn missing_cells(name: &str, missing: usize, rows: usize) -> Finding {
    let problem = format!("{missing} of {rows} cells are missing");
    Finding::new(Some(name), problem, &[("--missing", Some("impute"))])
}

/// What is in the way of reading a column as numbers, truth values or times.
fn of_feature(
    name: &str,
    facts: &Facts,
    rows: usize,
    decimals: bool,
    prefix: &Prefix,
    options: &ReadOptions,
) -> Option<Finding> {
    let known = facts.known();
    if known == 0 {
        // Words such as `none` in every row say nothing either.
        let problem = "holds nothing".to_owned();
        return Some(Finding::new(Some(name), problem, &[("--ignore", Some(name))]));
    }
    let strange = known - facts.numbers;
    let all_truths = facts.truths == known || facts.truths > 0 && facts.truths + facts.numbers == known;
    let times =
        || date_format(facts.others.iter().map(String::as_str).filter(|text| !is_missing_number(text))).is_some();
    if strange == 0 && !facts.leaps && facts.missing == 0 && facts.numbers >= COUNTED {
        let problem = "counts from row to row, so that every later row would be unusual".to_owned();
        return Some(Finding::new(Some(name), problem, &[("--id", Some(name))]));
    }
    if strange == 0 || all_truths || facts.numbers == 0 && times() {
        let is_time = strange > 0 && !all_truths;
        return (facts.missing > 0 && !options.missing && !is_time).then(|| missing_cells(name, facts.missing, rows));
    }
    let (own, other) = (prefix.numbers.decimal, if prefix.numbers.decimal == '.' { ',' } else { '.' });
    // In every cell another sign would do: of two that would, thousands.
    let mark = MARKS.into_iter().find(|&mark| !(decimals && mark == other) && facts.are_grouped(mark));
    if let Some(mark) = mark {
        let problem = format!("{} stands between thousands, as in {}", cell::name(mark), facts.example());
        let value = if mark == ' ' { "space".to_owned() } else { mark.to_string() };
        return Some(Finding::new(Some(name), problem, &[("--thousands", Some(&value))]));
    }
    if facts.with_other_decimal == known {
        let problem = format!("{} stands before decimals, as in {}", cell::name(other), facts.example());
        return Some(Finding::new(Some(name), problem, &[("--decimal", Some(&other.to_string()))]));
    }
    if facts.with_both == known {
        let problem = format!(
            "{} stands before decimals and {} between thousands, as in {}",
            cell::name(other),
            cell::name(own),
            facts.example()
        );
        let (decimal, thousands) = (other.to_string(), own.to_string());
        return Some(Finding::new(
            Some(name),
            problem,
            &[("--decimal", Some(&decimal)), ("--thousands", Some(&thousands))],
        ));
    }
    if strange as f64 <= DAMAGED * known as f64 || strange == 1 && known > 4 {
        let problem = format!("{strange} of {rows} cells are no numbers, as {}", facts.example());
        return Some(Finding::new(Some(name), problem, &[("--on-bad-row", Some("skip"))]));
    }
    let different = facts.texts.len();
    let repeats = !facts.many && different <= (rows / ROWS_A_CATEGORY).max(FEW) && different < strange.max(2);
    if options.label.is_none() && is_usual_label(name) && repeats && facts.numbers == 0 {
        let most =
            facts.texts.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0))).map(|(text, _)| text.as_str());
        let problem =
            format!("holds {different} labels, the most frequent of them {}", quoted(most.unwrap_or_default()));
        return Some(Finding::new(Some(name), problem, &[("--label", Some(name)), ("--normal", most)]));
    }
    if facts.dressed == strange {
        let problem = format!("holds numbers with something around them, as {}, which are not read", facts.example());
        return Some(Finding::new(Some(name), problem, &[("--ignore", Some(name))]));
    }
    if facts.numbers == 0 && known * 10 < rows {
        let problem =
            format!("{} of {rows} cells are empty, and the others text, as {}", rows - known, facts.example());
        return Some(Finding::new(Some(name), problem, &[("--ignore", Some(name))]));
    }
    if repeats && facts.numbers == 0 {
        let problem = format!("holds {different} categories, as {}", facts.example());
        return Some(Finding::new(Some(name), problem, &[("--category", Some(name))]));
    }
    if facts.numbers == 0 && (facts.many || different == strange) {
        let problem = format!("tells rows apart, as {}", facts.example());
        return Some(Finding::new(Some(name), problem, &[("--id", Some(name))]));
    }
    let problem = format!("holds text that no category repeats often, as {}", facts.example());
    Some(Finding::new(Some(name), problem, &[("--ignore", Some(name))]))
}
