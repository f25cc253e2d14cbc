//! Laws far out: finite in, finite out; and gross outliers stay ordered: the farther, the more surprising.

use nafal::autodiff::{AdamOptions, Gradients, OneCycle, Tape};
use nafal::data::Table;
use nafal::detect::{Configuration, Detector, Experts, Preset, ScoreKind};
use nafal::encode::table::KIND;
use nafal::flow::strategies::{Case, Magnitudes, Sizes, cases, settings};
use nafal::flow::{BatchSource, Context, Dsf, Flow, FlowSpec, Trainer, TrainingOptions, Transform};
use nafal::random::{Key, normal, stream};
use nafal_kernels::dsf::Slope;
use nafal_kernels::{Isa, Real};
use proptest::prelude::*;

type Law = Result<(), TestCaseError>;

/// Inputs of up to 10⁶ through up to eight blocks with slopes of up to 10³.
const FAR: Magnitudes = Magnitudes { inputs: 1e6, ..Magnitudes::WILD };

/// `count` distances from 10² to 10⁶ standard deviations, in equal ratios.
fn distances(count: usize) -> impl Iterator<Item = f64> {
    (0..count).map(move |i| 1e2 * 1e4f64.powf(i as f64 / (count - 1) as f64))
}

/// A random direction in `m` dimensions; every third one along an axis.
fn direction(seed: u64, key: u64, m: usize) -> Vec<f64> {
    let mut rng = stream(seed, Key::Simulation(key, 1));
    let mut v: Vec<f64> = (0..m).map(|_| normal(&mut rng)).collect();
    if key % 3 == 2 {
        let axis = key as usize / 3 % m;
        v.iter_mut().enumerate().for_each(|(i, v)| *v = if i == axis { v.signum() } else { 0.0 });
    }
    let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
    v.iter().map(|v| v / norm).collect()
}

fn values_are_finite<T: Real>(case: &Case, isa: Isa) -> Law {
    let (flow, x) = (case.flow::<T>().with_isa(isa), case.inputs::<T>());
    let (z, log_det) = flow.data_to_latent(&x, case.contexts());
    let place = format!("{} {}", T::NAME, isa.name());
    prop_assert!(z.iter().all(|v| v.is_finite()), "{place}: z {z:?}");
    prop_assert!(log_det.iter().all(|v| v.is_finite()), "{place}: log-det {log_det:?}");
    let density = flow.density(&x, case.contexts());
    prop_assert!(density.log_density.iter().all(|v| v.is_finite()), "{place}: log p {:?}", density.log_density);
    Ok(())
}

/// Gradient of the mean negative log-likelihood by the parameters and by the input.
fn gradients_are_finite(case: &Case, isa: Isa) -> Law {
    let (m, n, flow) = (case.spec.features, case.batch, case.flow::<f64>().with_isa(isa));
    let x = case.inputs::<f64>();
    let mut tape = Tape::new(isa);
    tape.begin(n);
    if let Context::Each(contexts) = case.contexts() {
        tape.set_contexts(contexts.iter().copied());
    }
    let input = tape.input(m, true, |tile, lanes| {
        (0..n * m).for_each(|at| tile[at % m * lanes + at / m] = x[at]);
    });
    flow.record_nll(&mut tape, input, 1.0 / n as f64);
    prop_assert!(tape.loss().is_finite());
    let mut gradients = Gradients::zeros(flow.parameters());
    tape.backward(flow.parameters(), &mut gradients, &mut []);
    prop_assert!(gradients.values().iter().all(|g| g.is_finite()), "{}: a parameter's gradient", isa.name());
    let adjoint = tape.adjoint(input);
    prop_assert!((0..m).all(|i| adjoint.row(i).iter().all(|g| g.is_finite())), "{}: the input's gradient", isa.name());
    Ok(())
}

/// `−log p` grows strictly along rays from the origin.
fn surprise_grows<T: Real>(flow: &Flow<T>, contexts: Context, seed: u64) -> Law {
    let m = flow.spec().features;
    for key in 0..6 {
        let v = direction(seed, key, m);
        let x: Vec<T> =
            distances(60).flat_map(|r| v.iter().map(move |v| T::from_f64(r * v)).collect::<Vec<_>>()).collect();
        let log_density = flow.density(&x, contexts).log_density;
        for (i, pair) in log_density.windows(2).enumerate() {
            let r = distances(60).nth(i).unwrap();
            prop_assert!(
                pair[1] < pair[0],
                "{} {}: ray {key}, {r:.4e} sd: log p {} then {}",
                T::NAME,
                flow.isa().name(),
                pair[0],
                pair[1]
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(settings(64))]

    #[test]
    fn finite_rows_have_finite_densities_and_gradients(case in cases(Sizes::default(), FAR)) {
        for &isa in Isa::available() {
            values_are_finite::<f64>(&case, isa)?;
            values_are_finite::<f32>(&case, isa)?;
            gradients_are_finite(&case, isa)?;
        }
    }

    #[test]
    fn gross_outliers_of_a_fresh_flow_stay_ordered(case in cases(Sizes::default(), Magnitudes::MILD)) {
        let context = if case.spec.contexts > 0 { Context::Same(0) } else { Context::None };
        for &isa in Isa::available() {
            let flow = Flow::<f64>::new(case.spec, case.seed, 0).unwrap().with_isa(isa);
            surprise_grows(&flow, context, case.seed)?;
            surprise_grows(&flow.cast::<f32>(), context, case.seed)?;
        }
    }
}

/// A ring of noise around a parabola, standardised by its making; its context is its side.
struct Parabola;

impl BatchSource<f32> for Parabola {
    fn fill(&self, step: u64, first: usize, count: usize, contexts: &mut [u32], tile: &mut [f32], lanes: usize) {
        let m = tile.len() / lanes;
        for b in 0..count {
            let mut rng = stream(8, Key::Simulation(step, (first + b) as u64));
            let t: f64 = normal(&mut rng);
            contexts[b] = u32::from(t > 0.0);
            for i in 0..m {
                let mean = if i % 2 == 0 { 0.9 * t } else { 0.6 * (t * t - 1.0) };
                tile[i * lanes + b] = (mean + 0.4 * normal::<f64>(&mut rng)) as f32;
            }
        }
    }
}

#[test]
fn gross_outliers_of_trained_flows_stay_ordered() {
    for (features, contexts, blocks, transform) in [
        (1, 0, 1, Transform::dsf(5)),
        (3, 2, 2, Transform::dsf(5)),
        (4, 0, 3, Transform::Dsf(Dsf { units: 5, slope: Slope::Bounded { limit: 4.0 } })),
        (11, 2, 2, Transform::dsf(5)),
    ] {
        let spec = FlowSpec { features, contexts, blocks, layers: 1, hidden: 27, transform };
        let mut flow = Flow::<f32>::new(spec, 2, 0).unwrap();
        let options = TrainingOptions { batch: 128, adam: AdamOptions { beta2: 0.99, ..AdamOptions::default() } };
        let schedule = OneCycle { steps: 200, peak: 1e-2, warm_up: 0.2 };
        let before = Trainer::new(&flow, options).step(&mut flow.clone(), 0.0, &Parabola).0;
        let loss = Trainer::new(&flow, options).run(&mut flow, schedule, &Parabola, |_, _| true);
        assert!(loss < before - 0.05 * features as f64, "{features} features: loss {before} → {loss}");
        for context in 0..contexts.max(1) {
            let context = if contexts > 0 { Context::Same(context as u32) } else { Context::None };
            for &isa in Isa::available() {
                let flow = flow.clone().with_isa(isa);
                surprise_grows(&flow, context, 4).unwrap_or_else(|e| panic!("{spec:?}: {e}"));
                surprise_grows(&flow.cast::<f64>(), context, 4).unwrap_or_else(|e| panic!("{spec:?}: {e}"));
            }
        }
    }
}

/// Sixty rows of five columns on different scales, two of them related, one of three values.
fn table() -> Table {
    let mut rng = stream(1, Key::Simulation(0, 0));
    let mut values = Vec::new();
    for i in 0..60 {
        let t: f64 = normal(&mut rng);
        let u: f64 = normal(&mut rng);
        values.extend([1e3 + 40.0 * t, 1e-3 * (t + 0.3 * u), u * u, f64::from(i % 3), (0.7 * u).exp()]);
    }
    Table::new(["a", "b", "c", "d", "e"].map(String::from).to_vec(), values).unwrap()
}

#[test]
fn gross_outliers_of_a_detector_stay_ordered() {
    let table = table();
    let (n, d) = (table.rows(), table.columns());
    let column = |j: usize| (0..n).map(move |i| i * d + j).map(|at| table.values()[at]);
    let mean: Vec<f64> = (0..d).map(|j| column(j).sum::<f64>() / n as f64).collect();
    let sd: Vec<f64> =
        (0..d).map(|j| (column(j).map(|v| (v - mean[j]).powi(2)).sum::<f64>() / n as f64).sqrt()).collect();
    for score in [ScoreKind::Calibrated, ScoreKind::Likelihood, ScoreKind::Latent] {
        for preset in [Preset::Default, Preset::Fast] {
            let mut configuration =
                Configuration { score, ..Configuration::preset(KIND, Experts::Flows, preset).unwrap() };
            for family in &mut configuration.families {
                (family.hidden, family.steps, family.batch) = (16, 40, 64);
                family.views_per_flow = family.views_per_flow.min(3);
            }
            let model = Detector::builder().seed(3).with_configuration(configuration).fit(&table).unwrap();
            for key in 0..9 {
                let v = direction(0, key, d);
                let point = |r: f64| (0..d).map(|j| mean[j] + r * sd[j] * v[j]).collect::<Vec<_>>();
                let rays = Table::new(table.names().to_vec(), distances(40).flat_map(point).collect()).unwrap();
                let (scores, p_values) = model.score_with_p_values(&rays).unwrap();
                for (i, pair) in scores.windows(2).enumerate() {
                    let r = distances(40).nth(i).unwrap();
                    assert!(
                        pair[1] > pair[0],
                        "{score:?} {preset:?}: ray {key}, {r:.4e} sd: {} then {}",
                        pair[0],
                        pair[1]
                    );
                }
                assert!(scores.iter().all(|s| s.is_finite()));
                assert!(p_values.iter().all(|&p| p == model.smallest_p_value()), "{score:?} {preset:?}: {p_values:?}");
            }
        }
    }
}

/// However many columns a table has, none is out of sight: a value far out in any one of them raises the score.
#[test]
fn an_outlier_in_any_one_column_of_a_wide_table_is_seen() {
    let (n, d) = (24, 300);
    let mut rng = stream(2, Key::Simulation(0, 0));
    let names = (0..d).map(|j| format!("c{j}")).collect::<Vec<_>>();
    let table = Table::new(names.clone(), (0..n * d).map(|_| normal(&mut rng)).collect()).unwrap();
    let mut configuration = Configuration::preset(KIND, Experts::Flows, Preset::Default).unwrap();
    for family in &mut configuration.families {
        (family.hidden, family.steps, family.batch) = (32, 2, 32);
    }
    let fit = |c: &Configuration| Detector::builder().with_configuration(c.clone()).fit(&table).unwrap();
    let model = fit(&configuration);
    assert_eq!(model.unseen_columns(), 0);
    // A single family of few views, not grown: no column is dealt twice before every column was once.
    configuration.families.truncate(1);
    configuration.coverage = 0;
    let few = &mut configuration.families[0];
    (few.flows, few.views_per_flow, few.features) = (5, 4, 3);
    assert_eq!(fit(&configuration).unseen_columns(), d - 5 * 4 * 3);
    let far = |j: usize, r: f64| {
        let mut row = table.row(0).to_vec();
        row[j] = r;
        row
    };
    for j in 0..d {
        let ray = [1e2, 1e3, 1e4, 1e6].map(|r| far(j, r)).concat();
        let scores = model.score(&Table::new(names.clone(), ray).unwrap()).unwrap();
        assert!(scores.windows(2).all(|pair| pair[1] > pair[0]), "column {j}: {scores:?}");
    }
}
