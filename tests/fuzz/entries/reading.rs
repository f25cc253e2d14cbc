//! Laws of every reader: whole and in chunks of one and of seven cases, the same cases, the same bad ones and the same last word;
//! numbers are finite, or missing where they may be; errors are of the data and name the file; chunks keep to the memory they are allowed.

use std::io::Cursor;

use nafal::data::{CaseReader, ColumnKind, Gathered, Input, ReadOptions};
use nafal::{DataError, Dataset, Error, Kind, SeriesSet, Table};

/// Longest message: every name in one is cut.
const LONGEST_MESSAGE: usize = 32_000;

/// What a file gave, in values that can be compared.
#[derive(Debug, Default, PartialEq)]
struct Given {
    cases: Vec<Case>,
    /// Bad cases by their number among all.
    bad: Vec<(usize, DataError)>,
    /// What ended the reading.
    error: Option<String>,
}

/// The bits of a case's values, with the length of each channel of a series before them, and its label.
#[derive(Debug, PartialEq)]
struct Case(Vec<u64>, Option<String>);

/// Bytes as a file of that name.
#[derive(Clone, Copy)]
pub struct Bytes<'a> {
    pub bytes: &'a [u8],
    pub name: &'static str,
    pub kind: Option<Kind>,
}

impl Bytes<'_> {
    fn open(self, options: &ReadOptions) -> nafal::Result<Box<dyn CaseReader>> {
        Input::from_stream(Cursor::new(self.bytes.to_vec()), self.name, self.kind)?.stream(options)
    }

    fn check(self, error: &Error) -> String {
        let text = error.to_string();
        assert_eq!(error.exit_code(), 3, "{text}");
        assert!(text.starts_with(self.name), "does not name the file: {text}");
        assert!(text.len() < LONGEST_MESSAGE && !text.contains(char::is_control), "{text:?}");
        text
    }

    /// All that the chunks of at most `limit` cases give.
    fn in_chunks(self, options: &ReadOptions, limit: usize) -> Given {
        let mut given = Given::default();
        let mut reader = match self.open(options) {
            Ok(reader) => reader,
            Err(error) => return Given { error: Some(self.check(&error)), ..given },
        };
        loop {
            let chunk = match reader.next_chunk(limit) {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                Err(error) => {
                    given.error = Some(self.check(&error));
                    assert!(!matches!(reader.next_chunk(limit), Ok(Some(_))), "cases behind an error");
                    break;
                }
            };
            let (first, count) = (given.cases.len() + given.bad.len(), chunk.good() + chunk.bad.len());
            assert!((1..=limit).contains(&count), "{count} cases in a chunk of {limit}");
            assert!(chunk.bad.is_empty() || options.skip_bad, "{:?}", chunk.bad);
            assert!(
                chunk.bad.is_sorted_by_key(|bad| bad.after) && chunk.bad.iter().all(|bad| bad.after <= chunk.good())
            );
            for (i, bad) in chunk.bad.into_iter().enumerate() {
                self.check(&bad.error.clone().into());
                given.bad.push((first + bad.after + i, bad.error));
            }
            if let Some(data) = chunk.cases {
                let cases = cases(&*data);
                let bytes: usize = cases.iter().map(|case| 8 * case.0.len()).sum();
                let most = options.most_bytes.unwrap_or(usize::MAX);
                assert!(bytes / 2 <= most, "{bytes} bytes of cases where {most} are allowed");
                given.cases.extend(cases);
            }
        }
        given
    }

    /// Reads the file in every way.
    ///
    /// # Panics
    /// Where a law is broken.
    pub fn read_in_every_way(self, options: &ReadOptions) {
        let chunks = self.in_chunks(options, 7);
        assert_eq!(self.in_chunks(options, 1), chunks, "one by one and in chunks of seven");
        match self.open(options).and_then(|reader| reader.gather()) {
            Ok(gathered) => compare(&gathered, &chunks, options),
            Err(error) => {
                let text = self.check(&error);
                let bounded = options.most_bytes.is_some()
                    && [Some(&text), chunks.error.as_ref()]
                        .into_iter()
                        .flatten()
                        .any(|text| text.contains("may be held"));
                match &chunks.error {
                    Some(same) => assert!(bounded || text == *same, "{text}\n{same}"),
                    None => assert!(bounded || chunks.cases.is_empty(), "{text}"),
                }
            }
        }
    }

    /// [`Bytes::read_in_every_way`] with one of several options: always the same one for the same bytes, since all of them
    /// for all bytes would cost the fuzzer most of its speed.
    ///
    /// # Panics
    /// Where a law is broken.
    pub fn read_with_one_of(self, options: &[ReadOptions]) {
        self.read_in_every_way(&options[crc32fast::hash(self.bytes) as usize % options.len()]);
    }
}

/// Holds what was gathered against what the chunks gave.
fn compare(gathered: &Gathered, chunks: &Given, options: &ReadOptions) {
    assert_eq!(chunks.error, None, "read as a whole, and in chunks not");
    assert_eq!((gathered.good, gathered.bad), (chunks.cases.len(), chunks.bad.len()));
    assert_eq!(gathered.first_bad.as_ref(), chunks.bad.first().map(|(_, error)| error));
    let cases = cases(&*gathered.cases);
    assert!(gathered.numbers.len() == cases.len() && gathered.numbers.is_sorted_by(|a, b| a < b));
    assert!(gathered.numbers.last().is_none_or(|&last| last < gathered.good + gathered.bad));
    match options.sample {
        None => assert_eq!(cases, chunks.cases),
        // A sample keeps the order.
        Some(sample) => {
            assert!((1..=sample.most).contains(&cases.len()), "a sample of {} of at most {}", cases.len(), sample.most);
            let mut rest = chunks.cases.iter();
            assert!(cases.iter().all(|case| rest.any(|other| other == case)), "{cases:?} of {:?}", chunks.cases);
        }
    }
}

/// The cases of a data set, whose values are all finite.
fn cases(data: &dyn Dataset) -> Vec<Case> {
    let values: Vec<Vec<u64>> = if let Some(table) = data.downcast::<Table>() {
        assert_eq!(table.values().len(), table.rows() * table.columns());
        assert_eq!(table.names().len(), table.columns());
        // A category is its name: its place is that among the rows read together.
        let cell = |(&value, kind): (&f64, &ColumnKind)| match kind.categories() {
            _ if value.is_nan() => vec![u64::MAX],
            Some(names) => names[value as usize].bytes().map(u64::from).chain([256]).collect(),
            None => bits(&[value]).collect(),
        };
        let carried =
            |i: usize| table.carried().row(i).iter().flat_map(|text| text.bytes().map(u64::from).chain([256]));
        let row = |i: usize| table.row(i).iter().zip(table.kinds()).flat_map(cell).chain(carried(i)).collect();
        (0..table.rows()).map(row).collect()
    } else {
        let set = data.downcast::<SeriesSet>().expect("a table or series");
        let case = |i: usize| {
            let channels = (0..set.channels()).map(|c| set.case(i).channel(c));
            let lengths = channels.clone().map(|channel| {
                assert!(!channel.is_empty(), "a channel without values");
                channel.len() as u64
            });
            lengths.chain(channels.clone().flat_map(bits)).collect()
        };
        (0..set.len()).map(case).collect()
    };
    assert_eq!(values.len(), data.len());
    assert!(data.labels().is_none_or(|labels| labels.len() == data.len()));
    let label = |i: usize| data.labels().map(|labels| labels[i].clone());
    values.into_iter().enumerate().map(|(i, values)| Case(values, label(i))).collect()
}

fn bits(values: &[f64]) -> impl Iterator<Item = u64> {
    values.iter().map(|value| {
        assert!(value.is_finite(), "{value}");
        value.to_bits()
    })
}
