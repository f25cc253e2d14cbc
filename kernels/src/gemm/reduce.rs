//! Sums of rows in a fixed order, and the transpose.

use super::stream::is_afar;
use crate::isa::{Kernel, Simd};
use crate::{Matrix, MatrixMut, Real};

/// Sums kept side by side, whatever the width of the machine's vectors.
const SUMS: usize = 16;

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
        let done = if S::LANES == SUMS && self.m.cols.is_multiple_of(SUMS) { self.in_squares(s) } else { 0 };
        for (i, out) in self.out.iter_mut().enumerate().skip(done) {
            let mut sums = [T::ZERO; SUMS];
            let (chunks, rest) = self.m.row(i).as_chunks::<SUMS>();
            for chunk in chunks {
                for (sum, v) in sums.iter_mut().zip(chunk) {
                    *sum += *v;
                }
            }
            for (sum, v) in sums.iter_mut().zip(rest) {
                *sum += *v;
            }
            let mut half = SUMS / 2;
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

/// As many rows as a row has sums, and the same turned over.
#[repr(align(64))]
struct Square<T>([T; SUMS * SUMS]);

impl<T: Real> RowSums<'_, T> {
    /// As many rows at once as make a square of their sums: the square is turned over, and its rows are added in the order
    /// of the tree. Returns the number of rows done.
    #[inline(always)]
    fn in_squares<S: Simd<T>>(&mut self, s: S) -> usize {
        let mut sums = Square([T::ZERO; SUMS * SUMS]);
        let mut turned = Square([T::ZERO; SUMS * SUMS]);
        let (squares, rest) = self.out.as_chunks_mut::<SUMS>();
        for (square, out) in squares.iter_mut().enumerate() {
            for (i, to) in sums.0.chunks_exact_mut(SUMS).enumerate() {
                let mut sum = s.splat(T::ZERO);
                for chunk in self.m.row(square * SUMS + i).chunks_exact(SUMS) {
                    sum = s.add(sum, s.load(chunk));
                }
                s.store(sum, to);
            }
            s.transpose([SUMS; 2], &sums.0, SUMS, &mut turned.0, SUMS);
            let mut half = SUMS / 2;
            while half > 0 {
                let (lower, upper) = turned.0.split_at_mut(half * SUMS);
                for (lower, upper) in lower.chunks_exact_mut(SUMS).zip(upper.chunks_exact(SUMS)) {
                    s.store(s.add(s.load(lower), s.load(upper)), lower);
                }
                half /= 2;
            }
            let sum = s.load(&turned.0);
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
        let afar = is_afar::<T>(src.rows, src.cols);
        for i in (0..src.rows).step_by(S::LANES) {
            for j in (0..src.cols).step_by(S::LANES) {
                let size = [S::LANES.min(src.rows - i), S::LANES.min(src.cols - j)];
                if afar {
                    for next in i + S::LANES..i + 2 * S::LANES {
                        s.prefetch(&src.data[(next * src.ld + j).min(src.data.len())..]);
                    }
                }
                s.transpose(size, &src.data[i * src.ld + j..], src.ld, &mut dst.data[j * dst.ld + i..], dst.ld);
            }
        }
    }
}
