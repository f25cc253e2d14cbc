//! Changes of bytes as a fuzzer makes them: flips, replaced and repeated pieces, cuts, and pieces of other seeds.

use proptest::prelude::*;
use proptest::sample::Index;

/// Bytes that mean something in one format or another.
const TELLING: &[u8] = b"\0\x01\x7f\xff\x93\x1f\n\r\t ,;:'\"@%#?{}[]()-+.eE0129NPK";

/// Longest result, and piece.
const LONGEST: usize = 1 << 15;
const PIECE: usize = 64;

/// One change at a place that is drawn as a share of the length.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Telling(Index, Index),
    Number(Index, u64),
    Cut(Index),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Splice(Index, Index, Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    // Digits in place of a digit: claims of other sizes in headers of text.
    let numbers = prop_oneof![0u64..20, Just(255), Just(65_536), Just(1 << 32), any::<u64>()];
    prop_oneof![
        4 => (at(), 1u8..).prop_map(|(at, bits)| Change::Flip(at, bits)),
        4 => (at(), at()).prop_map(|(at, which)| Change::Telling(at, which)),
        4 => (at(), numbers).prop_map(|(at, number)| Change::Number(at, number)),
        1 => at().prop_map(Change::Cut),
        2 => (at(), 1..PIECE).prop_map(|(at, length)| Change::Remove(at, length)),
        2 => (at(), 1..PIECE, 1usize..40).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        2 => (at(), at(), at(), 1..PIECE).prop_map(|(at, other, from, length)| Change::Splice(at, other, from, length)),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let place = |at: &Index| at.index(bytes.len() + 1);
        let piece = |bytes: &[u8], at: usize, length: usize| bytes[at..bytes.len().min(at + length)].to_vec();
        match self {
            Change::Flip(at, bits) => {
                let at = place(at);
                bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= bits);
            }
            Change::Telling(at, which) => {
                let at = place(at);
                bytes.get_mut(at).into_iter().for_each(|byte| *byte = TELLING[which.index(TELLING.len())]);
            }
            Change::Number(at, number) => {
                let at = place(at);
                let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
                if let Some(skipped) = bytes[at..].iter().position(u8::is_ascii_digit) {
                    let start = at + skipped;
                    let end = start + digits(&bytes[start..]);
                    bytes.splice(start..end, number.to_string().into_bytes());
                }
            }
            Change::Cut(at) => bytes.truncate(place(at)),
            Change::Remove(at, length) => {
                let at = place(at);
                bytes.drain(at..bytes.len().min(at + length));
            }
            Change::Repeat(at, length, times) => {
                let at = place(at);
                let again = piece(bytes, at, *length).repeat(*times);
                bytes.splice(at..at, again);
            }
            Change::Splice(at, other, from, length) => {
                let (at, other) = (place(at), &seeds[other.index(seeds.len())]);
                let other = piece(other, from.index(other.len() + 1), *length);
                bytes.splice(at..at, other);
            }
        }
        bytes.truncate(LONGEST);
    }
}

/// A seed with one to four changes.
pub fn mutations(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    (any::<Index>(), prop::collection::vec(change(), 1..5)).prop_map(move |(which, changes)| {
        let mut bytes = seeds[which.index(seeds.len())].clone();
        changes.iter().for_each(|change| change.apply(&mut bytes, &seeds));
        bytes
    })
}
