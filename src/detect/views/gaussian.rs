//! Dense Gaussian maps, the paper's: entries of `A_k` are `N(0, 1)/√d`, so that a standardised row keeps its scale; of a
//! square map also `b_k ~ N(0, I)`.

use super::ViewFamily;
use super::family::{Family, Place, SquareMap, SquareMaps};
use super::linear::Linear;
use super::training_block::TrainingBlock;
use crate::random::{Key, normal, stream};

impl ViewFamily {
    /// `A_k` has standard normal entries over √d, `b_k` is standard normal: the paper's.
    pub const GAUSSIAN: ViewFamily = ViewFamily(&Gaussian);
}

struct Gaussian;

impl Family for Gaussian {
    fn name(&self) -> &'static str {
        "gaussian"
    }
    fn draw(&self, place: &Place, m: usize, data: &TrainingBlock) -> Option<Linear> {
        let d = data.block.width();
        let mut rng = stream(place.seed, Key::View { flow: place.flow_key(), view: place.view as u64 });
        let scale = 1.0 / (d as f64).sqrt();
        let matrix = (0..m * d).map(|_| (scale * normal::<f64>(&mut rng)) as f32).collect();
        Some(Linear::Dense { matrix, columns: d })
    }
    fn squares<'a>(&self, maps: &SquareMaps<'a>) -> Option<SquareMap<'a>> {
        let SquareMaps { columns: d, seed, key, .. } = *maps;
        let scale = 1.0 / (d as f64).sqrt();
        Some(Box::new(move |k| {
            let mut rng = stream(seed, Key::View { flow: key, view: k as u64 });
            let factor = |at: usize| if at % (d + 1) == d { 1.0 } else { scale };
            (0..d * (d + 1)).map(|at| factor(at) * normal::<f64>(&mut rng)).collect()
        }))
    }
}
