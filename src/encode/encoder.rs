//! The seam between kinds of data and detectors: an encoder is fitted on normal cases of its kind and turns cases into
//! blocks of features.
//!
//! [`EncoderSettings`] are what is chosen before a fit, an [`Encoder`] is what the fit learned, and a [`BoundCases`] is a
//! data set that was checked against it. A detector knows these three and [`Features`], and nothing of tables or series.

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use super::{Features, Held, Making};
use crate::data::container::Container;
use crate::data::{Column, Dataset, Kind};
use crate::error::Result;

/// What a detector asks of an encoder that it fits.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The normal cases, by their numbers in the data set.
    pub kept: &'a [usize],
    /// The fold of each kept case.
    pub folds: &'a [usize],
    /// Number of folds.
    pub fold_count: usize,
    /// Number of blocks, of an encoder that makes as many as are asked for: one a view.
    pub views: usize,
    /// Consecutive views that leave out the same fold: view `k` must not learn from fold `k / run mod fold_count`.
    pub run: usize,
    /// Most features of a block, of an encoder that chooses.
    pub features: usize,
    /// Seed of every random choice.
    pub seed: u64,
}

/// What is chosen before an encoder is fitted.
pub trait EncoderSettings: Debug + Send + Sync {
    /// The kind of data it encodes.
    fn kind(&self) -> Kind;
    /// Refuses settings that make no sense, for whatever data.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] naming the setting and what it must be.
    fn check(&self) -> Result<()>;
    /// Learns from the cases that `plan` keeps; also returns their features.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for settings that make no sense, [`crate::Error::Data`] for data of another kind, or values
    /// that cannot be scaled.
    fn fit(&self, data: &dyn Dataset, plan: &Plan) -> Result<(Arc<dyn Encoder>, Features)>;
    /// The same settings where cells may be missing; `None` for a kind of data that knows no missing cells.
    fn imputing(&self) -> Option<Arc<dyn EncoderSettings>> {
        None
    }
    /// All settings, as JSON with sorted keys.
    fn to_json(&self) -> Value;
    /// What the fit is called in progress reports.
    fn stage(&self) -> &'static str;
}

/// What was learned from normal cases: how a case becomes features.
pub trait Encoder: Debug + Send + Sync {
    /// The kind of data it encodes.
    fn kind(&self) -> Kind;
    /// Names of what a case consists of: the columns of a table, the channels of series.
    fn input_names(&self) -> &[String];
    /// The columns to read of a file, where a case has columns.
    fn columns(&self) -> Option<&[Column]> {
        None
    }
    /// Whether cells of a case may be missing.
    fn imputes(&self) -> bool {
        false
    }
    /// What it looks at, in words: "8 columns", "3 channels of 206 steps".
    fn describe(&self) -> String;
    /// The same figures by their names, for programs.
    fn sizes(&self) -> Vec<(&'static str, usize)>;
    /// The label column seen at fitting, if any.
    fn label(&self) -> Option<&str>;
    /// Width of each block.
    fn widths(&self) -> Vec<usize>;
    /// The block of that name; `None` where blocks have no names, or none is called so.
    fn block_named(&self, name: &str) -> Option<usize>;
    /// Number of blocks that are a view each, of an encoder that makes one a view: its first ones.
    fn blocks_of_views(&self) -> usize {
        0
    }
    /// Checks a data set against what was learned.
    ///
    /// # Errors
    /// [`crate::Error::Data`] for data of another kind, a column that is missing, another number of channels.
    fn bind<'a>(&'a self, data: &'a dyn Dataset) -> Result<Box<dyn BoundCases + 'a>>;
    /// The input, by its number in [`Encoder::input_names`], and its value in the user's units for which feature
    /// `feature` of block `block` is `value`; `None` where a feature is not made of one input.
    fn invert(&self, block: usize, feature: usize, value: f64) -> Option<(usize, f64)>;
    /// The input that feature `feature` of a block comes from, by its number in [`Encoder::input_names`].
    fn input_of(&self, feature: usize) -> usize {
        feature
    }
    /// The feature that is made of input `input` alone, and leads back to it; `None` if there is none.
    fn feature_of(&self, input: usize) -> Option<usize> {
        Some(input)
    }
    /// The same encoder without the blocks that `kept` says no of, if it can leave them out: those come out absent.
    fn keeping(&self, kept: &[bool]) -> Arc<dyn Encoder>;
    /// Bytes that a thread needs to encode a case, beside the case and its features.
    fn bytes_a_case(&self) -> usize {
        0
    }
    /// What it keeps of the training cases.
    fn holds(&self) -> Held;
    /// Names of the kinds of cases that [`Encoder::made`] can make.
    fn made_kinds(&self) -> &'static [&'static str];
    /// Cases made of the cases of `data`, of which `kept` are training cases; see [`Making`].
    ///
    /// # Errors
    /// [`crate::Error::Data`] for data of another kind.
    fn made(&self, data: &dyn Dataset, kept: &[usize], makings: &[Making], seed: u64) -> Result<Box<dyn Dataset>>;
    /// Writes itself into a model file; the reader stands in [`super::read`]'s list.
    fn write(&self, file: &mut Container);
}

/// Cases that fit an encoder.
pub trait BoundCases: Send + Sync {
    /// Features of the cases `range`. A case's bits do not depend on the others.
    fn encode(&self, range: Range<usize>) -> Features;
}
