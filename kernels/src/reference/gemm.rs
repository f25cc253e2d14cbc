//! Matrix products, sums and the transpose, by their definitions.

use crate::gemm::{Epilogue, Init};
use crate::{Matrix, MatrixMut, Real, Staircase};

/// See [`crate::gemm::product`].
pub fn product<T: Real>(
    shape: &Staircase,
    w: Matrix<T>,
    x: Matrix<T>,
    start: Init<T>,
    epilogue: Epilogue<T>,
    y: MatrixMut<T>,
) {
    for r in &shape.runs {
        for i in r.rows.clone() {
            for b in 0..y.cols {
                let mut s = match start {
                    Init::Zero => T::ZERO,
                    Init::Bias(v) => v[i],
                    Init::Output => y.data[i * y.ld + b],
                };
                for p in r.inner.clone() {
                    s = w.data[i * w.ld + p].mul_add(x.data[p * x.ld + b], s);
                }
                y.data[i * y.ld + b] = match epilogue {
                    Epilogue::Store => s,
                    Epilogue::LeakyRelu(slope) => {
                        if s > slope * s {
                            s
                        } else {
                            slope * s
                        }
                    }
                    Epilogue::Tanh => T::from_f64(s.to_f64().tanh()),
                };
            }
        }
    }
}

/// See [`crate::gemm::outer`].
pub fn outer<T: Real>(shape: &Staircase, dy: Matrix<T>, x: Matrix<T>, add: bool, dw: MatrixMut<T>) {
    for r in &shape.runs {
        for i in r.rows.clone() {
            for p in r.inner.clone() {
                let at = i * dw.ld + p;
                let mut s = if add { dw.data[at] } else { T::ZERO };
                for b in 0..dy.cols {
                    s = dy.data[i * dy.ld + b].mul_add(x.data[p * x.ld + b], s);
                }
                dw.data[at] = s;
            }
        }
    }
}

/// See [`crate::gemm::row_sums`].
pub fn row_sums<T: Real>(m: Matrix<T>, add: bool, out: &mut [T]) {
    for i in 0..m.rows {
        let mut s = T::ZERO;
        for &v in m.row(i) {
            s += v;
        }
        out[i] = if add { out[i] + s } else { s };
    }
}

/// See [`crate::gemm::transpose`].
pub fn transpose<T: Real>(src: Matrix<T>, dst: MatrixMut<T>) {
    for i in 0..src.rows {
        for j in 0..src.cols {
            dst.data[j * dst.ld + i] = src.data[i * src.ld + j];
        }
    }
}
