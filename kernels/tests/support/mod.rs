//! What the test files share: the instruction sets under test, reproducible numbers, comparisons.
#![allow(dead_code, reason = "each test binary uses its part")]

pub mod nodes;
pub mod products;

use nafal_kernels::{Isa, Matrix, Real};
use proptest::test_runner::{Config as ProptestConfig, RngSeed};

/// The instruction sets under test: all of this machine, or the one that `NAFAL_TEST_ISA` names.
/// A name the machine lacks is a failure, never a silent pass.
pub fn isas() -> Vec<Isa> {
    match std::env::var("NAFAL_TEST_ISA") {
        Ok(name) => vec![Isa::named(&name).unwrap_or_else(|e| panic!("NAFAL_TEST_ISA: {e}"))],
        Err(_) => Isa::available().to_vec(),
    }
}

/// Whether sizes and repetitions are to be small: for runs under an instrument that slows everything down.
pub fn small() -> bool {
    std::env::var("NAFAL_TEST_SIZE").is_ok_and(|size| size == "small")
}

/// Settings for laws: `cases` random cases (a few, if sizes are small) from a fixed seed; the environment variables
/// `PROPTEST_CASES` and `PROPTEST_RNG_SEED` overrule both.
pub fn settings(cases: u32) -> ProptestConfig {
    let given = |name: &str| std::env::var_os(name).is_some();
    let mut settings = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if !given("PROPTEST_CASES") {
        settings.cases = if small() { cases / 16 } else { cases };
    }
    if !given("PROPTEST_RNG_SEED") {
        settings.rng_seed = RngSeed::Fixed(0);
    }
    settings
}

/// SplitMix64: enough randomness for operands, the same on every machine.
pub struct Numbers(pub u64);

impl Numbers {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// Uniform in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
    /// Uniform in `[-1, 1)`.
    pub fn signed(&mut self) -> f64 {
        2.0 * self.unit() - 1.0
    }
    /// Uniform in `0..n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n as u64) as usize
    }
    /// `n` numbers, uniform in `[-1, 1)`.
    pub fn vec<T: Real>(&mut self, n: usize) -> Vec<T> {
        (0..n).map(|_| T::from_f64(self.signed())).collect()
    }
}

/// A view that ends where its storage ends.
pub fn tight<T: Real>(data: &[T], rows: usize, cols: usize, ld: usize) -> Matrix<'_, T> {
    Matrix::new(&data[..if rows == 0 { 0 } else { (rows - 1) * ld + cols }], rows, cols, ld)
}

/// Elements that a matrix of this shape needs.
pub fn extent(rows: usize, cols: usize, ld: usize) -> usize {
    if rows == 0 { 0 } else { (rows - 1) * ld + cols }
}

/// Bit patterns, to compare with `assert_eq`.
pub fn bits<T: Real>(v: &[T]) -> Vec<u64> {
    v.iter().map(|v| v.bits()).collect()
}

/// `|got − want| <= tolerance·max(1, |want|)` everywhere; NaN only where both are.
#[track_caller]
pub fn close<T: Real>(what: &str, got: &[T], want: &[T], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}: lengths");
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        let (g, w) = (g.to_f64(), w.to_f64());
        let near = (g - w).abs() <= tolerance * w.abs().max(1.0) || g == w || g.is_nan() && w.is_nan();
        assert!(near, "{what}[{i}]: got {g:e}, want {w:e}");
    }
}
