//! Whether two samples come from one law: the statistic of Kolmogorov and Smirnov, `D = max_x |F_a(x) − F_b(x)|`.

/// `D` of two ascending samples; 0 if one is empty. O(n + m).
pub fn largest_distance(a: &[f64], b: &[f64]) -> f64 {
    let (mut i, mut j, mut most) = (0, 0, 0.0_f64);
    while i < a.len() && j < b.len() {
        let x = a[i].min(b[j]);
        while i < a.len() && a[i] <= x {
            i += 1;
        }
        while j < b.len() && b[j] <= x {
            j += 1;
        }
        most = most.max((i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs());
    }
    most
}

/// The `D` that samples of `n` and `m` values of one law exceed with probability `alpha`, nearly:
/// `√(−ln(α/2)/2 · (n + m)/(n·m))`.
pub fn critical_distance(n: usize, m: usize, alpha: f64) -> f64 {
    let (n, m) = (n as f64, m as f64);
    (-(alpha / 2.0).ln() / 2.0 * (n + m) / (n * m)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, normal, stream};

    #[test]
    fn distances_of_small_samples() {
        assert_eq!(largest_distance(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), 0.0);
        assert_eq!(largest_distance(&[1.0, 2.0], &[3.0, 4.0]), 1.0);
        assert_eq!(largest_distance(&[1.0, 1.0, 1.0, 2.0], &[1.0, 2.0]), 0.25);
        assert_eq!(largest_distance(&[], &[3.0]), 0.0);
    }

    #[test]
    fn samples_of_one_law_are_seldom_beyond_the_critical_distance() {
        let mut rng = stream(3, Key::Simulation(65, 0));
        let sample = |rng: &mut _, n: usize, shift: f64| {
            let mut values: Vec<f64> = (0..n).map(|_| normal::<f64>(rng) + shift).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let beyond = |shift: f64, rng: &mut _| {
            let repeats = (0..400).filter(|_| {
                let (a, b) = (sample(rng, 120, 0.0), sample(rng, 80, shift));
                largest_distance(&a, &b) > critical_distance(120, 80, 0.05)
            });
            repeats.count()
        };
        assert!(beyond(0.0, &mut rng) <= 35 && beyond(1.0, &mut rng) >= 390);
    }
}
