//! Which instruction set a kernel call uses.

/// An instruction set that this machine was found to have: holding the value proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Isa(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Portable,
}

/// The machine lacks the instruction set asked for, or the name is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IsaError {
    /// The name asked for.
    pub name: String,
}

impl core::fmt::Display for IsaError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "instruction set `{}` is not available on this machine", self.name)
    }
}
impl std::error::Error for IsaError {}

impl Isa {
    /// The fastest instruction set of this machine (detected once).
    pub fn detect() -> Isa {
        Isa(Kind::Portable)
    }
    /// All instruction sets of this machine, fastest first.
    pub fn available() -> &'static [Isa] {
        &[Isa(Kind::Portable)]
    }
    /// The named one: `avx512`, `avx2` or `portable`; an error if the machine lacks it.
    pub fn named(name: &str) -> Result<Isa, IsaError> {
        Isa::available().iter().copied().find(|i| i.name() == name).ok_or(IsaError { name: name.into() })
    }
    /// Its name.
    pub fn name(self) -> &'static str {
        "portable"
    }
}
