//! Files with a right checksum and wrong content: whatever a header or a tensor claims, reading ends in exit 4 or in a
//! model that can be used without a panic, and nothing of a claimed size is built before the tensors bear it out.

use nafal::data::Table;
use nafal::data::container::{Container, Tensor, Values};
use nafal::detect::{Configuration, Experts, ExtractorConfiguration, ExtractorKind, ViewFamily, ViewInput};
use nafal::encode::table::{KIND, STANDARDISED};
use nafal::flow::strategies::settings;
use nafal::{Dataset, Detector, Error, Kind, Model, Preset, Series, SeriesSet, Threshold};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

/// `n` rows of three columns, one of few values.
fn table(n: usize) -> Table {
    let row = |i: usize| [(i * 37 % 50) as f64, (i * i % 17) as f64 * 1e3, (i % 3) as f64];
    Table::new(["a", "b", "c"].map(String::from).to_vec(), (0..n).flat_map(row).collect()).unwrap()
}

/// A small model with every kind of map, conditioned and not, and an extractor.
fn model() -> Container {
    let mut configuration = Configuration::preset(KIND, Experts::Flows, Preset::Default).unwrap();
    let family = &mut configuration.families[0];
    (family.flows, family.views_per_flow, family.features) = (2, 2, 2);
    (family.hidden, family.units, family.steps, family.batch) = (5, 2, 3, 20);
    let small = family.clone();
    configuration.families = vec![small.clone(); 3];
    (configuration.families[1].maps, configuration.families[1].input) =
        (ViewFamily::GAUSSIAN, ViewInput::block(STANDARDISED));
    configuration.families[1].conditioned = false;
    configuration.families[2].extractor =
        Some(ExtractorConfiguration { kind: ExtractorKind::Random, layers: 2, hidden: 4, rows: 8, steps: 1 });
    (configuration.families[2].maps, configuration.families[2].input) =
        (ViewFamily::GAUSSIAN, ViewInput::block(STANDARDISED));
    for (i, family) in configuration.families.iter_mut().enumerate() {
        family.name = format!("family {i}");
    }
    let model = Detector::builder().with_configuration(configuration).fit(&table(20)).unwrap();
    Container::from_bytes(&model.to_bytes().unwrap(), "m").unwrap()
}

/// The same content but for the header's fields and one tensor.
fn with(file: &Container, header: &Value, changed: Option<(&str, Option<Tensor>)>) -> Container {
    let mut copy = Container::new();
    for (key, value) in header.as_object().unwrap().iter().filter(|(key, _)| *key != "format") {
        copy.set(key, value.clone());
    }
    for name in file.names() {
        match &changed {
            Some((other, tensor)) if *other == name => {
                if let Some(tensor) = tensor {
                    copy.insert(name, tensor.clone());
                }
            }
            _ => copy.insert(name, file.tensor(name).unwrap().clone()),
        }
    }
    copy
}

/// Every node of a JSON value by its path.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(key, v)| paths(v, &format!("{path}/{key}"), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, v)| paths(v, &format!("{path}/{i}"), found)),
        _ => {}
    }
}

/// Values that a hostile header may hold.
fn claims() -> Vec<Value> {
    let numbers = [0u64, 1, 2, 3, 4, 5, 6, 7, 63, 64, 65, 1023, 1024, 4096, 65_535, 65_536, 1 << 32, 1 << 48, u64::MAX];
    let mut all: Vec<Value> = numbers.into_iter().map(Value::from).collect();
    all.extend([json!(-1), json!(0.5), json!(-1e300), json!(1e300), json!(null), json!(true), json!(false)]);
    all.extend([json!(""), json!("axes"), json!("gaussian"), json!("rotation"), json!("joint"), json!("latent")]);
    all.extend([
        json!([]),
        json!({}),
        json!([1e300, -1]),
        json!(["a", "a", "a"]),
        json!(vec!["a"; 4]),
        json!("standard"),
    ]);
    all
}

/// A tensor with one value, its shape or all its values changed.
fn changed(tensor: &Tensor, at: &Index, extreme: &Index, kind: usize) -> Option<Tensor> {
    let shape = tensor.shape().to_vec();
    let len: usize = shape.iter().product();
    let shape = match kind {
        0 => return None,
        1 => vec![len],
        2 => shape.iter().rev().copied().collect(),
        _ => shape,
    };
    if len == 0 {
        return None;
    }
    let whole = kind == 3;
    fn put<T: Copy>(values: &[T], at: usize, whole: bool, extreme: T) -> Vec<T> {
        let change = |(i, &v)| if whole || i == at { extreme } else { v };
        values.iter().enumerate().map(change).collect()
    }
    let at = at.index(len);
    Some(match tensor.values() {
        Values::F32(v) => {
            let extremes = [0.0, -1.0, 1e-38, 1e30, -1e30, f32::MAX, f32::MIN];
            Tensor::f32(&shape, put(v, at, whole, extremes[extreme.index(extremes.len())]))
        }
        Values::F64(v) => {
            let extremes = [0.0, -1.0, 1e-300, 1e30, -1e30, f64::MAX, f64::MIN];
            Tensor::f64(&shape, put(v, at, whole, extremes[extreme.index(extremes.len())]))
        }
        Values::U32(v) => {
            let extremes = [0, 1, 2, 3, 5, 100, 1 << 31, u32::MAX];
            Tensor::u32(&shape, put(v, at, whole, extremes[extreme.index(extremes.len())]))
        }
    })
}

/// The most memory this process has ever held, in KiB; 0 where the system does not say.
/// The system counts per thread and in batches, so that a later reading may be a little lower than an earlier one.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:"));
    line.and_then(|l| l.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

/// Three cases for a model; none if there are no such.
fn probes(model: &Model) -> Option<Box<dyn Dataset>> {
    let value = |i: usize| [0.5, 1e6, -3.0][i % 3];
    let inputs = model.input_names().len();
    if model.kind() == Kind::Table {
        let table = Table::new(model.input_names().to_vec(), (0..3 * inputs).map(value).collect());
        return table.ok().map(|table| Box::new(table) as Box<dyn Dataset>);
    }
    let case = |i: usize| Series::new(&vec![(0..5).map(|t| value(i + t)).collect::<Vec<_>>(); inputs]).unwrap();
    Some(Box::new(SeriesSet::new((0..3).map(case).collect()).unwrap()))
}

/// Reads and, if it is accepted, uses a model; says whether it was.
fn endure(file: &Container) -> bool {
    let before = peak_memory();
    let accepted = match Model::from_bytes(&file.to_bytes().unwrap(), "m.nafal") {
        Ok(model) => {
            if let Some(probes) = probes(&model) {
                let scores = model.score(&*probes).unwrap();
                assert_eq!(scores.len(), 3);
                assert_eq!(model.predict(&*probes, Threshold::Alpha(0.05)).unwrap().len(), 3);
            }
            let _ = model.sample(4, 0);
            assert!(model.header_json().starts_with('{'));
            true
        }
        Err(error @ Error::ModelFile { .. }) => {
            assert!(error.to_string().starts_with("model file m.nafal: "), "{error}");
            false
        }
        Err(other) => panic!("wrong kind of error: {other}"),
    };
    let grown = peak_memory().saturating_sub(before);
    assert!(grown < 1 << 19, "{grown} KiB for a file of {} bytes", file.to_bytes().unwrap().len());
    accepted
}

#[test]
fn any_claim_of_a_header_is_refused_or_harmless() {
    let refused = any_claim_is_endured(&model());
    assert!(refused > 1000, "only {refused} refused");
}

#[test]
fn any_claim_of_a_header_of_series_is_refused_or_harmless() {
    let value = |i: usize, t: usize| ((i * 37 + t * 11 + i * i * (t + 3)) % 50) as f64;
    let case = |i: usize| Series::new(&[(0..6).map(|t| value(i, t)).collect::<Vec<_>>()]).unwrap();
    let set = SeriesSet::new((0..10).map(case).collect()).unwrap();
    let fitted = Detector::builder().views(2).steps(1).fit(&set).unwrap();
    let refused = any_claim_is_endured(&Container::from_bytes(&fitted.to_bytes().unwrap(), "m").unwrap());
    assert!(refused > 1000, "only {refused} refused");
}

/// How many of all claims in place of all values of a header are refused.
fn any_claim_is_endured(file: &Container) -> u32 {
    let header: Value = serde_json::from_str(&file.header_json()).unwrap();
    assert!(endure(&with(file, &header, None)), "the model itself");
    let mut nodes = Vec::new();
    paths(&header, "", &mut nodes);
    let mut refused = 0;
    for path in nodes.iter().filter(|path| !path.is_empty() && *path != "/format") {
        for claim in claims() {
            let mut altered = header.clone();
            *altered.pointer_mut(path).unwrap() = claim;
            refused += u32::from(!endure(&with(file, &altered, None)));
        }
        let (parent, key) = path.rsplit_once('/').unwrap();
        let mut altered = header.clone();
        if altered
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .map(|map: &mut Map<_, _>| map.remove(key))
            .is_some()
        {
            endure(&with(file, &altered, None));
        }
    }
    refused
}

#[test]
fn sizes_that_agree_with_one_another_but_not_with_the_tensors_cost_nothing() {
    let file = model();
    let header: Value = serde_json::from_str(&file.header_json()).unwrap();
    for pair in [["hidden", "views_per_flow"], ["units", "features"], ["hidden", "layers"], ["blocks", "flows"]] {
        for family in 0..3 {
            let mut altered = header.clone();
            for key in pair {
                let largest = if ["blocks", "layers"].contains(&key) { 16 } else { 1024 };
                altered["configuration"]["families"][family][key] = json!(largest);
            }
            assert!(!endure(&with(&file, &altered, None)), "{pair:?}");
        }
    }
    // One wide layer and many views, with all tensors of both sizes but the table of views by units.
    let mut altered = header.clone();
    let (views, hidden) = (60_000, 60_000);
    altered["configuration"]["families"] = json!([header["configuration"]["families"][0]]);
    let family = &mut altered["configuration"]["families"][0];
    for (key, value) in [("hidden", hidden), ("views_per_flow", views), ("features", 1), ("flows", 1), ("units", 1)] {
        family[key] = json!(value);
    }
    let mut wide = with(&file, &altered, None);
    wide.insert("family0.views", Tensor::f64(&[views, 2], vec![1.0; 2 * views]));
    for (name, values) in [("shift", 0.0), ("scale", 1.0)] {
        wide.insert(&format!("family0.flow0.{name}"), Tensor::f32(&[views, 1], vec![values; views]));
    }
    wide.insert("family0.flow0.axes", Tensor::u32(&[views, 1], vec![0; views]));
    for block in 0..2 {
        let name = format!("family0.flow0.block{block}.layer");
        wide.insert(&format!("{name}0.weight"), Tensor::f32(&[hidden, 1], vec![0.0; hidden]));
        wide.insert(&format!("{name}1.weight"), Tensor::f32(&[3, hidden], vec![0.0; 3 * hidden]));
    }
    assert!(!endure(&wide));
}

/// A panel of one learner and one family of flows, which look at the blocks `robust/FOLD`.
fn panel() -> Container {
    let builder = Detector::builder().preset(Preset::Fast).steps(3).members(["near:robust", "flows:robust"]);
    Container::from_bytes(&builder.fit(&table(30)).unwrap().to_bytes().unwrap(), "m").unwrap()
}

#[test]
fn an_expert_that_looks_at_columns_that_the_file_does_not_hold_is_refused() {
    let file = panel();
    let header: Value = serde_json::from_str(&file.header_json()).unwrap();
    assert!(endure(&with(&file, &header, None)), "the model itself");
    for fold in 0..5 {
        let name = format!("columns.robust/{fold}");
        let without = with(&file, &header, Some((&name, None)));
        let error = Model::from_bytes(&without.to_bytes().unwrap(), "m.nafal").map(drop).unwrap_err();
        assert!(error.exit_code() == 4 && error.to_string().contains("does not agree with the encoder"), "{error}");
        assert!(error.to_string().contains(&format!("robust/{fold}")), "{error}");
    }
    // Blocks that were not kept, that no encoder has, and another fold's.
    for place in ["/configuration/learners/0/input", "/configuration/families/0/input"] {
        for input in ["standard/*", "gaussian/*", "robust/5", "robust/", "robust", "", "*", "/0", "standardised"] {
            let mut altered = header.clone();
            *altered.pointer_mut(place).unwrap() = json!(input);
            assert!(!endure(&with(&file, &altered, None)), "{place} {input:?}");
        }
    }
    // Neighbours of another width than the block that they are looked for in.
    let name = "learner0.view1.rows";
    let rows = file.tensor(name).unwrap().shape()[0];
    for width in [0, 1, 2, 4] {
        let narrow = Tensor::f32(&[rows, width], vec![0.5; rows * width]);
        assert!(!endure(&with(&file, &header, Some((name, Some(narrow))))), "width {width}");
    }
}

proptest! {
    #![proptest_config(settings(1500))]

    #[test]
    fn any_change_of_a_tensor_is_refused_or_harmless(which: Index, at: Index, extreme: Index, kind in 0usize..8) {
        thread_local!(static MODEL: Container = model());
        MODEL.with(|file| {
            let header: Value = serde_json::from_str(&file.header_json()).unwrap();
            let names: Vec<&str> = file.names().collect();
            let name = names[which.index(names.len())];
            let tensor = changed(file.tensor(name).unwrap(), &at, &extreme, kind);
            let missing = tensor.is_none();
            let accepted = endure(&with(file, &header, Some((name, tensor))));
            assert!(!(missing && accepted), "{name} is missing, and nobody minds");
        });
    }
}
