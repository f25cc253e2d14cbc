//! Other crates' matrix products, behind one safe door: `Y = W·X`, all row-major without slack.
//!
//! The only `unsafe` outside of `kernels/src/isa`: the rivals take raw pointers.
#![allow(unsafe_code, reason = "the rivals are called by raw pointers, after their lengths were checked")]

use nafal_kernels::Real;

/// A scalar type the rivals can multiply.
pub trait Foreign: Real {
    /// By the crate `gemm`, with AVX-512 where the machine has it, on one thread.
    fn gemm(shape: [usize; 3], w: &[Self], x: &[Self], y: &mut [Self]);
    /// By the crate `matrixmultiply`.
    fn matrixmultiply(shape: [usize; 3], w: &[Self], x: &[Self], y: &mut [Self]);
    /// By the crate `nalgebra`.
    fn nalgebra(shape: [usize; 3], w: &[Self], x: &[Self], y: &mut [Self]);
}

/// Panics unless the slices are `[n, k]`, `[k, lanes]` and `[n, lanes]`.
fn check<T>([n, k, lanes]: [usize; 3], w: &[T], x: &[T], y: &[T]) {
    assert_eq!([w.len(), x.len(), y.len()], [n * k, k * lanes, n * lanes]);
}

macro_rules! foreign {
    ($t:ty, $matrixmultiply:path) => {
        impl Foreign for $t {
            fn gemm(shape: [usize; 3], w: &[$t], x: &[$t], y: &mut [$t]) {
                check(shape, w, x, y);
                let [n, k, lanes] = shape;
                let (row, one) = (lanes as isize, 1);
                // SAFETY: `check` found the three slices as long as the shapes and strides say, `y` is borrowed
                // exclusively and read by none, and every element is initialised.
                unsafe {
                    gemm::gemm(
                        n,
                        lanes,
                        k,
                        y.as_mut_ptr(),
                        one,
                        row,
                        false,
                        w.as_ptr(),
                        one,
                        k as isize,
                        x.as_ptr(),
                        one,
                        row,
                        0.0,
                        1.0,
                        false,
                        false,
                        false,
                        gemm::Parallelism::None,
                    )
                }
            }
            fn matrixmultiply(shape: [usize; 3], w: &[$t], x: &[$t], y: &mut [$t]) {
                check(shape, w, x, y);
                let [n, k, lanes] = shape;
                let (inner, row, one) = (k as isize, lanes as isize, 1);
                let y = y.as_mut_ptr();
                // SAFETY: `check` found the three slices as long as the shapes and strides say, `y` is borrowed
                // exclusively, and its elements do not overlap each other.
                unsafe {
                    $matrixmultiply(n, k, lanes, 1.0, w.as_ptr(), inner, one, x.as_ptr(), row, one, 0.0, y, row, one)
                }
            }
            fn nalgebra(shape: [usize; 3], w: &[$t], x: &[$t], y: &mut [$t]) {
                check(shape, w, x, y);
                let [n, k, lanes] = shape;
                // Its matrices are stored by columns: each of ours is the transpose of one of its.
                let w = nalgebra::DMatrixView::from_slice(w, k, n);
                let x = nalgebra::DMatrixView::from_slice(x, lanes, k);
                nalgebra::DMatrixViewMut::from_slice(y, lanes, n).gemm(1.0, &x, &w, 0.0);
            }
        }
    };
}
foreign!(f32, matrixmultiply::sgemm);
foreign!(f64, matrixmultiply::dgemm);
