//! Laws of training scores: each row has its own number and a p-value among the others, and planted bad rows come on top.

use nafal::detect::TrainingScore;
use nafal::random::{Key, normal, stream};
use nafal::{Detector, Model, Preset, Table};

/// 120 rows of which those in `bad` are 8 off in their second column.
fn table(bad: &[usize]) -> Table {
    let mut rng = stream(1, Key::Simulation(64, 0));
    let mut values = Vec::new();
    for i in 0..120 {
        let a: f64 = normal(&mut rng);
        values.extend([a, a + 0.3 * normal::<f64>(&mut rng) + if bad.contains(&i) { 8.0 } else { 0.0 }]);
    }
    Table::new(vec!["a".into(), "b".into()], values).unwrap()
}

fn fit(train: &Table, robust: bool) -> Model {
    Detector::builder().preset(Preset::Fast).steps(20).robust(robust).fit(train).unwrap()
}

/// Numbers of the rows, the most anomalous first.
fn order(scored: &[TrainingScore]) -> Vec<usize> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
    sorted.into_iter().map(|scored| scored.row).collect()
}

/// `(1 + #{j ≠ i : s_j ≥ s_i})/n`.
fn check_p_values(scored: &[TrainingScore]) {
    for (i, one) in scored.iter().enumerate() {
        let others = scored.iter().enumerate().filter(|&(j, other)| j != i && other.score >= one.score).count();
        assert_eq!(one.p_value, (1 + others) as f64 / scored.len() as f64);
    }
}

#[test]
fn planted_bad_rows_come_on_top_with_their_own_numbers() {
    let bad = [3, 40, 77];
    for robust in [false, true] {
        let model = fit(&table(&bad), robust);
        let scored = model.scored_training_cases().unwrap();
        assert!(scored.iter().map(|scored| scored.row).eq(0..120));
        assert!(scored.iter().map(|scored| scored.score).eq(model.training_scores().iter().copied()));
        check_p_values(&scored);
        let mut top = order(&scored)[..3].to_vec();
        top.sort_unstable();
        assert_eq!(top, bad, "robust {robust}");
        let p = scored[40].p_value;
        assert!(p <= 3.0 / 120.0, "{p}");
    }
}

#[test]
fn rows_left_out_by_their_label_have_no_score_and_the_others_keep_their_numbers() {
    let bad = [5, 50];
    let table = table(&bad);
    // Every third row is of another class, the planted ones are not.
    let labels: Vec<String> = (0..120).map(|i| if i % 3 == 0 { "1" } else { "0" }.to_owned()).collect();
    let want: Vec<usize> = (0..120).filter(|i| i % 3 != 0).collect();
    let labelled = table.clone().with_labels("class", labels).unwrap();
    let alone = table.select_rows(&want);
    for robust in [false, true] {
        let scored = fit(&labelled, robust).scored_training_cases().unwrap();
        assert!(scored.iter().map(|scored| scored.row).eq(want.iter().copied()));
        check_p_values(&scored);
        let mut top = order(&scored)[..2].to_vec();
        top.sort_unstable();
        assert_eq!(top, bad);
        // The same scores as where the others were never there.
        let of_alone = fit(&alone, robust).scored_training_cases().unwrap();
        assert!(scored.iter().map(|scored| scored.score).eq(of_alone.iter().map(|scored| scored.score)));
    }
    // A file holds no numbers.
    let model = fit(&labelled, false);
    let loaded = Model::from_bytes(&model.to_bytes().unwrap(), "m").unwrap();
    assert_eq!((loaded.scored_training_cases(), loaded.training_scores()), (None, model.training_scores()));
}
