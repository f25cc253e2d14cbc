//! Reads the rows of a table as readings, and hands out the series that they make.

use std::collections::{HashMap, HashSet, VecDeque};

use rand_chacha::ChaCha8Rng;

use super::case::{LogCase, Places};
use super::clock::{Clock, is_gap, usual};
use super::stretch::{Raster, Reading, Stretch};
use crate::data::formats::cases::{Cases, Slots, Step, TableRows};
use crate::data::{Carried, ColumnKind, Cut, Dataset, Dialect, ReadOptions, SeriesSet, Windows};
use crate::error::{DataError, Result, quoted};
use crate::random::{Key, below, stream};

/// Readings from which the usual time between them is found out.
const AHEAD: usize = 256;
/// Gaps that are told one by one.
const TOLD: usize = 3;
/// Bytes that the name of a group or case takes beside its letters, in tables that grow by doubling.
const NAME: usize = 256;
/// Training windows lie up to this share of their length apart.
const APART: usize = 8;

/// Cuts the rows of a table into series.
pub(in crate::data::formats) struct LogReader<R> {
    rows: R,
    windows: Windows,
    places: Places,
    /// Names of what is carried to the outputs, and of the columns of the file among them.
    carried: Vec<String>,
    ids: Vec<String>,
    clock: Clock,
    /// Readings that are held until the usual time between them is known.
    held: Option<Vec<Reading>>,
    /// The end of each group's log, and the groups in the order in which they were met.
    stretches: HashMap<String, Stretch>,
    groups: Vec<String>,
    /// Bytes that is held: the ends of logs, the case that is read, and the names of groups and cases.
    bytes: usize,
    /// The case that is read, and all cases so far, where series are cases.
    case: Option<(String, Vec<Reading>)>,
    cases_seen: HashSet<String>,
    gaps_between: Option<ChaCha8Rng>,
    ready: VecDeque<Result<LogCase, DataError>>,
    next: LogCase,
    /// Readings so far, those that cannot be used among them.
    count: usize,
    most_bytes: usize,
    notes: Vec<String>,
    gaps: usize,
    without_window: usize,
    ended: bool,
    /// What ends the reading, once the cases before it are handed out.
    failed: Option<DataError>,
}

impl<R: TableRows> LogReader<R> {
    /// Reads the rows as `windows` say.
    ///
    /// # Errors
    /// If a column that the log is cut by is missing, or a channel does not hold numbers.
    pub fn new(rows: R, windows: &Windows, options: &ReadOptions) -> Result<LogReader<R>, DataError> {
        let selection = rows.selection();
        let fail = |column: &str, problem: &str| DataError::new(rows.source(), problem).in_column(column);
        for column in &selection.columns {
            if !matches!(column.kind, ColumnKind::Number | ColumnKind::Truth) {
                let problem = "a channel holds numbers; leave the column out with --ignore, or carry it with --id";
                return Err(fail(&column.name, problem));
            }
        }
        let place = |name: &str| {
            let found = selection.carried.iter().position(|(place, own)| own == name && place.is_some());
            found.ok_or_else(|| fail(name, "the column that the log is cut by is missing; add it, or fit without it"))
        };
        let time = windows.time.as_deref().map(place).transpose()?;
        let group = match &windows.cut {
            Cut::Cases { column } => Some(column.as_str()),
            Cut::Windows { .. } => windows.group.as_deref(),
        };
        let group_place = group.map(place).transpose()?;
        let others: Vec<usize> =
            (0..selection.carried.len()).filter(|&i| Some(i) != time && Some(i) != group_place).collect();
        let ids: Vec<String> = others.iter().map(|&i| selection.carried_names[i].clone()).collect();
        let of_time: &[&str] = if time.is_some() { &["first_time", "last_time"] } else { &[] };
        let own = group.into_iter().chain(["first_row", "last_row"]).chain(of_time.iter().copied());
        let carried = own.map(str::to_owned).chain(ids.iter().cloned()).collect();
        let held = (time.is_some() && windows.step.is_none()).then(Vec::new);
        Ok(LogReader {
            places: Places { time, group: group_place, others },
            windows: windows.clone(),
            carried,
            ids,
            clock: Clock::default(),
            held,
            stretches: HashMap::new(),
            groups: Vec::new(),
            bytes: 0,
            case: None,
            cases_seen: HashSet::new(),
            gaps_between: windows.apart.map(|seed| stream(seed, Key::WindowGaps)),
            ready: VecDeque::new(),
            next: LogCase::default(),
            count: 0,
            most_bytes: options.most_bytes.unwrap_or(usize::MAX),
            notes: Vec::new(),
            gaps: 0,
            without_window: 0,
            ended: false,
            failed: None,
            rows,
        })
    }

    /// The row read last as a reading.
    fn reading(&mut self) -> Result<Reading, DataError> {
        let row = self.rows.row_mut();
        let (values, carried) = (row.values.clone(), std::mem::take(&mut row.carried));
        let mut reading = Reading { row: self.count, values, label: row.label.take(), carried, time: None };
        if let Some(place) = self.places.time {
            let text = &reading.carried[place];
            reading.time = self.clock.read(text);
            if reading.time.is_none() {
                self.clock.forget_nothing();
                let problem = format!(
                    "{} is no time as those before it; write it as they are, or leave out --time",
                    quoted(text)
                );
                let error = DataError::new(self.rows.source(), problem).at_row(self.count);
                return Err(error.in_column(self.windows.time.as_deref().unwrap_or_default()));
            }
        }
        Ok(reading)
    }

    /// Takes a reading; windows and cases that it makes whole become ready.
    ///
    /// # Errors
    /// More than may be held; a case that comes back after others.
    fn take(&mut self, reading: Reading) -> Result<(), DataError> {
        let group = self.places.group.map(|place| reading.carried[place].clone()).unwrap_or_default();
        match self.windows.cut {
            Cut::Cases { .. } => self.take_of_case(group, reading),
            Cut::Windows { length, stride } => self.take_of_window(group, reading, length, stride),
        }
    }

    fn take_of_case(&mut self, name: String, reading: Reading) -> Result<(), DataError> {
        if self.case.as_ref().is_none_or(|(own, _)| *own != name) {
            self.end_case();
            self.hold(NAME + 2 * name.len())?;
            if !self.cases_seen.insert(name.clone()) {
                let Cut::Cases { column } = &self.windows.cut else { return Ok(()) };
                let problem = format!(
                    "the case {} goes on after others; sort the rows so that those of a case follow each other",
                    quoted(&name)
                );
                return Err(DataError::new(self.rows.source(), problem).at_row(reading.row).in_column(column));
            }
            self.case = Some((name, Vec::new()));
        }
        let Some((_, readings)) = &mut self.case else { return Ok(()) };
        if let (Some(before), Some(time)) = (readings.last().and_then(|last| last.time), reading.time)
            && is_gap(before, time, self.windows.step)
        {
            let last = readings.last().map(|last| last.carried.clone()).unwrap_or_default();
            note_gap(&mut self.notes, &mut self.gaps, &self.places, &last, &reading);
        }
        let size = reading.size();
        readings.push(reading);
        self.hold(size)
    }

    /// Counts bytes that are held from now on.
    ///
    /// # Errors
    /// If they are more than may be held.
    fn hold(&mut self, bytes: usize) -> Result<(), DataError> {
        self.bytes += bytes;
        if self.bytes <= self.most_bytes {
            return Ok(());
        }
        let problem = format!(
            "the readings that are held take {} bytes, more than the {} that may be held at a time; give a shorter --window, \
             fewer groups, or allow more with --max-memory",
            self.bytes, self.most_bytes
        );
        Err(DataError::new(self.rows.source(), problem).at_row(self.count))
    }

    fn end_case(&mut self) {
        if let Some((_, readings)) = self.case.take().filter(|(_, readings)| !readings.is_empty()) {
            self.bytes -= readings.iter().map(Reading::size).sum::<usize>();
            let case = self.made(&readings);
            self.ready.push_back(case);
        }
    }

    fn take_of_window(
        &mut self,
        group: String,
        reading: Reading,
        length: usize,
        stride: usize,
    ) -> Result<(), DataError> {
        if let Some(open) = self.stretches.get(&group)
            && let (Some(before), Some(time)) = (open.time(), reading.time)
            && is_gap(before, time, self.windows.step)
        {
            let last = open.last_carried().to_vec();
            note_gap(&mut self.notes, &mut self.gaps, &self.places, &last, &reading);
            self.end_stretch(&group);
        }
        // The random distance is drawn for every window, so that it does not depend on how far the last one reached.
        let stride = match &mut self.gaps_between {
            Some(numbers) if self.stretches.get(&group).is_none_or(|open| open.completes()) => {
                length + below(numbers, length / APART + 1)
            }
            _ => stride,
        };
        let raster = Raster { length, stride, to_the_end: self.windows.apart.is_none() };
        if !self.stretches.contains_key(&group) {
            self.hold(NAME + 2 * group.len())?;
            self.groups.push(group.clone());
        }
        let open = self.stretches.entry(group).or_insert_with(|| Stretch::new(raster));
        let before = open.bytes();
        let whole = open.push(reading, raster);
        self.bytes -= before;
        let held = open.bytes();
        if let Some(readings) = whole {
            let case = self.made(&readings);
            self.ready.push_back(case);
        }
        self.hold(held)
    }

    /// Ends a group's stretch: the next reading does not follow the last one.
    fn end_stretch(&mut self, group: &str) {
        let (Some(open), Cut::Windows { length, stride }) = (self.stretches.get_mut(group), &self.windows.cut) else {
            return;
        };
        let raster = Raster { length: *length, stride: *stride, to_the_end: self.windows.apart.is_none() };
        self.bytes -= open.bytes();
        let open = std::mem::replace(open, Stretch::new(raster));
        let (last, without) = open.end(raster);
        self.without_window += without;
        if let Some(readings) = last {
            let case = self.made(&readings);
            self.ready.push_back(case);
        }
    }

    fn end_all(&mut self) {
        self.end_case();
        let groups = std::mem::take(&mut self.groups);
        groups.iter().for_each(|group| self.end_stretch(group));
        self.groups = groups;
    }

    /// Readings as a series.
    fn made(&self, readings: &[Reading]) -> Result<LogCase, DataError> {
        LogCase::of(readings, &self.places, &self.rows.selection().columns)
            .map_err(|error| DataError { source: self.rows.source().into(), ..error })
    }

    /// A row that cannot be used: no window reaches over it.
    fn interrupted(&mut self, error: DataError) {
        self.failed = self.settle().err();
        if let Cut::Windows { .. } = self.windows.cut {
            self.end_all();
        }
        self.ready.push_back(Err(error));
    }

    /// The usual time between the readings that are held, which are then taken.
    fn settle(&mut self) -> Result<(), DataError> {
        let Some(held) = self.held.take() else { return Ok(()) };
        let mut last: HashMap<&str, f64> = HashMap::new();
        let mut steps = Vec::new();
        for reading in &held {
            let group = self.places.group.map_or("", |place| reading.carried[place].as_str());
            if let Some(time) = reading.time
                && let Some(before) = last.insert(group, time)
            {
                steps.push(time - before);
            }
        }
        self.windows.step = usual(steps.into_iter());
        held.into_iter().try_for_each(|reading| self.take(reading))
    }
}

/// Tells of a gap between a reading with the cells `last` and the next one.
fn note_gap(notes: &mut Vec<String>, gaps: &mut usize, places: &Places, last: &[String], next: &Reading) {
    *gaps += 1;
    let Some(place) = places.time.filter(|_| *gaps <= TOLD) else { return };
    let of_group = match places.group {
        Some(group) => format!(" of {}", quoted(&next.carried[group])),
        None => String::new(),
    };
    notes.push(format!(
        "a gap in time{of_group} before row {}, from {} to {}: no window reaches over it",
        next.row,
        quoted(&last[place]),
        quoted(&next.carried[place])
    ));
}

impl<R: TableRows> Cases for LogReader<R> {
    type Store = Vec<LogCase>;

    fn source(&self) -> &str {
        TableRows::source(&self.rows)
    }
    fn ignored(&self) -> &[String] {
        &self.rows.selection().ignored
    }
    fn carried(&self) -> &[String] {
        &self.carried
    }
    fn ids(&self) -> &[String] {
        &self.ids
    }
    fn notes(&self) -> &[String] {
        &self.rows.selection().notes
    }
    fn dialect(&self) -> Option<&Dialect> {
        TableRows::dialect(&self.rows)
    }
    fn windows(&self) -> Option<Windows> {
        let channels = self.rows.selection().columns.iter().map(|column| column.name.clone()).collect();
        Some(Windows { channels: Some(channels), apart: None, ..self.windows.clone() })
    }
    fn late_notes(&self) -> Vec<String> {
        let mut notes = TableRows::late_notes(&self.rows);
        notes.extend(self.notes.iter().cloned());
        if self.gaps > TOLD {
            notes.push(format!("{} gaps in time in all", self.gaps));
        }
        if self.ended && self.without_window > 0 && self.windows.apart.is_none() {
            notes.push(format!(
                "{} readings are in no window: they stand where fewer follow each other than a window has",
                self.without_window
            ));
        }
        notes
    }
    fn advance(&mut self, wait: bool) -> Result<Step, DataError> {
        loop {
            match self.ready.pop_front() {
                Some(Ok(case)) => {
                    self.next = case;
                    return Ok(Step::Case);
                }
                Some(Err(error)) => return Ok(Step::Bad(error)),
                None => {}
            }
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            if self.ended {
                return Ok(Step::End);
            }
            match TableRows::advance(&mut self.rows, wait)? {
                Step::Case => {
                    let reading = self.reading();
                    self.count += 1;
                    match (reading, &mut self.held) {
                        (Ok(reading), Some(held)) => {
                            held.push(reading);
                            let bytes: usize = held.last().map_or(0, Reading::size) * held.len();
                            if held.len() == AHEAD || bytes > self.most_bytes {
                                self.failed = self.settle().err();
                            }
                        }
                        (Ok(reading), None) => self.failed = self.take(reading).err(),
                        (Err(error), _) => self.interrupted(error),
                    }
                }
                Step::Bad(error) => {
                    self.count += 1;
                    self.interrupted(error);
                }
                Step::Waiting => return Ok(Step::Waiting),
                Step::End => {
                    self.failed = self.settle().err();
                    self.end_all();
                    self.ended = true;
                }
            }
        }
    }
    fn size(&self) -> usize {
        let values = self.next.series.as_ref().map_or(0, |series| size_of_val(series.flat()));
        let texts = self.next.carried.iter().chain(&self.next.label);
        let texts: usize = texts.map(|text| size_of::<String>() + text.len()).sum();
        values + texts + size_of_val(&self.next.rows[..]) + 2 * size_of::<LogCase>()
    }
    fn no_cases(&self) -> DataError {
        let source = TableRows::source(&self.rows);
        if self.count == 0 {
            return self.rows.no_rows();
        }
        let problem = match self.windows.length() {
            Some(length) => format!(
                "has no {length} readings that follow each other, of {} in all; give a shorter --window, or more readings",
                self.count
            ),
            None => "has no case; add readings".into(),
        };
        DataError::new(source, problem)
    }

    fn store(&self) -> Vec<LogCase> {
        Vec::new()
    }
    fn put(&mut self, store: &mut Vec<LogCase>, slot: usize) {
        let case = std::mem::take(&mut self.next);
        if slot == store.len() {
            store.push(case);
        } else {
            store[slot] = case;
        }
    }
    fn dataset(&self, mut store: Vec<LogCase>, slots: Slots) -> Result<Box<dyn Dataset>> {
        if let Slots::Some(slots) = slots {
            store = slots.into_iter().map(|slot| std::mem::take(&mut store[slot])).collect();
        }
        let (mut cases, mut labels, mut rows, mut cells) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for case in store {
            cases.extend(case.series);
            labels.extend(case.label);
            rows.push(case.rows);
            cells.extend(case.carried);
        }
        let selection = self.rows.selection();
        let names = selection.columns.iter().map(|column| column.name.clone()).collect();
        let set = SeriesSet::new(cases)?.with_source(self.source()).with_channel_names(names)?;
        let set = if labels.is_empty() { set } else { set.with_labels(labels)? };
        let label_name = selection.label.as_ref().map(|(_, name)| name.clone());
        Ok(Box::new(set.of_log(rows, Carried { names: self.carried.clone(), cells }, label_name)))
    }
}
