//! Experiments through the command: the paper's preset, what an experiment prints, and the files of its figures.
#![cfg(feature = "cli")]

use crate::command::Bench;
use crate::real_data::real_data;
use nafal::evaluate::ablation::configurations;
use nafal::random::{Key, normal, stream};
use serde_json::Value;

/// A table of `rows` rows and four columns that depend on one number, up to noise of the given size.
fn table(rows: usize, noise: f64) -> String {
    let mut rng = stream(2, Key::Simulation(0, 0));
    let mut text = String::from("a,b,c,d\n");
    for _ in 0..rows {
        let t: f64 = normal(&mut rng);
        let cells = [t, 0.5 - t, 2.0 * t, t + 1.0].map(|v| (v + noise * normal::<f64>(&mut rng)).to_string());
        text += &(cells.join(",") + "\n");
    }
    text
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_papers_preset_fits_and_its_model_survives_the_file() {
    let bench = Bench::new();
    bench.write("t.csv", table(80, 0.3));
    let fit = ["fit", "t.csv", "--preset", "paper", "--views", "6", "--steps", "8", "--quiet"];
    bench.succeeds(&[&fit[..], &["-o", "plain.nafal"]].concat());
    bench.succeeds(&[&fit[..], &["-o", "active.nafal", "--active", "on"]].concat());
    bench.succeeds(&[&fit[..], &["-o", "latent.nafal", "--score", "latent", "--threads", "1"]].concat());

    let header = lines(&bench.succeeds(&["info", "plain.nafal", "--json"]).out).remove(0);
    let family = &header["configuration"]["families"][0];
    assert_eq!((&family["name"], &family["extractor"]["kind"]), (&"paper".into(), &"joint".into()), "{header}");
    assert_eq!((&family["extractor"]["steps"], &family["steps"]), (&8.into(), &0.into()));
    assert_eq!(header["configuration"]["score"], "likelihood");
    let latent = lines(&bench.succeeds(&["info", "latent.nafal", "--json"]).out).remove(0);
    assert_eq!(latent["configuration"]["score"], "latent");

    let scores = |model, threads| bench.succeeds(&["score", model, "t.csv", "--threads", threads]).out;
    assert_eq!(scores("plain.nafal", "1"), scores("plain.nafal", "2"));
    assert_ne!(scores("plain.nafal", "1"), scores("active.nafal", "1"));
    assert_ne!(scores("plain.nafal", "1"), scores("latent.nafal", "1"));
    let verdicts = bench.succeeds(&["predict", "active.nafal", "t.csv", "--contamination", "0.1"]).out;
    assert_eq!(verdicts.lines().filter(|l| l.ends_with(",1")).count(), 8);
    // Samples live behind an extractor that cannot be undone.
    bench.fails(&["sample", "plain.nafal", "-n", "3"], 2, &["cannot be mapped back"]);
}

/// Rows on a line fill one of the eight features: trained for long, the likelihood grows without a bound.
#[test]
fn a_likelihood_that_runs_away_ends_the_fit_with_six() {
    let bench = Bench::new();
    bench.write("line.csv", table(40, 0.0));
    let fit = ["fit", "line.csv", "-o", "m.nafal", "--preset", "paper", "--views", "1", "--steps", "20000", "--quiet"];
    bench.fails(&fit, 6, &["the likelihood runs away", "step", "freeze it"]);
}

#[test]
fn every_line_of_an_experiment_keeps_the_contract() {
    let Some(data) = real_data() else { return };
    let data = data.to_str().unwrap();
    let bench = Bench::new();
    let methods = "naf-ad,naf-al,control,lof,default-pairs";
    let arguments = ["reproduce", "table1", "--data", data, "--datasets", "lympho", "--methods", methods];
    let printed = bench.succeeds(&[&arguments[..], &["--seeds", "2", "--json", "--preset", "fast"]].concat()).out;
    let (mut runs, mut summaries, mut differences) = (0, 0, 0);
    let mut configurations = std::collections::BTreeSet::new();
    for line in lines(&printed) {
        let text = |key: &str| line[key].as_str().unwrap_or_else(|| panic!("{key} is missing in {line}")).to_owned();
        let number = |key: &str| line[key].as_f64().unwrap_or_else(|| panic!("{key} is missing in {line}"));
        for (key, want) in [("table", "table1"), ("dataset", "lympho"), ("task", "one-class"), ("split", "random")] {
            assert_eq!(text(key), want, "{line}");
        }
        assert!(["auroc", "average_precision", "f1_at_true_ratio", "f1_at_alpha"].contains(&text("metric").as_str()));
        let config = text("config");
        assert!(config.len() == 8 && config.chars().all(|c| c.is_ascii_hexdigit()), "{line}");
        if line.get("difference").is_some() {
            assert!(number("mean_difference").abs() <= 1.0 && number("standard_error") >= 0.0);
            assert_eq!(number("pairs"), 2.0);
            differences += 1;
            continue;
        }
        // A variant has a configuration of its own; all other methods stand beside the one of ours.
        if text("method") != "default-pairs" {
            configurations.insert(config);
        }
        assert!(number("fit_s") >= 0.0 && number("score_s") >= 0.0);
        if line.get("value").is_some() {
            assert!((0.0..=1.0).contains(&number("value")) && number("seed") < 2.0);
            runs += 1;
        } else {
            assert!((0.0..=1.0).contains(&number("mean")) && number("sd") >= 0.0 && number("seeds") == 2.0);
            let known = text("metric") == "f1_at_true_ratio" && ["naf-ad", "naf-al", "lof"].contains(&&*text("method"));
            assert_eq!(line["paper"].is_number(), known, "{line}");
            summaries += 1;
        }
    }
    // Four of the methods are calibrated and have an F1 at a p-value as well.
    assert_eq!((runs, summaries), (2 * (5 * 3 + 4), 5 * 3 + 4));
    // To the control, to NAF-AD, to the best baseline (which has no p-values).
    assert_eq!(differences, 4 + 4 + 3);
    assert_eq!(configurations.len(), 1);
}

#[test]
fn the_ablation_tells_what_failed_and_what_a_step_is_worth() {
    let Some(data) = real_data() else { return };
    let data = data.to_str().unwrap();
    let bench = Bench::new();
    let methods = "default,default-wide,default-pairs";
    let arguments = ["reproduce", "ablation", "--data", data, "--datasets", "lympho", "--methods", methods];
    let told = bench.succeeds(&[&arguments[..], &["--seeds", "1"]].concat()).out;
    for words in ["ablation lympho", "default-wide - default:", "default-pairs", "mean of 1 data sets"] {
        assert!(told.contains(words), "{words:?} is not in {told}");
    }
    let ran = bench.run(&["reproduce", "ablation", "--data", data, "--methods", "default-magic"]);
    assert!(ran.code == 2 && ran.err.contains("a variant of the ablation"), "{}", ran.err);
}

#[test]
fn samples_of_low_likelihood_widen_the_boundary_and_those_of_high_likelihood_narrow_it() {
    let bench = Bench::new();
    let ran = bench.succeeds(&["reproduce", "figure6", "--out", "figures", "--json"]);
    let summary = lines(&ran.out);
    let of = |strategy: &str| summary.iter().find(|l| l["strategy"] == strategy).unwrap().clone();
    let area = |strategy: &str| of(strategy)["area"].as_f64().unwrap();
    assert_eq!(of("before")["augmented"], 0);
    assert!(area("aggressive") > area("before"), "{summary:?}");
    assert!(area("conservative") < area("before"), "{summary:?}");
    assert!(of("marginal")["augmented"].as_u64() <= of("aggressive")["augmented"].as_u64());
    let svg = bench.read("figures/figure6.svg");
    assert!(svg.contains("<svg") && svg.contains("marginal"));
    let csv = bench.read("figures/figure6.csv");
    assert!(csv.starts_with("strategy,kind,x,y,log_density,inside\n"));
    let augmented = csv.lines().filter(|l| l.starts_with("marginal,augmented,")).count();
    assert_eq!(Some(augmented as u64), of("marginal")["augmented"].as_u64());
    assert!(ran.err.contains("figure6.svg"), "{}", ran.err);
}

#[test]
fn figures_of_scores_and_settings_are_files() {
    let Some(data) = real_data() else { return };
    let data = data.to_str().unwrap();
    let bench = Bench::new();
    let run = |figure: &str, seeds: &str| {
        let fixed = ["reproduce", figure, "--data", data, "--datasets", "lympho", "--preset", "fast", "--seeds", seeds];
        bench.succeeds(&[&fixed[..], &["--out", "f", "--quiet"]].concat()).out
    };
    let told = run("figure3", "1");
    assert!(told.contains("before training") && told.contains("after training"), "{told}");
    // 71 test rows of the normal class, 6 anomalies.
    assert_eq!(bench.read("f/figure3-lympho.csv").lines().count(), 1 + 77);
    run("figure4", "1");
    let shares = bench.read("f/figure4-share.csv");
    assert_eq!(shares.lines().filter(|l| l.starts_with("lympho,0,naf-al,")).count(), 5, "{shares}");
    assert_eq!(shares.lines().filter(|l| l.starts_with("lympho,0,control,0,")).count(), 1, "{shares}");
    let views = bench.read("f/figure4-views.csv");
    assert!(views.lines().filter(|l| l.starts_with("lympho,0,naf-ad,")).count() > 2, "{views}");
    for name in ["figure3-lympho.svg", "figure4-share.svg", "figure4-views.svg"] {
        assert!(bench.read(&format!("f/{name}")).contains("</svg>"), "{name}");
    }
}

#[test]
fn ablations_are_named_once_and_differ() {
    let ablations = configurations();
    for (i, (name, c)) in ablations.iter().enumerate() {
        assert!(c.views() > 0);
        assert!(ablations[..i].iter().all(|(n, other)| n != name && other.hash() != c.hash()), "{name}");
    }
}
