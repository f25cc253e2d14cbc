//! One view `T_k(x) = A_k·x + b_k` (Eq. 1), `[d] → [m]`.
//!
//! The map's constants already hold the standardisation of the view's coordinates by its training rows (standard
//! deviation floored, so that a near-constant coordinate cannot make the density arbitrarily peaked).

use super::ViewFamily;
use super::family::Place;
use super::linear::Linear;
use super::training_block::TrainingBlock;
use crate::data::container::{Container, Tensor};
use crate::error::Result;

/// The affine map of one view.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::detect) enum View {
    /// The row as it is, `d` features.
    Identity(usize),
    /// A linear part, and what is added after it, `[m]`.
    Affine { linear: Linear, shift: Vec<f32> },
}

impl View {
    /// A random view of `family` with `wanted` features: its linear part from a random stream, its standardisation from the
    /// training rows.
    pub fn draw(family: ViewFamily, place: &Place, wanted: usize, data: &TrainingBlock) -> View {
        let m = family.features(wanted, data.block.width());
        let Some(mut linear) = family.0.draw(place, m, data) else { return View::Identity(m) };
        let shift = linear.standardise(m, data);
        View::Affine { linear, shift }
    }

    /// Number of features `m`.
    pub fn features(&self) -> usize {
        match self {
            View::Identity(d) => *d,
            View::Affine { shift, .. } => shift.len(),
        }
    }

    /// Writes the view of one row to `out[0], out[stride], …`. Each output is one chain of multiply-adds.
    pub fn apply(&self, row: &[f32], out: &mut [f32], stride: usize) {
        match self {
            // The sum turns −0 into +0, as that of any other view does.
            View::Identity(_) => row.iter().enumerate().for_each(|(i, x)| out[i * stride] = x + 0.0),
            View::Affine { linear, shift } => linear.apply(row, shift, out, stride),
        }
    }

    /// The columns the view looks at; `None` for all.
    pub fn columns(&self) -> Option<&[u32]> {
        match self {
            View::Affine { linear: Linear::Axes { axes, .. }, .. } => Some(axes),
            _ => None,
        }
    }

    /// Column and value of the block's row for which feature `feature` is `value`; `None` where a feature is made of
    /// several columns.
    pub fn invert(&self, feature: usize, value: f64) -> Option<(usize, f64)> {
        match self {
            View::Identity(_) => Some((feature, value)),
            View::Affine { linear: Linear::Axes { axes, scale }, shift } => {
                Some((axes[feature] as usize, (value - f64::from(shift[feature])) / f64::from(scale[feature])))
            }
            View::Affine { linear: Linear::Dense { .. }, .. } => None,
        }
    }

    /// Writes the views of one flow: `PREFIX.shift` `[V, m]`, and `.axes`, `.scale` `[V, m]` or `.matrix` `[V, m, d]`.
    /// Identities take no tensors.
    pub fn write_all(views: &[View], file: &mut Container, prefix: &str) {
        let parts: Vec<(&Linear, &[f32])> = views
            .iter()
            .filter_map(|view| match view {
                View::Identity(_) => None,
                View::Affine { linear, shift } => Some((linear, &shift[..])),
            })
            .collect();
        let Some(&(first, shift)) = parts.first() else { return };
        let (v, m) = (parts.len(), shift.len());
        let shifts: Vec<f32> = parts.iter().flat_map(|(_, shift)| *shift).copied().collect();
        file.insert(&format!("{prefix}.shift"), Tensor::f32(&[v, m], shifts));
        let (mut axes, mut numbers) = (Vec::new(), Vec::new());
        for (linear, _) in &parts {
            match linear {
                Linear::Axes { axes: own, scale } => {
                    axes.extend_from_slice(own);
                    numbers.extend_from_slice(scale);
                }
                Linear::Dense { matrix, .. } => numbers.extend_from_slice(matrix),
            }
        }
        match first {
            Linear::Axes { .. } => {
                file.insert(&format!("{prefix}.axes"), Tensor::u32(&[v, m], axes));
                file.insert(&format!("{prefix}.scale"), Tensor::f32(&[v, m], numbers));
            }
            Linear::Dense { columns, .. } => {
                file.insert(&format!("{prefix}.matrix"), Tensor::f32(&[v, m, *columns], numbers));
            }
        }
    }

    /// The `count` views of `family` with `wanted` features of `d` columns that [`View::write_all`] wrote.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming the tensor that is missing or makes no sense.
    pub fn read_all(
        file: &Container,
        prefix: &str,
        family: ViewFamily,
        wanted: usize,
        count: usize,
        d: usize,
    ) -> Result<Vec<View>> {
        let m = family.features(wanted, d);
        if family == ViewFamily::IDENTITY {
            return Ok(vec![View::Identity(m); count]);
        }
        let shift = file.tensor_f32(&format!("{prefix}.shift"), &[count, m])?;
        let linear: Vec<Linear> = if family.selects() {
            let axes = file.tensor_u32(&format!("{prefix}.axes"), &[count, m])?;
            if axes.iter().any(|&a| a as usize >= d) {
                return Err(file.error(&format!("{prefix}.axes"), "points beyond the columns"));
            }
            let scale = file.tensor_f32(&format!("{prefix}.scale"), &[count, m])?;
            let parts = axes.chunks_exact(m).zip(scale.chunks_exact(m));
            parts.map(|(a, s)| Linear::Axes { axes: a.to_vec(), scale: s.to_vec() }).collect()
        } else {
            let matrix = file.tensor_f32(&format!("{prefix}.matrix"), &[count, m, d])?;
            matrix.chunks_exact(m * d).map(|a| Linear::Dense { matrix: a.to_vec(), columns: d }).collect()
        };
        let shifts = shift.chunks_exact(m).map(<[f32]>::to_vec);
        Ok(linear.into_iter().zip(shifts).map(|(linear, shift)| View::Affine { linear, shift }).collect())
    }
}
