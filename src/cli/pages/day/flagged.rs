//! The rows with the highest scores: those that are listed, and those that are looked at one by one.

use crate::cli::scores::RowPlace;
use crate::cli::table_writer::{brief, number};
use crate::data::{Dataset, SeriesSet};
use crate::detect::{Cause, Explanation, Model, TrainingInput};
use crate::error::{Result, short};
use crate::report::{Card, CardInput, ReportTable};

/// Rows that are listed.
const LISTED: usize = 200;
/// Columns of a card.
const INPUTS: usize = 12;

/// A row with a high score.
pub(super) struct Row {
    pub place: RowPlace,
    pub score: f64,
    pub p_value: f64,
    pub carried: Vec<String>,
    pub label: Option<String>,
    /// The row itself, of those that are looked at.
    pub case: Option<Box<dyn Dataset>>,
}

/// The rows with the highest scores so far, the highest first; of equal ones the first.
pub(super) struct Highest {
    rows: Vec<Row>,
    /// How many are looked at one by one.
    most_cards: usize,
}

impl Highest {
    pub fn new(most_cards: usize) -> Highest {
        Highest { rows: Vec::new(), most_cards }
    }

    /// Whether a row with that score would be listed.
    pub fn wants(&self, score: f64) -> bool {
        self.rows.len() < LISTED.max(self.most_cards) || self.rows.last().is_some_and(|last| score > last.score)
    }

    /// Adds a row; `case` gives the row itself.
    ///
    /// # Errors
    /// Those of `case`.
    pub fn add(&mut self, mut row: Row, case: impl FnOnce() -> Result<Box<dyn Dataset>>) -> Result<()> {
        let at = self.rows.partition_point(|other| other.score >= row.score);
        if at < self.most_cards {
            row.case = Some(case()?);
        }
        self.rows.insert(at, row);
        self.rows.truncate(LISTED.max(self.most_cards));
        if let Some(beyond) = self.rows.get_mut(self.most_cards) {
            beyond.case = None;
        }
        Ok(())
    }

    /// The rows that are looked at one by one: those called anomalous, or the highest few where none is.
    fn looked_at(&self, alpha: f64) -> &[Row] {
        const FEW: usize = 3;
        let flagged = self.rows.iter().take_while(|row| row.p_value <= alpha).count();
        let count = flagged.clamp(FEW, self.most_cards.max(FEW)).min(self.rows.len());
        &self.rows[..count]
    }

    /// The same with their explanations, where the model has some.
    ///
    /// # Errors
    /// As [`Model::explain`].
    pub fn explained(&self, model: &Model, alpha: f64) -> Result<Vec<(&Row, Explanation)>> {
        if model.check_explains().is_err() {
            return Ok(Vec::new());
        }
        let mut explained = Vec::new();
        for row in self.looked_at(alpha) {
            if let Some(case) = &row.case
                && let Some(why) = model.explain(&**case)?.pop()
            {
                explained.push((row, why));
            }
        }
        Ok(explained)
    }

    /// The table of the rows called anomalous, or of the highest ones where none is; `reasons`: the columns that explain the first.
    pub fn table(&self, names: &Names, alpha: f64, flagged: usize, reasons: &[String]) -> ReportTable {
        const SHOWN: usize = 20;
        let (cases, listed) = (names.cases, flagged.min(LISTED));
        let count = if listed == 0 { SHOWN } else { listed };
        let row = |(i, row): (usize, &Row)| {
            let numbers = [brief(row.score), number((row.p_value * 1e5).round() / 1e5)];
            let carried = row.carried.iter().map(|cell| short(cell));
            let label = names.label.as_ref().map(|_| row.label.as_deref().map_or_else(String::new, short));
            let reason = reasons.get(i).cloned().unwrap_or_default();
            let why = (!reasons.is_empty()).then_some(reason);
            names.which(row.place).into_iter().chain(carried).chain(numbers).chain(label).chain(why).collect()
        };
        let own = names.files.as_ref().map(|_| "file".to_owned()).into_iter().chain([names.case.to_owned()]);
        let carried = names.carried.iter().map(|name| short(name));
        let columns = own.chain(carried).chain(["score".into(), "p-value".into()]);
        let columns = columns.chain(names.label.as_ref().map(|name| short(name)));
        let title = match listed {
            0 => format!("The most surprising {cases}; none is called anomalous"),
            _ => format!("The {cases} called anomalous"),
        };
        let more = if flagged > listed {
            format!(" The {listed} with the highest scores, of {flagged}.")
        } else {
            String::new()
        };
        ReportTable {
            title,
            caption: format!("A p-value of at most {}, the highest score first; counted from 0.{more}", number(alpha)),
            columns: columns.chain((!reasons.is_empty()).then(|| "because of".to_owned())).collect(),
            rows: self.rows.iter().take(count).enumerate().map(row).collect(),
        }
    }
}

/// What rows and what is carried along with them are called.
pub(super) struct Names {
    pub case: &'static str,
    pub cases: &'static str,
    /// Names of the files where there are several.
    pub files: Option<Vec<String>>,
    pub carried: Vec<String>,
    /// Of the label column, where there are labels.
    pub label: Option<String>,
}

impl Names {
    /// The cells that say which row it is.
    fn which(&self, place: RowPlace) -> Vec<String> {
        let file = self.files.as_ref().and_then(|files| files.get(place.file)).map(|name| short(name));
        file.into_iter().chain([place.row.to_string()]).collect()
    }

    /// A row in words: "row 17 of a.csv, id P-17".
    pub fn title(&self, row: &Row) -> String {
        let mut title = format!("{} {}", self.case, row.place.row);
        if let Some(file) = self.files.as_ref().and_then(|files| files.get(row.place.file)) {
            title += &format!(" of {}", short(file));
        }
        for (name, cell) in self.carried.iter().zip(&row.carried) {
            let cell = short(cell);
            title += &match name.as_str() {
                "first_row" => format!(", rows {cell}"),
                "first_time" => format!(", {cell}"),
                "last_row" | "last_time" => format!(" to {cell}"),
                name => format!(", {} {cell}", short(name)),
            };
        }
        title
    }
}

/// The card of a row.
pub(super) fn card(row: &Row, why: &Explanation, names: &Names, training: &[TrainingInput], model: &Model) -> Card {
    let label = row.label.as_ref().map_or_else(String::new, |label| format!(", label {}", short(label)));
    // Columns that have no part in it are left out beyond the first few.
    let listed = why.causes.iter().take_while(|cause| cause.share >= 0.005).count().clamp(3, INPUTS);
    Card {
        title: names.title(row),
        note: format!("score {}, p-value {}{label}", brief(row.score), number((row.p_value * 1e5).round() / 1e5)),
        more: why.causes.len().saturating_sub(listed),
        inputs: why.causes.iter().take(listed).map(|cause| input(row, cause, training, model)).collect(),
    }
}

fn input(row: &Row, cause: &Cause, training: &[TrainingInput], model: &Model) -> CardInput {
    let name = model.input_names().get(cause.input).map_or_else(String::new, |name| short(name));
    if let Some(steps) = &cause.stretch {
        let set = row.case.as_ref().and_then(|case| case.downcast::<SeriesSet>());
        let normal = match set.and_then(|set| set.rows_of(0)) {
            Some(rows) => format!("rows {} to {}", rows[steps.start], rows[steps.end - 1]),
            None => format!("steps {} to {}", steps.start, steps.end - 1),
        };
        return CardInput { name, normal, share: cause.share, ..CardInput::default() };
    }
    let of_number = |value: Option<f64>| value.filter(|v| !v.is_nan()).map_or_else(|| "missing".to_owned(), brief);
    let [value, normal] = match &cause.categories {
        Some(names) => names.each_ref().map(|name| if name.is_empty() { "missing".to_owned() } else { short(name) }),
        None => [of_number(cause.value), of_number(cause.normal_value)],
    };
    let own = training.iter().find(|input| Some(&input.name) == model.input_names().get(cause.input));
    let (place, place_in_words) = match (own, cause.value) {
        (Some(own), Some(value)) if own.kind.categories().is_none() && !own.sorted.is_empty() => {
            place_of(value, &own.sorted)
        }
        (Some(own), _) if own.kind.categories().is_some() => {
            let names = own.kind.categories().unwrap_or_default();
            let count = own.sorted.iter().filter(|&&at| names.get(at as usize) == Some(&value)).count();
            let words = match count {
                _ if value == "missing" => String::new(),
                0 => "never seen in training".to_owned(),
                _ => format!(
                    "{:.0} % of training rows",
                    (100.0 * count as f64 / (own.sorted.len() + own.missing) as f64).max(1.0)
                ),
            };
            (None, words)
        }
        _ => (None, String::new()),
    };
    CardInput { name, value, normal, share: cause.share, place, place_in_words }
}

/// Where a value lies among ascending ones, and in words.
fn place_of(value: f64, sorted: &[f64]) -> (Option<f64>, String) {
    if value.is_nan() {
        return (None, "missing".into());
    }
    let below = sorted.partition_point(|v| *v < value);
    let up_to = sorted.partition_point(|v| *v <= value);
    let share = (below + up_to) as f64 / 2.0 / sorted.len() as f64;
    let words = if below == sorted.len() {
        format!("above all, up to {}", brief(sorted[sorted.len() - 1]))
    } else if up_to == 0 {
        format!("below all, from {}", brief(sorted[0]))
    } else {
        format!("higher than {:.0} %", 100.0 * below as f64 / sorted.len() as f64)
    };
    (Some(share), words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_shares_and_words() {
        let sorted = [1.0, 2.0, 2.0, 3.0];
        assert_eq!(place_of(2.0, &sorted), (Some(0.5), "higher than 25 %".into()));
        assert_eq!(place_of(9.0, &sorted), (Some(1.0), "above all, up to 3".into()));
        assert_eq!(place_of(0.0, &sorted), (Some(0.0), "below all, from 1".into()));
        assert_eq!(place_of(f64::NAN, &sorted).1, "missing");
    }
}
