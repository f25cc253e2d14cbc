//! Which experts a detector is made of.

/// Which experts a detector is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Experts {
    /// Flows and cheaper experts, selected without labels (the default).
    #[default]
    Panel,
    /// Neural autoregressive flows alone, as in the paper.
    Flows,
}
