//! Sign maps: entries of `A_k` are ±1 with equal probability, `b_k` standardises (Achlioptas 2003).

use super::ViewFamily;
use super::family::{Family, Place, SquareMap, SquareMaps};
use super::linear::Linear;
use super::training_block::TrainingBlock;
use crate::random::{Key, stream, uniform};

impl ViewFamily {
    /// Entries of `A_k` are random signs.
    pub const RADEMACHER: ViewFamily = ViewFamily(&Rademacher);
}

struct Rademacher;

impl Family for Rademacher {
    fn name(&self) -> &'static str {
        "rademacher"
    }
    fn draw(&self, place: &Place, m: usize, data: &TrainingBlock) -> Option<Linear> {
        let columns = data.block.width();
        let mut rng = stream(place.seed, Key::View { flow: place.flow_key(), view: place.view as u64 });
        let matrix = (0..m * columns).map(|_| if uniform(&mut rng) < 0.5 { 1.0 } else { -1.0 }).collect();
        Some(Linear::Dense { matrix, columns })
    }
    fn squares<'a>(&self, _: &SquareMaps<'a>) -> Option<SquareMap<'a>> {
        None
    }
}
