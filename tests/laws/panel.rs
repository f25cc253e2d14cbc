//! Laws of the panel: p-values that hold and never rise with the score, and outliers that one expert alone would miss.

use nafal::data::container::Container;
use nafal::detect::{Configuration, Experts, LearnerConfiguration};
use nafal::encode::Held;
use nafal::encode::table::KIND;
use nafal::evaluate::metrics::auroc;
use nafal::random::{Key, below, normal, stream, uniform};
use nafal::{Dataset, Detector, Model, Preset, Series, SeriesSet, Table};
use rand_chacha::ChaCha8Rng;

fn table(columns: usize, values: Vec<f64>) -> Table {
    Table::new((0..columns).map(|j| format!("c{j}")).collect(), values).unwrap()
}

fn rows(seed: u64, n: usize, columns: usize, mut row: impl FnMut(&mut ChaCha8Rng) -> Vec<f64>) -> Table {
    let mut rng = stream(seed, Key::Simulation(40, 0));
    table(columns, (0..n).flat_map(|_| row(&mut rng)).collect())
}

fn series(seed: u64, n: usize, size: f64) -> SeriesSet {
    let mut rng = stream(seed, Key::Simulation(41, 0));
    let case = |rng: &mut ChaCha8Rng| (0..12).map(|_| size * normal::<f64>(rng)).collect::<Vec<f64>>();
    SeriesSet::new((0..n).map(|_| Series::new(&[case(&mut rng), case(&mut rng)]).unwrap()).collect()).unwrap()
}

fn fit(train: &Table) -> Model {
    Detector::builder().preset(Preset::Fast).fit(train).unwrap()
}

/// A column by inverse powers: no variance.
fn heavy(rng: &mut ChaCha8Rng) -> f64 {
    normal::<f64>(rng) / (-(1.0 - uniform(rng)).ln()).sqrt()
}

#[test]
fn p_values_hold_where_training_rows_are_few_or_heavy_tailed() {
    for (name, n, d, tail) in [("gaussian", 20, 60, false), ("gaussian", 60, 2, false), ("heavy", 60, 8, true)] {
        let draw =
            |seed, n| rows(seed, n, d, |rng| (0..d).map(|_| if tail { heavy(rng) } else { normal(rng) }).collect());
        let (fits, fresh) = (12, 300);
        let mut below = [0usize; 2];
        for seed in 0..fits {
            let model = Detector::builder().seed(seed).steps(20).fit(&draw(2 * seed, n)).unwrap();
            for p in model.p_values(&draw(2 * seed + 1, fresh)).unwrap() {
                below[0] += usize::from(p <= 0.05);
                below[1] += usize::from(p <= 0.1);
            }
        }
        let share = below.map(|count| count as f64 / (fits as usize * fresh) as f64);
        assert!(share[0] <= 0.07 && share[1] <= 0.13, "{name}, n = {n}, d = {d}: {share:?}");
        assert!(share[1] >= 0.02, "{name}, n = {n}, d = {d}: {share:?} is of no use");
    }
}

fn never_rises(model: &Model, cases: &dyn Dataset) {
    let (scores, p_values) = model.score_with_p_values(cases).unwrap();
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    for pair in order.windows(2) {
        assert!(p_values[pair[0]] >= p_values[pair[1]], "{} {}", scores[pair[0]], scores[pair[1]]);
    }
    assert!(p_values.iter().any(|&p| p > 0.2) && p_values.iter().any(|&p| p < 0.2));
}

#[test]
fn p_values_never_rise_with_the_score() {
    let train = rows(1, 80, 3, |rng| (0..3).map(|_| normal(rng)).collect());
    let test = rows(2, 500, 3, |rng| (0..3).map(|_| 1.5 * normal::<f64>(rng)).collect());
    for experts in [Experts::Panel, Experts::Flows] {
        never_rises(&Detector::builder().preset(Preset::Fast).experts(experts).fit(&train).unwrap(), &test);
    }
    let model = Detector::builder().preset(Preset::Fast).fit(&series(1, 30, 1.0)).unwrap();
    never_rises(&model, &series(2, 60, 1.3));
}

#[test]
fn a_score_is_the_root_of_the_contributions_by_their_shares() {
    let train = rows(3, 60, 4, |rng| (0..4).map(|_| normal(rng)).collect());
    let model = fit(&train);
    let (panel, scores) = (model.panel(), model.score(&train).unwrap());
    let contributions = model.contributions(&train).unwrap();
    assert_eq!(contributions.len(), panel.len());
    assert_eq!(panel.iter().filter(|member| member.expert == "flows").count(), 2);
    assert!(panel.iter().all(|member| (0.0..=1.0).contains(&member.criterion)), "{panel:?}");
    let mut names: Vec<&str> =
        panel.iter().map(|m| if m.expert == "flows" { "flows" } else { m.score.as_str() }).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 3, "two scores and the flows: {panel:?}");
    assert!((panel.iter().map(|member| member.share).sum::<f64>() - 1.0).abs() < 1e-12, "{panel:?}");
    for (i, score) in scores.iter().enumerate() {
        let mean: f64 = contributions.iter().zip(&panel).map(|(of, member)| member.share * of[i]).sum();
        assert!((mean.sqrt() - score).abs() <= 1e-9 * score.max(1.0), "row {i}: {score} and {}", mean.sqrt());
    }
}

#[test]
fn named_experts_are_the_panel_and_unknown_ones_are_refused() {
    let train = rows(4, 60, 2, |rng| (0..2).map(|_| normal(rng)).collect());
    let fit = |names: &[&str]| Detector::builder().preset(Preset::Fast).members(names.to_vec()).fit(&train);
    let model = fit(&["near:robust", "residual:standard"]).unwrap();
    let names: Vec<String> = model.panel().iter().map(|member| member.name()).collect();
    assert_eq!(names, ["near:robust", "residual:standard"]);
    let whole: Vec<String> = fit(&["near", "depth"]).unwrap().panel().iter().map(|member| member.name()).collect();
    assert_eq!(whole, ["near:standard", "near:robust", "near:gaussian", "depth:standard"]);
    let depth = fit(&["depth:standard"]).unwrap();
    assert_eq!((model.rows_held(), depth.rows_held(), depth.reference_rows()), (60, 60, 60));
    let again = Model::from_bytes(&model.to_bytes().unwrap(), "m").unwrap();
    assert_eq!(again.score(&train).unwrap(), model.score(&train).unwrap());
    // Without flows there is nothing to draw from, which is said.
    let none = fit(&["depth:standard"]).unwrap();
    let error = none.sample(2, 0).unwrap_err();
    assert!(none.flow_views() == 0 && error.exit_code() == 2 && error.to_string().contains("no flows"), "{error}");
    let error = fit(&["near:robust", "nearest"]).unwrap_err();
    assert!(
        error.exit_code() == 2
            && error.to_string().contains("\"nearest\"")
            && error.to_string().contains("flows:gaussian"),
        "{error}"
    );
}

#[test]
fn many_training_rows_are_sampled_for_their_neighbours() {
    let train = rows(12, 2600, 1, |rng| vec![normal(rng)]);
    let model = Detector::builder().preset(Preset::Fast).members(["near:standard"]).fit(&train).unwrap();
    assert_eq!((model.rows_held(), model.calibration_rows()), (2600, 2600));
}

#[test]
fn a_gross_value_far_modes_and_heavy_tails_hide_no_outlier() {
    let sentinel = rows(5, 300, 1, |rng| vec![uniform(rng)]);
    let mut values = sentinel.values().to_vec();
    values[7] = -9999.0;
    let modes = rows(6, 300, 1, |rng| vec![1000.0 * below(rng, 2) as f64 + 2.0 * uniform(rng) - 1.0]);
    let tails = rows(7, 300, 2, |rng| vec![heavy(rng), normal(rng)]);
    for (train, test) in [
        (table(1, values), table(1, vec![3.0, -2.0])),
        (modes, table(1, vec![20.0, 500.0, 980.0])),
        (tails, table(2, vec![300.0, 0.0, 0.0, 8.0])),
    ] {
        let p_values = fit(&train).p_values(&test).unwrap();
        assert!(p_values.iter().all(|&p| p <= 0.02), "{:?}: {p_values:?}", test.values());
    }
}

#[test]
fn off_one_of_two_far_modes_is_unusual_beside_another_column() {
    for far in [100.0, 1e5] {
        let train = rows(25, 300, 2, |rng| {
            let mode = if uniform(rng) < 0.5 { 0.0 } else { far };
            vec![mode + normal::<f64>(rng), normal(rng)]
        });
        let test = table(2, [20.0, -20.0, far + 20.0, 0.25 * far, 0.0].iter().flat_map(|&x| [x, 0.0]).collect());
        let p_values = fit(&train).p_values(&test).unwrap();
        assert!(p_values[..4].iter().all(|&p| p <= 0.02) && p_values[4] > 0.1, "{far}: {p_values:?}");
    }
}

#[test]
fn a_robust_fit_judges_by_views_of_its_own_and_calibrates_every_fold() {
    let case = |seed: u64| {
        let mut rng = stream(seed, Key::Simulation(43, 0));
        Series::new(&[(0..12).map(|_| normal(&mut rng)).collect::<Vec<f64>>()]).unwrap()
    };
    let set = SeriesSet::new((0..14).map(case).collect()).unwrap();
    let builder = Detector::builder().preset(Preset::Fast).steps(2).robust(true);
    // One view leaves one fold out and the other uncalibrated.
    let error = builder.clone().views(1).experts(Experts::Flows).fit(&set).unwrap_err();
    assert!(error.exit_code() == 2 && error.to_string().contains("raise the number of views"), "{error}");
    assert_eq!(builder.clone().views(2).fit(&set).unwrap().trimmed_rows(), 3);
    let latent = builder.experts(Experts::Flows).score(nafal::ScoreKind::Latent).fit(&set).unwrap();
    assert_eq!((latent.trimmed_rows(), latent.calibration_rows()), (3, 14));
}

#[test]
fn a_mixture_does_not_stand_for_election_in_a_wide_table() {
    let train = rows(27, 30, 600, |rng| (0..600).map(|_| normal(rng)).collect());
    let model = Detector::builder().preset(Preset::Fast).steps(2).fit(&train).unwrap();
    assert!(model.panel().iter().all(|member| member.expert != "mixture"), "{:?}", model.panel());
    assert!(model.to_bytes().unwrap().len() < 20 << 20, "{} bytes", model.to_bytes().unwrap().len());
}

#[test]
fn a_broken_dependence_between_three_of_seven_sensors_is_seen() {
    let plane = |seed, n, fault: f64| {
        rows(seed, n, 7, |rng| {
            let mut row: Vec<f64> = (0..6).map(|_| 10.0 * normal::<f64>(rng)).collect();
            let side = if uniform(rng) < 0.5 { fault } else { -fault };
            row.push(row[0] + row[1] + normal::<f64>(rng) + side);
            row
        })
    };
    let model = fit(&plane(8, 500, 0.0));
    let scores = [plane(9, 300, 0.0), plane(10, 100, 8.0)].map(|test| model.score(&test).unwrap());
    let labels: Vec<bool> = (0..400).map(|i| i >= 300).collect();
    let area = auroc(&labels, &scores.concat()).unwrap();
    assert!(area >= 0.95, "{area}");
}

#[test]
fn constant_columns_are_measured_by_their_value() {
    let train = rows(11, 100, 3, |rng| vec![1e-6, 1e6, normal(rng)]);
    let model = fit(&train);
    let p_values = model.p_values(&table(3, vec![1e-3, 1e6, 0.1, 1e-6, 1.001e6, 0.1, 1e-6, 2e6, 0.1])).unwrap();
    assert!(p_values[0] <= 0.02 && p_values[1] > 0.05 && p_values[2] <= 0.02, "{p_values:?}");
}

#[test]
fn training_scores_are_in_the_order_of_the_training_rows() {
    let train = rows(13, 50, 2, |rng| (0..2).map(|_| normal(rng)).collect());
    let mut values = train.values().to_vec();
    values[2 * 17] = 60.0;
    let model = fit(&table(2, values));
    let scores = model.training_scores();
    assert_eq!(scores.len(), 50);
    assert!((0..50).all(|i| i == 17 || scores[i] < scores[17]), "{scores:?}");
    assert_eq!(Model::from_bytes(&model.to_bytes().unwrap(), "m").unwrap().training_scores(), scores);
}

#[test]
fn a_robust_fit_leaves_out_planted_rows_and_keeps_p_values() {
    let clean = |seed, n| rows(seed, n, 4, |rng| (0..4).map(|_| normal(rng)).collect());
    let planted = |seed, n| rows(seed, n, 4, |rng| (0..4).map(|_| 5.0 + 0.2 * normal::<f64>(rng)).collect());
    let mixed = table(4, [clean(14, 180).values(), planted(15, 20).values()].concat());
    let fit = |robust: bool| Detector::builder().preset(Preset::Fast).robust(robust).fit(&mixed).unwrap();
    let (plain, robust) = (fit(false), fit(true));
    assert_eq!((plain.training_rows(), plain.trimmed_rows()), (200, 0));
    assert_eq!((robust.training_rows(), robust.trimmed_rows()), (160, 40));
    assert_eq!((robust.training_scores().len(), robust.calibration_rows()), (200, 200));
    let labels: Vec<bool> = (0..400).map(|i| i >= 300).collect();
    let test = table(4, [clean(16, 300).values(), planted(17, 100).values()].concat());
    let areas = [&plain, &robust].map(|model| auroc(&labels, &model.score(&test).unwrap()).unwrap());
    assert!(areas[1] >= 0.99 && areas[1] > areas[0], "{areas:?}");
    let least = robust.training_scores()[180..].iter().copied().fold(f64::INFINITY, f64::min);
    assert!(robust.training_scores()[..180].iter().all(|&score| score < least), "the planted rows score highest");
    let low = robust.p_values(&clean(18, 2000)).unwrap().into_iter().filter(|&p| p <= 0.1).count();
    assert!(low <= 220, "{low} of 2000 fresh normal rows have p ≤ 0.1");
    let again = Model::from_bytes(&robust.to_bytes().unwrap(), "m").unwrap();
    assert_eq!(again.p_values(&test).unwrap(), robust.p_values(&test).unwrap());
    let naf = Detector::builder().preset(Preset::Fast).experts(Experts::Flows).robust(true).fit(&mixed).unwrap();
    assert_eq!(naf.trimmed_rows(), 40);
}

/// Finite scores, the same after a round trip through the file; the file holds no rows.
fn holds_no_rows(model: &Model, cases: &dyn Dataset) {
    assert_eq!(model.rows_held(), 0);
    assert!(model.holds() < Held::Cases, "{:?}", model.panel());
    let bytes = model.to_bytes().unwrap();
    let file = Container::from_bytes(&bytes, "m").unwrap();
    assert!(file.names().all(|name| !name.ends_with(".rows")), "{:?}", file.names().collect::<Vec<_>>());
    let again = Model::from_bytes(&bytes, "m").unwrap();
    let scores = model.score_with_p_values(cases).unwrap();
    assert!(scores.0.iter().all(|score| score.is_finite()));
    assert_eq!((again.score_with_p_values(cases).unwrap(), again.holds()), (scores, model.holds()));
}

#[test]
fn a_model_without_training_rows_holds_none() {
    let train = rows(19, 80, 3, |rng| (0..3).map(|_| normal(rng)).collect());
    let test = rows(20, 40, 3, |rng| (0..3).map(|_| 9.0 * normal::<f64>(rng)).collect());
    let builder = Detector::builder().preset(Preset::Fast).steps(20);
    let plain = builder.clone().members(["near:robust", "flows:robust"]).fit(&train).unwrap();
    assert_eq!((plain.rows_held(), plain.holds()), (80, Held::Cases));
    for robust in [false, true] {
        let builder = builder.clone().no_training_rows(true).robust(robust);
        let model = builder.fit(&train).unwrap();
        holds_no_rows(&model, &test);
        let panel = model.panel();
        assert!((panel.iter().map(|member| member.share).sum::<f64>() - 1.0).abs() < 1e-12, "{panel:?}");
        assert!(panel.iter().any(|m| m.expert != "flows") && panel.iter().all(|m| m.expert != "neighbours"));
        let set = series(21, 30, 1.0);
        let model = builder.fit(&set).unwrap();
        holds_no_rows(&model, &series(22, 10, 2.0));
        assert_eq!((model.trimmed_rows() > 0, model.training_scores().len()), (robust, 30));
        assert!(model.panel().iter().all(|member| member.expert == "flows") && !model.panel().is_empty());
    }
    for (names, held) in [
        (&["residual:standard", "depth"][..], Held::Figures),
        (&["mixture:robust", "flows:robust"], Held::Figures),
        (&["mixture:gaussian"], Held::ColumnValues),
        (&["tails:standard"], Held::ColumnValues),
    ] {
        let model = builder.clone().members(names.to_vec()).no_training_rows(true).fit(&train).unwrap();
        assert_eq!(model.holds(), held, "{names:?}");
        holds_no_rows(&model, &test);
    }
    let error = builder.clone().members(["mixture", "ratio:robust"]).no_training_rows(true).fit(&train).unwrap_err();
    assert!(error.exit_code() == 2 && error.to_string().contains("`ratio:robust` keeps training rows"), "{error}");
    let error = builder.experts(Experts::All).no_training_rows(true).fit(&train).unwrap_err();
    assert!(error.exit_code() == 2 && error.to_string().contains("`neighbours:standard`"), "{error}");
}

#[test]
fn named_experts_are_fitted_robustly_too() {
    let train = rows(23, 80, 2, |rng| (0..2).map(|_| normal(rng)).collect());
    let builder = Detector::builder().preset(Preset::Fast).robust(true);
    let model = builder.clone().members(["near:robust"]).fit(&train).unwrap();
    assert_eq!((model.trimmed_rows(), model.panel()[0].name()), (16, "near:robust".to_owned()));
    // Only what was left out is scored anew, to the bits of a score among others.
    let scores = model.score(&train).unwrap();
    let left_out = (0..80).filter(|&i| model.training_scores()[i].to_bits() == scores[i].to_bits()).count();
    assert!(left_out >= 16, "{left_out}");
}

#[test]
fn a_learner_of_fewer_views_than_folds_survives_its_file() {
    let train = rows(24, 50, 2, |rng| (0..2).map(|_| normal(rng)).collect());
    let panel = Configuration::preset(KIND, Experts::Panel, Preset::Fast).unwrap();
    assert_eq!(panel.folds, 5);
    for learner in ["neighbours", "mixture", "tails"] {
        let learners = vec![LearnerConfiguration { views: 2, ..LearnerConfiguration::new(learner, "robust/*", 5) }];
        let own = Configuration { families: Vec::new(), learners, selection: None, ..panel.clone() };
        let model = Detector::builder().with_configuration(own).fit(&train).unwrap();
        // Three folds of ten rows are left out by no view, and calibrate nothing.
        assert_eq!((model.training_rows(), model.calibration_rows(), model.training_scores().len()), (50, 20, 20));
        let again = Model::from_bytes(&model.to_bytes().unwrap(), "m").unwrap();
        let bits = |model: &Model| {
            let (scores, p_values) = model.score_with_p_values(&train).unwrap();
            scores.into_iter().chain(p_values).map(f64::to_bits).collect::<Vec<u64>>()
        };
        assert_eq!(bits(&again), bits(&model), "{learner}");
        assert!(model.score(&train).unwrap().iter().all(|score| score.is_finite()), "{learner}");
    }
}
