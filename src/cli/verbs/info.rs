//! `nafal info`: what a model file holds.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::cli::apart::keep_apart;
use crate::cli::arguments::Global;
use crate::cli::output::{DASH, check_stdout, print};
use crate::cli::pages::{held_in_words, member_in_words, panel_members, trimmed_in_words};
use crate::cli::table_writer::number;
use crate::detect::{Model, PanelMember};
use crate::error::Result;

/// Print what a model file holds
///
/// With --json: the header of the file, one JSON object, with `panel`, each expert's share and criterion, and `holds`, what
/// the file holds of the training rows.
#[derive(Debug, Args)]
pub(in crate::cli) struct Info {
    /// Model file, as written by `nafal fit`
    model: PathBuf,
}

impl Info {
    pub fn run(&self, global: &Global) -> Result<()> {
        keep_apart(&[&self.model], &[Path::new(DASH)])?;
        check_stdout()?;
        let model = Model::load(&self.model)?;
        let header = model.header_json();
        let fields = serde_json::from_str::<Value>(&header).unwrap_or_default();
        if global.json {
            return print(&format!("{}\n", with_panel(fields, &model)));
        }
        let members = panel_members(&model);
        let members = members.iter().map(|m| format!("  {:<22} {}\n", m.name(), member_in_words(&model, m)));
        let trimmed = trimmed_in_words(&model).map(|trimmed| format!("  left out: {trimmed}\n"));
        let held = format!("  it holds {}\n", held_in_words(&model));
        let mut text = format!(
            "{}: fitted on {} {} of {}, {} views of flows\n{}\n",
            self.model.display(),
            model.training_rows(),
            model.kind().cases(),
            model.inputs(),
            model.flow_views(),
            members.chain(trimmed).chain([held]).collect::<String>()
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
    header["holds"] = json!({"kind": model.holds().name(), "rows": model.rows_held()});
    header
}

/// Values of a list that are shown.
const SHOWN: usize = 12;

/// `name  value`, with what lies inside indented below.
fn outline(text: &mut String, depth: usize, name: &str, value: &Value) {
    let indent = 2 * depth;
    match value {
        Value::Object(fields) => {
            *text += &format!("{:indent$}{name}\n", "");
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
            *text += &format!("{:indent$}{name:<16} {}\n", "", shown.join(", "));
        }
        other => *text += &format!("{:indent$}{name:<16} {}\n", "", plain(other)),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::String(text) => text.clone(),
        Value::Number(n) if n.is_f64() => n.as_f64().map_or_else(|| n.to_string(), number),
        other => other.to_string(),
    }
}
