//! Reproducible operands, and the check that stands before every timing.

use nafal_kernels::Real;

/// `n` numbers, uniform in `[-1, 1)`: SplitMix64.
pub fn numbers<T: Real>(seed: u64, n: usize) -> Vec<T> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    (0..n).map(|_| T::from_f64((next() >> 11) as f64 / (1u64 << 52) as f64 - 1.0)).collect()
}

/// Panics unless `|got − want| <= tolerance·max(1, |want|)` everywhere, with `tolerance` in units of `T`'s last place.
#[track_caller]
pub fn close<T: Real>(what: &str, got: &[T], want: &[T], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}: lengths");
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        let (got, want) = (got.to_f64(), want.to_f64());
        let near = (got - want).abs() <= tolerance * T::EPSILON.to_f64() * want.abs().max(1.0);
        assert!(near, "{what}[{i}]: got {got:e}, want {want:e}");
    }
}
