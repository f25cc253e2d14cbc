//! Reasons of scores as columns of a table.

use std::collections::BTreeMap;

use super::stream::Scored;
use crate::cli::table_writer::Cell;
use crate::data::{Dataset, Kind, SeriesSet};
use crate::detect::{Cause, Explanation, Model};
use crate::error::Result;

/// Rows that are explained before all but the first causes are forgotten.
const AT_ONCE: usize = 64;

/// How the explanations of a model are written.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Reasons<'a> {
    model: &'a Model,
}

impl<'a> Reasons<'a> {
    pub fn of(model: &'a Model) -> Reasons<'a> {
        Reasons { model }
    }

    /// Names of the columns that [`Reasons::cells`] fills.
    pub fn columns(self) -> &'static [&'static str] {
        match self.model.kind() {
            Kind::Series if self.model.reading().windows.is_some() => {
                &["channel", "from_row", "to_row", "share", "score_with"]
            }
            Kind::Table => &["column", "value", "share", "normal_value", "score_with"],
            Kind::Series => &["channel", "first_step", "last_step", "share", "score_with"],
        }
    }

    /// What stretches of series are counted in.
    pub fn steps(self) -> &'static str {
        if self.model.reading().windows.is_some() { "rows" } else { "steps" }
    }

    /// The cells of a cause.
    pub fn cells<'c>(self, cause: &'c Cause) -> Vec<Cell<'c>>
    where
        'a: 'c,
    {
        let (name, share, with) = (self.name(cause), Cell::Number(cause.share), Cell::Number(cause.score_with));
        let number = |value: Option<f64>| value.filter(|v| !v.is_nan()).map_or(Cell::Empty, Cell::Number);
        match &cause.stretch {
            None => {
                let [value, normal] = match &cause.categories {
                    Some([value, normal]) => [Cell::Text(value), Cell::Text(normal)],
                    None => [number(cause.value), number(cause.normal_value)],
                };
                vec![Cell::Text(name), value, share, normal, with]
            }
            Some(steps) => {
                let (first, last) = (Cell::Count(steps.start), Cell::Count(steps.end - 1));
                vec![Cell::Text(name), first, last, share, with]
            }
        }
    }

    /// The name of the column or channel.
    pub fn name(self, cause: &Cause) -> &'a str {
        self.model.input_names().get(cause.input).map_or("", String::as_str)
    }

    /// Explanations of those of the scored cases that `wanted` names by their place, with at most `most` causes each. Of a log,
    /// stretches are rows of it.
    ///
    /// # Errors
    /// As [`Model::explain`].
    pub fn first(
        self,
        scored: &Scored,
        wanted: impl Fn(usize) -> bool,
        most: usize,
    ) -> Result<BTreeMap<usize, Explanation>> {
        let Some(cases) = &scored.cases else { return Ok(BTreeMap::new()) };
        let places: Vec<usize> = (0..cases.len()).filter(|&i| wanted(i)).collect();
        let mut explained = BTreeMap::new();
        for some in places.chunks(AT_ONCE) {
            let cases: Box<dyn Dataset> = cases.select(some)?;
            let set: Option<&SeriesSet> = cases.downcast();
            for (i, (&place, mut why)) in some.iter().zip(self.model.explain(&*cases)?).enumerate() {
                why.causes.truncate(most);
                if let Some(rows) = set.and_then(|set| set.rows_of(i)) {
                    let stretches = why.causes.iter_mut().filter_map(|cause| cause.stretch.as_mut());
                    stretches.for_each(|steps| *steps = rows[steps.start]..rows[steps.end - 1] + 1);
                }
                explained.insert(place, why);
            }
        }
        Ok(explained)
    }
}
