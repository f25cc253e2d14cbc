//! KDD Cup 1999 (10 % file): 494,021 connections, 41 columns and a class, one-hot to 121 columns.
//!
//! Columns of the table: one indicator for each level of the seven symbolic columns over the whole file, then the 34
//! continuous ones. Most connections are repeats, so the table keeps each distinct one once and `row_of` says which
//! one a line of the file is.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::mersenne_twister::permutation;
use super::split::Split;
use super::task::Task;
use crate::data::Table;
use crate::error::{DataError, Result, quoted};
use crate::stats::Standardizer;

/// Training rows a detector learns from, at most: the first distinct ones in the order of the permutation, each
/// once, or the first ones with their repeats (see [`super::Halves`]).
pub const TRAINING_ROWS: usize = 20_000;
/// Attacks that test KDDRev: a quarter of the normal connections.
const REVERSED_ATTACKS: usize = 24_319;
/// Label of a connection that is no attack.
const NORMAL: &[u8] = b"normal.";

/// Which class is learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// KDD: the attacks, four fifths of the file, count as normal and `normal.` rows as anomalies.
    Attacks,
    /// KDDRev: `normal.` rows are normal and 24,319 attacks, the first of a permutation by the seed, are anomalies.
    Reversed,
}

/// The whole file.
#[derive(Clone, Debug)]
pub struct Kdd {
    /// Distinct rows, indicators first.
    pub table: Table,
    /// Number of indicator columns.
    pub indicators: usize,
    /// For each line of the file, its row in `table`.
    pub row_of: Vec<u32>,
    /// For each line of the file, whether it is an attack.
    pub attack: Vec<bool>,
}

impl Kdd {
    /// Reads `kddcup.names` and `kddcup.data_10_percent.gz` in `folder`.
    ///
    /// # Errors
    /// If a file cannot be read, or a line does not have the columns that the names announce.
    pub fn read(folder: &Path) -> Result<Kdd> {
        let columns = read_names(&folder.join("kddcup.names"))?;
        let path = folder.join("kddcup.data_10_percent.gz");
        let source = path.display().to_string();
        let file = BufReader::new(MultiGzDecoder::new(open(&path)?));
        let lines = Lines::read(file, &source, columns.len())?;
        let levels = levels(&columns, &lines.distinct);
        let names = table_columns(&columns, &levels);
        let indicators = levels.iter().map(Vec::len).sum();
        let mut values = Vec::with_capacity(lines.distinct.len() * names.len());
        for (line, text) in &lines.distinct {
            encode(&columns, &levels, text, &mut values).map_err(|e| DataError {
                source: source.clone(),
                line: Some(*line),
                ..e
            })?;
        }
        let table = Table::new(names, values)?.with_source(source);
        Ok(Kdd { table, indicators, row_of: lines.row_of, attack: lines.attack })
    }

    /// Lines of the file that are normal and that are anomalies.
    pub fn lines(&self, direction: Direction, seed: u64) -> (Vec<usize>, Vec<usize>) {
        let lines_that_are = |attack| (0..self.attack.len()).filter(|&i| self.attack[i] == attack).collect();
        let (attacks, peaceful): (Vec<usize>, Vec<usize>) = (lines_that_are(true), lines_that_are(false));
        match direction {
            Direction::Attacks => (attacks, peaceful),
            Direction::Reversed => {
                let order = permutation(seed, attacks.len());
                let drawn = order.into_iter().take(REVERSED_ATTACKS).map(|i| attacks[i]).collect();
                (peaceful, drawn)
            }
        }
    }

    /// Half of the normal class, permuted by `seed`, trains (reduced to [`TRAINING_ROWS`]); the other half and the
    /// anomalies test, every one of them.
    ///
    /// # Errors
    /// If a column cannot be standardised, or the file lacks one of the classes.
    pub fn task(&self, direction: Direction, seed: u64) -> Result<Task> {
        let (normals, anomalies) = self.lines(direction, seed);
        if normals.len() < 2 || anomalies.is_empty() {
            let problem = format!("{} rows to learn from and {} anomalies", normals.len(), anomalies.len());
            return Err(DataError::new(self.table.source(), problem).into());
        }
        let (train, test) = Split::Random.halves(&normals, seed, None);
        let of_table = |lines: &[usize]| -> Vec<usize> { lines.iter().map(|&i| self.row_of[i] as usize).collect() };
        let train = of_table(&train);
        let evaluated = of_table(&[test.as_slice(), &anomalies].concat());
        let (kept, _) = distinct(&train);
        let (stored, row_of) = distinct(&evaluated);
        Task::of_tables(
            self.table.select_rows(&kept[..kept.len().min(TRAINING_ROWS)]),
            Some(self.table.select_rows(&train[..train.len().min(TRAINING_ROWS)])),
            self.table.select_rows(&stored),
            row_of,
            (0..evaluated.len()).map(|i| i >= test.len()).collect(),
            &self.scaling(&train)?,
        )
    }

    /// Statistics of the continuous columns over `rows`, repeats counted; indicators stay as they are.
    fn scaling(&self, rows: &[usize]) -> Result<Standardizer> {
        let all = Standardizer::fit(self.table.select_rows(rows).values(), self.table.columns());
        let (mut mean, mut scale) = (all.mean().to_vec(), all.scale().to_vec());
        mean[..self.indicators].fill(0.0);
        scale[..self.indicators].fill(1.0);
        Standardizer::from_parts(mean, scale)
    }
}

/// The distinct entries in the order of their first appearance, and the position of each entry among them.
fn distinct(rows: &[usize]) -> (Vec<usize>, Vec<u32>) {
    let mut place = HashMap::new();
    let mut kept = Vec::new();
    let positions = rows
        .iter()
        .map(|&row| {
            *place.entry(row).or_insert_with(|| {
                kept.push(row);
                kept.len() as u32 - 1
            })
        })
        .collect();
    (kept, positions)
}

/// A column of the file.
struct Column {
    name: String,
    symbolic: bool,
}

fn open(path: &Path) -> Result<File> {
    let problem = |e| DataError::new(path.display().to_string(), format!("cannot be read: {e}"));
    Ok(File::open(path).map_err(problem)?)
}

/// Lines `name: continuous.` or `name: symbolic.`; the class is not among the columns.
fn read_names(path: &Path) -> Result<Vec<Column>> {
    let source = path.display().to_string();
    let mut columns = Vec::new();
    for line in BufReader::new(open(path)?).lines() {
        let line = line.map_err(|e| DataError::new(&source, format!("cannot be read: {e}")))?;
        match line.split_once(':') {
            Some((name, kind)) if name != "label" => {
                columns
                    .push(Column { name: name.to_owned(), symbolic: kind.trim().trim_end_matches('.') == "symbolic" });
            }
            _ => {}
        }
    }
    if columns.is_empty() {
        return Err(DataError::new(source, "names no columns").into());
    }
    Ok(columns)
}

/// The data file: its distinct lines without the class, and what each line is.
struct Lines {
    /// First 1-based line number and text of each distinct row.
    distinct: Vec<(u64, Vec<u8>)>,
    row_of: Vec<u32>,
    attack: Vec<bool>,
}

impl Lines {
    fn read(mut file: impl BufRead, source: &str, columns: usize) -> Result<Lines> {
        let mut lines = Lines { distinct: Vec::new(), row_of: Vec::new(), attack: Vec::new() };
        let mut seen: HashMap<Vec<u8>, u32> = HashMap::new();
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let read = file.read_until(b'\n', &mut line);
            let read = read.map_err(|e| DataError::new(source, format!("cannot be read: {e}")).at_line(number))?;
            if read == 0 {
                break;
            }
            let text = line.trim_ascii_end();
            let Some(comma) = text.iter().rposition(|&b| b == b',') else {
                return Err(DataError::new(source, "a line without commas").at_line(number).into());
            };
            let (row, class) = (&text[..comma], &text[comma + 1..]);
            let fields = row.iter().filter(|&&b| b == b',').count() + 1;
            if fields != columns {
                let problem = format!("{fields} columns and a class instead of {columns} and a class");
                return Err(DataError::new(source, problem).at_line(number).into());
            }
            let place = match seen.get(row) {
                Some(&place) => place,
                None => {
                    let place = lines.distinct.len() as u32;
                    seen.insert(row.to_vec(), place);
                    lines.distinct.push((number, row.to_vec()));
                    place
                }
            };
            lines.row_of.push(place);
            lines.attack.push(class != NORMAL);
        }
        Ok(lines)
    }
}

/// Sorted levels of each column; none for a continuous one.
fn levels(columns: &[Column], rows: &[(u64, Vec<u8>)]) -> Vec<Vec<Vec<u8>>> {
    let mut levels: Vec<BTreeSet<&[u8]>> = columns.iter().map(|_| BTreeSet::new()).collect();
    for (_, row) in rows {
        for ((column, levels), cell) in columns.iter().zip(&mut levels).zip(row.split(|&b| b == b',')) {
            if column.symbolic {
                levels.insert(cell);
            }
        }
    }
    levels.into_iter().map(|l| l.into_iter().map(<[u8]>::to_vec).collect()).collect()
}

fn table_columns(columns: &[Column], levels: &[Vec<Vec<u8>>]) -> Vec<String> {
    let indicator = |name: &str, level: &[u8]| format!("{name}={}", String::from_utf8_lossy(level));
    let indicators = columns.iter().zip(levels).flat_map(|(c, l)| l.iter().map(|level| indicator(&c.name, level)));
    indicators.chain(columns.iter().filter(|c| !c.symbolic).map(|c| c.name.clone())).collect()
}

/// Appends one row: indicators, then numbers.
fn encode(columns: &[Column], levels: &[Vec<Vec<u8>>], row: &[u8], values: &mut Vec<f64>) -> Result<(), DataError> {
    let cells: Vec<&[u8]> = row.split(|&b| b == b',').collect();
    for (levels, cell) in levels.iter().zip(&cells) {
        values.extend(levels.iter().map(|level| f64::from(level == cell)));
    }
    for (column, cell) in columns.iter().zip(&cells).filter(|(c, _)| !c.symbolic) {
        let text = String::from_utf8_lossy(cell);
        let value = text.parse::<f64>().ok().filter(|v| v.is_finite());
        let problem =
            || DataError::new("", format!("{} is not a finite number", quoted(&text))).in_column(&column.name);
        values.push(value.ok_or_else(problem)?);
    }
    Ok(())
}
