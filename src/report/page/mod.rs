//! The report as one HTML page: a verdict, headline figures, plots, a card for each of the most anomalous rows, tables, facts. It needs
//! no network and no script, follows the reader's light or dark setting, prints, and fits narrow screens.

mod card;

pub use card::{Card, CardInput};
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, context};

use crate::error::visible;
use crate::report::plot::Plot;

/// What the page says. Every text is escaped; only the pictures of `plots` go in as they are.
#[derive(Clone, Debug, Default)]
pub struct ReportInput {
    /// Headline, such as "Anomalies in pump.csv".
    pub title: String,
    /// A sentence or two under it: which model, which data.
    pub summary: String,
    /// What is to be known before all else, a paragraph each: warnings, what was left out.
    pub notes: Vec<String>,
    /// Figures in large type.
    pub headlines: Vec<Headline>,
    /// The pictures, in order.
    pub plots: Vec<Plot>,
    /// Rows that are looked at one by one.
    pub cards: Vec<Card>,
    /// Tables below the cards, such as the drift of the columns.
    pub tables: Vec<ReportTable>,
    /// Names and values of settings, at the foot of the page.
    pub facts: Vec<(String, String)>,
}

/// A figure in large type.
#[derive(Clone, Debug, Default)]
pub struct Headline {
    /// The figure, formatted.
    pub value: String,
    /// What it is.
    pub label: String,
    /// What it means, in a few words; may be empty.
    pub note: String,
}

/// A table of formatted cells.
#[derive(Clone, Debug, Default)]
pub struct ReportTable {
    /// Its heading.
    pub title: String,
    /// What to read off.
    pub caption: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Cells by row; a column whose cells are all numbers is set to the right.
    pub rows: Vec<Vec<String>>,
}

impl ReportInput {
    /// The page.
    pub fn html(&self) -> String {
        let mut environment = Environment::empty();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        let page = environment.render_str(include_str!("page.html"), self.context());
        let page = page.expect("the template is part of the program and takes any input");
        // The engine drops the line end of the template.
        visible(&page) + "\n"
    }

    fn context(&self) -> Value {
        let headlines: Vec<Value> = self
            .headlines
            .iter()
            .map(|h| context! { value => h.value.as_str(), label => h.label.as_str(), note => h.note.as_str() })
            .collect();
        let plots: Vec<Value> = self
            .plots
            .iter()
            .map(|p| context! { caption => p.caption.as_str(), svg => Value::from_safe_string(p.svg.clone()) })
            .collect();
        let facts: Vec<Value> = self
            .facts
            .iter()
            .map(|(name, value)| context! { name => name.as_str(), value => value.as_str() })
            .collect();
        context! {
            title => self.title.as_str(),
            summary => self.summary.as_str(),
            notes => self.notes.clone(),
            headlines,
            plots,
            cards => self.cards.iter().map(Card::context).collect::<Vec<_>>(),
            tables => self.tables.iter().map(ReportTable::context).collect::<Vec<_>>(),
            facts,
        }
    }
}

impl ReportTable {
    fn context(&self) -> Value {
        let numeric = |column: usize| {
            let cells = || self.rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
            cells().next().is_some() && cells().all(|cell| cell.parse::<f64>().is_ok())
        };
        let class = |column: usize| if numeric(column) { "number" } else { "text" };
        let cell = |(i, text): (usize, &String)| context! { text => text.as_str(), class => class(i) };
        let columns: Vec<Value> = self.columns.iter().enumerate().map(cell).collect();
        let rows: Vec<Vec<Value>> = self.rows.iter().map(|row| row.iter().enumerate().map(cell).collect()).collect();
        context! { title => self.title.as_str(), caption => self.caption.as_str(), columns, rows }
    }
}
