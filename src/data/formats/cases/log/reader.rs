//! Reads the rows of a table as readings, and hands out the series that they make.

use std::collections::{HashMap, HashSet, VecDeque};

use rand_chacha::ChaCha8Rng;

use super::case::{LogCase, Places};
use super::clock::{Clock, Times, usual};
use super::gaps::Gaps;
use super::stretch::{Raster, Reading, Stretch};
use crate::data::formats::cases::{Cases, Slots, Step, TableRows, put_into};
use crate::data::{Carried, ColumnKind, Cut, Dataset, Dialect, ReadOptions, SeriesSet, Windows};
use crate::error::{DataError, Result, quoted};
use crate::random::{Key, below, stream};

/// Readings from which the usual time between them is found out.
const AHEAD: usize = 256;
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
    gaps: Gaps,
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
            clock: Clock::new(windows.format.as_deref()),
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
            gaps: Gaps::default(),
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
        let mut reading = Reading { row: self.count, values, label: row.label.take(), carried, times: Vec::new() };
        if let Some(place) = self.places.group.filter(|&place| reading.carried[place].is_empty()) {
            let problem = "the cell is empty, and it says which log or case the reading belongs to; fill it in";
            let error = DataError::new(self.rows.source(), problem).at_row(self.count);
            return Err(error.in_column(&self.rows.selection().carried_names[place]));
        }
        if let Some(place) = self.places.time {
            let text = &reading.carried[place];
            let Some(times) = self.clock.read(text) else {
                let as_before =
                    self.clock.format().map_or_else(String::new, |(name, _)| format!(" as the others ({name})"));
                let problem =
                    format!("{} is no time written{as_before}; mend the cell or remove the row", quoted(text));
                let error = DataError::new(self.rows.source(), problem).at_row(self.count);
                return Err(error.in_column(self.windows.time.as_deref().unwrap_or_default()));
            };
            reading.times = times;
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
        if self.places.time.is_some()
            && let Some(last) = readings.last()
            && self.clock.is_gap(&last.times, &reading.times, self.windows.step)
        {
            self.gaps.add(&self.clock, &self.places, (&last.carried, &last.times), &reading);
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
            "the readings that are held take {} bytes, more than the {} that may be held at a time; allow more with --max-memory",
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
        if self.places.time.is_some()
            && let Some(open) = self.stretches.get(&group)
            && let Some(before) = open.times()
            && self.clock.is_gap(before, &reading.times, self.windows.step)
        {
            self.gaps.add(&self.clock, &self.places, (open.last_carried(), before), &reading);
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
        let mut last: HashMap<&str, &Times> = HashMap::new();
        let mut steps = Vec::new();
        for reading in &held {
            let group = self.places.group.map_or("", |place| reading.carried[place].as_str());
            if let Some(before) = last.insert(group, &reading.times) {
                steps.extend(self.clock.passed(before, &reading.times));
            }
        }
        self.windows.step = usual(steps.into_iter());
        held.into_iter().try_for_each(|reading| self.take(reading))
    }
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
    fn warnings(&self) -> &[String] {
        &self.rows.selection().warnings
    }
    fn dialect(&self) -> Option<&Dialect> {
        TableRows::dialect(&self.rows)
    }
    fn windows(&self) -> Option<Windows> {
        let channels = Some(self.rows.selection().columns.clone());
        let format = self.clock.format().map(|(name, _)| name.to_owned());
        Some(Windows { channels, format, apart: None, ..self.windows.clone() })
    }
    fn late_notes(&self) -> Vec<String> {
        let mut notes = TableRows::late_notes(&self.rows);
        notes.extend(self.gaps.notes());
        if let (Some((format, true)), Some(_), None) = (self.clock.format(), &self.places.time, &self.windows.format) {
            notes.push(format!("the times are read as {format}"));
        }
        if let Cut::Windows { length, stride } = self.windows.cut
            && stride > length
            && self.windows.apart.is_none()
        {
            notes.push(format!(
                "of {stride} readings {length} are in a window: a --stride of at most {length} leaves none out"
            ));
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
                    let error = error.at_row(self.count);
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
            None => "has no case; add readings".into(),
            Some(length) => {
                let why = self.gaps.backwards().map_or_else(
                    || {
                        let todo = if self.windows.apart.is_some() {
                            "give a shorter --window, or more readings"
                        } else {
                            "give more readings"
                        };
                        format!("; {todo}")
                    },
                    |since| format!(", since {since}; sort the rows by time"),
                );
                format!("has no {length} readings that follow each other, of {} in all{why}", self.count)
            }
        };
        DataError::new(source, problem)
    }

    fn store(&self) -> Vec<LogCase> {
        Vec::new()
    }
    fn put(&mut self, store: &mut Vec<LogCase>, slot: usize) {
        put_into(store, slot, std::mem::take(&mut self.next));
    }
    fn dataset(&self, store: Vec<LogCase>, slots: Slots) -> Result<Box<dyn Dataset>> {
        let (mut cases, mut labels, mut rows, mut cells) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for case in slots.of(store) {
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
