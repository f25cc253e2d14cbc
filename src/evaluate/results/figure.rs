//! What a figure consists of: the numbers behind it, what they come to, and what is to be drawn from them.
//!
//! The floor `report` draws it.

use serde_json::{Map, Value, json};

/// A figure of the paper, made again.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its name and that of its files, such as `figure3`.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// Every number behind it.
    pub points: Rows,
    /// What they come to.
    pub summary: Rows,
    /// What is drawn.
    pub drawing: Drawing,
}

/// A small table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Names of the columns.
    pub columns: Vec<&'static str>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<Cell>>,
}

/// One value of a small table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A name.
    Text(String),
    /// A count.
    Count(u64),
    /// A measurement.
    Number(f64),
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Drawing {
    /// Histograms of scores, one panel a stage.
    Histograms {
        /// What the scores are.
        score: String,
        /// Title, and for each row its score and whether it is anomalous.
        panels: Vec<(String, Vec<(f64, bool)>)>,
    },
    /// Means with error bars.
    Lines {
        /// The setting.
        x: String,
        /// The figure.
        y: String,
        /// What a bar is.
        bars: String,
        /// The lines.
        lines: Vec<Line>,
    },
    /// Points in the plane with one line of equal density.
    Plane {
        /// What to read off.
        caption: String,
        /// One a strategy.
        panels: Vec<Plane>,
    },
}

/// Means of a figure against a setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What was measured or varied.
    pub name: String,
    /// `(x, mean, half the height of the bar)` by growing `x`.
    pub points: Vec<(f64, f64, f64)>,
}

/// A panel of points.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Name of the strategy.
    pub title: String,
    /// Normal rows.
    pub normal: Vec<[f64; 2]>,
    /// Anomalies.
    pub anomalous: Vec<[f64; 2]>,
    /// Samples of the flow that it trained on.
    pub augmented: Vec<[f64; 2]>,
    /// Log-densities on `side × side` points of the square `[-extent, extent]²`, by growing y, then x.
    pub density: Vec<f64>,
    /// Half the width of that square.
    pub extent: f64,
    /// The log-density at which the line is drawn.
    pub level: f64,
}

impl Figure {
    /// The summary, one JSON object a row.
    pub fn to_json(&self) -> Vec<Value> {
        let object = |row: &Vec<Cell>| {
            let cells = self.summary.columns.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), cell.to_json()));
            let mut object: Map<String, Value> = cells.collect();
            object.insert("table".into(), json!(self.name));
            Value::Object(object)
        };
        self.summary.rows.iter().map(object).collect()
    }

    /// The summary for people.
    pub fn to_text(&self) -> String {
        let mut lines: Vec<Vec<String>> = vec![self.summary.columns.iter().map(|c| (*c).to_owned()).collect()];
        lines.extend(self.summary.rows.iter().map(|row| row.iter().map(Cell::to_text).collect()));
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.summary.columns.len()).map(width).collect();
        let mut text = format!("{}: {}\n", self.name, self.title);
        for line in &lines {
            let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, &width)| format!("{cell:>width$}")).collect();
            text += &format!("  {}\n", cells.join("  "));
        }
        text + "\n"
    }
}

impl Cell {
    fn to_json(&self) -> Value {
        match self {
            Cell::Text(text) => json!(text),
            Cell::Count(count) => json!(count),
            Cell::Number(number) => json!(number),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Count(count) => count.to_string(),
            Cell::Number(number) => format!("{number:.4}"),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Cell {
        Cell::Count(count)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Cell {
        Cell::Number(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_reads_the_same_for_people_and_for_machines() {
        let summary = Rows {
            columns: vec!["set", "n", "f1"],
            rows: vec![vec!["a".into(), 3u64.into(), 0.5.into()], vec!["long".into(), 12u64.into(), 0.25.into()]],
        };
        let drawing = Drawing::Histograms { score: String::new(), panels: Vec::new() };
        let figure = Figure { name: "f".into(), title: "t".into(), points: Rows::default(), summary, drawing };
        assert_eq!(figure.to_text(), "f: t\n   set   n      f1\n     a   3  0.5000\n  long  12  0.2500\n\n");
        assert_eq!(figure.to_json()[1], json!({"table": "f", "set": "long", "n": 12, "f1": 0.25}));
    }
}
