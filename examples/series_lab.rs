use nafal::data::SeriesSet;
use nafal::detect::model_file::Container;
use nafal::detect::{Detector, ScoreKind, Preset, Configuration, RowScaling};
use nafal::evaluate::metrics::auroc;
use nafal::evaluate::series::{Archive, NormalClasses};
use nafal::Model;
use nafal::detect::series::EncoderOptions;
use rayon::prelude::*;
use std::time::Instant;

fn rescored(model: &Model, kind: &str, test: &SeriesSet) -> Vec<f64> {
    let file = Container::from_bytes(&model.to_bytes(), "m").unwrap();
    let mut h: serde_json::Value = serde_json::from_str(&file.header_json()).unwrap();
    h["configuration"]["score"] = kind.into();
    let mut file = file;
    file.set("configuration", h["configuration"].clone());
    Model::from_bytes(&file.to_bytes(), "m").unwrap().score(test).unwrap()
}

fn knn(model: &Model, train: &SeriesSet, test: &SeriesSet, k: usize) -> Vec<f64> {
    let e = model.encoder().unwrap();
    let (a, b) = (e.encode(train).unwrap(), e.encode(test).unwrap());
    (0..b.cases()).into_par_iter().map(|i| {
        (0..b.views()).map(|v| {
            let x = b.row(v, i);
            let mut d: Vec<f32> = (0..a.cases()).map(|j| x.iter().zip(a.row(v, j)).map(|(p, q)| (p - q) * (p - q)).sum()).collect();
            let k = k.min(d.len()) - 1;
            f64::from(*d.select_nth_unstable_by(k, f32::total_cmp).1).sqrt()
        }).sum::<f64>()
    }).collect()
}

fn main() {
    let mut args = std::env::args().skip(1);
    let sets = args.next().unwrap();
    let tables = args.next().unwrap();
    let seeds: Vec<u64> = args.next().unwrap().split(',').map(|s| s.parse().unwrap()).collect();
    let mut c: Configuration = Configuration::series(Preset::Default, ScoreKind::Likelihood);
    let mut with_knn = true;
    let mut classes = usize::MAX;
    let mut active = "";
    let rest: Vec<String> = args.collect();
    for kv in &rest {
        let (k, v) = kv.split_once('=').unwrap();
        let f = &mut c.families[0];
        let e: &mut EncoderOptions = c.encoder.as_mut().unwrap();
        let s: &mut RowScaling = f.scaling.as_mut().unwrap();
        let n = || v.parse::<usize>().unwrap();
        let x = || v.parse::<f64>().unwrap();
        match k {
            "K" => f.flows = n(), "m" => f.features = n(), "H" => f.hidden = n(), "U" => f.units = n(),
            "blocks" => f.blocks = n(), "steps" => f.steps = n() as u64, "batch" => f.batch = n(), "rate" => f.peak_rate = x(),
            "noise" => f.noise = x(), "ne" => s.noise = x(), "se" => s.steps = x(), "most" => s.most = x(), "layers" => f.layers = n(),
            "folds" => c.folds = n(), "filters" => e.filters = n(), "group" => e.group = n(), "mixed" => e.mixed_channels = Some(n()),
            "shift" => e.shift = x(), "seg" => e.segments = v.split('/').map(|t| t.parse().unwrap()).collect(),
            "q" => e.quantiles = v.split('/').map(|t| t.parse().unwrap()).collect(),
            "taps" => e.taps = v.split('/').map(|t| t.parse().unwrap()).collect(),
            "knn" => with_knn = n() > 0, "classes" => classes = n(), "active" => active = v,
            _ => panic!("{k}"),
        }
    }
    println!("## {}", rest.join(" "));
    for set in sets.split(',') {
        let archive = Archive::read(std::path::Path::new("/work/shared/data"), set).unwrap();
        for t in tables.split(',') {
            let normals = if t == "2" { NormalClasses::One } else { NormalClasses::AllButOne };
            let tasks = archive.tasks(normals).unwrap();
            let (mut lik, mut lat, mut cal, mut nn, mut nn1) = (vec![], vec![], vec![], vec![], vec![]);
            let (mut fit, mut score) = (0.0, 0.0);
            let mut worst = String::new();
            for &seed in &seeds {
                let mut per = [0.0; 5];
                let used = tasks.len().min(classes);
                for task in &tasks[..used] {
                    let at = Instant::now();
                    let b = Detector::builder().with_configuration(c.clone()).seed(seed).normals(archive.classes.clone());
                    let b = match active { "al" => b.active(true), "control" => b.active(true).control(true), _ => b };
                    let model = b.fit(&task.train).unwrap();
                    fit += at.elapsed().as_secs_f64();
                    let at = Instant::now();
                    let a = |s: &[f64]| 100.0 * auroc(&task.labels, s).unwrap() / used as f64;
                    let l = a(&model.score(&task.test).unwrap());
                    score += at.elapsed().as_secs_f64();
                    per[0] += l;
                    per[1] += a(&rescored(&model, "calibrated", &task.test));
                    per[2] += a(&rescored(&model, "latent", &task.test));
                    if with_knn { per[3] += a(&knn(&model, &task.train, &task.test, 5)); per[4] += a(&knn(&model, &task.train, &task.test, 1)); }
                    if seed == seeds[0] { worst += &format!(" {:.1}", l * used as f64); }
                }
                lik.push(per[0]); cal.push(per[1]); lat.push(per[2]); nn.push(per[3]); nn1.push(per[4]);
            }
            let m = |v: &[f64]| { let n = v.len() as f64; let m = v.iter().sum::<f64>() / n; let s = (v.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt(); format!("{m:.2}±{s:.2}") };
            println!("{set} {t}: lik {} cal {} lat {} knn5 {} knn1 {}  fit {fit:.1}s score {score:.1}s |{worst}", m(&lik), m(&cal), m(&lat), m(&nn), m(&nn1));
        }
    }
}
