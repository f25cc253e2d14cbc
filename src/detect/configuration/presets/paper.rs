//! The paper's set-up for small tables, taken literally.

use crate::detect::configuration::{ExtractorConfiguration, ExtractorKind, FamilyConfiguration, Optimiser, ViewInput};
use crate::detect::views::ViewFamily;
use crate::encode::table::STANDARDISED;

/// 256 dense Gaussian views of standardised rows; one hidden layer of 8 leaky-ReLU nodes and a head to 8 features, trained
/// together with one unconditional flow of 4 blocks with 2 layers of 128; Adam at 1e-3. The paper does not say how many
/// units a univariate transform has (16, as in the code of Huang et al. 2018), how many rows a step (64) or how many steps it trains.
pub(super) fn family() -> FamilyConfiguration {
    FamilyConfiguration {
        name: "paper".into(),
        maps: ViewFamily::GAUSSIAN,
        input: ViewInput::block(STANDARDISED),
        features: 8,
        flows: 1,
        views_per_flow: 256,
        conditioned: false,
        extractor: Some(ExtractorConfiguration {
            kind: ExtractorKind::Joint,
            layers: 1,
            hidden: 8,
            rows: 64,
            steps: 150,
        }),
        blocks: 4,
        layers: 2,
        hidden: 128,
        units: 16,
        steps: 0,
        batch: 256,
        peak_rate: 1e-3,
        optimiser: Optimiser::Plain,
        noise: 0.0,
        scaling: None,
        round_steps: 30,
        samples: 4,
    }
}
