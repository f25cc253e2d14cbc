//! Laws of every registered detector: the same bits for any number of threads, for a case alone or among others, and from
//! its file; finite where columns are constant or repeated; more anomalous the farther out; nothing but its kinds of data.
#![cfg(feature = "cli")]

use nafal::data::container::{Container, Tensor};
use nafal::data::{Dataset, Kind, Series, SeriesSet, Table};
use nafal::detect::{Fitted, Registration, registry};
use nafal::random::{Key, normal, stream};
use nafal::{Preset, Quiet};

/// `n` rows or series: two inputs that depend on each other, pushed out by `distance`.
fn cases(kind: Kind, n: usize, part: u64, distance: f64) -> Box<dyn Dataset> {
    let mut rng = stream(1, Key::Simulation(part, 0));
    let mut pair = || -> [f64; 2] {
        let (x, y): (f64, f64) = (normal(&mut rng), normal(&mut rng));
        [x + distance, 0.5 * x + 0.2 * y + distance]
    };
    match kind {
        Kind::Table => {
            let values = (0..n).flat_map(|_| pair()).collect();
            Box::new(Table::new(vec!["x".into(), "y".into()], values).unwrap())
        }
        Kind::Series => {
            let series = |i: usize| {
                let steps: Vec<[f64; 2]> = (0..10 + i % 3).map(|_| pair()).collect();
                Series::new(&[0, 1].map(|c| steps.iter().map(|s| s[c]).collect::<Vec<f64>>())).unwrap()
            };
            Box::new(SeriesSet::new((0..n).map(series).collect()).unwrap())
        }
    }
}

fn fit(line: &'static Registration, train: &dyn Dataset, seed: u64) -> Box<dyn Fitted> {
    let fitted = line.detector(Preset::Fast).fit(train, seed, &Quiet);
    fitted.unwrap_or_else(|e| panic!("{} on {}: {e}", line.name, train.kind()))
}

fn bits(fitted: &dyn Fitted, cases: &dyn Dataset) -> Vec<u64> {
    let (scores, p_values) = fitted.score_with_p_values(cases).unwrap();
    assert_eq!(scores.len(), cases.len());
    assert!(scores.iter().all(|s| s.is_finite()), "{scores:?}");
    assert!(p_values.iter().flatten().all(|p| (0.0..=1.0).contains(p)), "{p_values:?}");
    scores.iter().chain(p_values.iter().flatten()).map(|s| s.to_bits()).collect()
}

/// Every detector with each kind of data that it takes.
fn each(mut law: impl FnMut(&'static Registration, Kind)) {
    for line in registry::all() {
        assert!(!line.kinds.is_empty(), "{}", line.name);
        for &kind in line.kinds {
            law(line, kind);
        }
    }
}

#[test]
fn names_are_found_in_any_case_and_once() {
    let names: Vec<&str> = registry::all().map(|line| line.name).collect();
    for (i, name) in names.iter().enumerate() {
        assert!(!names[..i].contains(name), "{name} is registered twice");
        assert_eq!(registry::named(&name.to_uppercase()).unwrap().name, *name);
    }
    let error = registry::named("magic").unwrap_err();
    assert!(error.exit_code() == 2 && error.to_string().contains("naf-ad"), "{error}");
}

#[test]
fn bits_depend_neither_on_threads_nor_on_the_batch_and_survive_the_file() {
    each(|line, kind| {
        let (train, test) = (cases(kind, 40, 0, 0.0), cases(kind, 11, 1, 0.0));
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let fitted = fit(line, &*train, 3);
                let bits = bits(&*fitted, &*test);
                (fitted, bits)
            })
        };
        let (fitted, together) = run(1);
        for threads in [2, 5] {
            assert_eq!(run(threads).1, together, "{} on {kind}: {threads} threads", line.name);
        }
        for i in [0, 4, 10] {
            let alone = bits(&*fitted, &*test.select(&[i]).unwrap());
            let among: Vec<u64> = together.iter().copied().skip(i).step_by(test.len()).collect();
            assert_eq!(alone, among, "{} on {kind}: case {i}", line.name);
        }
        let file = registry::to_bytes(&*fitted).unwrap();
        let loaded = registry::from_bytes(&file, "m").unwrap();
        assert_eq!(bits(&*loaded, &*test), together, "{} on {kind}: from its file", line.name);
        assert_eq!(registry::to_bytes(&*loaded).unwrap(), file, "{} on {kind}: its file again", line.name);
        let container = Container::from_bytes(&file, "m").unwrap();
        assert_eq!(container.header().str("detector").unwrap(), line.name);
        assert_eq!(container.header().str("kind").unwrap(), kind.name());
    });
}

#[test]
fn the_seed_matters_to_random_detectors_alone() {
    each(|line, kind| {
        let (train, test) = (cases(kind, 30, 0, 0.0), cases(kind, 5, 1, 0.0));
        let run = |seed| bits(&*fit(line, &*train, seed), &*test);
        assert_eq!(run(5) == run(6), !line.random, "{} on {kind}", line.name);
    });
}

#[test]
fn constant_and_repeated_inputs_give_finite_scores() {
    each(|line, kind| {
        let plain = cases(kind, 24, 0, 0.0);
        let (train, test): (Box<dyn Dataset>, Box<dyn Dataset>) = match kind {
            Kind::Table => {
                let table = plain.downcast::<Table>().unwrap();
                let names = ["x", "constant", "again", "y"].map(str::to_owned);
                let wide = |constant: f64| {
                    let row = |i| [table.row(i)[0], constant, table.row(i)[0], table.row(i)[1]];
                    Table::new(names.to_vec(), (0..24).flat_map(row).collect()).unwrap()
                };
                (Box::new(wide(7.0).select_rows(&(0..48).map(|i| i % 24).collect::<Vec<_>>())), Box::new(wide(9.0)))
            }
            Kind::Series => {
                let wide = |constant: f64| {
                    let case = |s: &Series| {
                        let first = s.channel(0).to_vec();
                        Series::new(&[first.clone(), vec![constant; first.len()], first]).unwrap()
                    };
                    let set = plain.downcast::<SeriesSet>().unwrap();
                    SeriesSet::new(set.cases().iter().map(case).collect()).unwrap()
                };
                (
                    wide(7.0).select(&(0..48).map(|i| i % 24).collect::<Vec<_>>()).map(Box::new).unwrap(),
                    Box::new(wide(9.0)),
                )
            }
        };
        let fitted = fit(line, &*train, 0);
        bits(&*fitted, &*train);
        bits(&*fitted, &*test);
    });
}

#[test]
fn values_at_the_ends_of_the_range_of_numbers_give_finite_scores() {
    each(|line, kind| {
        let plain = cases(kind, 24, 0, 0.0);
        let scaled = |scale: f64| -> Box<dyn Dataset> {
            let one = |v: f64| (v * scale).clamp(f64::MIN, f64::MAX);
            match kind {
                Kind::Table => {
                    let table = plain.downcast::<Table>().unwrap();
                    let values = table.values().iter().map(|&v| one(v)).collect();
                    Box::new(Table::new(table.names().to_vec(), values).unwrap())
                }
                Kind::Series => {
                    let set = plain.downcast::<SeriesSet>().unwrap();
                    let case = |s: &Series| {
                        Series::new(&[0, 1].map(|c| s.channel(c).iter().map(|&v| one(v)).collect::<Vec<f64>>()))
                            .unwrap()
                    };
                    Box::new(SeriesSet::new(set.cases().iter().map(case).collect()).unwrap())
                }
            }
        };
        let fitted = fit(line, &*plain, 0);
        for scale in [1e-310, 1e-80, 1e80, 1e308] {
            let train = scaled(scale);
            bits(&*fitted, &*train);
            let fitted = line.detector(Preset::Fast).fit(&*train, 0, &Quiet);
            let fitted = match fitted {
                Ok(fitted) => fitted,
                // In single precision the smallest are alike, and of the largest the variance overflows.
                Err(error) => {
                    assert_eq!(error.exit_code(), 3, "{} on {kind} of {scale:e}: {error}", line.name);
                    continue;
                }
            };
            bits(&*fitted, &*train);
            bits(&*fitted, &*plain);
            registry::to_bytes(&*fitted).unwrap();
        }
    });
}

#[test]
fn a_case_is_more_anomalous_the_farther_out_it_is() {
    each(|line, kind| {
        let fitted = fit(line, &*cases(kind, 60, 0, 0.0), 0);
        let at = |distance| fitted.score(&*cases(kind, 1, 7, distance)).unwrap()[0];
        let along: Vec<f64> = [0.0, 5.0, 25.0, 125.0].map(at).to_vec();
        assert!(along[1..].iter().all(|&far| along[0] < far), "{} on {kind}: {along:?}", line.name);
        // Features of the series encoder are clipped: beyond that a score may waver.
        let clipped = kind == Kind::Series && ["naf-ad", "naf-al", "knn-features"].contains(&line.name);
        assert!(along.is_sorted() || clipped, "{} on {kind}: {along:?}", line.name);
    });
}

#[test]
fn every_training_case_counts_whatever_its_label() {
    each(|line, kind| {
        let plain = cases(kind, 20, 0, 0.0);
        let labels: Vec<String> = (0..20).map(|i| format!("label {i}")).collect();
        let labelled: Box<dyn Dataset> = match kind {
            Kind::Table => Box::new(plain.downcast::<Table>().unwrap().clone().with_labels("class", labels).unwrap()),
            Kind::Series => Box::new(plain.downcast::<SeriesSet>().unwrap().clone().with_labels(labels).unwrap()),
        };
        let (fitted, test) = (fit(line, &*labelled, 0), cases(kind, 6, 1, 0.0));
        assert_eq!(bits(&*fitted, &*test), bits(&*fit(line, &*plain, 0), &*test), "{}", line.name);
        let file = String::from_utf8_lossy(&registry::to_bytes(&*fitted).unwrap()).into_owned();
        assert!(!file.contains("label 7"), "{} keeps the labels of its training cases", line.name);
    });
}

#[test]
fn other_kinds_of_data_are_refused_by_name() {
    for line in registry::all() {
        for kind in Kind::ALL {
            let data = cases(kind, 20, 0, 0.0);
            let fit = line.detector(Preset::Fast).fit(&*data, 0, &Quiet);
            assert_eq!(line.takes(kind), fit.is_ok(), "{} on {kind}", line.name);
            match fit {
                Err(error) => {
                    assert!(error.exit_code() == 3 && error.to_string().contains(line.name), "{error}");
                }
                Ok(fitted) => {
                    for other in Kind::ALL.into_iter().filter(|&other| other != kind) {
                        let error = fitted.score(&*cases(other, 3, 0, 0.0)).unwrap_err();
                        assert_eq!(error.exit_code(), 3, "{}: {error}", line.name);
                    }
                }
            }
        }
    }
}

#[test]
fn other_columns_and_channels_are_refused_and_columns_may_stand_in_any_order() {
    each(|line, kind| {
        let fitted = fit(line, &*cases(kind, 20, 0, 0.0), 0);
        let test = cases(kind, 6, 1, 0.0);
        let error = match kind {
            Kind::Table => {
                let table = test.downcast::<Table>().unwrap();
                let turned: Vec<f64> = (0..6).flat_map(|i| [table.row(i)[1], 0.5, table.row(i)[0]]).collect();
                let turned = Table::new(vec!["y".into(), "z".into(), "x".into()], turned).unwrap();
                assert_eq!(bits(&*fitted, &turned), bits(&*fitted, &*test), "{}", line.name);
                let one = Table::new(vec!["x".into()], vec![1.0]).unwrap();
                let error = fitted.score(&one).unwrap_err();
                assert!(error.to_string().contains("\"y\""), "{}: {error}", line.name);
                error
            }
            Kind::Series => {
                let one = SeriesSet::new(vec![Series::new(&[vec![1.0, 2.0]]).unwrap()]).unwrap();
                let error = fitted.score(&one).unwrap_err();
                assert!(error.to_string().contains("1 channels"), "{}: {error}", line.name);
                error
            }
        };
        assert_eq!(error.exit_code(), 3);
    });
}

#[test]
fn damaged_files_are_refused() {
    each(|line, kind| {
        let fitted = fit(line, &*cases(kind, 16, 0, 0.0), 0);
        let whole = Container::from_bytes(&registry::to_bytes(&*fitted).unwrap(), "m").unwrap();
        let names: Vec<String> = whole.names().map(str::to_owned).collect();
        for name in names.iter().step_by(1 + names.len() / 40) {
            let mut file = whole.clone();
            file.insert(name, Tensor::u32(&[0], Vec::new()));
            let error = registry::from_bytes(&file.to_bytes().unwrap(), "m").err();
            let error = error.unwrap_or_else(|| panic!("{} on {kind}: `{name}` is not needed", line.name));
            assert_eq!(error.exit_code(), 4, "{error}");
        }
        let mut file = whole;
        file.set("detector", "magic");
        let error = registry::from_bytes(&file.to_bytes().unwrap(), "m").unwrap_err();
        assert!(error.exit_code() == 4 && error.to_string().contains("\"magic\""), "{error}");
    });
}
