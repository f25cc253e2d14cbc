//! Laws of the density: it integrates to one before and after training, samples follow it, a context changes it. Over both univariate
//! transforms.

use nafal::autodiff::{AdamOptions, OneCycle};
use nafal::flow::strategies::{Magnitudes, Sizes, cases, settings};
use nafal::flow::{BatchSource, Context, Dsf, Flow, FlowSpec, Trainer, TrainingOptions, Transform};
use nafal::random::{Key, below, normal, stream};
use nafal_kernels::Isa;
use nafal_kernels::dsf::Slope;
use proptest::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};

/// Nodes `x = sinh t` and weights `cosh t·dt` of the trapezoidal rule on `t ∈ [−end, end]`: dense near the origin, far out
/// sparse. On an analytic function that vanishes at both ends it converges exponentially.
fn nodes(end: f64, count: usize) -> Vec<(f64, f64)> {
    let step = 2.0 * end / (count - 1) as f64;
    (0..count).map(|i| -end + step * i as f64).map(|t| (t.sinh(), t.cosh() * step)).collect()
}

/// `∫ p(x) dx` of a flow on one or two features.
fn mass(flow: &Flow<f64>, contexts: Context) -> f64 {
    let total = |x: Vec<f64>, weights: &dyn Fn(usize) -> f64| {
        let density = flow.density(&x, contexts).log_density;
        density.iter().enumerate().map(|(i, l)| l.exp() * weights(i)).sum::<f64>()
    };
    match flow.spec().features {
        1 => {
            let nodes = nodes(12.0, 8192);
            total(nodes.iter().map(|n| n.0).collect(), &|i| nodes[i].1)
        }
        2 => {
            let nodes = nodes(6.5, 420);
            let row = |&(x, w): &(f64, f64)| w * total(nodes.iter().flat_map(|n| [x, n.0]).collect(), &|i| nodes[i].1);
            nodes.iter().map(row).sum()
        }
        m => panic!("no quadrature in {m} dimensions"),
    }
}

/// Kolmogorov's distance between a sample and the standard normal distribution, times `√n`.
fn kolmogorov(mut sample: Vec<f64>) -> f64 {
    sample.sort_by(f64::total_cmp);
    let (n, normal) = (sample.len() as f64, Normal::standard());
    let gap = |(i, z): (usize, &f64)| {
        let p = normal.cdf(*z);
        (p - i as f64 / n).abs().max(((i + 1) as f64 / n - p).abs())
    };
    sample.iter().enumerate().map(gap).fold(0.0, f64::max) * n.sqrt()
}

proptest! {
    #![proptest_config(settings(24))]

    #[test]
    fn any_density_on_a_line_integrates_to_one(
        case in cases(Sizes { features: 1..=1, blocks: 1..=3, batch: 1..=1, ..Sizes::default() }, Magnitudes::MILD)
    ) {
        let context = if case.spec.contexts > 0 { Context::Same(case.spec.contexts as u32 - 1) } else { Context::None };
        for &isa in Isa::available() {
            let mass = mass(&case.flow::<f64>().with_isa(isa), context);
            prop_assert!((mass - 1.0).abs() <= 1e-6, "{}: {mass}", isa.name());
        }
    }

    #[test]
    fn samples_have_the_density_they_claim(
        case in cases(Sizes { batch: 1..=1, ..Sizes::default() }, Magnitudes::MILD),
        n in 1usize..=70,
    ) {
        for &isa in Isa::available() {
            let flow = case.flow::<f64>().with_isa(isa);
            let context = case.spec.contexts.saturating_sub(1) as u32;
            let samples = flow.sample(n, context, &mut stream(case.seed, Key::Sample { number: 0 }));
            let contexts = if case.spec.contexts > 0 { Context::Same(context) } else { Context::None };
            let density = flow.density(&samples.x, contexts).log_density;
            prop_assert_eq!(density.len(), n);
            for (claimed, found) in samples.log_density.iter().zip(&density) {
                prop_assert!((claimed - found).abs() <= 1e-9 * (1.0 + found.abs()), "{claimed} and {found}");
            }
        }
    }

    #[test]
    fn density_is_base_plus_log_det(case in cases(Sizes::default(), Magnitudes::WILD)) {
        let (flow, x) = (case.flow::<f64>(), case.inputs::<f64>());
        let (z, log_det) = flow.data_to_latent(&x, case.contexts());
        let density = flow.density(&x, case.contexts());
        for (b, z) in z.chunks_exact(case.spec.features).enumerate() {
            let base: f64 = z.iter().map(|z| -0.5 * z * z - 0.5 * (2.0 * std::f64::consts::PI).ln()).sum();
            prop_assert!((density.log_base[b] - base).abs() <= 1e-13 * base.abs());
            prop_assert_eq!(density.log_density[b], density.log_base[b] + log_det[b]);
        }
    }

    #[test]
    fn a_context_reaches_the_first_feature(
        case in cases(Sizes { contexts: 2..=4, blocks: 1..=1, ..Sizes::default() }, Magnitudes::MILD)
    ) {
        for flow in [case.flow::<f64>(), Flow::new(case.spec, case.seed, 0).unwrap()] {
            let x = case.inputs::<f64>();
            let first = |context| -> Vec<f64> {
                flow.data_to_latent(&x, Context::Same(context)).0.into_iter().step_by(case.spec.features).collect()
            };
            prop_assert!(first(0).iter().zip(&first(1)).all(|(a, b)| a != b), "{:?} {:?}", first(0), first(1));
        }
    }
}

proptest! {
    #![proptest_config(settings(6))]

    #[test]
    fn any_density_on_a_plane_integrates_to_one(
        case in cases(
            Sizes { features: 2..=2, blocks: 1..=2, hidden: 1..=9, units: 1..=5, batch: 1..=1, ..Sizes::default() },
            Magnitudes { reach: 1.0, ..Magnitudes::MILD },
        )
    ) {
        let context = if case.spec.contexts > 0 { Context::Same(0) } else { Context::None };
        let mass = mass(&case.flow::<f64>(), context);
        prop_assert!((mass - 1.0).abs() <= 1e-6, "{mass}");
    }

    #[test]
    fn latent_values_of_samples_are_standard_normal(
        case in cases(Sizes { features: 1..=4, blocks: 1..=3, batch: 1..=1, ..Sizes::default() }, Magnitudes::MILD)
    ) {
        let (m, flow, n) = (case.spec.features, case.flow::<f64>(), 2000);
        let samples = flow.sample(n, 0, &mut stream(case.seed, Key::Sample { number: 1 }));
        let contexts = if case.spec.contexts > 0 { Context::Same(0) } else { Context::None };
        let (z, _) = flow.data_to_latent(&samples.x, contexts);
        for i in 0..m {
            // The statistic exceeds 2.2 once in 8000 samples.
            let distance = kolmogorov(z.iter().skip(i).step_by(m).copied().collect());
            prop_assert!(distance < 2.2, "feature {i}: {distance}");
            // Features are independent of one another: a correlation of four standard errors is none.
            for j in 0..i {
                let pairs = z.chunks_exact(m).map(|row| row[i] * row[j]);
                let correlation = pairs.sum::<f64>() / (n as f64).sqrt();
                prop_assert!(correlation.abs() < 4.5, "features {i} and {j}: {correlation}");
            }
        }
    }
}

/// Two clusters, one twice as wide as the other; further features follow the first.
struct Clusters;

impl Clusters {
    fn sample(&self, key: u64, m: usize) -> Vec<f64> {
        let mut rng = stream(3, Key::Simulation(key, 0));
        let (centre, width) = if below(&mut rng, 3) == 0 { (-2.0, 0.3) } else { (1.0, 0.6) };
        let first = centre + width * normal::<f64>(&mut rng);
        let mut row = vec![first];
        row.resize_with(m, || 0.5 * first * first - 1.0 + 0.4 * normal::<f64>(&mut rng));
        row
    }
}

impl BatchSource<f64> for Clusters {
    fn fill(&self, step: u64, first: usize, count: usize, _: &mut [u32], tile: &mut [f64], lanes: usize) {
        let m = tile.len() / lanes;
        for b in 0..count {
            let row = self.sample((step << 20) + (first + b) as u64, m);
            (0..m).for_each(|i| tile[i * lanes + b] = row[i]);
        }
    }
}

#[test]
fn training_learns_two_clusters_and_keeps_the_mass() {
    // Entropy of the first feature's mixture in nats, by quadrature of its exact density; each further feature adds that of
    // a normal distribution of width 0.4.
    let bell =
        |x: f64, c: f64, w: f64| (-0.5 * ((x - c) / w).powi(2)).exp() / (w * (2.0 * std::f64::consts::PI).sqrt());
    let exact = |x: f64| bell(x, -2.0, 0.3) / 3.0 + bell(x, 1.0, 0.6) * 2.0 / 3.0;
    let line = nodes(4.0, 8192).into_iter().filter(|n| exact(n.0) > 1e-300);
    let entropy: f64 = line.map(|(x, w)| -w * exact(x) * exact(x).ln()).sum();
    let further = 0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E * 0.16).ln();
    let bounded = Transform::Dsf(Dsf { units: 5, slope: Slope::Bounded { limit: 5.0 } });
    for (features, transform, best) in [
        (1, Transform::dsf(5), entropy),
        (2, bounded, entropy + further),
        (1, Transform::ddsf(2, 5), entropy),
        (2, Transform::ddsf(2, 5), entropy + further),
    ] {
        let spec = FlowSpec { features, contexts: 0, blocks: 2, layers: 1, hidden: 21, transform };
        let mut flow = Flow::<f64>::new(spec, 5, 0).unwrap();
        let held_out: Vec<f64> = (0..1000).flat_map(|i| Clusters.sample((1 << 50) + i, features)).collect();
        let surprisal =
            |flow: &Flow<f64>| -flow.density(&held_out, Context::None).log_density.iter().sum::<f64>() / 1000.0;
        let (before, mass_before) = (surprisal(&flow), mass(&flow, Context::None));
        let options = TrainingOptions { batch: 128, adam: AdamOptions { beta2: 0.99, ..AdamOptions::default() } };
        let schedule = OneCycle { steps: 250, peak: 1e-2, warm_up: 0.2 };
        let loss = Trainer::new(&flow, options).run(&mut flow, schedule, &Clusters, |_, _| true);
        let (after, mass_after) = (surprisal(&flow), mass(&flow, Context::None));
        println!("{transform:?}, {features} features: {before} → {after} nats, training loss {loss}, entropy {best}");
        for mass in [mass_before, mass_after] {
            assert!((mass - 1.0).abs() <= 1e-6, "{features} features: mass {mass}");
        }
        // Nobody beats the entropy by more than the luck of the sample; a good flow comes within a tenth of a nat.
        assert!(after > best - 0.1 && after < best + 0.1 * features as f64, "{after} nats, entropy {best}");
        let place = format!("{transform:?}, {features} features");
        assert!(before > best + 0.3 && (loss - after).abs() < 0.2, "before {before}, loss {loss}, held out {after}");
        // Samples of the trained flow are as surprising as held-out data, and go back to the latent values they came from.
        let samples = flow.sample(1000, 0, &mut stream(5, Key::Sample { number: 0 }));
        let sampled = -samples.log_density.iter().sum::<f64>() / 1000.0;
        assert!((sampled - after).abs() < 0.15 * features as f64, "{place}: samples {sampled}, held out {after}");
        let (z, log_det) = flow.data_to_latent(&samples.x, Context::None);
        let (x, log_det_again) = flow.latent_to_data(&z, Context::None);
        for (x, want) in x.iter().zip(&samples.x) {
            assert!((x - want).abs() <= 1e-10 * (1.0 + want.abs()), "{place}: {want}, back at {x}");
        }
        for (l, want) in log_det_again.iter().zip(&log_det) {
            assert!((l - want).abs() <= 1e-8 * (1.0 + want.abs()), "{place}: log-det {want} and {l}");
        }
    }
}
