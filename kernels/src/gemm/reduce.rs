//! Sums of rows in a fixed order, and the transpose.

use super::prefetched::exceeds_cache;
use crate::isa::{Kernel, Simd};
use crate::{Matrix, MatrixMut, Real};

/// Accumulators of a row's sum, whatever the width of the machine's vectors: the order of the additions is the same.
const ACCUMULATORS: usize = 16;

/// `out[i] (+)= Σ_b m[i, b]`.
pub(crate) struct RowSums<'a, T> {
    pub m: Matrix<'a, T>,
    pub add: bool,
    pub out: &'a mut [T],
}

impl<T: Real> Kernel<T> for RowSums<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(mut self, s: S) {
        let done =
            if S::LANES == ACCUMULATORS && self.m.cols.is_multiple_of(ACCUMULATORS) { self.in_squares(s) } else { 0 };
        for (i, out) in self.out.iter_mut().enumerate().skip(done) {
            let mut sums = [T::ZERO; ACCUMULATORS];
            let (chunks, rest) = self.m.row(i).as_chunks::<ACCUMULATORS>();
            for chunk in chunks {
                for (sum, v) in sums.iter_mut().zip(chunk) {
                    *sum += *v;
                }
            }
            for (sum, v) in sums.iter_mut().zip(rest) {
                *sum += *v;
            }
            let mut half = ACCUMULATORS / 2;
            while half > 0 {
                for l in 0..half {
                    let upper = sums[l + half];
                    sums[l] += upper;
                }
                half /= 2;
            }
            *out = if self.add { *out + sums[0] } else { sums[0] };
        }
    }
}

/// The accumulators of as many rows as a row has accumulators, or their transpose.
#[repr(align(64))]
struct Square<T>([T; ACCUMULATORS * ACCUMULATORS]);

impl<T: Real> RowSums<'_, T> {
    /// As many rows at once as make a square of their accumulators: the square is transposed, and its rows are added in the
    /// order of the tree. Returns the number of rows done.
    #[inline(always)]
    fn in_squares<S: Simd<T>>(&mut self, s: S) -> usize {
        let mut sums = Square([T::ZERO; ACCUMULATORS * ACCUMULATORS]);
        let mut transposed = Square([T::ZERO; ACCUMULATORS * ACCUMULATORS]);
        let (squares, rest) = self.out.as_chunks_mut::<ACCUMULATORS>();
        for (square, out) in squares.iter_mut().enumerate() {
            for (i, to) in sums.0.chunks_exact_mut(ACCUMULATORS).enumerate() {
                let mut sum = s.splat(T::ZERO);
                for chunk in self.m.row(square * ACCUMULATORS + i).chunks_exact(ACCUMULATORS) {
                    sum = s.add(sum, s.load(chunk));
                }
                s.store(sum, to);
            }
            s.transpose([ACCUMULATORS; 2], &sums.0, ACCUMULATORS, &mut transposed.0, ACCUMULATORS);
            let mut half = ACCUMULATORS / 2;
            while half > 0 {
                let (lower, upper) = transposed.0.split_at_mut(half * ACCUMULATORS);
                for (lower, upper) in lower.chunks_exact_mut(ACCUMULATORS).zip(upper.chunks_exact(ACCUMULATORS)) {
                    s.store(s.add(s.load(lower), s.load(upper)), lower);
                }
                half /= 2;
            }
            let sum = s.load(&transposed.0);
            s.store(if self.add { s.add(s.load(out), sum) } else { sum }, out);
        }
        self.m.rows - rest.len()
    }
}

/// `dst[j, i] = src[i, j]`, square by square.
pub(crate) struct Transpose<'a, T> {
    pub src: Matrix<'a, T>,
    pub dst: MatrixMut<'a, T>,
}

impl<T: Real> Kernel<T> for Transpose<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<S: Simd<T>>(self, s: S) {
        let Transpose { src, dst } = self;
        let prefetch = exceeds_cache::<T>(src.rows, src.cols);
        for i in (0..src.rows).step_by(S::LANES) {
            for j in (0..src.cols).step_by(S::LANES) {
                let size = [S::LANES.min(src.rows - i), S::LANES.min(src.cols - j)];
                if prefetch {
                    for next in i + S::LANES..i + 2 * S::LANES {
                        s.prefetch(&src.data[(next * src.ld + j).min(src.data.len())..]);
                    }
                }
                s.transpose(size, &src.data[i * src.ld + j..], src.ld, &mut dst.data[j * dst.ld + i..], dst.ld);
            }
        }
    }
}
