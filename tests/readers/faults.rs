//! Streams that fail, falter or end at every place where they can: no panic, no case lost in silence, and errors that name the
//! file.

use std::io::{self, Read};

use crate::bytes::{floats, gzipped, npy, zipped};
use nafal::data::{Dataset, Input, Kind, ReadOptions, SeriesSet, Table};

const CSV: &str = "load,heat,label\r\n1,2.5,ok\r\n\"-3e2\",.5,\"o\nk\"\r\n+7,0,bad\r\n";
const TS: &str = "# walks\n@dimensions 2\n@equalLength true\n@classLabel true slow fast\n@data\n1,2,3:4,5,6:slow\n\
                  1,?,3:4,NaN,6:fast\n7,8,9:1,1,1:slow\n";
const ARFF: &str = "% made by hand\n@relation t\n@attribute a numeric\n@attribute b real\n@attribute c {ok,bad}\n@data\n1,2,ok\n\
                    % between\n3,4,bad\n5,6,ok\n";
const RELATIONAL: &str = "@relation walks\n@attribute bag relational\n@attribute t0 numeric\n@attribute t1 numeric\n@end bag\n\
                          @attribute class {slow,fast}\n@data\n\"1,2\\n4,?\",slow\n'7,8\\n1,2',fast\n";

/// A file that is whole.
struct Whole {
    name: &'static str,
    kind: Kind,
    options: ReadOptions,
    bytes: Vec<u8>,
    /// Whether every end but the right one is seen; text may end anywhere in its last line.
    tells_its_end: bool,
}

fn files() -> Vec<Whole> {
    let labelled = |name: &str| ReadOptions { label: Some(name.into()), ..ReadOptions::default() };
    let (none, array) =
        (ReadOptions::default(), npy("<f8", "2, 2, 3", &floats(&(0..12).map(f64::from).collect::<Vec<_>>())));
    let fortran = String::from_utf8_lossy(&array).contains("False").then(|| {
        let at = array.windows(6).position(|w| w == b"False,").unwrap();
        [&array[..at], b"True ,", &array[at + 6..]].concat()
    });
    let packed = zipped(&[("walks.npy", &array)]);
    let of = |name, kind, options: &ReadOptions, bytes: &[u8], tells_its_end| Whole {
        name,
        kind,
        options: options.clone(),
        bytes: bytes.to_vec(),
        tells_its_end,
    };
    vec![
        of("f.csv", Kind::Table, &labelled("label"), CSV.as_bytes(), false),
        of("f.csv.gz", Kind::Table, &labelled("label"), &gzipped(CSV.as_bytes()), true),
        of("two.csv.gz", Kind::Table, &none, &[gzipped(b"a,b\n1,2\n"), vec![0; 3], gzipped(b"3,4\n")].concat(), false),
        of("f.npy", Kind::Series, &none, &array, true),
        of("fortran.npy", Kind::Series, &none, &fortran.unwrap(), true),
        of("f.npy.gz", Kind::Series, &none, &gzipped(&array), true),
        of("f.npz", Kind::Series, &none, &packed, true),
        of("f.ts", Kind::Series, &none, TS.as_bytes(), false),
        of("f.ts.gz", Kind::Series, &none, &gzipped(TS.as_bytes()), true),
        of("f.arff", Kind::Table, &labelled("c"), ARFF.as_bytes(), false),
        of("walks.arff", Kind::Series, &none, RELATIONAL.as_bytes(), false),
        of("walks.arff.gz", Kind::Series, &none, &gzipped(RELATIONAL.as_bytes()), true),
    ]
}

/// What happens at one call of a stream's `read`, counted from zero; otherwise as many bytes are given as are asked for, and
/// at most `most`.
struct Faulty {
    bytes: Vec<u8>,
    at: usize,
    most: usize,
    calls: usize,
    fault: Option<(usize, io::ErrorKind)>,
    /// Whether a call came to the fault.
    met: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl Read for Faulty {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let call = self.calls;
        self.calls += 1;
        if let Some((_, kind)) = self.fault.filter(|&(at, _)| at == call) {
            self.met.store(true, std::sync::atomic::Ordering::Relaxed);
            return Err(io::Error::new(kind, "the disk is on fire"));
        }
        let count = buffer.len().min(self.most).min(self.bytes.len() - self.at);
        buffer[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// What was read, in values that can be compared, and the error that ended it.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    cases: Vec<(Vec<u64>, Option<String>)>,
    error: Option<String>,
}

fn cases(data: &dyn Dataset) -> Vec<(Vec<u64>, Option<String>)> {
    let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<u64>>();
    let values: Vec<Vec<u64>> = match (data.downcast::<Table>(), data.downcast::<SeriesSet>()) {
        (Some(table), _) => (0..table.rows()).map(|i| bits(table.row(i))).collect(),
        (_, set) => set.unwrap().cases().iter().map(|case| bits(case.flat())).collect(),
    };
    values.into_iter().enumerate().map(|(i, values)| (values, data.labels().map(|labels| labels[i].clone()))).collect()
}

/// Reads a stream to its end or its first error, in chunks of `limit` or as a whole.
fn outcome(file: &Whole, stream: Faulty, limit: Option<usize>) -> Outcome {
    let mut found = Outcome::default();
    let read = || -> nafal::Result<()> {
        let mut reader = Input::from_stream(stream, file.name, Some(file.kind))?.stream(&file.options)?;
        let Some(limit) = limit else {
            found.cases = cases(&*reader.gather()?.cases);
            return Ok(());
        };
        while let Some(chunk) = reader.next_chunk(limit)? {
            found.cases.extend(cases(&*chunk.cases.unwrap()));
        }
        Ok(())
    };
    if let Err(error) = read() {
        let text = error.to_string();
        assert!(error.exit_code() == 3 && text.starts_with(file.name), "{text}");
        found.error = Some(text);
    }
    found
}

fn stream(file: &Whole, most: usize, fault: Option<(usize, io::ErrorKind)>) -> Faulty {
    Faulty { bytes: file.bytes.clone(), at: 0, most, calls: 0, fault, met: Default::default() }
}

fn whole(file: &Whole) -> Outcome {
    let found = outcome(file, stream(file, usize::MAX, None), None);
    assert!(found.error.is_none() && found.cases.len() >= 2, "{}: {found:?}", file.name);
    found
}

/// As a whole, one by one and in chunks of two.
const LIMITS: [Option<usize>; 3] = [None, Some(1), Some(2)];

#[test]
fn a_read_that_fails_at_any_call_is_an_error_that_names_the_file() {
    for file in files() {
        let right = whole(&file);
        for (limit, most) in LIMITS.into_iter().flat_map(|limit| [1, 7, usize::MAX].map(|most| (limit, most))) {
            for call in 0.. {
                let stream = stream(&file, most, Some((call, io::ErrorKind::Other)));
                let met = stream.met.clone();
                let found = outcome(&file, stream, limit);
                if !met.load(std::sync::atomic::Ordering::Relaxed) {
                    assert_eq!(found, right, "{}: the fault at call {call} is never met", file.name);
                    break;
                }
                let error =
                    found.error.unwrap_or_else(|| panic!("{}: call {call} of {most} bytes failed unseen", file.name));
                assert!(error.contains("the disk is on fire"), "{error}");
                assert!(right.cases.starts_with(&found.cases), "{}: call {call}: {:?}", file.name, found.cases);
            }
        }
    }
}

#[test]
fn reads_of_single_bytes_and_interrupted_reads_give_the_same_cases() {
    for file in files() {
        let right = whole(&file);
        for (limit, most) in LIMITS.into_iter().flat_map(|limit| [1, 7, usize::MAX].map(|most| (limit, most))) {
            assert_eq!(outcome(&file, stream(&file, most, None), limit), right, "{} by {most} bytes", file.name);
            for call in 0.. {
                let stream = stream(&file, most, Some((call, io::ErrorKind::Interrupted)));
                let met = stream.met.clone();
                let found = outcome(&file, stream, limit);
                assert_eq!(found, right, "{}: interrupted at call {call} of {most} bytes", file.name);
                if !met.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
            }
        }
    }
}

#[test]
fn an_early_end_is_an_error_where_the_format_can_tell_and_gives_no_other_cases_where_it_cannot() {
    for file in files() {
        let right = whole(&file);
        for end in 0..file.bytes.len() {
            for limit in LIMITS {
                let mut stream = stream(&file, usize::MAX, None);
                stream.bytes.truncate(end);
                let found = outcome(&file, stream, limit);
                let place = format!("{} cut at byte {end} of {}: {found:?}", file.name, file.bytes.len());
                // All cases but the last one read, whose text may have lost its end, are those of the whole file.
                let sure = found.cases.len() - usize::from(!file.tells_its_end && !found.cases.is_empty());
                assert!(right.cases.starts_with(&found.cases[..sure]), "{place}");
                assert!(found.cases.len() <= right.cases.len(), "{place}");
                // A number may lose its end as well, but neither a comma nor a label.
                let ended = file.tells_its_end || found.cases.is_empty();
                assert!(found.error.is_some() || !ended, "{place}");
            }
        }
    }
}
