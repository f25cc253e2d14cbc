//! Gzip: several members, zero padding, and garbage behind the end.

use crate::bytes::{gzipped, refused, table};
use nafal::data::ReadOptions;

#[test]
fn zero_padding_is_no_data_and_garbage_is_an_error() {
    let (head, tail) = (gzipped(b"a,b\n1,2\n"), gzipped(b"3,4\n"));
    let options = ReadOptions::default();
    for bytes in [
        [&head[..], &tail].concat(),
        [&head[..], &tail, &[0]].concat(),
        [&head[..], &[0; 700], &tail, &[0; 100_000]].concat(),
    ] {
        assert_eq!(table(bytes, "t.csv.gz", &options).values(), [1.0, 2.0, 3.0, 4.0]);
    }
    for garbage in [&b"x"[..], b"\0\0x", b"\x1f\x8b", b"a,b\n"] {
        let message = refused([&head[..], garbage].concat(), "t.csv.gz", None, &options);
        assert!(message.starts_with("t.csv.gz:") && message.contains("damaged or cut short"), "{message}");
    }
}
