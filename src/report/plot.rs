//! What plots are made from and what comes out of them.

use plotters::style::RGBColor;

use super::canvas::Mark;
use super::palette;

/// A picture and what to read off it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// The title drawn at the top of the picture.
    pub title: String,
    /// How to read the picture, in a sentence or two.
    pub caption: String,
    /// A complete SVG file; the same data always give the same bytes.
    pub svg: String,
}

/// What a row or a point is, and so its colour and its shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Normal: blue discs.
    #[default]
    Normal,
    /// Anomalous: vermilion crosses.
    Anomalous,
    /// Of unknown kind, or made by a flow: green triangles.
    Other,
}

impl Kind {
    pub(super) fn colour(self) -> RGBColor {
        match self {
            Kind::Normal => palette::BLUE,
            Kind::Anomalous => palette::VERMILION,
            Kind::Other => palette::GREEN,
        }
    }
    pub(super) fn mark(self) -> Mark {
        match self {
            Kind::Normal => Mark::Disc,
            Kind::Anomalous => Mark::Cross,
            Kind::Other => Mark::Triangle,
        }
    }
}

/// Numbers that belong together: the scores or p-values of the rows of one kind.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Such as "normal".
    pub name: String,
    /// Decides the colour.
    pub kind: Kind,
    /// One number a row.
    pub scores: Vec<f64>,
}
