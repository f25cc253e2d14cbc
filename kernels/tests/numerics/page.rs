//! docs/numerics.md: its table is written from the figures, or compared with them.

use nafal_kernels::Isa;
use std::fs;
use std::path::PathBuf;

/// One measured line.
pub struct Figure {
    /// The function.
    pub function: &'static str,
    /// `"f32"` or `"f64"`.
    pub precision: &'static str,
    /// The instruction set.
    pub isa: Isa,
    /// Most units of the last place.
    pub bound: f64,
    /// Units of the last place.
    pub error: f64,
    /// Where.
    pub at: f64,
}

const MARKS: [&str; 2] = ["<!-- errors, written by kernels/tests/numerics -->\n", "<!-- end of errors -->"];
const HEAD: &str =
    "| function | precision | instruction set | largest error, ULP | at | bound |\n|---|---|---|---|---|---|\n";

impl Figure {
    /// What the line is about.
    fn key(&self) -> String {
        format!("| `{}` | {} | {} |", self.function, self.precision, self.isa.name())
    }
    fn line(&self) -> String {
        format!("{} {:.3} | {:e} | {} |", self.key(), self.error, self.at, self.bound)
    }
    /// Portable code with fused multiply-adds, as on aarch64, is none of the page's classes.
    fn on_the_page(&self) -> bool {
        self.isa.name() != "portable" || !self.isa.fused()
    }
}

/// Compares the page with the figures of this machine's instruction sets, or writes it.
pub fn check(figures: &[Figure]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/numerics.md");
    let page = fs::read_to_string(&path).expect("docs/numerics.md");
    let (before, rest) = page.split_once(MARKS[0]).expect("the table's first mark");
    let (table, after) = rest.split_once(MARKS[1]).expect("the table's last mark");
    let figures: Vec<&Figure> = figures.iter().filter(|f| f.on_the_page()).collect();
    if std::env::var_os("NAFAL_WRITE_DOCS").is_some() {
        // Lines of instruction sets that this machine lacks stay as they are.
        let measured = |line: &&str| figures.iter().any(|f| line.starts_with(&f.key()));
        let others = table.lines().skip(2).filter(|line| !line.is_empty() && !measured(line)).map(str::to_owned);
        let lines: Vec<String> = figures.iter().map(|f| f.line()).chain(others).collect();
        let text = format!("{before}{}{HEAD}{}\n{}{after}", MARKS[0], lines.join("\n"), MARKS[1]);
        fs::write(&path, text).expect("docs/numerics.md written");
        return;
    }
    let stale: Vec<String> =
        figures.iter().map(|f| f.line()).filter(|line| !table.lines().any(|old| old == line)).collect();
    assert!(
        stale.is_empty(),
        "docs/numerics.md is out of date; run NAFAL_WRITE_DOCS=1 cargo test --release -p nafal-kernels --test \
         numerics:\n{}",
        stale.join("\n")
    );
}
