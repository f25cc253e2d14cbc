//! Laws of the derivatives: every operation, in every variant, against central differences and the dot-product identity
//! `⟨u, J·v⟩ = ⟨Jᵀ·u, v⟩`, used once and twice on a tape; whole flows too.

mod cases;
mod convolution;
mod graph;
mod own;
mod transforms;

use cases::{cases_of, dimensions, operations};
use graph::{Graph, Record};
use nafal::autodiff::check_gradient;
use nafal::flow::Context;
use nafal::flow::strategies::{Case, Magnitudes, Sizes, cases, settings};
use nafal_kernels::Isa;
use proptest::prelude::*;

/// A flow's mean negative log-likelihood as a graph.
fn flow_graph(case: &Case) -> Graph {
    let mut flow = case.flow::<f64>();
    // The second derivative of a bounded slope jumps where its raw value is zero, as it is in a fresh flow: differences over
    // such a point are not the derivative there.
    for block in 0..case.spec.blocks {
        let bias = flow.layers(block)[case.spec.layers].bias.expect("the head has a bias");
        let values = flow.parameters().vector(bias).to_vec();
        flow.parameters_mut().fill(bias, |_, i| values[i] + 0.3);
    }
    let (m, batch) = (case.spec.features, case.batch);
    let x = case.inputs::<f64>();
    let input = (0..m).flat_map(|i| x.iter().skip(i).step_by(m).copied().collect::<Vec<_>>()).collect();
    let contexts = match case.contexts() {
        Context::Each(contexts) => contexts.to_vec(),
        _ => vec![0; batch],
    };
    let parameters = flow.parameters().clone();
    let record: Box<Record> = Box::new(move |tape, p, x| {
        let mut flow = flow.clone();
        flow.parameters_mut().values_mut().copy_from_slice(p.values());
        flow.record_nll(tape, x[0], 1.0 / batch as f64);
        Vec::new()
    });
    Graph { parameters, inputs: vec![input], batch, contexts, record }
}

proptest! {
    #![proptest_config(settings(24))]

    #[test]
    fn every_operation_has_the_derivative_it_claims(d in dimensions()) {
        for operation in operations() {
            for graph in cases_of(operation, &d) {
                for &isa in Isa::available() {
                    graph.obeys(Some(operation), isa, d.seed)?;
                }
            }
        }
    }

    #[test]
    fn every_univariate_transform_has_the_derivative_it_claims(d in dimensions()) {
        for (name, graph) in transforms::cases(&d) {
            for &isa in Isa::available() {
                graph.obeys(Some(name), isa, d.seed)?;
            }
        }
    }

    #[test]
    fn an_operation_of_the_callers_own_has_the_derivative_it_claims(d in dimensions()) {
        for &isa in Isa::available() {
            own::case(&d).obeys(Some(own::NAME), isa, d.seed)?;
        }
    }

    #[test]
    fn whole_flows_have_the_derivative_they_claim(
        case in cases(
            Sizes { blocks: 1..=3, hidden: 1..=20, units: 1..=7, batch: 1..=20, ..Sizes::default() },
            Magnitudes { inputs: 3.0, weights: (1e-3, 0.5), ..Magnitudes::MILD },
        )
    ) {
        for &isa in Isa::available() {
            flow_graph(&case).obeys(None, isa, case.seed)?;
        }
    }
}

/// The checker itself finds a wrong derivative, also a missing or infinite one.
#[test]
fn the_checker_catches_wrong_gradients() {
    let f = |x: &[f64]| x[0] * x[0] + 3.0 * x[1];
    let check = |g: [f64; 2]| check_gradient(&[2.0, 1.0], &g, 0..2, 1e-8, f).map_err(|e| e.index);
    assert_eq!(check([4.0, 3.0]), Ok(()));
    assert_eq!(check([4.001, 3.0]), Err(0));
    assert_eq!(check([4.0, 0.0]), Err(1));
    assert_eq!(check([4.0, f64::NAN]), Err(1));
    assert_eq!(check([f64::INFINITY, 3.0]), Err(0));
}
