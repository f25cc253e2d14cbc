//! Why cases are unusual: cases × inputs, a bar in each cell as long as the input's share, the values below the bar.

use plotters::element::{PathElement, Rectangle};
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::{Area, Drawn, Frame, Key, Mark, draw, px, stroke, text};
use super::palette::{GREY, GRID, INK, VERMILION};
use super::plot::Plot;
use crate::error::short;

/// Cases with the shares of their inputs.
#[derive(Clone, Debug, Default)]
pub struct ExplanationPlot {
    /// What the picture shows.
    pub title: String,
    /// The cases from the top down; the first [`ExplanationPlot::MOST_CASES`] are drawn.
    pub cases: Vec<ExplainedCase>,
}

/// A case: what it is called, and what has to do with its score.
#[derive(Clone, Debug, Default)]
pub struct ExplainedCase {
    /// Such as "row 17".
    pub name: String,
    /// Such as "p 0.002".
    pub note: String,
    /// Its inputs; one that is not named has no share. Shares outside [0, 1] are taken for the nearest that is not.
    pub inputs: Vec<ExplainedInput>,
}

/// An input of a case.
#[derive(Clone, Debug, Default)]
pub struct ExplainedInput {
    /// Name of the column or of the channel.
    pub name: String,
    /// Its share in the case's surprise.
    pub share: f64,
    /// Such as "99 → 3.2".
    pub note: String,
}

/// Inputs that get a column of their own.
const MOST_INPUTS: usize = 9;
/// Left of the first column, in shown pixels, and right of the last.
const LEFT: f64 = 126.0;
const RIGHT: f64 = 14.0;
/// Height of a case and of the names above the first.
const CASE: f64 = 34.0;
const NAMES: f64 = 24.0;
/// Width of the picture.
const WIDTH: f64 = 880.0;

impl ExplanationPlot {
    /// Most cases that are drawn.
    pub const MOST_CASES: usize = 20;

    /// Draws the cases; inputs that matter little stand together in the last column.
    pub fn plot(&self) -> Plot {
        let cases = &self.cases[..self.cases.len().min(Self::MOST_CASES)];
        let (names, others) = columns(cases);
        let key = |label: &str| Key { label: label.to_owned(), colour: VERMILION, mark: Mark::Bars };
        let keys = vec![key("share in the surprise: a full cell is all of it")];
        let height = (34.0 + 22.0 + NAMES + CASE * cases.len().max(1) as f64 + 10.0) as u32;
        let svg = draw(&Frame { title: &self.title, height, keys }, |area| body(area, cases, &names, others));
        let caption =
            "Each line is a case, the most surprising at the top. A bar says how much of what single replacements \
                       bring the score down is due to that input; below it the value, and the one that would have been \
                       normal given the others. Two long bars: the two do not go together."
                .to_owned();
        Plot { title: self.title.clone(), caption, svg }
    }
}

fn share(input: &ExplainedInput) -> f64 {
    if input.share.is_nan() { 0.0 } else { input.share.clamp(0.0, 1.0) }
}

/// The inputs with a column of their own, and whether some have none: those with the largest sums of shares, in the order of
/// those sums.
fn columns(cases: &[ExplainedCase]) -> (Vec<&str>, bool) {
    let mut sums: Vec<(&str, f64)> = Vec::new();
    for input in cases.iter().flat_map(|case| &case.inputs).filter(|input| share(input) > 0.0) {
        match sums.iter_mut().find(|(name, _)| *name == input.name) {
            Some((_, sum)) => *sum += share(input),
            None => sums.push((&input.name, share(input))),
        }
    }
    sums.sort_by(|a, b| b.1.total_cmp(&a.1));
    let others = sums.len() > MOST_INPUTS;
    (sums.into_iter().take(MOST_INPUTS).map(|(name, _)| name).collect(), others)
}

/// A text that fits into so many shown pixels at that height.
fn fitting(content: &str, width: f64, size: f64) -> String {
    let room = (width / (0.55 * size)) as usize;
    let content = short(content);
    if content.chars().count() <= room {
        return content;
    }
    content.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

fn body(area: &Area<'_>, cases: &[ExplainedCase], names: &[&str], others: bool) -> Drawn {
    let width = (WIDTH - LEFT - RIGHT) / (names.len() + usize::from(others)).max(1) as f64;
    let left = |column: usize| LEFT + width * column as f64;
    let at = |x: f64, y: f64| (px(x), px(y));
    let start = Pos::new(HPos::Left, VPos::Center);
    let heads = names.iter().copied().chain(others.then_some("others"));
    for (column, name) in heads.enumerate() {
        area.draw_text(&fitting(name, width - 8.0, 11.5), &text(11.5, INK).pos(start), at(left(column) + 4.0, 12.0))?;
    }
    for (i, case) in cases.iter().enumerate() {
        let top = NAMES + CASE * i as f64;
        area.draw(&PathElement::new([at(14.0, top), at(WIDTH - RIGHT, top)], stroke(&GRID, 1.0)))?;
        area.draw_text(&fitting(&case.name, LEFT - 22.0, 11.5), &text(11.5, INK).pos(start), at(14.0, top + 11.0))?;
        area.draw_text(&fitting(&case.note, LEFT - 22.0, 10.0), &text(10.0, GREY).pos(start), at(14.0, top + 25.0))?;
        for (column, name) in names.iter().enumerate() {
            if let Some(input) = case.inputs.iter().find(|input| input.name == *name) {
                cell(area, (left(column), top, width), share(input), &input.note)?;
            }
        }
        if others {
            let rest: f64 = case.inputs.iter().filter(|input| !names.contains(&input.name.as_str())).map(share).sum();
            cell(area, (left(names.len()), top, width), rest.min(1.0), "")?;
        }
    }
    Ok(())
}

/// The bar of a share with its figure, and the note below.
fn cell(area: &Area<'_>, (left, top, width): (f64, f64, f64), share: f64, note: &str) -> Drawn {
    let at = |x: f64, y: f64| (px(left + x), px(top + y));
    if share < 0.005 {
        return Ok(());
    }
    let long = (width - 8.0) * share;
    area.draw(&Rectangle::new([at(4.0, 4.0), at(4.0 + long, 17.0)], VERMILION.mix(0.3).filled()))?;
    area.draw(&Rectangle::new([at(4.0, 4.0), at(4.0 + long, 17.0)], stroke(&VERMILION, 1.0)))?;
    let start = Pos::new(HPos::Left, VPos::Center);
    area.draw_text(&format!("{:.0} %", 100.0 * share), &text(10.0, INK).pos(start), at(7.0, 11.0))?;
    if share < 0.1 {
        return Ok(());
    }
    area.draw_text(&fitting(note, width - 8.0, 9.5), &text(9.5, GREY).pos(start), at(4.0, 26.0))
}
