//! From a record of the rivals' benchmark to the figures and tables of docs/performance.md, or of another machine's page.
//!
//!     cargo bench -p nafal-kernels --bench rivals > docs/performance/DATE-kernels.jsonl
//!     cargo run -p nafal-kernels --example performance -- docs/performance/DATE-kernels.jsonl [MACHINE]
//!
//! For each part of the benchmark it draws `docs/performance/[MACHINE-]kernels-PART.svg` and writes, between two marks of
//! `docs/performance[-MACHINE].md`, the figure, the commands that made it, and a table. The same record always gives the same
//! bytes.

mod picture;
mod record;

use record::{Entry, Part};
use std::fs;
use std::path::Path;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (record, machine) = match &arguments[..] {
        [record] => (record, None),
        [record, machine] => (record, Some(machine)),
        _ => {
            eprintln!("performance: RECORD [MACHINE]; see the head of this example");
            std::process::exit(2);
        }
    };
    let text = fs::read_to_string(record).unwrap_or_else(|e| panic!("{record}: {e}"));
    let entries = record::entries(&text);
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let (before, behind) = machine.map_or_else(Default::default, |m| (format!("{m}-"), format!("-{m}")));
    let page_path = docs.join(format!("performance{behind}.md"));
    let mut page = fs::read_to_string(&page_path).unwrap_or_else(|e| panic!("{}: {e}", page_path.display()));
    for part in &record::PARTS {
        let of_part: Vec<&Entry> = entries.iter().filter(|entry| (part.holds)(entry)).collect();
        assert!(!of_part.is_empty(), "the record has no line of `{}`", part.name);
        let file = format!("{before}kernels-{}.svg", part.name);
        fs::write(docs.join("performance").join(&file), picture::bars(part.title, &of_part)).expect("the figure");
        page = with_block(&page, part, &block(part, &file, &arguments.join(" "), &of_part));
    }
    fs::write(&page_path, page).expect("the page");
}

/// The page with what stands between the part's marks replaced.
fn with_block(page: &str, part: &Part, block: &str) -> String {
    let (begin, end) = (format!("<!-- kernels {} -->\n", part.name), "<!-- end -->");
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("the page lacks {begin}"));
    let (_, after) = rest.split_once(end).expect("the end of the block");
    format!("{before}{begin}{block}{end}{after}")
}

/// Figure, commands, table.
fn block(part: &Part, file: &str, arguments: &str, entries: &[&Entry]) -> String {
    let unit = entries[0].unit();
    let mut lines = vec![
        format!("![{}](performance/{file})\n", part.title),
        format!("    cargo bench -p nafal-kernels --bench rivals -- {}", part.words),
        format!("    cargo run -p nafal-kernels --example performance -- {arguments}\n"),
        format!("| | ours, {unit} | of peak | best rival | {unit} | ours / rival |"),
        "|---|---:|---:|---|---:|---:|".to_owned(),
    ];
    for entry in entries {
        let (name, rate) = entry.best_rival();
        let share = match entry.counts_flops {
            true => format!("{:.1} %", 100.0 * entry.ours / entry.peak),
            false => String::new(),
        };
        let (ours, ratio) = (entry.ours, entry.ours / rate);
        lines.push(format!("| {} | {ours} | {share} | {name} | {rate} | {ratio:.2} |", entry.label()));
    }
    lines.join("\n") + "\n"
}
