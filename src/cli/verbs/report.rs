//! `nafal report`: a page about some data under a model.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::apart::keep_apart;
use crate::cli::arguments::{Global, ModelAndData};
use crate::cli::messages::warnings::{ALPHA, of_model, unattainable};
use crate::cli::output::{Output, check_stdout, print};
use crate::cli::pages::{About, Day, file_in_words};
use crate::cli::scores::{Labels, ScoreStream, labels_of};
use crate::detect::{Model, Threshold};
use crate::error::{DataError, Result, place};

/// Write a page about data: which rows are anomalous and why, when it began, what drifted
///
/// One HTML file that needs no network and no script: how many rows and which, each with its columns by their share, the values
/// that would have been normal and where it lies among training's; scores in the order of the rows; with labels what was found
/// and the false alarms; today against training column by column; settings, dates and checksums. Of series the curves
/// with the stretch to blame.
#[derive(Debug, Args)]
pub(in crate::cli) struct Report {
    #[command(flatten)]
    inputs: ModelAndData,
    /// Page to write
    #[arg(short = 'o', long = "output", value_name = "FILE.html")]
    output: PathBuf,
    /// Column with labels: what was found, and false alarms [default: no labels]
    #[arg(long, value_name = "C")]
    label: Option<String>,
    /// Label of normal rows; every other label is an anomaly [default: the one the model was fitted with]
    #[arg(long, value_name = "V", allow_hyphen_values = true, requires = "label")]
    normal: Vec<String>,
    /// Anomalous: a p-value of at most A
    #[arg(long, value_name = "A", default_value_t = ALPHA)]
    alpha: f64,
    /// Rows that are looked at one by one, at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    top: u32,
}

impl Report {
    pub fn run(&self, global: &Global) -> Result<()> {
        Threshold::Alpha(self.alpha).check()?;
        keep_apart(&self.inputs.paths()?, &[&self.output])?;
        if global.json {
            check_stdout()?;
        }
        let mut output = Output::open(Some(&self.output))?;
        let model = global.memory().load(&self.inputs.model)?;
        let labels = labels_of(&model, self.label.as_deref(), &self.normal, &self.inputs.model)?;
        let stream = ScoreStream::open(&model, &self.inputs, labels, global, output.is_terminal())?;
        let mut stream = stream.keeping_cases(true);
        let mut day = Day::new(&model, self.alpha, self.top as usize);
        while let Some(some) = stream.next()? {
            day.add(&some)?;
            stream.check_kept(Day::KEPT * day.rows(), Day::KEPT)?;
        }
        if day.rows() == 0 {
            let problem = "has no case that can be used; leave out --on-bad-row to see what is wrong with the first";
            return Err(DataError::new(stream.source(), problem).into());
        }
        let mut said = Vec::from_iter(unattainable(&model, self.alpha));
        said.extend(stream.conclude());
        said.extend(labels.and_then(|labels| day.one_class(labels.normal)));
        let rows = day.rows();
        output.put(day.page(self.about(&model, labels, said.clone()))?.as_bytes())?;
        output.finish()?;
        global.warn(&said);
        if global.json {
            let line = json!({
                "report": self.output.to_string_lossy(), "rows": rows, "warnings": ([said, of_model(&model)].concat()),
            });
            return print(&format!("{line}\n"));
        }
        global.note(format_args!("report on {rows} {}: {}", model.cases(), place(&self.output)));
        Ok(())
    }

    fn about(&self, model: &Model, labels: Option<Labels>, notes: Vec<String>) -> About {
        let names = self.inputs.data_names();
        let title = match &names[..] {
            [one] => format!("{} under {}", place(one), place(&self.inputs.model)),
            several => format!("{} files under {}", several.len(), place(&self.inputs.model)),
        };
        let data = self.inputs.data.iter().map(|path| ("data".to_owned(), file_in_words(path)));
        let facts = [("model".to_owned(), file_in_words(&self.inputs.model))];
        About {
            title,
            summary: format!(
                "A model of {}, fitted to {} normal {}. A higher score is more anomalous; a p-value is the share of normal {} that \
                 look as surprising.",
                model.inputs(),
                model.training_rows(),
                model.cases(),
                model.cases()
            ),
            notes,
            facts: facts.into_iter().chain(data).collect(),
            files: (names.len() > 1).then_some(names),
            label: labels.map(|labels| labels.column.to_owned()),
            ..About::default()
        }
    }
}
