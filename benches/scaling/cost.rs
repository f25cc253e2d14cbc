//! What a score costs, counted: the model whose logarithm the times are held against.
//!
//! Unit: one multiply-add of one lane. A view-row costs
//!
//! ```text
//!   h·(d+1) + (e−1)·h² + m·h          the extractor: e layers of width h, the first folded with the view, and the head
//! + Σ_blocks Σ_layers nonzeros(W)     the conditioners' masked weights
//! + TANH · blocks·layers·H            hyperbolic tangents
//! + UNIT · blocks·m·U                 sigmoid units: three exponentials, a logarithm, a division
//! + FEATURE · blocks·m                a node's three logarithms and what surrounds them
//! ```
//!
//! The three constants are what one of each takes, in multiply-adds of the same instruction set at full speed: on a core
//! that starts two vector instructions a cycle, a tangent of some 25 instructions and a division is as long as 36
//! multiply-adds, a unit of some 100 as long as 110. They are rounded, fixed and the same for every axis.

use nafal::detect::ExtractorSpec;
use nafal::flow::{Flow, FlowSpec};

/// A hyperbolic tangent.
const TANH: f64 = 36.0;
/// A sigmoid unit.
const UNIT: f64 = 110.0;
/// A node without its units.
const FEATURE: f64 = 160.0;

/// Counted work of a view-row.
pub fn of_view_row(extractor: &ExtractorSpec, flow: &FlowSpec) -> f64 {
    let ExtractorSpec { columns, layers, hidden, features, .. } = *extractor;
    let dense = hidden * (columns + 1) + (layers - 1) * hidden * hidden + features * hidden;
    let shape = Flow::<f32>::zeroed(*flow).expect("sizes of a flow");
    let blocks = 0..flow.blocks;
    let masked: usize =
        blocks.flat_map(|b| shape.layers(b)).map(|layer| shape.parameters().shape(layer.weight).nonzeros()).sum();
    let tanh = (flow.blocks * flow.layers * flow.hidden) as f64;
    // Raw parameters of a unit: slope, bias and weight.
    let units = flow.raw_rows() / 3;
    let nodes = (flow.blocks * flow.features) as f64;
    (dense + masked) as f64 + TANH * tanh + UNIT * nodes * units as f64 + FEATURE * nodes
}
