//! Figures of a window of `C` channels of `N` readings: a row of numbers, the same number of them for every window.
//!
//! With `z = (x − centre)/scale` of a channel, `z̄` its mean, `d_t = z_{t+1} − z_t`, and
//! `h_s(t) = mean z_{t+s … t+2s−1} − mean z_{t … t+s−1}` (the Haar wavelet of width `s`, whose mean square is twice the Allan
//! variance), per channel:
//!
//! ```text
//! z̄   max z   min z   slope·N   ln sd z   ln rms h_s for s = 1, 2, 4, … ≤ N/4
//! ln max|h_1|   ln max|h_S|, S the largest s   ln of the least and of the largest mean of |d| over N/8 steps
//! Σ(z_t − z̄)(z_{t+l} − z̄) / Σ(z − z̄)²   for l = 1, 2, 3, 5, 8, … ≤ N/2 (each half as large again)
//! ```
//!
//! and the correlation of each channel with the next three. Logarithms are of a number plus 10⁻³. Cost: `O(C·N·log N)`.

/// What is added before a logarithm, of a channel's scale.
const FLOOR: f64 = 1e-3;
/// Values beyond so many scales are as far as it goes: their squares stay numbers.
const FAR: f64 = 1e60;
/// How many of the next channels each is compared with.
const NEXT: usize = 3;

/// What a channel is measured by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    /// The median.
    pub centre: f64,
    /// The median of the differences from a reading to the next, and a thousandth of the range.
    pub scale: f64,
}

impl Scale {
    /// Of the windows of a channel.
    pub fn of<'a>(windows: impl Iterator<Item = &'a [f64]> + Clone) -> Scale {
        let median = |mut all: Vec<f64>| {
            all.sort_by(f64::total_cmp);
            (all.get(all.len() / 2).copied().unwrap_or(0.0), all)
        };
        let (centre, sorted) = median(windows.clone().flatten().copied().collect());
        let steps = windows.flat_map(|window| window.windows(2).map(|w| (w[1] / 2.0 - w[0] / 2.0).abs()));
        let (step, _) = median(steps.collect());
        let range = sorted.last().zip(sorted.first()).map_or(0.0, |(last, first)| last / 2.0 - first / 2.0);
        // Halves, so that the difference of the largest numbers is one.
        let scale = (step + 1e-3 * range).min(f64::MAX / 2.0) * 2.0;
        Scale { centre, scale: if scale > 0.0 { scale } else { 1.0 } }
    }

    fn apply(self, value: f64) -> f64 {
        ((value / 2.0 - self.centre / 2.0) / self.scale * 2.0).clamp(-FAR, FAR)
    }
}

/// Widths of the wavelets for windows of `n` readings.
fn widths(n: usize) -> Vec<usize> {
    std::iter::successors(Some(1), |s| Some(2 * s)).take_while(|s| *s == 1 || 4 * s <= n).collect()
}

/// Lags of the autocorrelation.
fn lags(n: usize) -> Vec<usize> {
    let mut lags: Vec<usize> = std::iter::successors(Some(1.0), |lag: &f64| Some(1.5 * lag))
        .map(|lag| lag.round() as usize)
        .take_while(|lag| 2 * lag <= n)
        .collect();
    lags.dedup();
    lags
}

/// Pairs of channels that are compared.
fn pairs(channels: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..channels).flat_map(move |a| (a + 1..channels.min(a + 1 + NEXT)).map(move |b| (a, b)))
}

/// What each figure is of: one channel, or two.
pub(super) fn names(channels: &[String], n: usize) -> Vec<String> {
    let mut names = Vec::new();
    for channel in channels {
        let mut add = |figure: &str| names.push(format!("{channel}: {figure}"));
        ["mean", "largest", "least", "slope", "deviation"].into_iter().for_each(&mut add);
        widths(n).iter().for_each(|s| add(&format!("noise over {s}")));
        ["largest jump", "largest step", "quietest", "loudest"].into_iter().for_each(&mut add);
        lags(n).iter().for_each(|lag| add(&format!("rhythm {lag}")));
    }
    names.extend(pairs(channels.len()).map(|(a, b)| format!("{} with {}", channels[a], channels[b])));
    names
}

/// Number of figures of windows of `n` readings.
pub(super) fn count(channels: usize, n: usize) -> usize {
    (9 + widths(n).len() + lags(n).len()) * channels + pairs(channels).count()
}

fn log(value: f64) -> f64 {
    (value + FLOOR).ln()
}

/// Sums of the first values: `n + 1` of them.
fn sums(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    let rest = values.map(|value| {
        sum += value;
        sum
    });
    std::iter::once(0.0).chain(rest).collect()
}

/// Adds the figures of a window to `figures`; `channel(c)` are the readings of channel `c`, at least four.
pub(super) fn add<'a>(channel: impl Fn(usize) -> &'a [f64], scales: &[Scale], figures: &mut Vec<f64>) {
    let mut standardised: Vec<Vec<f64>> = Vec::with_capacity(scales.len());
    for (c, scale) in scales.iter().enumerate() {
        let z: Vec<f64> = channel(c).iter().map(|&x| scale.apply(x)).collect();
        let n = z.len() as f64;
        let mean = z.iter().sum::<f64>() / n;
        let centred: Vec<f64> = z.iter().map(|z| z - mean).collect();
        let squares: f64 = centred.iter().map(|z| z * z).sum();
        let deviation = (squares / n).sqrt();
        let middle = (n - 1.0) / 2.0;
        let slope =
            centred.iter().enumerate().map(|(t, z)| (t as f64 - middle) * z).sum::<f64>() * 12.0 / (n * (n * n - 1.0));
        let (most, least) = z.iter().fold((f64::MIN, f64::MAX), |(most, least), &z| (most.max(z), least.min(z)));
        figures.extend([mean, most, least, slope * n, log(deviation)]);
        let running = sums(centred.iter().copied());
        let mut jumps = [0.0; 2];
        let widths = widths(z.len());
        for (i, &s) in widths.iter().enumerate() {
            let wavelet = |t: usize| (running[t + 2 * s] - 2.0 * running[t + s] + running[t]) / s as f64;
            let count = z.len() + 1 - 2 * s;
            let (square, largest) =
                (0..count).map(wavelet).fold((0.0, 0.0_f64), |(sum, largest), h| (sum + h * h, largest.max(h.abs())));
            figures.push(log((square / count as f64).sqrt()));
            if i == 0 {
                jumps[0] = largest;
            }
            jumps[1] = largest;
        }
        figures.extend(jumps.map(log));
        let part = (z.len() / 8).max(2);
        let changes = sums(z.windows(2).map(|w| (w[1] - w[0]).abs()));
        let local = changes.iter().zip(&changes[part.min(changes.len() - 1)..]).map(|(a, b)| (b - a) / part as f64);
        let (quiet, loud) = local.fold((f64::MAX, 0.0_f64), |(quiet, loud), m| (quiet.min(m.max(0.0)), loud.max(m)));
        figures.extend([log(quiet), log(loud)]);
        let bound = squares + n * FLOOR * FLOOR;
        for lag in lags(z.len()) {
            let product: f64 = centred.iter().zip(&centred[lag..]).map(|(a, b)| a * b).sum();
            figures.push(product / bound);
        }
        standardised.push(centred.iter().map(|z| z / (deviation + FLOOR)).collect());
    }
    for (a, b) in pairs(scales.len()) {
        let (a, b) = (&standardised[a], &standardised[b]);
        let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        figures.push(product / a.len().max(b.len()) as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(channels: &[Vec<f64>]) -> Vec<f64> {
        let scales = vec![Scale { centre: 0.0, scale: 1.0 }; channels.len()];
        let mut figures = Vec::new();
        add(|c| &channels[c], &scales, &mut figures);
        figures
    }

    fn figure(figures: &[f64], names: &[String], name: &str) -> f64 {
        figures[names.iter().position(|own| own == name).unwrap_or_else(|| panic!("{name} among {names:?}"))]
    }

    #[test]
    fn figures_are_what_they_are_called() {
        let rising: Vec<f64> = (0..16).map(f64::from).collect();
        let falling: Vec<f64> = rising.iter().map(|x| 20.0 - x).collect();
        let names = names(&["a".into(), "b".into()], 16);
        let figures = of(&[rising, falling]);
        assert_eq!((figures.len(), names.len()), (count(2, 16), count(2, 16)));
        let get = |name: &str| figure(&figures, &names, name);
        assert_eq!([get("a: mean"), get("a: largest"), get("a: least")], [7.5, 15.0, 0.0]);
        assert!((get("a: slope") - 16.0).abs() < 1e-9 && (get("b: slope") + 16.0).abs() < 1e-9);
        assert!((get("a: deviation") - log(21.25f64.sqrt())).abs() < 1e-12);
        for (s, h) in [(1, 1.0), (2, 2.0), (4, 4.0)] {
            assert!((get(&format!("a: noise over {s}")) - log(h)).abs() < 1e-9, "{s}");
        }
        assert!((get("a: largest step") - log(4.0)).abs() < 1e-9 && (get("a: quietest") - log(1.0)).abs() < 1e-9);
        assert!((get("a with b") + 1.0).abs() < 1e-2);
    }

    #[test]
    fn a_rhythm_shows_in_the_lags_and_a_standstill_in_the_quietest_part() {
        let wave = |period: f64| (0..96).map(|t| (f64::from(t) / period * std::f64::consts::TAU).sin()).collect();
        let names = names(&["a".into()], 96);
        let usual = of(&[wave(12.0)]);
        assert!(figure(&usual, &names, "a: rhythm 11") > 0.6 && figure(&usual, &names, "a: rhythm 5") < -0.6);
        assert!(figure(&of(&[wave(24.0)]), &names, "a: rhythm 11") < -0.6);
        let mut still: Vec<f64> = wave(12.0);
        still[40..60].fill(0.3);
        assert!(figure(&of(&[still]), &names, "a: quietest") < figure(&usual, &names, "a: quietest") - 4.0);
    }

    #[test]
    fn figures_of_any_numbers_are_finite() {
        for n in [4, 5, 7, 8, 64] {
            for channel in [
                vec![f64::MAX; n],
                vec![0.0; n],
                (0..n).map(|t| if t % 2 == 0 { f64::MAX } else { f64::MIN }).collect(),
            ] {
                for scale in [Scale { centre: 0.0, scale: 1.0 }, Scale::of([&channel[..]].into_iter())] {
                    let mut figures = Vec::new();
                    add(|_| &channel, &[scale, scale], &mut figures);
                    assert_eq!(figures.len(), count(2, n));
                    assert!(figures.iter().all(|f| f.is_finite()), "{n} {channel:?}: {figures:?}");
                }
            }
        }
    }

    #[test]
    fn the_unit_of_a_channel_does_not_matter() {
        let channel: Vec<f64> = (0..50).map(|t| f64::from(t * t % 17) + 0.3 * f64::from(t % 5)).collect();
        let other: Vec<f64> = channel.iter().map(|x| 1e-9 * x + 300.0).collect();
        let of = |x: &[f64]| {
            let mut figures = Vec::new();
            add(|_| x, &[Scale::of([x].into_iter())], &mut figures);
            figures
        };
        let (a, b) = (of(&channel), of(&other));
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-3), "{a:?} {b:?}");
    }
}
