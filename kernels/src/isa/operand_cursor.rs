//! A cursor over the operands of a register tile: a column of weights and a row of inputs a step, without a check a step.
//!
//! At step `p < inner` the inputs are `x[p·x_ld ..][..lanes]` and the weights, for `i < ROWS`, `w[i·w_ld + p]`, or
//! `w[p·w_ld + i]` if they are stored by columns. The last of each is checked once, when the cursor is made; all
//! others lie before it.

use core::hint::black_box;
use core::marker::PhantomData;

/// See the [module](self).
pub struct OperandCursor<'a, T, const ROWS: usize, const BY_COLUMNS: bool> {
    /// The next weight of each row; by columns, of the first row alone.
    w: [*const T; ROWS],
    w_ld: usize,
    x: *const T,
    x_ld: usize,
    lanes: usize,
    remaining: usize,
    borrowed: PhantomData<&'a [T]>,
}

impl<'a, T: Copy, const ROWS: usize, const BY_COLUMNS: bool> OperandCursor<'a, T, ROWS, BY_COLUMNS> {
    /// A cursor over `inner` steps. Panics if a weight or an input of a step lies outside of its slice.
    #[inline(always)]
    pub fn new(w: &'a [T], w_ld: usize, x: &'a [T], x_ld: usize, lanes: usize, inner: usize) -> Self {
        if let Some(last) = inner.checked_sub(1) {
            let (lines, along) = if BY_COLUMNS { (last, ROWS - 1) } else { (ROWS - 1, last) };
            let weights = lines.checked_mul(w_ld).and_then(|w| w.checked_add(along));
            let inputs = last.checked_mul(x_ld).and_then(|x| x.checked_add(lanes));
            assert!(weights.is_some_and(|last| last < w.len()), "the weights of a tile");
            assert!(inputs.is_some_and(|end| end <= x.len()), "the inputs of a tile");
        }
        let w = match BY_COLUMNS {
            true => [w.as_ptr(); ROWS],
            // Opaque to the compiler, which would otherwise derive each address from the one before, in a chain.
            false => black_box(core::array::from_fn(|i| w.as_ptr().wrapping_add(i * w_ld))),
        };
        OperandCursor { w, w_ld, x: x.as_ptr(), x_ld, lanes, remaining: inner, borrowed: PhantomData }
    }

    /// Steps that remain.
    #[inline(always)]
    pub fn remaining(&self) -> usize {
        self.remaining
    }

    /// The next step's weights and inputs. Panics if none remains.
    #[inline(always)]
    pub fn advance(&mut self) -> ([T; ROWS], &'a [T]) {
        self.remaining = self.remaining.checked_sub(1).expect("a step");
        let weights = core::array::from_fn(|i| {
            let at = if BY_COLUMNS { self.w[0].wrapping_add(i) } else { self.w[i] };
            // SAFETY: a step remained, so its number `p` is less than `inner` and `at` is the address of
            // `w[i·w_ld + p]`, or `w[p·w_ld + i]`, with `i < ROWS`: no index is larger than the one that `new` found
            // inside the slice, which `'a` keeps borrowed.
            unsafe { *at }
        });
        // SAFETY: likewise the row begins at `x[p·x_ld]` with `p < inner`, and `new` found the end of the last row,
        // `lanes` numbers on, inside the slice, which `'a` keeps borrowed.
        let row = unsafe { core::slice::from_raw_parts(self.x, self.lanes) };
        // After the last step these may point outside the slices; they are not read again.
        let along = if BY_COLUMNS { self.w_ld } else { 1 };
        self.w = self.w.map(|w| w.wrapping_add(along));
        self.x = self.x.wrapping_add(self.x_ld);
        (weights, row)
    }
}

#[cfg(test)]
mod tests {
    use super::OperandCursor;

    /// All weights and inputs, by either layout of the same `2×3` weights.
    #[test]
    fn both_layouts_give_the_same_operands() {
        let x = [1, 2, 0, 3, 4, 0, 5, 6];
        let mut rows = OperandCursor::<_, 2, false>::new(&[10, 11, 12, 20, 21, 22], 3, &x, 3, 2, 3);
        let mut columns = OperandCursor::<_, 2, true>::new(&[10, 20, 11, 21, 12, 22], 2, &x, 3, 2, 3);
        for p in 0..3 {
            assert_eq!(rows.remaining(), 3 - p);
            let (weights, row) = rows.advance();
            assert_eq!((weights, row), ([10 + p, 20 + p], &x[3 * p..3 * p + 2]));
            assert_eq!(columns.advance(), (weights, row));
        }
        assert_eq!((rows.remaining(), columns.remaining()), (0, 0));
    }

    #[test]
    #[should_panic(expected = "a step")]
    fn advancing_past_the_end_panics() {
        let mut cursor = OperandCursor::<_, 1, false>::new(&[1], 1, &[2], 1, 1, 1);
        cursor.advance();
        cursor.advance();
    }

    #[test]
    fn operands_outside_their_slices_are_refused() {
        let made = |w: usize, w_ld, x: usize, x_ld, lanes, inner| {
            std::panic::catch_unwind(|| {
                OperandCursor::<_, 2, false>::new(&vec![0; w], w_ld, &vec![0; x], x_ld, lanes, inner).remaining()
            })
        };
        assert!(made(6, 3, 8, 3, 2, 3).is_ok_and(|n| n == 3));
        assert!(made(0, 3, 0, 3, 2, 0).is_ok_and(|n| n == 0));
        assert!(made(5, 3, 8, 3, 2, 3).is_err());
        assert!(made(6, 3, 7, 3, 2, 3).is_err());
        assert!(made(6, usize::MAX, 8, 3, 2, 3).is_err());
        assert!(made(6, 3, 8, usize::MAX / 2 + 1, 2, 3).is_err());
        assert!(made(6, 3, 8, 3, usize::MAX, 3).is_err());
    }
}
