//! The protocol of Tables 2 and 3, held to the figures that fix it.

use crate::real_data::real_data;
use nafal::Quiet;
use nafal::data::{Series, SeriesSet};
use nafal::detect::Fit;
use nafal::detect::baselines::{LocalOutlierFactor, OneClassSvm};
use nafal::evaluate::metrics::auroc;
use nafal::evaluate::series::{ARCHIVE, Archive, NormalClasses, paper_figures};

fn toy(labels: &[&str]) -> SeriesSet {
    let case = |i: usize| Series::new(&[vec![i as f64; 2 + i % 3]]).unwrap();
    SeriesSet::new((0..labels.len()).map(case).collect())
        .unwrap()
        .with_labels(labels.iter().map(|&l| l.to_owned()).collect())
        .unwrap()
}

#[test]
fn tasks_take_each_choice_of_classes_once() {
    let archive = Archive::new("toy", toy(&["10", "9", "9", "8"]), toy(&["8", "9", "10", "11"])).unwrap();
    assert_eq!(archive.classes, ["8", "9", "10"]);
    let tasks = |normals| archive.tasks(normals).unwrap();
    let names = |normals| tasks(normals).iter().map(|t| t.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(NormalClasses::One), ["8", "9", "10"]);
    assert_eq!(names(NormalClasses::AllButOne), ["not 8", "not 9", "not 10"]);
    assert_eq!(names(NormalClasses::Count(2)), names(NormalClasses::AllButOne));
    let one = &tasks(NormalClasses::One)[1];
    assert_eq!((one.raw.train.len(), one.raw.test.len(), &one.labels[..]), (2, 4, &[true, false, true, true][..]));
    let rest = &tasks(NormalClasses::AllButOne)[1];
    // A class that TRAIN does not know is an anomaly too.
    assert_eq!((rest.raw.train.len(), &rest.labels[..]), (2, &[false, true, false, true][..]));
    for m in [0, 3] {
        assert_eq!(archive.tasks(NormalClasses::Count(m)).unwrap_err().exit_code(), 2);
    }
    let four = Archive::new("toy", toy(&["a", "b", "c", "d"]), toy(&["a", "b", "c", "d"])).unwrap();
    let names: Vec<_> = four.tasks(NormalClasses::Count(2)).unwrap().into_iter().map(|t| t.name).collect();
    assert_eq!(names, ["a+b", "b+c", "c+d", "d+a"]);
    assert_eq!(Archive::new("toy", toy(&["a"]), toy(&["a"])).unwrap_err().exit_code(), 3);
    assert_eq!(Archive::read(std::path::Path::new("."), "noops").unwrap_err().exit_code(), 2);
}

/// Mean AUROC in percent of a baseline on the flattened raw series.
fn percent(archive: &Archive, normals: NormalClasses, baseline: &dyn Fit) -> f64 {
    let tasks = archive.tasks(normals).unwrap();
    let one = |task: &nafal::evaluate::protocol::Task| {
        let scores = baseline.fit(&*task.scaled.train, 0, &Quiet).unwrap().score(&*task.scaled.test).unwrap();
        auroc(&task.labels, &scores).unwrap()
    };
    100.0 * tasks.iter().map(one).sum::<f64>() / tasks.len() as f64
}

#[test]
fn baselines_on_flattened_series_give_the_papers_figures() {
    let Some(folder) = real_data() else { return };
    let lof = LocalOutlierFactor::default();
    let svm = OneClassSvm::default();
    for (name, baseline, one, rest) in [
        ("epilepsy", &lof as &dyn Fit, 56.1, 54.7),
        ("RacketSports", &lof, 57.4, 59.4),
        ("epilepsy", &svm, 61.1, 50.2),
        ("RacketSports", &svm, 70.0, 55.9),
    ] {
        let archive = Archive::read(&folder, name).unwrap();
        for (normals, want) in [(NormalClasses::One, one), (NormalClasses::AllButOne, rest)] {
            let got = percent(&archive, normals, baseline);
            println!("{name} {baseline:?} {normals:?}: {got:.2}");
            assert!((got - want).abs() < 0.05, "{baseline:?} on {name} {normals:?}: {got:.2} instead of {want}");
        }
    }
}

#[test]
fn the_papers_figures_are_quoted_for_every_data_set() {
    for name in ARCHIVE {
        for all_but_one in [false, true] {
            assert_eq!(paper_figures(name, all_but_one).len(), 5);
        }
    }
    let naf_al = paper_figures("NATOPS", true)[1];
    assert_eq!((naf_al.method, naf_al.mean, naf_al.deviation), ("naf-al", 0.758, Some(0.005)));
    assert_eq!(paper_figures("RacketSports", false)[3].mean, 0.574);
    assert!(paper_figures("thyroid", false).is_empty());
}
