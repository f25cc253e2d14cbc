//! The page about some data under a model: which rows are anomalous and why, when, and what drifted. Rows are added as they are scored;
//! memory does not grow with them but for 17 bytes each.

mod columns;
mod flagged;
mod traces;

use columns::{Change, Columns};
use flagged::{Highest, Names, Row, card};

use super::parts::facts;
use crate::cli::scores::{Course, Measures, RowPlace, Scored};
use crate::cli::table_writer::number;
use crate::data::Dataset;
use crate::detect::{Explanation, Model, Threshold};
use crate::error::{Result, listed as listed_in_quotes, short};
use crate::report::{
    Group, Headline, Kind, PValueHistogram, Plot, Ranking, ReportInput, RocCurve, ScoreHistogram, ScorePanel,
};

/// Columns that are named for a row in the list.
const REASONS: usize = 2;

/// What a page is about, beside its rows.
#[derive(Default)]
pub(in crate::cli) struct About {
    pub title: String,
    pub summary: String,
    /// What is to be known first.
    pub notes: Vec<String>,
    /// Pictures before all others.
    pub plots: Vec<Plot>,
    /// Facts before those about the model.
    pub facts: Vec<(String, String)>,
    /// Names of the files where there are several.
    pub files: Option<Vec<String>>,
    /// Name of the label column, where labels tell anomalies.
    pub label: Option<String>,
    /// Whether the rows are those of training: they drifted from nothing.
    pub of_training: bool,
}

/// The rows of a page, as far as they are added.
pub(in crate::cli) struct Day<'a> {
    model: &'a Model,
    alpha: f64,
    scores: Vec<f64>,
    p_values: Vec<f64>,
    anomalous: Vec<bool>,
    course: Course,
    highest: Highest,
    columns: Columns,
    carried: Vec<String>,
    /// The first and the last time of windows of a log that has times.
    times: Option<(String, String)>,
}

impl<'a> Day<'a> {
    /// No row yet; rows with a p-value of at most `alpha` are called anomalous, and the `most` highest of them looked at one by
    /// one.
    pub fn new(model: &'a Model, alpha: f64, most: usize) -> Day<'a> {
        Day {
            model,
            alpha,
            scores: Vec::new(),
            p_values: Vec::new(),
            anomalous: Vec::new(),
            course: Course::new(alpha),
            highest: Highest::new(most),
            columns: Columns::new(model.training_inputs()),
            carried: Vec::new(),
            times: None,
        }
    }

    /// Bytes that are kept of each row.
    pub const KEPT: usize = 2 * (2 * size_of::<f64>() + 1);

    /// Rows so far.
    pub fn rows(&self) -> usize {
        self.scores.len()
    }

    /// Adds rows in their order, which have been kept with their scores.
    ///
    /// # Errors
    /// None for cases there are.
    pub fn add(&mut self, some: &Scored) -> Result<()> {
        let Some(cases) = &some.cases else { return Ok(()) };
        let places = some.places.iter().copied();
        let anomalous = (!some.anomalous.is_empty()).then_some(&some.anomalous[..]);
        self.add_cases(&**cases, places, &some.scores, &some.p_values, anomalous)
    }

    /// The same of cases that were scored elsewhere.
    ///
    /// # Errors
    /// None for cases there are.
    pub fn add_cases(
        &mut self,
        cases: &dyn Dataset,
        places: impl Iterator<Item = RowPlace>,
        scores: &[f64],
        p_values: &[f64],
        anomalous: Option<&[bool]>,
    ) -> Result<()> {
        let carried = cases.carried();
        self.carried.clone_from(&carried.names);
        self.columns.add(cases);
        let named = |name: &str| carried.names.iter().position(|own| own == name);
        if let (Some(first), Some(last), true) = (named("first_time"), named("last_time"), !cases.is_empty()) {
            let last = carried.row(cases.len() - 1)[last].clone();
            let first = self.times.take().map_or_else(|| carried.row(0)[first].clone(), |(first, _)| first);
            self.times = Some((first, last));
        }
        for (i, place) in places.enumerate() {
            let (score, p_value) = (scores[i], p_values[i]);
            self.scores.push(score);
            self.p_values.push(p_value);
            self.course.add(score, p_value);
            if self.highest.wants(score) {
                let (carried, label) = (carried.row(i).to_vec(), cases.labels().map(|labels| labels[i].clone()));
                let row = Row { place, score, p_value, carried, label, case: None };
                self.highest.add(row, || Ok(cases.select(&[i])?.without_labels()))?;
            }
        }
        self.anomalous.extend(anomalous.unwrap_or_default());
        Ok(())
    }

    /// The page.
    ///
    /// # Errors
    /// As [`Model::explain`]; scores that cannot be measured.
    pub fn page(&self, about: About) -> Result<String> {
        let (model, labelled) = (self.model, self.anomalous.len() == self.scores.len() && self.has_both());
        let mut notes = about.notes;
        let names = Names {
            case: model.case(),
            cases: model.cases(),
            files: about.files,
            carried: self.carried.clone(),
            label: about.label,
        };
        let explained = self.highest.explained(model, self.alpha)?;
        if explained.is_empty() {
            notes.push(format!(
                "Why {} are surprising is not known: the model holds none of its training.",
                names.cases
            ));
        }
        if self.columns.training().is_empty() && !about.of_training {
            notes.push("What drifted is not known: the model holds no training rows to compare with.".into());
        }
        let reasons: Vec<String> = explained.iter().map(|(_, why)| self.reason(why)).collect();
        let cards = explained.iter().map(|(row, why)| card(row, why, &names, self.columns.training(), model)).collect();
        let mut plots = about.plots;
        plots.push(self.course.plot(names.case, names.cases));
        plots.extend(traces::traces(&explained, &names, model));
        plots.push(self.histogram(labelled));
        let measures = match labelled {
            true => Some(Measures::of(&self.anomalous, &self.scores, &self.p_values, self.alpha)?),
            false => None,
        };
        plots.extend(measures.as_ref().map(|measures| roc(&self.anomalous, &self.scores, measures.auroc)));
        let list = self.highest.table(&names, self.alpha, self.course.flagged(), &reasons);
        // Of training nothing drifted.
        let changes = if about.of_training { Vec::new() } else { self.columns.changes() };
        let headlines = self.headlines(measures.as_ref(), &changes);
        let drift = self.columns.table(changes);
        let span = self.times.as_ref().map(|(first, last)| format!(" From {} to {}.", short(first), short(last)));
        let fixed = [
            ("called anomalous", format!("a p-value of at most {}", number(self.alpha))),
            ("seed", model.seed().to_string()),
            ("fitted to", format!("{} {} of {}", model.training_rows(), names.cases, model.inputs())),
            ("columns", listed(model.input_names())),
        ];
        let fixed = fixed.map(|(name, value)| (name.to_owned(), value));
        let input = ReportInput {
            title: about.title,
            summary: about.summary + &span.unwrap_or_default(),
            notes,
            headlines,
            plots,
            cards,
            tables: [list].into_iter().chain(drift).collect(),
            facts: about.facts.into_iter().chain(fixed).chain(facts(model)).collect(),
        };
        Ok(input.html())
    }

    /// The columns with the largest shares, in a few words.
    fn reason(&self, why: &Explanation) -> String {
        let named = why.causes.iter().take(REASONS).filter(|cause| cause.share >= 0.2);
        let name = |input: usize| self.model.input_names().get(input).map_or_else(String::new, |name| short(name));
        named.map(|cause| format!("{} {:.0} %", name(cause.input), 100.0 * cause.share)).collect::<Vec<_>>().join(", ")
    }

    /// What is odd about the labels: that all rows are of one class.
    pub fn one_class(&self, normals: &[String]) -> Option<String> {
        if self.anomalous.is_empty() || self.has_both() {
            return None;
        }
        let normals = listed_in_quotes(normals);
        Some(match self.anomalous[0] {
            true => format!(
                "no label is {normals}, so no row counts as normal; name the label of normal rows with --normal"
            ),
            false => {
                format!("every label is {normals}: there is no anomaly to be found, and false alarms alone are counted")
            }
        })
    }

    /// Whether there are normal rows and anomalies.
    fn has_both(&self) -> bool {
        self.anomalous.contains(&true) && self.anomalous.contains(&false)
    }

    fn headlines(&self, measures: Option<&Measures>, changes: &[(&str, Change)]) -> Vec<Headline> {
        let (rows, cases, alpha) = (self.scores.len(), self.model.cases(), number(self.alpha));
        let expected = self.alpha * rows as f64;
        let headline = |value: String, label: String, note: String| Headline { value, label, note };
        let mut all = vec![
            headline(rows.to_string(), cases.to_owned(), String::new()),
            headline(
                self.course.flagged().to_string(),
                format!("called anomalous at p ≤ {alpha}"),
                format!("{} expected by chance if all are normal", number((expected * 10.0).round() / 10.0)),
            ),
        ];
        if self.anomalous.len() == rows && rows > 0 {
            let found = self.anomalous.iter().zip(&self.p_values).filter(|(a, p)| **a && **p <= self.alpha).count();
            let anomalies = self.anomalous.iter().filter(|a| **a).count();
            let (false_alarms, normal) = (self.course.flagged() - found, rows - anomalies);
            let share = |part: usize, of: usize| format!("{:.1} %", 100.0 * part as f64 / of.max(1) as f64);
            if anomalies > 0 {
                let of = format!("{found} of {anomalies}");
                all.push(headline(share(found, anomalies), "of the anomalies found".into(), of));
            }
            if normal > 0 {
                let of = format!("{false_alarms} of {normal} normal ones");
                all.push(headline(share(false_alarms, normal), "false alarms".into(), of));
            }
        }
        if let Some(measures) = measures {
            all.push(headline(format!("{:.3}", measures.auroc), "AUROC".into(), "1 is perfect, 0.5 guessing".into()));
            let precision = format!("{:.3}", measures.average_precision);
            all.push(headline(precision, "average precision".into(), String::new()));
        }
        let drifted = changes.iter().filter(|(_, change)| change.drifted).count();
        if !changes.is_empty() {
            let label = if drifted == 1 { "column drifted" } else { "columns drifted" };
            all.push(headline(
                drifted.to_string(),
                label.into(),
                format!("of {} compared with training", changes.len()),
            ));
        }
        all
    }

    fn groups(&self, values: &[f64], labelled: bool) -> Vec<Group> {
        if !labelled {
            return vec![Group { name: self.model.cases().into(), kind: Kind::Normal, scores: values.to_vec() }];
        }
        let of = |name: &str, kind, wanted| Group {
            name: name.into(),
            kind,
            scores: values.iter().zip(&self.anomalous).filter(|(_, a)| **a == wanted).map(|(v, _)| *v).collect(),
        };
        vec![of("normal", Kind::Normal, false), of("anomalous", Kind::Anomalous, true)]
    }

    fn histogram(&self, labelled: bool) -> Plot {
        if labelled {
            let flags = Threshold::Alpha(self.alpha).apply(&self.scores, &self.p_values);
            let panel = ScorePanel {
                title: String::new(),
                groups: self.groups(&self.scores, true),
                threshold: super::parts::threshold(&self.scores, &flags),
            };
            return ScoreHistogram { title: "Scores".into(), score: "score".into(), panels: vec![panel] }.plot();
        }
        let (title, groups) = ("p-values".into(), self.groups(&self.p_values, false));
        PValueHistogram { title, groups, alpha: Some(self.alpha) }.plot()
    }
}

/// The curve of anomalies found against false alarms.
pub(in crate::cli) fn roc(anomalous: &[bool], scores: &[f64], auroc: f64) -> Plot {
    let ranking =
        Ranking { name: "nafal".into(), scores: scores.to_vec(), anomalous: anomalous.to_vec(), figure: auroc };
    RocCurve { title: "Anomalies found against false alarms (ROC)".into(), rankings: vec![ranking] }.plot()
}

/// Names, as many as a line takes.
fn listed(names: &[String]) -> String {
    const MOST: usize = 40;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| short(name)).collect();
    let more = if names.len() > MOST { format!(", … ({} in all)", names.len()) } else { String::new() };
    shown.join(", ") + &more
}
