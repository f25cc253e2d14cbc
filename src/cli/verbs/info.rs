//! `nafal info`: what a model file holds, or a data file.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::cli::apart::keep_apart;
use crate::cli::arguments::{ARRAY_HELP, Global, data_help, kind_help};
use crate::cli::data_facts::DataFacts;
use crate::cli::messages::warnings::of_model;
use crate::cli::output::{DASH, check_stdout, print};
use crate::cli::pages::{
    held_in_words, member_in_words, panel_members, recalibrated_in_words, sample_in_words, trimmed_in_words,
};
use crate::cli::table_writer::number;
use crate::data::container::Container;
use crate::data::{Kind, ReadOptions};
use crate::detect::{Model, PanelMember};
use crate::error::{Error, Result, place, quoted, short};

/// Print what a model file holds, or a data file
///
/// With --json: one JSON object. Of a model the header of the file, with `kind`, `panel`, each expert's share and criterion,
/// `holds`, what the file holds of the training rows, and `warnings`. Of data `format`, `kind`, `labels`, and `columns`, their
/// names, or `channels`, their number; no more is read than the header and the first case.
#[derive(Debug, Args)]
pub(in crate::cli) struct Info {
    #[arg(help = data_help("Model file (.nafal), as written by `nafal fit`, or data"))]
    file: PathBuf,
    #[arg(long, value_name = "KIND", help = kind_help("recognised by the first bytes"))]
    kind: Option<Kind>,
    #[arg(long, value_name = "NAME", help = ARRAY_HELP)]
    array: Option<String>,
    /// Column with labels of the data
    #[arg(long, value_name = "C")]
    label: Option<String>,
}

impl Info {
    pub fn run(&self, global: &Global) -> Result<()> {
        keep_apart(&[&self.file], &[Path::new(DASH)])?;
        check_stdout()?;
        let called_model = self.file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("nafal"));
        if called_model || Container::begins(&self.file) { self.model(global) } else { self.data(global) }
    }

    fn data(&self, global: &Global) -> Result<()> {
        let options = ReadOptions {
            label: self.label.clone(),
            array: self.array.clone(),
            most_bytes: Some(global.memory().of_cases_at_once()),
            ..ReadOptions::default()
        };
        let facts = self.facts(&options, global)?;
        if global.json {
            return print(&format!("{}\n", facts.json()));
        }
        let mut text = format!("{}: {}\n\n", place(&self.file), facts.in_words());
        let fields = facts.json();
        fields.as_object().into_iter().flatten().for_each(|(name, value)| outline(&mut text, 0, name, value));
        print(&text)
    }

    /// What the file holds; a column without numbers is taken for the label.
    fn facts(&self, options: &ReadOptions, global: &Global) -> Result<DataFacts> {
        let error = match DataFacts::of(&self.file, self.kind, options, global) {
            Err(Error::Data(error)) if self.label.is_none() && self.file.as_os_str() != DASH => error,
            result => return result,
        };
        let Some(column) = error.column.clone() else { return Err(error.into()) };
        let options = ReadOptions { label: Some(column.clone()), ..options.clone() };
        let mut quiet = global.clone();
        quiet.quiet = true;
        let Ok(facts) = DataFacts::of(&self.file, self.kind, &options, &quiet) else { return Err(error.into()) };
        global.note(format_args!("note: taken for the label, since it holds no number: column {}", quoted(&column)));
        Ok(facts)
    }

    fn model(&self, global: &Global) -> Result<()> {
        if self.kind.is_some() || self.array.is_some() || self.label.is_some() {
            let file = place(&self.file);
            return Err(Error::Usage(format!(
                "{file} is a model; leave out --kind, --array and --label, which data have"
            )));
        }
        let model = global.memory().load(&self.file)?;
        let header = model.header_json();
        let fields = serde_json::from_str::<Value>(&header).unwrap_or_default();
        if global.json {
            return print(&format!("{}\n", with_panel(fields, &model)));
        }
        let members = panel_members(&model);
        let members = members.iter().map(|m| format!("  {:<22} {}\n", short(&m.name()), member_in_words(&model, m)));
        let trimmed = trimmed_in_words(&model).map(|trimmed| format!("  left out: {trimmed}\n"));
        let sample = sample_in_words(&model).map(|sample| format!("  the training data were {sample}\n"));
        let recalibrated = recalibrated_in_words(&model).map(|words| format!("  {words}\n"));
        let held = format!("  it holds {}\n", held_in_words(&model));
        let warnings = of_model(&model).into_iter().map(|warning| format!("  warning: {warning}\n"));
        let mut text = format!(
            "{}: fitted on {} {} of {}, {} views of flows\n{}\n",
            place(&self.file),
            model.training_rows(),
            model.cases(),
            model.inputs(),
            model.flow_views(),
            members.chain(sample).chain(trimmed).chain(recalibrated).chain([held]).chain(warnings).collect::<String>()
        );
        let fields = fields.as_object().into_iter().flatten();
        fields.for_each(|(name, value)| outline(&mut text, 0, name, value));
        print(&text)
    }
}

/// The header with what is not a field of its own there.
fn with_panel(mut header: Value, model: &Model) -> Value {
    let selected = model.configuration().selection.is_some();
    let member = |m: &PanelMember| {
        let criterion = selected.then_some(m.criterion);
        json!({"expert": m.expert, "name": m.name(), "share": m.share, "criterion": criterion})
    };
    header["panel"] = model.panel().iter().map(member).collect();
    header["kind"] = model.kind().name().into();
    header["warnings"] = of_model(model).into();
    header["holds"] = json!({
        "kind": model.holds().name(), "rows": model.rows_held(), "reference": model.reference_rows(),
    });
    header
}

/// Values of a list that are shown.
const SHOWN: usize = 12;

/// `name  value`, with what lies inside indented below.
fn outline(text: &mut String, depth: usize, name: &str, value: &Value) {
    let indent = 2 * depth;
    match value {
        Value::Object(fields) => {
            *text += &format!("{:indent$}{}\n", "", short(name));
            fields.iter().for_each(|(name, value)| outline(text, depth + 1, name, value));
        }
        Value::Array(items) if items.iter().any(|i| i.is_object() || i.is_array()) => {
            for (i, item) in items.iter().enumerate() {
                outline(text, depth, &format!("{name} {}", i + 1), item);
            }
        }
        Value::Array(items) => {
            let mut shown: Vec<String> = items.iter().take(SHOWN).map(plain).collect();
            if items.len() > SHOWN {
                shown.push(format!("… ({} in all)", items.len()));
            }
            *text += &format!("{:indent$}{:<16} {}\n", "", short(name), shown.join(", "));
        }
        other => *text += &format!("{:indent$}{:<16} {}\n", "", short(name), plain(other)),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::String(text) => short(text),
        Value::Number(n) if n.is_f64() => n.as_f64().map_or_else(|| n.to_string(), number),
        other => other.to_string(),
    }
}
