//! Instruction sets: detection once, and the vector operations each of them implements.
//!
//! | name | needs | f32 / f64 lanes |
//! |---|---|---|
//! | `avx512` | AVX-512 F, BW, DQ, VL, AVX2, FMA | 16 / 8 |
//! | `avx2` | AVX2, FMA | 8 / 4 |
//! | `portable` | nothing | 4 / 2, through the crate `wide` |
//!
//! This folder holds the only `unsafe` code of the project: value intrinsics behind a token that detection alone
//! can make, and loads and stores of slices whose length was checked.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod interleaved;
mod operand_cursor;
mod portable;
mod scalar;
mod simd;
#[cfg(target_arch = "x86_64")]
mod transpose;

use crate::Real;
use std::sync::OnceLock;

pub use interleaved::Interleaved;
pub use operand_cursor::OperandCursor;
pub use scalar::Scalar;
pub use simd::{Kernel, Simd};

/// An instruction set that this machine was found to have: holding the value proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Isa(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    Portable(portable::Portable),
}

/// The machine lacks the instruction set asked for, or the name is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IsaError {
    /// The name asked for.
    pub name: String,
}

impl core::fmt::Display for IsaError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "instruction set `{}` is not available on this machine", self.name)?;
        let names: Vec<_> = Isa::available().iter().map(|i| i.name()).collect();
        write!(f, " (it has: {})", names.join(", "))
    }
}
impl std::error::Error for IsaError {}

impl Isa {
    /// The fastest instruction set of this machine (detected once).
    pub fn detect() -> Isa {
        Isa::available()[0]
    }
    /// All instruction sets of this machine, fastest first.
    pub fn available() -> &'static [Isa] {
        static FOUND: OnceLock<Vec<Isa>> = OnceLock::new();
        FOUND.get_or_init(|| {
            let mut found = Vec::new();
            #[cfg(target_arch = "x86_64")]
            {
                found.extend(avx512::Avx512::detect().map(Kind::Avx512).map(Isa));
                found.extend(avx2::Avx2::detect().map(Kind::Avx2).map(Isa));
            }
            found.push(Isa(Kind::Portable(portable::Portable)));
            found
        })
    }
    /// The named one: `avx512`, `avx2` or `portable`; an error if the machine lacks it.
    pub fn named(name: &str) -> Result<Isa, IsaError> {
        Isa::available().iter().copied().find(|i| i.name() == name).ok_or(IsaError { name: name.into() })
    }
    /// Its name.
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(_) => "avx512",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(_) => "avx2",
            Kind::Portable(_) => "portable",
        }
    }
    /// Whether a multiply-add rounds once: all instruction sets that do agree bit for bit.
    pub fn fused(self) -> bool {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512(_) | Kind::Avx2(_) => true,
            Kind::Portable(_) => <portable::Portable as Simd<f64>>::FUSED,
        }
    }
}

/// A scalar type with vectors under every instruction set.
pub trait Dispatch: Real {
    /// Runs `kernel` under `isa`.
    fn dispatch<K: Kernel<Self>>(isa: Isa, kernel: K) -> K::Out;
}

macro_rules! dispatch {
    ($($t:ty),*) => {$(
        impl Dispatch for $t {
            #[inline]
            fn dispatch<K: Kernel<$t>>(isa: Isa, kernel: K) -> K::Out {
                match isa.0 {
                    #[cfg(target_arch = "x86_64")]
                    Kind::Avx512(simd) => Simd::<$t>::call(simd, kernel),
                    #[cfg(target_arch = "x86_64")]
                    Kind::Avx2(simd) => Simd::<$t>::call(simd, kernel),
                    Kind::Portable(simd) => Simd::<$t>::call(simd, kernel),
                }
            }
        }
    )*};
}
dispatch!(f32, f64);
