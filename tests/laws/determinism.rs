//! Laws of reproducibility: the same bits for any number of threads, in any batch, at any position, after any save.

use crate::bits::bits;
use nafal::Model;
use nafal::autodiff::{AdamOptions, OneCycle};
use nafal::data::Table;
use nafal::detect::{
    Configuration, Detector, Experts, ExtractorSpec, JointTrainer, Preset, ScoreKind, ViewFamily, ViewInput, ViewNet,
    dense_views,
};
use nafal::encode::table::{KIND, STANDARDISED};
use nafal::flow::strategies::{Case, Magnitudes, Sizes, cases, settings};
use nafal::flow::{BatchSource, Context, Density, Flow, FlowSpec, Trainer, TrainingOptions, Transform};
use nafal::random::{Key, below, normal, permutation, stream};
use nafal_kernels::{Isa, Real};
use proptest::prelude::*;

type Law = Result<(), TestCaseError>;

const KINDS: [ScoreKind; 3] = [ScoreKind::Calibrated, ScoreKind::Likelihood, ScoreKind::Latent];

/// Runs `f` on a pool of `threads` threads.
fn with_threads<R: Send>(threads: usize, f: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(f)
}

/// Noise with a bend; the context shifts the first feature.
struct Bent;

impl<T: Real> BatchSource<T> for Bent {
    fn fill(&self, step: u64, first: usize, count: usize, contexts: &mut [u32], tile: &mut [T], lanes: usize) {
        for b in 0..count {
            let mut rng = stream(0, Key::Simulation(step, (first + b) as u64));
            contexts[b] = below(&mut rng, 3) as u32;
            let t: f64 = normal(&mut rng);
            for i in 0..tile.len() / lanes {
                let v = t.powi(i as i32 + 1) + f64::from(contexts[b]) + 0.3 * normal::<f64>(&mut rng);
                tile[i * lanes + b] = T::from_f64(v);
            }
        }
    }
}

/// Parameters after a few steps whose batch is no whole number of tiles and whose tiles no whole number a shard.
fn trained<T: Real>(isa: Isa) -> (Vec<u64>, Vec<u64>) {
    let spec = FlowSpec { features: 5, contexts: 3, blocks: 2, layers: 2, hidden: 19, transform: Transform::dsf(3) };
    let mut flow = Flow::<T>::new(spec, 1, 0).unwrap().with_isa(isa);
    let adam = AdamOptions { clip: 1.0, decay: 1e-3, ..AdamOptions::default() };
    let mut losses = Vec::new();
    let schedule = OneCycle { steps: 6, peak: 1e-2, warm_up: 0.3 };
    let mut trainer = Trainer::new(&flow, TrainingOptions { batch: 11 * 64 + 17, adam });
    trainer.run(&mut flow, schedule, &Bent, |_, loss| {
        losses.push(loss);
        true
    });
    (bits(flow.parameters().values()), bits(&losses))
}

#[test]
fn training_gives_the_same_bits_on_any_number_of_threads() {
    for &isa in Isa::available() {
        let one = with_threads(1, || (trained::<f32>(isa), trained::<f64>(isa)));
        assert_eq!(one.0.1.len(), 6);
        for threads in [2, 5] {
            let many = with_threads(threads, || (trained::<f32>(isa), trained::<f64>(isa)));
            assert!(one == many, "{}: {threads} threads", isa.name());
        }
    }
}

/// `n` rows of six columns: continuous, of few values, constant, a duplicate, heavy-tailed.
fn table(seed: u64, n: usize) -> Table {
    let mut values = Vec::new();
    for i in 0..n {
        let mut rng = stream(seed, Key::Simulation(i as u64, 0));
        let (t, u): (f64, f64) = (normal(&mut rng), normal(&mut rng));
        values.extend([t, 100.0 * (t + 0.3 * u), below(&mut rng, 3) as f64, 7.0, t, (2.0 * u).exp()]);
    }
    Table::new(["a", "b", "c", "d", "e", "f"].map(String::from).to_vec(), values).unwrap()
}

/// Small, but with every kind of map, both bases, shared and single flows, and a batch of several tiles.
fn configuration(score: ScoreKind) -> Configuration {
    let mut configuration =
        Configuration { score, ..Configuration::preset(KIND, Experts::Flows, Preset::Default).unwrap() };
    for family in &mut configuration.families {
        (family.hidden, family.steps, family.batch, family.round_steps) = (11, 12, 100, 3);
        family.views_per_flow = family.views_per_flow.min(3);
    }
    let mut dense = configuration.families[0].clone();
    let input = ViewInput::block(STANDARDISED);
    (dense.name, dense.maps, dense.input) = ("gaussian".into(), ViewFamily::GAUSSIAN, input);
    configuration.families.push(dense.clone());
    (dense.name, dense.maps, dense.views_per_flow) = ("rotation".into(), ViewFamily::ROTATION, 1);
    configuration.families.push(dense);
    configuration
}

fn fit(score: ScoreKind, active: bool) -> Model {
    let builder = Detector::builder().seed(9).with_configuration(configuration(score));
    builder.active(active).fit(&table(1, 43)).unwrap()
}

#[test]
fn fitting_gives_the_same_file_and_scores_on_any_number_of_threads() {
    let probes = table(2, 150);
    for (score, active) in [(ScoreKind::Calibrated, true), (ScoreKind::Latent, false)] {
        let run = || {
            let model = fit(score, active);
            let (scores, p_values) = model.score_with_p_values(&probes).unwrap();
            (model.to_bytes().unwrap(), bits(&scores), bits(&p_values))
        };
        let one = with_threads(1, run);
        for threads in [2, 5] {
            let many = with_threads(threads, run);
            assert!(one.0 == many.0, "{score:?}: model bytes differ with {threads} threads");
            assert!(one.1 == many.1 && one.2 == many.2, "{score:?}: scores differ with {threads} threads");
        }
    }
}

#[test]
fn another_seed_gives_another_model() {
    let fit = |seed| {
        let builder = Detector::builder().seed(seed).with_configuration(configuration(ScoreKind::Calibrated));
        builder.fit(&table(1, 43)).unwrap().score(&table(2, 5)).unwrap()
    };
    assert!(fit(1).iter().zip(&fit(2)).all(|(a, b)| a != b));
}

#[test]
fn a_row_scores_the_same_alone_in_any_batch_and_in_any_order() {
    let probes = table(3, 150);
    let first: [f64; 6] = probes.row(0).try_into().unwrap();
    for kind in KINDS {
        let model = fit(kind, false);
        let all = |t: &Table| {
            let (scores, p_values) = model.score_with_p_values(t).unwrap();
            (bits(&scores), bits(&p_values))
        };
        let (scores, p_values) = all(&probes);
        let mut rng = stream(0, Key::Split(0, 0));
        // Few rows lie as views in the lanes of a tile, many as rows; tiles hold 64.
        for count in [1, 2, 15, 16, 17, 63, 64, 65, 130, 150] {
            let chosen: Vec<usize> = permutation(&mut rng, 150).into_iter().take(count).collect();
            let (some, some_p) = all(&probes.select_rows(&chosen));
            for (i, &row) in chosen.iter().enumerate() {
                assert_eq!(some[i], scores[row], "{kind:?}: row {row} as number {i} of {count}");
                assert_eq!(some_p[i], p_values[row], "{kind:?}: p-value of row {row} as number {i} of {count}");
            }
        }
        // Neighbours far out, and a row many times over.
        let far = |i: usize| (0..6).map(move |j| if i == 70 { first[j] } else { 1e300 * (j as f64 - 2.5) });
        let crowd = Table::new(probes.names().to_vec(), (0..140).flat_map(far).collect()).unwrap();
        assert_eq!(all(&crowd).0[70], scores[0], "{kind:?}: among rows far out");
        let same = all(&probes.select_rows(&[4; 90])).0;
        assert!(same.iter().all(|&s| s == scores[4]), "{kind:?}: repeated");
    }
}

#[test]
fn a_loaded_model_scores_the_same_bits() {
    let probes = table(4, 80);
    let directory = tempfile::tempdir().unwrap();
    for kind in KINDS {
        let model = fit(kind, kind == ScoreKind::Calibrated);
        let path = directory.path().join(format!("{}.nafal", kind.name()));
        model.save(&path).unwrap();
        let loaded = Model::load(&path).unwrap();
        let (before, after) =
            (model.score_with_p_values(&probes).unwrap(), loaded.score_with_p_values(&probes).unwrap());
        assert_eq!(bits(&before.0), bits(&after.0), "{kind:?}");
        assert_eq!(bits(&before.1), bits(&after.1), "{kind:?}");
        assert_eq!(loaded.to_bytes().unwrap(), model.to_bytes().unwrap(), "{kind:?}: saved again");
        assert_eq!(
            Model::from_bytes(&model.to_bytes().unwrap(), "memory").unwrap().to_bytes().unwrap(),
            model.to_bytes().unwrap()
        );
    }
}

fn density_bits(d: &Density) -> Vec<(u64, u64)> {
    d.log_density.iter().zip(&d.log_base).map(|(a, b)| (a.to_bits(), b.to_bits())).collect()
}

/// A row's density is the same alone, at any position, among rows that are no numbers, and with its context given for it
/// alone or for all.
fn lanes_are_independent<T: Real>(case: &Case, isa: Isa) -> Law {
    let (m, n) = (case.spec.features, case.batch);
    let (flow, x) = (case.flow::<T>().with_isa(isa), case.inputs::<T>());
    let place = format!("{} {}", T::NAME, isa.name());
    let context = |b: usize| match case.contexts() {
        Context::Each(contexts) => Some(contexts[b]),
        _ => None,
    };
    let whole = density_bits(&flow.density(&x, case.contexts()));
    let order = permutation(&mut stream(case.seed, Key::Split(0, 0)), n);
    for &b in order.iter().take(4) {
        let alone = flow.density(&x[b * m..(b + 1) * m], context(b).map_or(Context::None, Context::Same));
        prop_assert_eq!(density_bits(&alone)[0], whole[b], "{}: row {} alone", place, b);
    }
    let permuted: Vec<T> = order.iter().flat_map(|&b| x[b * m..(b + 1) * m].to_vec()).collect();
    let permuted_classes: Vec<u32> = order.iter().filter_map(|&b| context(b)).collect();
    let given = if case.spec.contexts > 0 { Context::Each(&permuted_classes) } else { Context::None };
    let moved = density_bits(&flow.density(&permuted, given));
    for (i, &b) in order.iter().enumerate() {
        prop_assert_eq!(moved[i], whole[b], "{}: row {} moved to {}", place, b, i);
    }
    // All rows but one are no numbers.
    let kept = order[0];
    let mut poisoned = vec![T::from_f64(f64::NAN); n * m];
    poisoned[kept * m..(kept + 1) * m].copy_from_slice(&x[kept * m..(kept + 1) * m]);
    let among = density_bits(&flow.density(&poisoned, case.contexts()));
    prop_assert_eq!(among[kept], whole[kept], "{}: row {} among NaN", place, kept);
    Ok(())
}

/// The same for the inverse.
fn inverse_lanes_are_independent<T: Real>(case: &Case, isa: Isa) -> Law {
    let (m, n) = (case.spec.features, case.batch);
    let (flow, z) = (case.flow::<T>().with_isa(isa), case.inputs::<T>());
    let (x, log_det) = flow.latent_to_data(&z, case.contexts());
    for b in [0, n / 2, n - 1] {
        let context = match case.contexts() {
            Context::Each(contexts) => Context::Same(contexts[b]),
            other => other,
        };
        let (alone, alone_det) = flow.latent_to_data(&z[b * m..(b + 1) * m], context);
        prop_assert_eq!(bits(&alone), bits(&x[b * m..][..alone.len()]), "row {}", b);
        prop_assert_eq!(alone_det[0].to_bits(), log_det[b].to_bits());
    }
    Ok(())
}

proptest! {
    #![proptest_config(settings(48))]

    #[test]
    fn a_row_has_the_same_density_wherever_it_lies(case in cases(Sizes::default(), Magnitudes::WILD)) {
        for &isa in Isa::available() {
            lanes_are_independent::<f32>(&case, isa)?;
            lanes_are_independent::<f64>(&case, isa)?;
        }
    }

    #[test]
    fn a_row_has_the_same_inverse_wherever_it_lies(
        case in cases(Sizes { blocks: 1..=2, ..Sizes::default() }, Magnitudes::WILD)
    ) {
        for &isa in Isa::available() {
            inverse_lanes_are_independent::<f32>(&case, isa)?;
            inverse_lanes_are_independent::<f64>(&case, isa)?;
        }
    }
}

/// A net behind an extractor whose flow has more weights than a second-level cache holds, so that tiles are wide and long
/// sums are shared out, and a small one; both after a step of joint training on `threads` threads.
fn jointly_trained(threads: usize) -> Vec<ViewNet<f32>> {
    let net = |hidden: usize, blocks: usize| {
        let extractor = ExtractorSpec { columns: 5, views: 5, layers: 2, hidden: 6, features: 8 };
        let flow = FlowSpec { features: 8, contexts: 5, blocks, layers: 2, hidden, transform: Transform::dsf(16) };
        let maps = dense_views(ViewFamily::GAUSSIAN, extractor.views, extractor.columns, 0, &[], 1, 0);
        let net = ViewNet::<f32>::new(extractor, flow, 1, 0).unwrap();
        let mut trainer = JointTrainer::new(Isa::detect(), net, maps.into(), AdamOptions::default(), 0.1, 1, 0);
        for step in 0..2 {
            trainer.step(1e-3, &rows(64, step));
        }
        trainer.net()
    };
    with_threads(threads, || vec![net(32, 2), net(512, 3)])
}

/// `n` rows of five columns.
fn rows(n: usize, key: u64) -> Vec<f32> {
    let mut rng = stream(1, Key::Simulation(key, 9));
    (0..5 * n).map(|_| normal(&mut rng)).collect()
}

#[test]
fn a_net_behind_an_extractor_has_the_same_bits_on_any_number_of_threads() {
    let all = [1, 2, 3].map(jointly_trained);
    for nets in &all[1..] {
        for (net, first) in nets.iter().zip(&all[0]) {
            assert!(net.flow.parameters().values() == first.flow.parameters().values(), "flows");
            assert!(net.extractor.parameters().values() == first.extractor.parameters().values(), "extractors");
        }
    }
}

/// Views side by side in a tile, one view a tile with a rest, (row, view) pairs, and a single row.
#[test]
fn a_net_behind_an_extractor_scores_a_row_alike_in_any_batch() {
    let rows = rows(320, 7);
    for net in jointly_trained(1) {
        let whole = bits(&net.score(&rows));
        assert!(whole.iter().all(|&b| f64::from_bits(b).is_finite()));
        for n in [1, 3, 15, 16, 17, 32, 64, 65, 128, 319] {
            for first in [0, 320 - n] {
                let part = with_threads(2, || net.score(&rows[5 * first..5 * (first + n)]));
                assert_eq!(bits(&part), whole[first..first + n], "{n} rows from {first}");
            }
        }
    }
}
