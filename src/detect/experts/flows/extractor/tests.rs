//! Laws of the extractor: its gradient through the folding, its features, its densities, its training, its divergence check.

use std::ops::ControlFlow;
use std::sync::Arc;

use nafal_kernels::Isa;

use super::joint::JointTrainer;
use super::*;
use crate::autodiff::{AdamOptions, AffineMaps, check_gradient};
use crate::detect::views::ViewFamily;
use crate::error::Error;
use crate::flow::{FlowSpec, Transform};
use crate::progress::Quiet;
use crate::random::normal;

fn numbers<T: Real>(n: usize, key: u64) -> Vec<T> {
    let mut rng = stream(3, Key::Simulation(key, 0));
    (0..n).map(|_| normal(&mut rng)).collect()
}

const SPEC: ExtractorSpec = ExtractorSpec { columns: 5, views: 3, layers: 2, hidden: 4, features: 3 };

fn flow_spec(spec: &ExtractorSpec, contexts: usize) -> FlowSpec {
    FlowSpec { features: spec.features, contexts, blocks: 2, layers: 1, hidden: 6, transform: Transform::dsf(3) }
}

fn maps<T: Real>(spec: &ExtractorSpec) -> Arc<AffineMaps<T>> {
    Arc::new(dense_views(ViewFamily::GAUSSIAN, spec.views, spec.columns, 0, &[], 1, 2))
}

fn trainer<T: Real>(spec: ExtractorSpec, contexts: usize, noise: f64) -> JointTrainer<T> {
    let net = ViewNet::<T>::new(spec, flow_spec(&spec, contexts), 5, 0).unwrap();
    JointTrainer::new(Isa::detect(), net, maps(&spec), AdamOptions::default(), noise, 5, 0)
}

/// Every derivative of Eq. 6 with respect to θ and ψ, the folding of the views included, against central differences.
#[test]
fn joint_gradient_is_the_derivative_of_the_joint_loss() {
    for (contexts, noise, n) in [(0, 0.0, 7), (3, 0.3, 70)] {
        let mut t = trainer::<f64>(SPEC, contexts, noise);
        let rows = numbers::<f64>(n * SPEC.columns, 9);
        t.gradient(&rows);
        let p = t.net.flow.parameters().clone();
        let ids: Vec<ParameterId> = p.ids().filter(|&id| id != t.layers.folded.table).collect();
        for id in ids {
            let shape = p.shape(id).clone();
            let claimed = t.trainer.gradients().matrix(&p, id);
            let entries: Vec<(usize, usize)> = shape
                .runs
                .iter()
                .flat_map(|r| r.rows.clone().flat_map(|i| r.inner.clone().map(move |j| (i, j))))
                .collect();
            let claimed: Vec<f64> = entries.iter().map(|&(i, j)| claimed.row(i)[j]).collect();
            let start: Vec<f64> = entries.iter().map(|&(i, j)| p.matrix(id).row(i)[j]).collect();
            let loss = |x: &[f64]| {
                let mut other = trainer::<f64>(SPEC, contexts, noise);
                let mut at = entries.iter().zip(x);
                other.net.flow.parameters_mut().fill(id, |_, _| *at.next().expect("a value an entry").1);
                let maps = maps::<f64>(&SPEC);
                crate::autodiff::Folding::new(other.layers.first, other.layers.folded.table).refresh(
                    Isa::detect(),
                    &maps,
                    other.net.flow.parameters_mut(),
                );
                other.gradient(&rows)
            };
            let every = (0..start.len()).step_by(start.len().div_ceil(12));
            check_gradient(&start, &claimed, every, 1e-7, loss).unwrap_or_else(|e| panic!("{}: {e}", p.name(id)));
        }
        assert!(t.trainer.gradients().matrix(&p, t.layers.first).data.iter().any(|&g| g != 0.0));
    }
}

/// The features are `W_o λ(W₂ λ(W₁(A_k x + b_k))) + s`, computed one map after another.
#[test]
fn features_are_those_of_the_unfolded_maps() {
    let t = trainer::<f64>(SPEC, 0, 0.0);
    let mut extractor = t.net().extractor;
    let isa = Isa::detect();
    let rows = numbers::<f64>(70 * SPEC.columns, 4);
    extractor.standardise(isa, &rows);
    let (p, maps) = (extractor.parameters.clone(), maps::<f64>(&SPEC));
    let dense = |id, x: &[f64]| -> Vec<f64> {
        let w = p.matrix(id);
        (0..w.rows).map(|i| w.row(i).iter().zip(x).map(|(w, x)| w * x).sum()).collect()
    };
    let leaky_relu =
        |v: Vec<f64>| -> Vec<f64> { v.into_iter().map(|v| if v > 0.0 { v } else { NEGATIVE_SLOPE * v }).collect() };
    for view in 0..SPEC.views {
        let got = extractor.features(isa, view, &rows);
        for (row, got) in rows.chunks_exact(SPEC.columns).zip(got.chunks_exact(SPEC.features)) {
            let map = maps.map(view);
            let t: Vec<f64> = (0..SPEC.columns)
                .map(|i| map.row(i)[..SPEC.columns].iter().zip(row).map(|(a, x)| a * x).sum::<f64>() + map.row(i)[5])
                .collect();
            let h =
                leaky_relu(dense(extractor.layers.hidden[0].weight, &leaky_relu(dense(extractor.layers.first, &t))));
            let shift = p.vector(extractor.layers.shift);
            for ((want, s), got) in dense(extractor.layers.head.weight, &h).iter().zip(shift).zip(got) {
                assert!((want + s - got).abs() < 1e-12 * want.abs().max(1.0), "view {view}: {want} {got}");
            }
        }
    }
    // Standardised: pooled over rows and views every feature has mean 0, spread 1.
    let pooled: Vec<f64> = (0..SPEC.views).flat_map(|k| extractor.features(isa, k, &rows)).collect();
    let count = (pooled.len() / SPEC.features) as f64;
    for i in 0..SPEC.features {
        let column = || pooled.iter().skip(i).step_by(SPEC.features);
        let mean = column().sum::<f64>() / count;
        let spread = (column().map(|v| (v - mean) * (v - mean)).sum::<f64>() / count).sqrt();
        assert!(mean.abs() < 1e-12 && (spread - 1.0).abs() < 1e-9, "{mean} {spread}");
    }
}

/// Few rows are scored with views in the lanes, many with rows in the lanes; pairs one by one: the same bits.
#[test]
fn densities_do_not_depend_on_what_lies_in_the_lanes() {
    let spec = ExtractorSpec { columns: 19, views: 37, layers: 1, hidden: 8, features: 4 };
    for contexts in [0, 37] {
        let net = trainer::<f32>(spec, contexts, 0.0).net();
        let rows = numbers::<f32>(100 * spec.columns, 6);
        let many = net.density(&rows);
        for n in [1, 2, 15] {
            let few = net.density(&rows[..n * spec.columns]);
            for view in 0..spec.views {
                for row in 0..n {
                    let (a, b) = (view * n + row, view * 100 + row);
                    assert_eq!(few.log_density[a].to_bits(), many.log_density[b].to_bits(), "{n} {view} {row}");
                    assert_eq!(few.log_base[a].to_bits(), many.log_base[b].to_bits());
                }
            }
        }
        let pairs: Vec<(u32, &[f32])> = (0..20).map(|i| (i * 5 % 37, &rows[..spec.columns])).collect();
        let mut tile = vec![0f32; spec.features * 32];
        net.extractor.pairs(Isa::detect(), &pairs, &mut tile, 32);
        for (b, (view, row)) in pairs.iter().enumerate() {
            let want = net.extractor.features(Isa::detect(), *view as usize, row);
            (0..spec.features).for_each(|i| assert_eq!(want[i].to_bits(), tile[i * 32 + b].to_bits()));
        }
    }
}

#[test]
fn training_gives_the_same_bits_on_any_number_of_threads() {
    let spec = ExtractorSpec { views: 21, ..SPEC };
    let train = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut t = trainer::<f32>(spec, 0, 0.1);
            let rows = numbers::<f32>(90 * spec.columns, 8);
            for _ in 0..5 {
                t.step(1e-2, &rows);
            }
            let net = t.net();
            let score = net.score(&rows);
            (net.flow.parameters().values().to_vec(), net.extractor.parameters.values().to_vec(), score)
        })
    };
    assert_eq!(train(1), train(3));
}

#[test]
fn joint_training_lowers_the_loss_and_moves_the_extractor() {
    let mut t = trainer::<f32>(SPEC, 0, 0.0);
    let before = t.net();
    let rows = numbers::<f32>(64 * SPEC.columns, 8);
    let first = t.step(1e-2, &rows).0;
    let last = (0..60).map(|_| t.step(1e-2, &rows).0).last().unwrap();
    assert!(last < first - 0.5, "{first} → {last}");
    let after = t.net();
    for id in [after.extractor.layers.first, after.extractor.layers.head.weight] {
        assert_ne!(before.extractor.parameters.to_dense(id), after.extractor.parameters.to_dense(id));
    }
    assert!(after.extractor.parameters.vector(after.extractor.layers.shift).iter().all(|&s| s == 0.0));
}

/// Views that differ by their shifts alone are told apart by a trained extractor, and better than by a guess.
#[test]
fn pretraining_learns_to_predict_the_view() {
    let spec = ExtractorSpec { columns: 4, views: 6, layers: 1, hidden: 8, features: 8 };
    let rows = numbers::<f32>(64 * spec.columns, 8);
    let mut extractor = Extractor::<f32>::new(spec, 1, 0);
    let mut losses = Vec::new();
    let outcome = extractor.pretrain(
        Isa::detect(),
        maps(&spec),
        400,
        1,
        0,
        |_| rows.clone(),
        |step| {
            losses.push(step.loss);
            Ok(ControlFlow::Continue(()))
        },
        &Quiet,
    );
    outcome.unwrap();
    let guess = (spec.views as f64).ln();
    assert!((losses[0] - guess).abs() < 2.0 && losses[399] < 0.7 * guess, "{} {}", losses[0], losses[399]);
}

#[test]
fn the_divergence_check_tells_a_runaway_from_a_fit() {
    let features = numbers::<f32>(1000 * 8, 2);
    let check = DivergenceCheck::new(&features, 8);
    // Gaussian features of spread s have −log p = 8·(½ ln 2πe + ln s); the check wants s below a hundredth.
    let gaussian = |s: f64| 8.0 * (0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E).ln() + s.ln());
    assert!((check.bound() - gaussian(0.01)).abs() < 0.3, "{} {}", check.bound(), gaussian(0.01));
    check.check(0, gaussian(1.0), 1.0).unwrap();
    check.check(0, gaussian(0.02), 1.0).unwrap();
    for (loss, norm) in [(gaussian(0.005), 1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
        let error = check.check(7, loss, norm).unwrap_err();
        assert!(matches!(error, Error::Training(_)) && error.to_string().contains("step 7"), "{error}");
        assert_eq!(error.exit_code(), 6);
    }
    check.check_scores(&[5.0, 5.1, 5.0]).unwrap();
    assert_eq!(check.check_scores(&[1e6, 1e6 + 0.1]).unwrap_err().exit_code(), 6);
}
