//! Rotations of whitened rows: `A_k` whitens by the training rows and projects on random orthonormal directions, `b_k = 0`.

use nalgebra::DMatrix;

use super::ViewFamily;
use super::family::{Family, Place, SquareMap, SquareMaps};
use super::linear::Linear;
use super::training_block::TrainingBlock;
use super::whitening::whitening;
use crate::random::{Key, normal, stream};

impl ViewFamily {
    /// `A_k` projects whitened rows on random orthonormal directions.
    pub const ROTATION: ViewFamily = ViewFamily(&Rotation);
}

struct Rotation;

impl Family for Rotation {
    fn name(&self) -> &'static str {
        "rotation"
    }
    fn draw(&self, place: &Place, m: usize, data: &TrainingBlock) -> Option<Linear> {
        let d = data.block.width();
        let mut rng = stream(place.seed, Key::View { flow: place.flow_key(), view: place.view as u64 });
        let gaussian = DMatrix::<f64>::from_fn(d, m, |_, _| normal(&mut rng));
        let directions = gaussian.qr().q();
        let matrix = (whitening(data.block.values(), d, data.rows) * directions).transpose();
        let rows = (0..m).flat_map(|i| matrix.row(i).iter().map(|&v| v as f32).collect::<Vec<_>>());
        Some(Linear::Dense { matrix: rows.collect(), columns: d })
    }
    fn squares<'a>(&self, maps: &SquareMaps<'a>) -> Option<SquareMap<'a>> {
        let SquareMaps { columns: d, rows, seed, key, .. } = *maps;
        let whitening = whitening(rows, d, &(0..rows.len() / d).collect::<Vec<_>>());
        Some(Box::new(move |k| {
            let mut rng = stream(seed, Key::View { flow: key, view: k as u64 });
            let rotation = DMatrix::<f64>::from_fn(d, d, |_, _| normal(&mut rng)).qr().q();
            let map = rotation.transpose() * &whitening;
            let mut entries = vec![0.0; d * (d + 1)];
            for (i, row) in entries.chunks_exact_mut(d + 1).enumerate() {
                row[..d].iter_mut().enumerate().for_each(|(j, v)| *v = map[(i, j)]);
            }
            entries
        }))
    }
}
