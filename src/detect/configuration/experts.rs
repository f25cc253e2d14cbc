//! Which experts a detector is made of.

/// Which experts a detector is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Experts {
    /// Flows and cheaper experts, selected without labels (the default).
    #[default]
    Panel,
    /// Every expert there is, all kept: what a panel of one's own is taken from (`DetectorBuilder::members`).
    All,
    /// Neural autoregressive flows alone, as in the paper.
    Flows,
}
