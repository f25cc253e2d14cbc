//! What a score is made of.

/// What a score is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ScoreKind {
    /// Out-of-bag calibrated surprisal per view, squared and averaged per family (the default).
    #[default]
    Calibrated,
    /// Mean over views of `−log p`.
    Likelihood,
    /// Mean over views of `−log p_Z(z)`, Eq. 7 as printed.
    Latent,
}

impl ScoreKind {
    /// Each with its name on the command line and in model files.
    pub(super) const NAMES: [(&'static str, ScoreKind); 3] =
        [("calibrated", ScoreKind::Calibrated), ("likelihood", ScoreKind::Likelihood), ("latent", ScoreKind::Latent)];

    /// Its name on the command line and in model files.
    pub fn name(self) -> &'static str {
        Self::NAMES.into_iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}
