//! The names of configurations.

/// A named configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Preset {
    /// The recipe chosen on development data.
    #[default]
    Default,
    /// The same families with fewer flows, trained for a quarter of the steps.
    Fast,
    /// The paper's set-up taken literally: 256 dense Gaussian views, an extractor of 8 leaky-ReLU nodes trained together
    /// with one flow of 4 blocks; scores by mean −log p unless told otherwise. For studies: see docs/method.md.
    Paper,
}

impl Preset {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Default => "default",
            Preset::Fast => "fast",
            Preset::Paper => "paper",
        }
    }
}
