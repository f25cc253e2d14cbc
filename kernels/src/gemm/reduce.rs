//! Sums of rows in a fixed order, and the transpose.

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
    fn run<S: Simd<T>>(self, _: S) {
        for (i, out) in self.out.iter_mut().enumerate() {
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

/// Side of the squares a transpose goes by: two of them lie in the first-level cache.
const SQUARE: usize = 16;

/// `dst[j, i] = src[i, j]`, square by square.
pub(super) fn transpose<T: Real>(src: Matrix<T>, dst: MatrixMut<T>) {
    for i0 in (0..src.rows).step_by(SQUARE) {
        let i1 = (i0 + SQUARE).min(src.rows);
        for j0 in (0..src.cols).step_by(SQUARE) {
            let j1 = (j0 + SQUARE).min(src.cols);
            for j in j0..j1 {
                let to = &mut dst.data[j * dst.ld + i0..j * dst.ld + i1];
                for (i, to) in (i0..i1).zip(to) {
                    *to = src.data[i * src.ld + j];
                }
            }
        }
    }
}
