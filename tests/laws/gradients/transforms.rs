//! The univariate transforms as graphs of random sizes: values and log-slopes from features, raw and shared parameters.

use nafal::autodiff::Parameters;
use nafal::flow::{Ddsf, Dsf, Transform};
use nafal_kernels::dsf::Slope;

use super::cases::Dimensions;
use super::graph::Graph;

/// Every transform with either kind of slope; the dense one as a single layer, with a first and a last, and with one between.
pub fn cases(d: &Dimensions) -> Vec<(&'static str, Graph)> {
    let slopes = [Slope::Softplus, Slope::Bounded { limit: 2.5 }];
    let kinds = slopes.into_iter().flat_map(|slope| {
        // A new kind of slope must be added to the list above.
        match slope {
            Slope::Softplus | Slope::Bounded { .. } => {}
        }
        let dense = |layers: usize| Transform::Ddsf(Ddsf { layers, units: d.units.min(5), slope });
        let dsf = Transform::Dsf(Dsf { units: d.units, slope });
        [("dsf", dsf), ("ddsf", dense(1)), ("ddsf", dense(2)), ("ddsf", dense(3))]
    });
    kinds.map(|(name, transform)| (name, case(d, transform))).collect()
}

fn case(d: &Dimensions, transform: Transform) -> Graph {
    let mut p = Parameters::new();
    let shared = transform.univariate().add_shared("transform", &mut p);
    for (i, &id) in shared.iter().enumerate() {
        let values = d.normals(100 + i as u64, p.vector(id).len(), 0.7);
        p.fill(id, |_, j| values[j]);
    }
    let features = d.k.min(5);
    let record = move |tape: &mut _, p: &Parameters<f64>, v: &[_]| {
        let (y, log_slope) = transform.univariate().record(tape, p, &shared, v[0], v[1]);
        vec![y, log_slope]
    };
    d.graph(p, &[(features, 2.0), (features * transform.raw_rows(), 1.5)], Box::new(record))
}
