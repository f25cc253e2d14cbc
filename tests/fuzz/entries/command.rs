//! The way of a command: bytes are read, a detector is fitted, the cases are scored, scores and model are written.

use std::io::Cursor;
use std::sync::LazyLock;

use nafal::data::{Input, ReadOptions, Sample};
use nafal::detect::{Registration, registry};
use nafal::{Dataset, Error, Kind, Quiet, Series, SeriesSet, Table};
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::scoring::score_and_save;
use super::tiny;

/// Cases that are fitted, at most.
const MOST_CASES: usize = 24;
/// Inputs of a case, at most: the cost of a covariance grows with their cube.
const MOST_INPUTS: usize = 64;

static ONE_THREAD: LazyLock<ThreadPool> =
    LazyLock::new(|| ThreadPoolBuilder::new().num_threads(1).build().expect("a thread"));

/// Reads bytes of any format, fits one detector to them and scores them.
///
/// # Panics
/// Where a law of readers or scores is broken.
pub fn command(bytes: &[u8]) {
    let sample = Some(Sample { most: MOST_CASES, seed: 0 });
    let options = ReadOptions { skip_bad: true, most_bytes: Some(1 << 16), sample, ..ReadOptions::default() };
    let read = Input::from_stream(Cursor::new(bytes.to_vec()), "f", None).and_then(|input| input.read(&options));
    let cases = match read {
        Ok(cases) if inputs(&*cases) <= MOST_INPUTS => cases,
        Ok(_) => return,
        Err(error) => {
            assert_eq!(error.exit_code(), 3, "{error}");
            return;
        }
    };
    // One detector for the same bytes each time, whichever bytes follow.
    let which = crc32fast::hash(bytes) as usize;
    ONE_THREAD.install(|| fit_and_score(&*cases, which));
}

fn fit_and_score(cases: &dyn Dataset, which: usize) {
    let lines: Vec<&Registration> = registry::all().filter(|line| line.takes(cases.kind())).collect();
    let detector = tiny::detector(lines[which % lines.len()], cases.kind());
    let fitted = match detector.fit(cases, 0, &Quiet) {
        Ok(fitted) => fitted,
        Err(Error::Data(_) | Error::Training(_)) => return,
        Err(other) => panic!("{detector:?}: {other}"),
    };
    let Some(bits) = score_and_save(&*fitted, cases, Some(cases.len())) else {
        panic!("{detector:?} refuses the cases that it was fitted to")
    };
    // What is written as text is read to the same bits.
    let lines: String = bits.iter().map(|&bits| format!("{}\n", f64::from_bits(bits))).collect();
    let text = Cursor::new(format!("score\n{lines}").into_bytes());
    let table =
        Input::from_stream(text, "scores.csv", Some(Kind::Table)).and_then(|input| input.read(&ReadOptions::default()));
    let table: Table = table.expect("scores are a table").downcast_owned().expect("a table");
    assert!(table.values().iter().map(|value| value.to_bits()).eq(bits));
}

/// Values of the largest case.
fn inputs(cases: &dyn Dataset) -> usize {
    match (cases.downcast::<Table>(), cases.downcast::<SeriesSet>()) {
        (Some(table), _) => table.columns(),
        (_, Some(set)) => set.cases().iter().map(|case: &Series| case.flat().len()).max().unwrap_or(0),
        _ => 0,
    }
}
