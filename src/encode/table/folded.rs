//! Every representation of every column, learned anew without each fold: blocks `NAME/FOLD` of `d` features.
//!
//! Block `r·folds + f` is representation `r` of [`REPRESENTATIONS`] learned from the training rows outside fold `f`, so that
//! whatever learns from that block knows nothing of fold `f`. A model keeps the blocks that its experts look at.

use std::sync::Arc;

use rayon::prelude::*;

use super::representations::{ColumnMap, REPRESENTATIONS, Representation, narrow};
use crate::data::container::Container;
use crate::encode::{Block, Features, Held};
use crate::error::Result;

/// The maps of a block, `[d]`.
type ColumnMaps = Vec<Box<dyn ColumnMap>>;

/// The maps of all columns, block by block.
#[derive(Clone, Debug)]
pub(super) struct FoldedColumns {
    columns: usize,
    folds: usize,
    /// `[representations · folds][d]`; `None` for a block that no expert looks at.
    blocks: Vec<Option<Arc<ColumnMaps>>>,
}

impl FoldedColumns {
    /// Learns from rows `[n, d]` of the folds `fold_of`, `folds` of them, each with rows outside it.
    pub(super) fn fit(values: &[f64], columns: usize, fold_of: &[usize], folds: usize) -> FoldedColumns {
        let block = |(representation, fold): (&Representation, usize)| {
            let column = |j: usize| {
                let outside = fold_of.iter().enumerate().filter(|&(_, &f)| f != fold);
                (representation.fit)(&outside.map(|(i, _)| values[i * columns + j]).collect::<Vec<_>>())
            };
            Some(Arc::new((0..columns).into_par_iter().map(column).collect()))
        };
        let all: Vec<(&Representation, usize)> =
            REPRESENTATIONS.iter().flat_map(|r| (0..folds).map(move |f| (r, f))).collect();
        FoldedColumns { columns, folds, blocks: all.into_par_iter().map(block).collect() }
    }

    /// Number of columns `d`.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Number of blocks.
    pub(super) fn count(&self) -> usize {
        self.blocks.len()
    }

    /// Number of the block called `NAME/FOLD`, if it was kept: nothing may look at one that was not.
    pub(super) fn block_named(&self, name: &str) -> Option<usize> {
        let (name, fold) = name.split_once('/')?;
        let representation = REPRESENTATIONS.iter().position(|r| r.name == name)?;
        let fold = fold.parse().ok().filter(|&f: &usize| f < self.folds)?;
        Some(representation * self.folds + fold).filter(|&block| self.blocks[block].is_some())
    }

    /// All kept blocks of rows `[n, d]`, the others empty; a row's bits do not depend on the others.
    pub(super) fn apply(&self, values: &[f64]) -> Features {
        let d = self.columns;
        let block = |maps: &Option<Arc<ColumnMaps>>| match maps {
            None => Block::absent(d),
            Some(maps) => {
                let mut features = Vec::with_capacity(values.len());
                for row in values.chunks_exact(d) {
                    features.extend(maps.iter().zip(row).map(|(map, &x)| narrow(map.apply(x))));
                }
                Block::new(d, features)
            }
        };
        Features::new(values.len() / d, self.blocks.iter().map(block).collect())
    }

    /// What the maps of the kept blocks keep of the training rows.
    pub(super) fn holds(&self) -> Held {
        let kept = self.blocks.iter().enumerate().filter(|(_, maps)| maps.is_some());
        kept.map(|(block, _)| REPRESENTATIONS[block / self.folds].holds).max().unwrap_or(Held::Figures)
    }

    /// Forgets the blocks that `kept` says no of.
    pub(super) fn keep(&mut self, kept: &[bool]) {
        self.blocks.iter_mut().zip(kept).filter(|(_, kept)| !**kept).for_each(|(block, _)| *block = None);
    }

    /// The value of column `column` whose feature in block `block` is `v`; `None` for a block that was not kept.
    pub(super) fn invert(&self, block: usize, column: usize, v: f64) -> Option<f64> {
        Some(self.blocks[block].as_ref()?[column].invert(v))
    }

    /// `folds`, and for each kept block `columns.NAME/FOLD` f64, the parameters of each column's map.
    pub(super) fn write(&self, file: &mut Container) {
        file.set("column_folds", self.folds);
        for (i, block) in self.blocks.iter().enumerate() {
            let Some(maps) = block else { continue };
            let parameters: Vec<Vec<f64>> = maps.iter().map(|map| map.parameters()).collect();
            file.insert_lists(&self.tensor(i), &parameters);
        }
    }

    /// What [`Self::write`] wrote of `columns` columns.
    pub(super) fn read(file: &Container, columns: usize) -> Result<FoldedColumns> {
        let folds = file.header().usize_in("column_folds", 1..=64)?;
        let count = REPRESENTATIONS.len() * folds;
        let mut read = FoldedColumns { columns, folds, blocks: Vec::with_capacity(count) };
        for i in 0..count {
            let name = read.tensor(i);
            if file.tensor(&name).is_err() {
                read.blocks.push(None);
                continue;
            }
            let representation = &REPRESENTATIONS[i / folds];
            let column = |parameters: Vec<f64>| {
                (representation.read)(&parameters).ok_or_else(|| file.error(&name, "holds a map that makes no sense"))
            };
            let maps: ColumnMaps = file.lists_f64(&name, columns)?.into_iter().map(column).collect::<Result<_>>()?;
            read.blocks.push(Some(Arc::new(maps)));
        }
        Ok(read)
    }

    fn tensor(&self, block: usize) -> String {
        format!("columns.{}/{}", REPRESENTATIONS[block / self.folds].name, block % self.folds)
    }
}
