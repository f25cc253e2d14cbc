//! A column of a few far modes: their own spread is the unit of length, and the gaps between them are compressed.
//!
//! The unit `u` is the sd that a normal law with as narrow a densest quarter would have. Within a mode `v` grows by one a unit. A
//! gap of `G` units becomes `asinh G` wide: `t` units above its lower end `v` has grown by
//! `asinh G·asinh t/(asinh t + asinh(G − t))`, as steeply as within the modes at both ends. Beyond the outer modes it grows by
//! `asinh t`. So what lies a few units off a mode stays a few units off, however far away the next mode is.

/// Width of the densest quarter of a normal law of unit variance.
const QUARTER: f64 = 0.637;
/// A gap between modes is more than so many units wide.
const GAP: f64 = 10.0;
/// A mode has at least this share of the values, and those that have it all but as much together.
const FULL: f64 = 0.05;
/// Modes are narrow: together at most this share of the column's range.
const NARROW: f64 = 0.125;
/// Fewest values to look for modes among.
const FEWEST: usize = 20;
/// Steps that halve a gap down to neighbouring numbers.
const HALVINGS: usize = 200;

/// Modes in ascending order; a few values that lie apart from all full ones are modes here too.
#[derive(Debug)]
pub(super) struct FarModes {
    unit: f64,
    /// Lower and upper end of each.
    ends: Vec<(f64, f64)>,
    /// `v` at each lower end.
    starts: Vec<f64>,
}

impl FarModes {
    /// The modes of ascending values; `None` if they are no few narrow ones far apart.
    pub fn find(sorted: &[f64]) -> Option<FarModes> {
        let n = sorted.len();
        if n < FEWEST {
            return None;
        }
        let quarter = n.div_ceil(4);
        let widths = sorted.windows(quarter).map(|w| w[quarter - 1] - w[0]);
        let unit = widths.fold(f64::INFINITY, f64::min) / QUARTER;
        if unit <= 0.0 || !unit.is_finite() {
            return None;
        }
        let modes: Vec<&[f64]> = sorted.chunk_by(|a, b| b - a <= GAP * unit).collect();
        let full = || modes.iter().filter(|mode| mode.len() as f64 >= FULL * n as f64);
        let inside: usize = full().map(|mode| mode.len()).sum();
        let width: f64 = full().map(|mode| mode[mode.len() - 1] - mode[0]).sum();
        if full().count() < 2
            || (inside as f64) < (1.0 - FULL) * n as f64
            || width > NARROW * (sorted[n - 1] - sorted[0])
        {
            return None;
        }
        // Ends are whole numbers of units, so that no value of the column is kept.
        // More units than there are numbers leave a value as it is.
        let whole = |x: f64, units: f64| if (units * unit).is_finite() { units * unit } else { x };
        let down = |x: f64| whole(x, (x / unit).floor()).min(x);
        let up = |x: f64| whole(x, (x / unit).ceil()).max(x);
        Self::new(unit, modes.iter().map(|mode| (down(mode[0]), up(mode[mode.len() - 1]))).collect())
    }

    /// Modes with these ends; `None` if they make no sense.
    pub fn new(unit: f64, ends: Vec<(f64, f64)>) -> Option<FarModes> {
        let ordered = ends.iter().all(|(low, high)| low <= high) && ends.windows(2).all(|w| w[0].1 < w[1].0);
        if !ordered || ends.is_empty() || unit <= 0.0 {
            return None;
        }
        let mut modes = FarModes { unit, ends, starts: vec![0.0] };
        for i in 1..modes.ends.len() {
            let ((low, high), next) = (modes.ends[i - 1], modes.ends[i].0);
            modes.starts.push(modes.starts[i - 1] + modes.units(low, high) + modes.units(high, next).asinh());
        }
        Some(modes)
    }

    /// The unit of length.
    pub fn unit(&self) -> f64 {
        self.unit
    }
    /// Lower and upper end of each mode, ascending.
    pub fn ends(&self) -> impl Iterator<Item = f64> + '_ {
        self.ends.iter().flat_map(|&(low, high)| [low, high])
    }

    /// Units from `from` to `to`, without overflow.
    fn units(&self, from: f64, to: f64) -> f64 {
        ((0.5 * to - 0.5 * from) / self.unit * 2.0).min(1e290)
    }

    /// `v` of `x`.
    pub fn apply(&self, x: f64) -> f64 {
        let begun = self.ends.partition_point(|(low, _)| *low <= x);
        let Some(i) = begun.checked_sub(1) else { return -self.units(x, self.ends[0].0).asinh() };
        let (low, high) = self.ends[i];
        if x <= high {
            return self.starts[i] + self.units(low, x);
        }
        let (top, above) = (self.starts[i] + self.units(low, high), self.units(high, x).asinh());
        match self.ends.get(begun) {
            None => top + above,
            Some(&(next, _)) => top + self.units(high, next).asinh() * above / (above + self.units(x, next).asinh()),
        }
    }

    /// The `x` whose `v` is `v`.
    pub fn invert(&self, v: f64) -> f64 {
        let begun = self.starts.partition_point(|&start| start <= v);
        let Some(i) = begun.checked_sub(1) else { return self.ends[0].0 - (-v).sinh() * self.unit };
        let ((low, high), offset) = (self.ends[i], v - self.starts[i]);
        let width = self.units(low, high);
        match self.ends.get(begun) {
            _ if offset <= width => (low + offset * self.unit).min(high),
            None => high + (offset - width).sinh() * self.unit,
            Some(&(next, _)) => {
                let (mut below, mut above) = (high, next);
                for _ in 0..HALVINGS {
                    let middle = 0.5 * below + 0.5 * above;
                    if self.apply(middle) <= v { below = middle } else { above = middle }
                }
                0.5 * below + 0.5 * above
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(modes: &[f64], each: u32) -> Vec<f64> {
        let wave = |i: u32| 2.0 * (f64::from(i) * 0.7).sin();
        let mut values: Vec<f64> = modes.iter().flat_map(|m| (0..each).map(move |i| m + wave(i))).collect();
        values.sort_by(f64::total_cmp);
        values
    }

    #[test]
    fn far_modes_are_found_and_nothing_else_is() {
        assert_eq!(FarModes::find(&column(&[0.0, 1e5], 50)).unwrap().ends.len(), 2);
        assert_eq!(FarModes::find(&column(&[0.0, 1e3, 1e6], 50)).unwrap().ends.len(), 3);
        assert!(FarModes::find(&column(&[0.0], 100)).is_none(), "one mode");
        assert!(FarModes::find(&column(&[0.0, 6.0], 50)).is_none(), "near ones");
        let mut gross = column(&[0.0], 100);
        gross.push(1e9);
        assert!(FarModes::find(&gross).is_none(), "a single value is no mode");
        assert!(FarModes::find(&(0..100).map(f64::from).collect::<Vec<_>>()).is_none(), "no gaps");
        assert!(FarModes::find(&[[0.0; 50], [1.0; 50]].concat()).is_none(), "two values have no width");
    }

    #[test]
    fn ends_are_numbers_however_narrow_and_far_the_modes() {
        let narrow: Vec<f64> = column(&[0.0], 80).iter().map(|v| 1e-9 * v).collect();
        for far in [-1e300, 1e300] {
            // Fewer than a quarter of the values: alone they have no width.
            let mut values = [&narrow[..], &[far; 20]].concat();
            values.sort_by(f64::total_cmp);
            let modes = FarModes::find(&values).unwrap();
            assert!(modes.ends().all(f64::is_finite), "{modes:?}");
            assert!(values.iter().all(|&v| modes.apply(v).is_finite()), "{modes:?}");
        }
    }

    #[test]
    fn what_lies_off_a_mode_stays_off_it_however_far_the_next_one() {
        for far in [100.0, 1e5, 1e12] {
            let modes = FarModes::find(&column(&[0.0, far], 50)).unwrap();
            let off = |from: f64, to: f64| (modes.apply(to) - modes.apply(from)).abs();
            for (from, to) in [(2.0, 20.0), (-2.0, -20.0), (far - 2.0, far - 20.0), (far + 2.0, far + 20.0)] {
                assert!(off(from, to) > 1.5, "{far}: from {from} to {to} are {}", off(from, to));
            }
            assert!(off(2.0, far) < 40.0, "{far}");
        }
    }
}
