//! The report: well-formed, self-contained, deterministic, and unmoved by hostile text or senseless numbers.
#![cfg(feature = "report")]

use nafal::report::{
    Card, CardInput, ErrorBars, ErrorLine, ExplainedCase, ExplainedInput, ExplanationPlot, Grid, Group, Headline, Kind,
    PValueHistogram, Plot, PointGroup, PrecisionRecall, Ranking, ReportInput, ReportTable, RocCurve, Scatter,
    ScatterPanel, ScoreCourse, ScoreHistogram, ScorePanel, ScoreSpan, TracePanel, Traces,
};

const HOSTILE: &str = "<script>alert(\"1\")</script> & 'pump' {{ 7 * 6 }} ]]>";

fn card_input(text: &str, share: f64) -> CardInput {
    let text = text.to_owned();
    CardInput {
        name: text.clone(),
        value: text.clone(),
        normal: text.clone(),
        share,
        place: Some(share),
        place_in_words: text,
    }
}

/// One plot of each kind, of these texts and numbers.
fn plots(text: &str, numbers: &[f64]) -> Vec<Plot> {
    let title = text.to_owned();
    let group = |kind| Group { name: title.clone(), kind, scores: numbers.to_vec() };
    let groups = vec![group(Kind::Normal), group(Kind::Anomalous), group(Kind::Other)];
    let threshold = numbers.first().map(|&at| (at, title.clone()));
    let panel = ScorePanel { title: title.clone(), groups: groups.clone(), threshold };
    let ranking = Ranking {
        name: title.clone(),
        scores: numbers.to_vec(),
        anomalous: (0..numbers.len()).map(|i| i % 3 == 0).collect(),
        figure: 0.5,
    };
    let pairs: Vec<(f64, f64)> = numbers.iter().copied().zip(numbers.iter().rev().copied()).collect();
    let line = ErrorLine { name: title.clone(), points: pairs.iter().map(|&(x, y)| (x, y, x)).collect() };
    let range = (numbers.first().copied().unwrap_or(0.0), numbers.last().copied().unwrap_or(1.0));
    let input =
        |(i, &share): (usize, &f64)| ExplainedInput { name: format!("{text}{}", i % 13), share, note: title.clone() };
    let explained = ExplainedCase {
        name: title.clone(),
        note: title.clone(),
        inputs: numbers.iter().take(40).enumerate().map(input).collect(),
    };
    let scatter_panel = ScatterPanel {
        title: title.clone(),
        groups: vec![PointGroup { name: title.clone(), kind: Kind::Other, points: pairs }],
        density: Some(Grid { x: range, y: range, columns: 3, values: numbers.to_vec() }),
        levels: vec![-1.0, 0.5, 3.0],
    };
    let span = |(i, &score): (usize, &f64)| ScoreSpan { first: i, rows: 1 + i % 2, mean: score, largest: score };
    let trace = TracePanel {
        title: title.clone(),
        first: 7,
        values: numbers.to_vec(),
        usual: numbers.iter().map(|&v| (v - 1.0, v + 1.0)).collect(),
        stretch: (!numbers.is_empty()).then(|| 0..numbers.len().div_ceil(2)),
    };
    vec![
        ScoreCourse {
            title: title.clone(),
            x: title.clone(),
            spans: numbers.iter().enumerate().map(span).collect(),
            flagged: numbers.iter().copied().enumerate().collect(),
            threshold: numbers.first().map(|&at| (at, title.clone())),
        }
        .plot(),
        Traces { title: title.clone(), x: title.clone(), panels: vec![trace; 14] }.plot(),
        ScoreHistogram { title: title.clone(), score: title.clone(), panels: vec![panel.clone(), panel] }.plot(),
        PValueHistogram { title: title.clone(), groups, alpha: Some(0.05) }.plot(),
        RocCurve { title: title.clone(), rankings: vec![ranking.clone(); 3] }.plot(),
        PrecisionRecall { title: title.clone(), rankings: vec![ranking] }.plot(),
        ErrorBars {
            title: title.clone(),
            x: title.clone(),
            y: title.clone(),
            bars: title.clone(),
            lines: vec![line; 2],
        }
        .plot(),
        ExplanationPlot { title: title.clone(), cases: vec![explained; 23] }.plot(),
        Scatter {
            title: title.clone(),
            x: title.clone(),
            y: title.clone(),
            panels: vec![scatter_panel; 2],
            caption: title,
        }
        .plot(),
    ]
}

fn page(text: &str, numbers: &[f64]) -> String {
    let text = text.to_owned();
    ReportInput {
        title: text.clone(),
        summary: text.clone(),
        notes: vec![text.clone()],
        headlines: vec![Headline { value: text.clone(), label: text.clone(), note: text.clone() }],
        cards: vec![Card {
            title: text.clone(),
            note: text.clone(),
            inputs: numbers.iter().take(5).map(|&share| card_input(&text, share)).collect(),
            more: 3,
        }],
        plots: plots(&text, numbers),
        tables: vec![ReportTable {
            title: text.clone(),
            caption: text.clone(),
            columns: vec!["row".to_owned(), text.clone()],
            rows: vec![vec!["0".to_owned(), text.clone()], vec!["17".to_owned()]],
        }],
        facts: vec![(text.clone(), text)],
    }
    .html()
}

/// Every tag is closed by its like, every attribute quoted, every ampersand the start of an entity.
fn assert_well_formed(markup: &str) {
    const VOID: [&str; 1] = ["meta"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = markup.strip_prefix("<!DOCTYPE html>").unwrap_or(markup);
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "a bare > in {:?}", &rest[..start]);
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap();
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()) && !name.is_empty(), "tag {tag:?}");
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes in {tag:?}");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{tag:?} closes something else");
        } else if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "left open: {open:?}");
    for (at, _) in markup.match_indices('&') {
        let entity: String = markup[at + 1..].chars().take(8).collect();
        assert!(entity.split_once(';').is_some_and(|(name, _)| !name.is_empty() && !name.contains(' ')), "{entity:?}");
    }
}

fn ordinary() -> Vec<f64> {
    (0..60).map(|i| f64::from(i * i % 61) / 61.0).collect()
}

#[test]
fn pictures_are_well_formed_and_say_what_they_show() {
    for plot in plots("pump", &ordinary()) {
        assert_well_formed(&plot.svg);
        assert!(plot.svg.starts_with("<svg xmlns=") && plot.svg.trim_end().ends_with("</svg>"));
        assert!(plot.svg.contains("role=\"img\" aria-label=\"pump\""));
        assert!(plot.svg.matches("<text").count() > 8, "title, axis names and labels are there");
        assert!(plot.caption.len() > 40 && plot.title == "pump");
        for banned in ["NaN", "inf", "opacity=\"0\""] {
            assert!(!plot.svg.contains(banned), "{banned} in {}", plot.svg);
        }
    }
}

#[test]
fn text_is_escaped_everywhere() {
    for plot in plots(HOSTILE, &ordinary()) {
        assert_well_formed(&plot.svg);
    }
    let page = page(HOSTILE, &ordinary());
    assert_well_formed(&page);
    assert!(!page.contains("<script"), "no markup of the input survives");
    assert!(page.contains("{{ 7 * 6 }}") && !page.contains("42 ]]"), "no template of the input is run");
}

#[test]
fn the_page_needs_no_network() {
    let page = page("pump", &ordinary());
    assert_well_formed(&page);
    let outside = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for banned in ["http:", "https:", "src=", "href=", "@import", "url("] {
        assert!(!outside.contains(banned), "{banned}");
    }
    assert_eq!(page.matches("<svg").count(), 9);
    assert!(page.contains("<td class=\"number\">17</td>"), "columns of numbers are set to the right");
    assert!(page.ends_with("</html>\n"));
}

#[test]
fn same_data_same_bytes() {
    assert_eq!(page("pump", &ordinary()), page("pump", &ordinary()));
}

#[test]
fn senseless_numbers_draw_something_and_never_panic() {
    let cases: [&[f64]; 12] = [
        &[],
        &[0.0],
        &[f64::NAN],
        &[f64::INFINITY, f64::NEG_INFINITY],
        &[f64::NAN, 1.0, f64::INFINITY, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],
        &[1.0; 9],
        &[f64::MAX, f64::MIN, 0.0, 1.0, -1.0, 5e-324, 2.0, 3.0, 4.0],
        &[1e24, 1.0, 2.0, 3.0, 1e12, 1.5, 2.5, 1e6, 1.1],
        &[-1e24, -1.0, -2.0, -3.0, -1e12, -1.5, -2.5, -1e6, -1.1],
        &[5e-324, 1e-300, 1e-310, 0.0, 1e-320, 1e-308],
        &[1e15, 1e15 + 1.0, 1e15 + 2.0],
        &[f64::MAX, f64::MAX, f64::MAX],
    ];
    for numbers in cases {
        for plot in plots("", numbers) {
            assert_well_formed(&plot.svg);
            assert!(!plot.svg.contains("NaN"), "{numbers:?}: {}", plot.svg);
        }
        assert_well_formed(&page("", numbers));
    }
    assert_well_formed(&ReportInput::default().html());
    for plot in [
        ScoreHistogram::default().plot(),
        PValueHistogram::default().plot(),
        RocCurve::default().plot(),
        PrecisionRecall::default().plot(),
        ErrorBars::default().plot(),
        Scatter::default().plot(),
    ] {
        assert_well_formed(&plot.svg);
    }
}

/// The curve of a perfect ranking goes up the left side and along the top: four corners of the plotting area.
#[test]
fn a_perfect_ranking_hugs_the_corner() {
    let curve = |scores: Vec<f64>| {
        let anomalous = (0..scores.len()).map(|i| i >= 50).collect();
        let ranking = Ranking { name: "r".to_owned(), scores, anomalous, figure: 1.0 };
        let svg = RocCurve { title: String::new(), rankings: vec![ranking] }.plot().svg;
        let (_, last) = svg.rsplit_once("points=\"").unwrap();
        let points: Vec<(i32, i32)> = last[..last.find('"').unwrap()]
            .split_whitespace()
            .map(|p| p.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).unwrap())
            .collect();
        points
    };
    let good = curve((0..100).map(f64::from).collect());
    let (first, last) = (good[0], good[good.len() - 1]);
    assert!(first.0 < last.0 && first.1 > last.1, "from below left to above right");
    assert!(good.iter().all(|p| p.0 == first.0 || p.1 == last.1));
    let bad = curve((0..100).map(|i| f64::from(-i)).collect());
    assert!(bad.iter().all(|p| p.1 == first.1 || p.0 == last.0));
}

#[test]
fn a_million_rows_make_a_small_picture() {
    let scores: Vec<f64> = (0..200_000u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 8)).collect();
    let anomalous = scores.iter().enumerate().map(|(i, s)| i % 7 == 0 && *s > 4e6).collect();
    let ranking = Ranking { name: "r".to_owned(), scores, anomalous, figure: 0.7 };
    for svg in [
        RocCurve { title: String::new(), rankings: vec![ranking.clone()] }.plot().svg,
        PrecisionRecall { title: String::new(), rankings: vec![ranking] }.plot().svg,
    ] {
        assert!(svg.len() < 60_000, "{} bytes", svg.len());
    }
}
