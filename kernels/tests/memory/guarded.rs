//! Numbers between two pages that no one may touch: a read or write past either end of the slice kills the process.

use mmap_rs::{MmapMut, MmapNone, MmapOptions};
use nafal_kernels::Real;
use std::marker::PhantomData;
use wide::bytemuck::{Pod, cast_slice_mut};

/// A scalar type whose slices may lie in raw pages.
pub trait Number: Real + Pod {}
impl Number for f32 {}
impl Number for f64 {}

/// Where the numbers touch a forbidden page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Edge {
    /// The first byte of the slice is the first of its page; the page before is forbidden.
    Begin,
    /// The last byte of the slice is the last of its page; the page behind is forbidden.
    End,
}

/// Pages of `T` with a forbidden page on either side.
pub struct Guarded<T> {
    _before: MmapNone,
    pages: MmapMut,
    _behind: MmapNone,
    numbers: PhantomData<T>,
}

impl<T: Number> Guarded<T> {
    /// Pages for `n` numbers.
    pub fn new(n: usize) -> Self {
        let page = MmapOptions::page_size();
        let bytes = (n * size_of::<T>()).next_multiple_of(page).max(page);
        let mut before = MmapOptions::new(bytes + 2 * page).and_then(MmapOptions::map_mut).expect("pages");
        let mut pages = before.split_off(page).expect("pages behind the first");
        let behind = pages.split_off(bytes).expect("a last page");
        assert_eq!((before.end(), pages.end(), pages.size()), (pages.start(), behind.start(), bytes));
        let forbid = |page: MmapMut| page.make_none().map_err(|(_, e)| e).expect("a forbidden page");
        Guarded { _before: forbid(before), pages, _behind: forbid(behind), numbers: PhantomData }
    }
    /// `values`, at an edge of the pages.
    pub fn hold(&mut self, values: &[T], edge: Edge) -> &mut [T] {
        let whole: &mut [T] = cast_slice_mut(self.pages.as_mut_slice());
        let start = if edge == Edge::Begin { 0 } else { whole.len() - values.len() };
        let held = &mut whole[start..start + values.len()];
        held.copy_from_slice(values);
        held
    }
}

/// What `kernel` makes of `outputs`, with all slices in ordinary memory and then at either edge of guarded pages:
/// the bits must agree. Returns the outputs.
#[track_caller]
pub fn guarded<T: Number>(
    what: &str,
    inputs: &[Vec<T>],
    outputs: &[Vec<T>],
    kernel: impl Fn(&[&[T]], &mut [&mut [T]]),
) -> Vec<Vec<T>> {
    let mut want = outputs.to_vec();
    kernel(
        &inputs.iter().map(Vec::as_slice).collect::<Vec<_>>(),
        &mut want.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>(),
    );
    let mut pages: Vec<Guarded<T>> = inputs.iter().chain(outputs).map(|v| Guarded::new(v.len())).collect();
    for edge in [Edge::Begin, Edge::End] {
        let (first, second) = pages.split_at_mut(inputs.len());
        let x: Vec<&mut [T]> = first.iter_mut().zip(inputs).map(|(pages, v)| pages.hold(v, edge)).collect();
        let mut y: Vec<&mut [T]> = second.iter_mut().zip(outputs).map(|(pages, v)| pages.hold(v, edge)).collect();
        kernel(&x.iter().map(|v| &**v).collect::<Vec<_>>(), &mut y);
        for (got, want) in y.iter().zip(&want) {
            let same = got.iter().zip(want).all(|(a, b)| a.bits() == b.bits());
            assert!(same && got.len() == want.len(), "{what} at the {edge:?} of its pages");
        }
    }
    want
}
