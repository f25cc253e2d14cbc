//! Progress on stderr, for stages that last: a bar on a terminal, otherwise a line now and then.

use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::arguments::Global;
use super::messages::failure::eprint_json;
use super::output::eprint;
use crate::error::short;
use crate::progress::Progress;

/// Stages that take less are not reported.
const PATIENCE: Duration = Duration::from_secs(1);

/// Time between two lines where there is no terminal.
const PAUSE: Duration = Duration::from_secs(10);

/// Reports the stages of a command.
pub(super) struct ProgressReporter {
    style: Style,
    stage: Mutex<Stage>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Silent,
    Lines,
    /// As lines, each an object.
    Json,
    Bar,
}

struct Stage {
    name: String,
    /// 0 if unknown.
    total: u64,
    done: u64,
    started: Instant,
    /// When the last line was printed.
    printed: Option<Instant>,
    bar: Option<ProgressBar>,
}

impl ProgressReporter {
    /// A reporter on stderr, if `wanted`; silent with `--quiet`.
    pub fn new(global: &Global, wanted: bool) -> ProgressReporter {
        let style = match stderr().is_terminal() {
            _ if global.quiet || !wanted => Style::Silent,
            _ if global.json => Style::Json,
            true => Style::Bar,
            false => Style::Lines,
        };
        let stage = Stage { name: String::new(), total: 0, done: 0, started: Instant::now(), printed: None, bar: None };
        ProgressReporter { style, stage: Mutex::new(stage) }
    }

    fn with(&self, act: impl FnOnce(&mut Stage)) {
        if self.style != Style::Silent {
            act(&mut self.stage.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl Progress for ProgressReporter {
    fn begin(&self, name: &str, total: u64) {
        self.with(|stage| {
            stage.clear();
            *stage = Stage { name: short(name), total, done: 0, started: Instant::now(), printed: None, bar: None };
        });
    }

    fn advance(&self, steps: u64) {
        self.with(|stage| {
            stage.done += steps;
            if stage.started.elapsed() < PATIENCE {
                return;
            }
            match self.style {
                Style::Bar => {
                    let done = stage.done;
                    stage.bar().set_position(done);
                }
                _ if stage.printed.is_none_or(|t| t.elapsed() >= PAUSE) => {
                    stage.printed = Some(Instant::now());
                    match self.style {
                        Style::Json => {
                            eprint_json(&json!({"progress": stage.name, "done": stage.done, "of": stage.total}))
                        }
                        _ => eprint(format_args!("{}: {}", stage.name, stage.so_far())),
                    }
                }
                _ => {}
            }
        });
    }
}

impl Drop for ProgressReporter {
    fn drop(&mut self) {
        self.with(Stage::clear);
    }
}

impl Stage {
    fn bar(&mut self) -> &ProgressBar {
        let known = self.total > 0;
        self.bar.get_or_insert_with(|| {
            let bar = if known { ProgressBar::new(self.total) } else { ProgressBar::new_spinner() };
            let form = if known { "{msg} {wide_bar} {percent} % (~{eta})" } else { "{spinner} {msg} {human_pos}" };
            let style = ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.with_style(style).with_message(self.name.clone()).with_elapsed(self.started.elapsed())
        })
    }

    fn so_far(&self) -> String {
        match (self.done * 100).checked_div(self.total) {
            Some(percent) => format!("{percent} %"),
            None => self.done.to_string(),
        }
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
