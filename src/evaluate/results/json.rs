//! Records as lines of JSON, one object a line with the keys of the contract.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::record::{Difference, Failure, Inventory, Record, Run, Sink, Summary, write_error};
use crate::error::Result;

impl Record {
    /// One JSON object a line, without line ends.
    pub fn to_json(&self) -> Vec<String> {
        match self {
            Record::Dataset(_) | Record::Overview(_) => Vec::new(),
            Record::Run(run) => vec![run.to_json().to_string()],
            Record::Failure(failure) => vec![failure.to_json().to_string()],
            Record::Results(results) => {
                let summaries = results.summaries.iter().map(|s| s.to_json().to_string());
                summaries.chain(results.differences.iter().map(|d| d.to_json().to_string())).collect()
            }
            Record::Regrets(all) => all.iter().map(|regret| regret.to_json().to_string()).collect(),
            Record::Inventory(inventory) => vec![inventory.to_json().to_string()],
            Record::Figure(figure) => figure.to_json().iter().map(Value::to_string).collect(),
        }
    }
}

impl Run {
    fn to_json(&self) -> Value {
        json!({
            "table": self.table, "dataset": self.dataset, "task": self.task, "method": self.method.name(),
            "metric": self.metric, "seed": self.seed, "split": self.split, "value": self.value,
            "fit_s": self.fit_s, "score_s": self.score_s, "config": self.config,
        })
    }
}

impl Failure {
    fn to_json(&self) -> Value {
        json!({
            "table": self.table, "dataset": self.dataset, "task": self.task, "method": self.method.name(),
            "seed": self.seed, "split": self.split, "failed": self.message, "config": self.config,
        })
    }
}

impl Summary {
    fn to_json(&self) -> Value {
        json!({
            "table": self.table, "dataset": self.dataset, "task": self.task, "method": self.method.name(),
            "metric": self.metric, "split": self.split, "mean": self.mean, "sd": self.sd, "seeds": self.seeds,
            "paper": self.paper, "fit_s": self.fit_s, "score_s": self.score_s, "config": self.config,
        })
    }
}

impl Difference {
    fn to_json(&self) -> Value {
        json!({
            "table": self.table, "dataset": self.dataset, "task": self.task, "metric": self.metric,
            "split": self.split, "config": self.config,
            "difference": format!("{} - {}", self.left, self.right), "best_rival": self.best_baseline,
            "mean_difference": self.mean, "standard_error": self.standard_error, "pairs": self.pairs,
        })
    }
}

impl Inventory {
    fn to_json(&self) -> Value {
        let mut line = json!({ "table": self.table, "dataset": self.dataset, "note": self.note });
        for (name, counted, paper) in &self.counts {
            line[*name] = json!(counted);
            line[format!("paper_{name}")] = json!(paper);
        }
        line
    }
}

/// Writes records as lines of JSON.
#[derive(Debug)]
pub struct JsonLines<W>(pub W);

impl<W: Write> Sink for JsonLines<W> {
    fn record(&mut self, record: &Record) -> Result<()> {
        let write = |out: &mut W| -> io::Result<()> {
            for line in record.to_json() {
                writeln!(out, "{line}")?;
            }
            out.flush()
        };
        write(&mut self.0).map_err(write_error)
    }
}
