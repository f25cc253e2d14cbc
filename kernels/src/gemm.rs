//! The three matrix products of training, with staircase masks and fused ends.

use crate::{Isa, Matrix, MatrixMut, Real, Staircase, naive};

/// What an output element starts from.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a, T> {
    /// Zero.
    Zero,
    /// The row's bias, `bias[i]`.
    Bias(&'a [T]),
    /// What the output already holds.
    Output,
}

/// What happens to a finished output element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finish<T> {
    /// Nothing.
    Store,
    /// `max(v, slope·v)` for `0 <= slope < 1`.
    LeakyRelu(T),
    /// `tanh v`.
    Tanh,
}

/// `Y[i, b] = finish(start + Σ_{p in inner(i)} W[i, p]·X[p, b])`, one fused multiply-add chain over ascending `p`.
///
/// `w: [n, k]`, `x: [k, lanes]`, `y: [n, lanes]`; only `shape`'s columns of each row are read.
/// The input gradient `dX = Wᵀ·dY` is the same product with the transposed weights and `shape.transposed()`.
pub fn product<T: Real>(
    _isa: Isa,
    shape: &Staircase,
    w: Matrix<T>,
    x: Matrix<T>,
    start: Start<T>,
    finish: Finish<T>,
    y: MatrixMut<T>,
) {
    naive::product(shape, w, x, start, finish, y)
}

/// Weight gradient `dW[i, p] (+)= Σ_b dY[i, b]·Xᵀ[b, p]` for `p` in `inner(i)`, chained over ascending `b`.
///
/// `dy: [n, lanes]`, `xt: [lanes, k]` (the transposed input), `dw: [n, k]`. With `add` the chain starts from `dw`;
/// without, elements outside the staircase are set to zero.
pub fn outer<T: Real>(_isa: Isa, shape: &Staircase, dy: Matrix<T>, xt: Matrix<T>, add: bool, dw: MatrixMut<T>) {
    naive::outer(shape, dy, xt, add, dw)
}

/// `out[i] (+)= Σ_b m[i, b]`, in a fixed order that is the same for every instruction set.
pub fn row_sums<T: Real>(_isa: Isa, m: Matrix<T>, add: bool, out: &mut [T]) {
    naive::row_sums(m, add, out)
}

/// `dst[j, i] = src[i, j]`.
pub fn transpose<T: Real>(_isa: Isa, src: Matrix<T>, dst: MatrixMut<T>) {
    naive::transpose(src, dst)
}
