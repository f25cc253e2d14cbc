//! The tables and the pictures of docs/performance.md and its like for other machines are made from the dated records of the
//! likelihood benchmark, and say what they say: `NAFAL_WRITE_DOCS=1 cargo test --test architecture` brings them up to date.

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::Value;

/// Page, record and picture of each machine.
const MACHINES: [[&str; 3]; 2] = [
    ["docs/performance.md", "docs/performance/2026-11-25-likelihood.jsonl", "docs/performance/likelihood.svg"],
    [
        "docs/performance-zen4.md",
        "docs/performance/2026-11-25-zen4-likelihood.jsonl",
        "docs/performance/zen4-likelihood.svg",
    ],
];
const BEGIN: &str = "<!-- likelihood, written by tests/architecture -->\n";
const END: &str = "<!-- end of likelihood -->\n";

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// One measurement beside its rivals', in view-rows a second.
struct Line {
    preset: String,
    what: String,
    threads: u64,
    ours: f64,
    percent: f64,
    eager: Option<f64>,
    compiled: Option<f64>,
}

/// The record's lines: ours, each with the rival's of the same preset, thing and threads.
fn lines(record: &str) -> Vec<Line> {
    let text = std::fs::read_to_string(path(record)).unwrap();
    let all: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rate = |v: &Value| v["view_rows_per_s"].as_f64();
    let rival = |ours: &Value, compiled: bool| {
        let same = |v: &&Value| {
            v["compiled"] == Value::Bool(compiled) && ["preset", "what", "threads"].iter().all(|&k| v[k] == ours[k])
        };
        all.iter().find(same).and_then(rate)
    };
    let ours = all.iter().filter(|v| v["percent_of_peak"].is_number());
    ours.map(|v| Line {
        preset: v["preset"].as_str().unwrap().into(),
        what: v["what"].as_str().unwrap().into(),
        threads: v["threads"].as_u64().unwrap(),
        ours: rate(v).unwrap(),
        percent: v["percent_of_peak"].as_f64().unwrap(),
        eager: rival(v, false),
        compiled: rival(v, true),
    })
    .collect()
}

/// A number with its thousands apart.
fn thousands(v: f64) -> String {
    let digits = format!("{v:.0}");
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    out
}

fn table(lines: &[Line]) -> String {
    let mut out = String::from(
        "| preset | what | threads | view-rows/s | % of peak | PyTorch eager | compiled | × eager | × compiled |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for l in lines {
        let rate = |r: Option<f64>| r.map_or("–".into(), thousands);
        let ratio = |r: Option<f64>| r.map_or("–".into(), |r| format!("{:.1}", l.ours / r));
        let Line { preset, what, threads, percent, .. } = l;
        let (eager, compiled) = (rate(l.eager), rate(l.compiled));
        let (by_eager, by_compiled) = (ratio(l.eager), ratio(l.compiled));
        let ours = thousands(l.ours);
        writeln!(
            out,
            "| {preset} | {what} | {threads} | {ours} | {percent:.1} | {eager} | {compiled} | {by_eager} | {by_compiled} |"
        )
        .unwrap();
    }
    out
}

/// Bars of view-rows a second on a logarithmic scale, ours above the rival's.
fn picture(lines: &[Line]) -> String {
    let lines: Vec<&Line> = lines.iter().filter(|l| l.eager.is_some()).collect();
    let (left, width, height, bar) = (150.0, 520.0, 46.0, 11.0);
    let x = |rate: f64| (rate.log10() - 2.0) / 4.0 * width;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        left + width + 60.0,
        lines.len() as f64 * height + 60.0
    );
    for power in 2..=6 {
        let at = left + x(10f64.powi(power));
        let bottom = lines.len() as f64 * height + 20.0;
        writeln!(out, "<path d=\"M{at:.1} 14V{bottom:.1}\" stroke=\"#ccc\"/>").unwrap();
        writeln!(out, "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">10^{power}</text>", bottom + 14.0)
            .unwrap();
    }
    for (i, l) in lines.iter().enumerate() {
        let top = 20.0 + i as f64 * height;
        let label = format!("{} {} ×{}", l.preset, l.what, l.threads);
        writeln!(out, "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>", left - 8.0, top + 20.0).unwrap();
        let bars = [(Some(l.ours), "#1f6f8b"), (l.eager, "#d98e4a"), (l.compiled, "#b8552f")];
        for (k, (rate, colour)) in bars.into_iter().enumerate() {
            let Some(rate) = rate else { continue };
            let (y, w) = (top + k as f64 * (bar + 1.0), x(rate).max(1.0));
            writeln!(out, "<rect x=\"{left}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{bar}\" fill=\"{colour}\"/>")
                .unwrap();
            let text = (left + w + 4.0, y + bar - 1.5, thousands(rate));
            writeln!(out, "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"9\">{}</text>", text.0, text.1, text.2).unwrap();
        }
    }
    let y = lines.len() as f64 * height + 52.0;
    for (k, (name, colour)) in
        [("nafal", "#1f6f8b"), ("PyTorch eager", "#d98e4a"), ("torch.compile", "#b8552f")].into_iter().enumerate()
    {
        let at = left + k as f64 * 130.0;
        writeln!(out, "<rect x=\"{at}\" y=\"{}\" width=\"10\" height=\"10\" fill=\"{colour}\"/>", y - 9.0).unwrap();
        writeln!(out, "<text x=\"{}\" y=\"{y}\">{name}</text>", at + 14.0).unwrap();
    }
    writeln!(out, "<text x=\"{}\" y=\"{y}\">view-rows a second</text>", left + 3.0 * 130.0).unwrap();
    out + "</svg>\n"
}

#[test]
fn the_pages_say_what_the_records_say() {
    for [page, record, picture_of_it] in MACHINES {
        let lines = lines(record);
        assert!(!lines.is_empty(), "{record} holds measurements of ours");
        let text = std::fs::read_to_string(path(page)).unwrap();
        let (before, rest) = text.split_once(BEGIN).expect("the page has a place for the table");
        let (_, after) = rest.split_once(END).expect("the place for the table ends");
        let want = format!("{before}{BEGIN}{}{END}{after}", table(&lines));
        if std::env::var_os("NAFAL_WRITE_DOCS").is_some() {
            std::fs::write(path(page), &want).unwrap();
            std::fs::write(path(picture_of_it), picture(&lines)).unwrap();
            continue;
        }
        assert!(text == want, "{page} is out of date: NAFAL_WRITE_DOCS=1 cargo test --test architecture");
        assert!(
            std::fs::read_to_string(path(picture_of_it)).unwrap() == picture(&lines),
            "{picture_of_it} is out of date"
        );
    }
}
