//! What holds for the explanations of any detector, whatever it learned.

use nafal::detect::{Explanation, Fitted, explain, registry};
use nafal::random::{Key, normal, stream};
use nafal::{Dataset, Kind, Preset, Quiet, Series, SeriesSet, Table};

use super::{assert_sound, rank};

/// `n` rows of three columns, or series of two channels, that depend on each other.
fn cases(kind: Kind, n: usize, part: u64) -> Box<dyn Dataset> {
    let mut rng = stream(1, Key::Simulation(60, part));
    let mut row = || -> [f64; 3] {
        let (x, y, z): (f64, f64, f64) = (normal(&mut rng), normal(&mut rng), normal(&mut rng));
        [x, 0.9 * x + 0.3 * y, z]
    };
    match kind {
        Kind::Table => {
            let names = ["x", "y", "z"].map(str::to_owned).to_vec();
            Box::new(Table::new(names, (0..n).flat_map(|_| row()).collect()).unwrap())
        }
        Kind::Series => {
            let series = |i: usize| {
                let steps: Vec<[f64; 3]> = (0..10 + i % 3).map(|_| row()).collect();
                Series::new(&[0, 1].map(|c| steps.iter().map(|s| s[c]).collect::<Vec<f64>>())).unwrap()
            };
            Box::new(SeriesSet::new((0..n).map(series).collect()).unwrap())
        }
    }
}

/// The case with the replacement that a cause names, of a table.
fn replaced(cases: &Table, row: usize, why: &Explanation, place: usize) -> Table {
    let cause = &why.causes[place];
    let mut values = cases.row(row).to_vec();
    assert_eq!(cause.value, Some(values[cause.input]));
    values[cause.input] = cause.normal_value.unwrap();
    Table::new(cases.names().to_vec(), values).unwrap()
}

#[test]
fn explanations_add_up_repeat_and_say_what_the_scores_say() {
    for line in registry::all() {
        for &kind in line.kinds {
            let place = format!("{} on {kind}", line.name);
            let (train, test) = (cases(kind, 24, 0), cases(kind, 4, 1));
            let run = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| {
                    let fitted = line.detector(Preset::Fast).fit(&*train, 3, &Quiet).unwrap();
                    let why = explain(&*fitted, &*train, &*test).unwrap();
                    (fitted, why)
                })
            };
            let (fitted, why) = run(1);
            assert_eq!(run(3).1, why, "{place}: another number of threads");
            let (scores, p_values) = fitted.score_with_p_values(&*test).unwrap();
            for (i, why) in why.iter().enumerate() {
                assert_sound(why, &place);
                assert_eq!(why.score.to_bits(), scores[i].to_bits(), "{place}");
                assert_eq!(why.p_value, p_values.as_ref().map(|p| p[i]), "{place}");
                let mut inputs: Vec<usize> = why.causes.iter().map(|cause| cause.input).collect();
                inputs.sort_unstable();
                assert_eq!(inputs, (0..if kind == Kind::Table { 3 } else { 2 }).collect::<Vec<_>>(), "{place}");
                if let Some(table) = test.downcast::<Table>() {
                    let with = fitted.score(&replaced(table, i, why, 0)).unwrap()[0];
                    assert_eq!(with.to_bits(), why.causes[0].score_with.to_bits(), "{place}: row {i}");
                }
            }
            let alone = explain(&*fitted, &*train, &*test.select(&[2]).unwrap()).unwrap();
            assert_eq!(alone, why[2..3], "{place}: a case alone");
        }
    }
}

/// A value far out has the largest share, whatever the detector.
#[test]
fn a_gross_value_stands_first() {
    for line in registry::all().filter(|line| line.takes(Kind::Table)) {
        let train = cases(Kind::Table, 80, 0);
        let fitted = line.detector(Preset::Fast).fit(&*train, 0, &Quiet).unwrap();
        let rows = cases(Kind::Table, 6, 1);
        let rows = rows.downcast::<Table>().unwrap();
        for column in 0..3 {
            let mut values = rows.values().to_vec();
            values.iter_mut().skip(column).step_by(3).for_each(|v| *v += 9.0);
            let test = Table::new(rows.names().to_vec(), values).unwrap();
            let why = explain(&*fitted, &*train, &test).unwrap();
            let first = why.iter().filter(|why| rank(why, column) == 0).count();
            assert!(first >= 5, "{}: {first} of 6 rows have column {column} first: {why:?}", line.name);
            for why in why.iter().filter(|why| rank(why, column) == 0) {
                let normal = why.causes[0].normal_value.unwrap();
                assert!(normal.abs() < 4.0, "{}: {normal} is not normal", line.name);
            }
        }
    }
}

/// Counts the rows that are scored.
#[derive(Debug)]
struct Counting {
    fitted: Box<dyn Fitted>,
    rows: std::sync::atomic::AtomicUsize,
}

impl Fitted for Counting {
    fn score(&self, cases: &dyn Dataset) -> nafal::Result<Vec<f64>> {
        self.rows.fetch_add(cases.len(), std::sync::atomic::Ordering::Relaxed);
        self.fitted.score(cases)
    }
    fn write(&self, file: &mut nafal::data::container::Container) {
        self.fitted.write(file);
    }
}

#[test]
fn a_wide_row_costs_a_bounded_number_of_scores_and_its_causes_are_found() {
    let (n, d) = (60, 600);
    let mut rng = stream(4, Key::Simulation(61, 0));
    let mut rows = |n: usize| -> Vec<f64> {
        let row = |_| {
            let load: f64 = normal(&mut rng);
            (0..d).map(|_| load + 0.2 * normal::<f64>(&mut rng)).collect::<Vec<f64>>()
        };
        (0..n).flat_map(row).collect()
    };
    let names: Vec<String> = (0..d).map(|j| format!("c{j}")).collect();
    let train = Table::new(names.clone(), rows(n)).unwrap();
    let mut values = rows(5);
    let planted = [3, 77, 299, 300, 599];
    planted.iter().enumerate().for_each(|(i, &j)| values[i * d + j] += 9.0);
    let test = Table::new(names, values).unwrap();
    let fitted = registry::named("knn").unwrap().detector(Preset::Default).fit(&train, 0, &Quiet).unwrap();
    let counting = Counting { fitted, rows: Default::default() };
    let why = explain(&counting, &train, &test).unwrap();
    let a_row = counting.rows.into_inner() / 5;
    assert!(a_row <= 64 * 32 + 128 * 4, "{a_row} scores a row");
    for (why, planted) in why.iter().zip(planted) {
        assert_sound(why, "wide");
        assert!(why.causes.len() <= 64);
        assert_eq!(rank(why, planted), 0, "{planted}: {:?}", why.causes[0]);
    }
}

#[test]
fn references_and_cases_that_do_not_go_together_are_refused() {
    let (table, series) = (cases(Kind::Table, 20, 0), cases(Kind::Series, 20, 0));
    let knn =
        |train: &dyn Dataset| registry::named("knn").unwrap().detector(Preset::Default).fit(train, 0, &Quiet).unwrap();
    let fitted = knn(&*table);
    let lacking = Table::new(vec!["x".into(), "z".into()], vec![1.0, 2.0]).unwrap();
    let none = table.downcast::<Table>().unwrap().select_rows(&[]);
    let one = SeriesSet::new(vec![Series::new(&[vec![1.0, 2.0]]).unwrap()]).unwrap();
    for (fitted, reference, cases, words) in [
        (&fitted, &*table, &lacking as &dyn Dataset, "\"y\""),
        (&fitted, &none, &*table, "no case"),
        (&fitted, &*table, &*series, "these are"),
        (&knn(&*series), &*series, &one, "1 channels"),
    ] {
        let error = explain(&**fitted, reference, cases).unwrap_err();
        assert!(error.exit_code() == 3 && error.to_string().contains(words), "{error} should say {words:?}");
    }
    assert!(explain(&*fitted, &*table, &none).unwrap().is_empty());
}
