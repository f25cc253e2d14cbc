//! `nafal info`: what a model file holds.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use crate::cli::arguments::Global;
use crate::cli::output::print;
use crate::cli::pages::panel_in_words;
use crate::cli::table_writer::number;
use crate::detect::Model;
use crate::error::Result;

/// Print what a model file holds
///
/// With --json: the header of the file, one JSON object.
#[derive(Debug, Args)]
pub(in crate::cli) struct Info {
    /// Model file, as written by `nafal fit`
    model: PathBuf,
}

impl Info {
    pub fn run(&self, global: &Global) -> Result<()> {
        let model = Model::load(&self.model)?;
        let header = model.header_json();
        if global.json {
            return print(&format!("{header}\n"));
        }
        let panel: String = model
            .panel()
            .iter()
            .filter(|_| panel_in_words(&model).is_some())
            .map(|m| match model.configuration().selection {
                Some(_) => {
                    format!("  {:<22} told held-out cases from made ones with AUROC {:.3}\n", m.name(), m.criterion)
                }
                None => format!("  {}\n", m.name()),
            })
            .chain([format!("  it holds {} of the training rows\n", model.rows_held())])
            .collect();
        let mut text = format!(
            "{}: fitted on {} {} of {}, {} views of flows\n{panel}\n",
            self.model.display(),
            model.training_rows(),
            model.kind().cases(),
            model.inputs(),
            model.configuration().views()
        );
        match serde_json::from_str::<Value>(&header) {
            Ok(Value::Object(fields)) => fields.iter().for_each(|(name, value)| outline(&mut text, 0, name, value)),
            _ => text.push_str(&header),
        }
        print(&text)
    }
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
