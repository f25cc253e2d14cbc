//! Figures of an experiment as files: `NAME.svg` and `NAME.csv` in one folder.

use std::path::Path;

use crate::cli::arguments::Global;
use crate::cli::output::Output;
use crate::cli::table_writer::{csv_line, number};
use crate::error::{Result, place};
use crate::evaluate::reproduce::{Cell, Drawing, Figure, Line, Plane, Record, Rows, Sink};
use crate::report::{
    ErrorBars, ErrorLine, Grid, Group, Kind, Plot, PointGroup, Scatter, ScatterPanel, ScoreHistogram, ScorePanel,
};

/// Writes the figures among the records into a folder, and passes every record on.
pub(in crate::cli) struct FigureFiles<'a> {
    folder: &'a Path,
    global: &'a Global,
    inner: &'a mut dyn Sink,
}

impl<'a> FigureFiles<'a> {
    /// The folder must exist.
    pub fn new(folder: &'a Path, global: &'a Global, inner: &'a mut dyn Sink) -> FigureFiles<'a> {
        FigureFiles { folder, global, inner }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        let mut output = Output::open(Some(&path))?;
        output.put(bytes)?;
        output.finish()?;
        self.global.note(format_args!("wrote {}", place(&path)));
        Ok(())
    }
}

impl Sink for FigureFiles<'_> {
    fn record(&mut self, record: &Record) -> Result<()> {
        if let Record::Figure(figure) = record {
            self.write(&format!("{}.svg", figure.name), plot(figure).svg.as_bytes())?;
            self.write(&format!("{}.csv", figure.name), &csv(&figure.points))?;
        }
        self.inner.record(record)
    }
}

fn csv(rows: &Rows) -> Vec<u8> {
    let mut text = csv_line(&rows.columns);
    for row in &rows.rows {
        let cell = |cell: &Cell| match cell {
            Cell::Text(text) => text.clone(),
            Cell::Count(count) => count.to_string(),
            Cell::Number(value) => number(*value),
        };
        text.extend(csv_line(&row.iter().map(cell).collect::<Vec<_>>()));
    }
    text
}

fn plot(figure: &Figure) -> Plot {
    let title = figure.title.clone();
    match &figure.drawing {
        Drawing::Histograms { score, panels } => {
            let panel = |(title, rows): &(String, Vec<(f64, bool)>)| {
                let group = |name: &str, kind, wanted| Group {
                    name: name.into(),
                    kind,
                    scores: rows.iter().filter(|r| r.1 == wanted).map(|r| r.0).collect(),
                };
                ScorePanel {
                    title: title.clone(),
                    groups: vec![group("normal", Kind::Normal, false), group("anomalous", Kind::Anomalous, true)],
                    threshold: None,
                }
            };
            ScoreHistogram { title, score: score.clone(), panels: panels.iter().map(panel).collect() }.plot()
        }
        Drawing::Lines { x, y, bars, lines } => {
            let line = |line: &Line| ErrorLine { name: line.name.clone(), points: line.points.clone() };
            let (x, y, bars) = (x.clone(), y.clone(), bars.clone());
            ErrorBars { title, x, y, bars, lines: lines.iter().map(line).collect() }.plot()
        }
        Drawing::Plane { caption, panels } => Scatter {
            title,
            x: "first column".into(),
            y: "second column".into(),
            panels: panels.iter().map(plane).collect(),
            caption: caption.clone(),
        }
        .plot(),
    }
}

fn plane(panel: &Plane) -> ScatterPanel {
    let within = |p: &[f64; 2]| p.iter().all(|v| v.abs() <= panel.extent);
    let group = |name: &str, kind, points: &[[f64; 2]]| PointGroup {
        name: name.into(),
        kind,
        points: points.iter().filter(|p| within(p)).map(|p| (p[0], p[1])).collect(),
    };
    // A few samples far out would shrink everything else; the CSV file has them.
    let outside = panel.augmented.iter().filter(|p| !within(p)).count();
    let beyond = if outside > 0 { format!(", {outside} beyond") } else { String::new() };
    ScatterPanel {
        title: format!("{}{beyond}", panel.title),
        groups: vec![
            group("normal", Kind::Normal, &panel.normal),
            group("anomalous", Kind::Anomalous, &panel.anomalous),
            group("augmented", Kind::Other, &panel.augmented),
        ],
        density: Some(Grid {
            x: (-panel.extent, panel.extent),
            y: (-panel.extent, panel.extent),
            columns: panel.density.len().isqrt(),
            values: panel.density.clone(),
        }),
        levels: vec![panel.level],
    }
}
