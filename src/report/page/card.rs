//! A card of the report: one row, with what it consists of and where that lies.

use minijinja::context;
use minijinja::value::Value;

/// A row that is looked at by itself.
#[derive(Clone, Debug, Default)]
pub struct Card {
    /// What the row is called.
    pub title: String,
    /// Its score and the like.
    pub note: String,
    /// What it consists of, by falling share in its surprise.
    pub inputs: Vec<CardInput>,
    /// How many more inputs there are that are not listed.
    pub more: usize,
}

/// A column of a row.
#[derive(Clone, Debug, Default)]
pub struct CardInput {
    /// Its name.
    pub name: String,
    /// The value, formatted.
    pub value: String,
    /// The value that would have been normal, formatted.
    pub normal: String,
    /// Its share in the surprise, 0 to 1.
    pub share: f64,
    /// Where the value lies among those of training, 0 to 1.
    pub place: Option<f64>,
    /// The same in words.
    pub place_in_words: String,
}

impl Card {
    pub(super) fn context(&self) -> Value {
        let percent = |share: f64| format!("{:.0}", 100.0 * if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) });
        let input = |input: &CardInput| {
            context! {
                name => input.name.as_str(), value => input.value.as_str(), normal => input.normal.as_str(),
                share => percent(input.share), place => input.place.map(percent),
                place_in_words => input.place_in_words.as_str(),
            }
        };
        let inputs: Vec<Value> = self.inputs.iter().map(input).collect();
        let has_values = self.inputs.iter().any(|input| !input.value.is_empty());
        let has_places = self.inputs.iter().any(|input| !input.place_in_words.is_empty());
        context! {
            title => self.title.as_str(), note => self.note.as_str(), more => self.more, inputs, has_values, has_places,
        }
    }
}
