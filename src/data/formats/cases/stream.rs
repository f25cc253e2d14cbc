//! The cases of any format in chunks, all together, or sampled.

use super::reader::{BadCase, CaseReader, Chunk, Gathered};
use super::sampler::Sampler;
use super::{Cases, Slots, Step};
use crate::data::Dialect;
use crate::data::read_options::{ReadOptions, Sample};
use crate::error::{DataError, Result};

/// Bytes of cases after which a chunk ends.
const CHUNK_BYTES: usize = 1 << 25;

/// Reads cases, whatever their format.
pub(in crate::data::formats) struct CaseStream<C> {
    cases: C,
    skip_bad: bool,
    most_bytes: usize,
    sample: Option<Sample>,
    /// Cases so far, good and bad.
    count: usize,
    /// What is wrong behind the cases that were handed out last.
    failed: Option<DataError>,
    ended: bool,
}

impl<C: Cases> CaseStream<C> {
    pub fn new(cases: C, options: &ReadOptions) -> CaseStream<C> {
        CaseStream {
            cases,
            skip_bad: options.skip_bad,
            most_bytes: options.most_bytes.unwrap_or(usize::MAX),
            sample: options.sample,
            count: 0,
            failed: None,
            ended: false,
        }
    }

    /// The next case; one that cannot be used is an error unless those are skipped. Nothing is read behind an error or the end.
    fn advance(&mut self, wait: bool) -> Result<Step, DataError> {
        if self.ended {
            return Ok(Step::End);
        }
        let step = match self.cases.advance(wait) {
            Ok(Step::Bad(error)) if !self.skip_bad => Err(error),
            Ok(Step::End) if self.count == 0 => Err(self.cases.no_cases()),
            step => step,
        };
        self.ended = matches!(step, Err(_) | Ok(Step::End));
        self.count += usize::from(matches!(step, Ok(Step::Case | Step::Bad(_))));
        step
    }

    fn too_many(&self) -> DataError {
        let problem = format!(
            "holds more than the {} bytes of cases that may be held; allow more with --max-memory, or a sample",
            self.most_bytes
        );
        DataError::new(self.cases.source(), problem)
    }

    fn too_much(&self) -> DataError {
        let problem = format!(
            "one case takes more than the {} bytes that may be held at a time; allow more with --max-memory",
            self.most_bytes
        );
        DataError::new(self.cases.source(), problem)
    }
}

impl<C: Cases> CaseReader for CaseStream<C> {
    fn source(&self) -> &str {
        self.cases.source()
    }

    fn ignored(&self) -> &[String] {
        self.cases.ignored()
    }

    fn carried(&self) -> &[String] {
        self.cases.carried()
    }

    fn notes(&self) -> &[String] {
        self.cases.notes()
    }

    fn warnings(&self) -> &[String] {
        self.cases.warnings()
    }

    fn ids(&self) -> &[String] {
        self.cases.ids()
    }

    fn late_notes(&self) -> Vec<String> {
        self.cases.late_notes()
    }

    fn dialect(&self) -> Option<&Dialect> {
        self.cases.dialect()
    }

    fn next_chunk(&mut self, limit: usize) -> Result<Option<Chunk>> {
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        let most_bytes = self.most_bytes.min(CHUNK_BYTES);
        let (mut store, mut good, mut bytes) = (self.cases.store(), 0, 0);
        let mut bad: Vec<BadCase> = Vec::new();
        while good + bad.len() < limit.max(1) && bytes < most_bytes {
            match self.advance(good + bad.len() == 0) {
                Ok(Step::Case) => {
                    let size = self.cases.size();
                    if size > self.most_bytes {
                        self.ended = true;
                        self.failed = Some(self.too_much());
                        break;
                    }
                    self.cases.put(&mut store, good);
                    (good, bytes) = (good + 1, bytes + size);
                }
                Ok(Step::Bad(error)) => bad.push(BadCase { after: good, error }),
                Ok(Step::Waiting | Step::End) => break,
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            }
        }
        if good + bad.len() == 0 {
            return self.failed.take().map_or(Ok(None), |error| Err(error.into()));
        }
        let cases = if good > 0 { Some(self.cases.dataset(store, Slots::All)?) } else { None };
        Ok(Some(Chunk { cases, bad }))
    }

    fn gather(mut self: Box<Self>) -> Result<Gathered> {
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        let (mut store, mut good, mut bad, mut bytes) = (self.cases.store(), 0, 0, 0);
        let (mut first_bad, mut numbers) = (None, Vec::new());
        let mut sampler = self.sample.map(|sample| Sampler::new(sample, self.most_bytes));
        loop {
            match self.advance(true)? {
                Step::Case => {
                    let size = self.cases.size();
                    // Drawn, it would push out all others.
                    if size > self.most_bytes {
                        return Err(self.too_much().into());
                    }
                    bytes += size;
                    let slot = match &mut sampler {
                        Some(sampler) => sampler.place(size),
                        None if bytes > self.most_bytes => return Err(self.too_many().into()),
                        None => Some(good),
                    };
                    if let Some(slot) = slot {
                        self.cases.put(&mut store, slot);
                        numbers.resize(numbers.len().max(slot + 1), 0);
                        numbers[slot] = good + bad;
                    }
                    good += 1;
                }
                Step::Bad(error) => {
                    bad += 1;
                    first_bad.get_or_insert(error);
                }
                Step::Waiting | Step::End => break,
            }
        }
        if good == 0 {
            let problem = match first_bad {
                Some(first) => format!("has no case that can be used; the first of {bad} bad ones: {first}"),
                None => "has no cases left".into(),
            };
            return Err(DataError::new(self.cases.source(), problem).into());
        }
        let slots = match sampler {
            Some(sampler) if sampler.gave_up_some() => Slots::Some(sampler.slots()),
            _ => Slots::All,
        };
        if matches!(&slots, Slots::Some(some) if some.is_empty()) {
            return Err(self.too_much().into());
        }
        if let Slots::Some(some) = &slots {
            numbers = some.iter().map(|&slot| numbers[slot]).collect();
        }
        let cases = self.cases.dataset(store, slots)?;
        let (windows, notes) = (self.cases.windows(), self.cases.late_notes());
        Ok(Gathered { cases, numbers, good, bad, first_bad, windows, notes })
    }
}
