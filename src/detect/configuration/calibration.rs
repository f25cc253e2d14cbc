//! How raw scores become comparable.

/// How the raw scores of an expert's views become surprisals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CalibrationKind {
    /// Each view is centred and scaled by its held-out scores, which are then pooled and ranked; the expert that is most
    /// surprised weighs most.
    HeldOut,
    /// Nothing of a held-out case enters what it is measured by: views are centred and scaled by scores of their own
    /// training cases, and a held-out case's surprisal is that among the other held-out cases. All experts weigh alike.
    #[default]
    LeaveOneOut,
}

impl CalibrationKind {
    /// Each with its name in model files.
    pub(super) const NAMES: [(&'static str, CalibrationKind); 2] =
        [("held-out", CalibrationKind::HeldOut), ("leave-one-out", CalibrationKind::LeaveOneOut)];

    pub(super) fn name(self) -> &'static str {
        Self::NAMES.into_iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}
