//! Parts of property-test strategies that the transforms share.

use nafal_kernels::dsf::Slope;
use proptest::prelude::*;

/// Slopes of either kind; bounded ones are never above `10³` along a chain of `depth` layers.
pub(super) fn slopes(depth: usize) -> impl Strategy<Value = Slope> {
    prop_oneof![Just(Slope::Softplus), (1.0..6.9).prop_map(move |limit| Slope::Bounded { limit: limit / depth as f64 })]
}
