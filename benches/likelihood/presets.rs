//! The rival's nets: `K` dense views of `d` columns, a bias-free extractor with leaky ReLU 0.2, a stack of DSF blocks.

use std::sync::Arc;

use nafal::autodiff::AffineMaps;
use nafal::detect::{ExtractorSpec, ViewFamily, ViewNet, dense_views};
use nafal::flow::{FlowSpec, Transform};
use nafal::random::{Key, normal, stream};
use nafal_kernels::Real;

/// A net, its views, and the rows of a batch unless told otherwise.
pub struct Preset {
    /// The extractor.
    pub extractor: ExtractorSpec,
    /// The flow.
    pub flow: FlowSpec,
    /// Rows of a batch.
    pub batch: usize,
}

impl Preset {
    /// The preset of that name.
    pub fn named(name: &str) -> Option<Preset> {
        let (columns, views, layers, hidden) = match name {
            "small" => (21, 256, 1, 8),
            "wide" => (274, 256, 1, 8),
            "large" => (120, 64, 5, 128),
            _ => return None,
        };
        let features = 8;
        let (blocks, flow_layers, flow_hidden) = if name == "large" { (8, 3, 1024) } else { (4, 2, 128) };
        Some(Preset {
            extractor: ExtractorSpec { columns, views, layers, hidden, features },
            flow: FlowSpec {
                features,
                contexts: 0,
                blocks,
                layers: flow_layers,
                hidden: flow_hidden,
                transform: Transform::dsf(16),
            },
            batch: 64,
        })
    }

    /// The net with random weights, not yet folded with the views, and the views.
    pub fn net(&self) -> (ViewNet<f32>, Arc<AffineMaps<f32>>) {
        let net = ViewNet::new(self.extractor, self.flow, 0, 0).expect("the presets are sound");
        let maps = dense_views(ViewFamily::GAUSSIAN, self.extractor.views, self.extractor.columns, 0, &[], 0, 0);
        (net, Arc::new(maps))
    }

    /// Weights multiplied a view-row: in the folded first layer, in the rest of the extractor, in the flow.
    pub fn weights(&self, net: &ViewNet<f32>) -> (f64, f64) {
        let ExtractorSpec { columns, layers, hidden, features, .. } = self.extractor;
        let folded = hidden * (columns + 1);
        let deeper = (layers - 1) * hidden * hidden + features * hidden;
        let blocks = 0..self.flow.blocks;
        let shape = |id| net.flow.parameters().shape(id).nonzeros();
        let flow: usize = blocks.flat_map(|b| net.flow.layers(b)).map(|layer| shape(layer.weight)).sum();
        (folded as f64, (deeper + flow) as f64)
    }
}

/// `count` standard normal numbers.
pub fn noise<T: Real>(count: usize, key: u64) -> Vec<T> {
    let mut rng = stream(0, Key::Simulation(key, 0));
    (0..count).map(|_| normal(&mut rng)).collect()
}
