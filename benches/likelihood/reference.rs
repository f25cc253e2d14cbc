//! What the answers are checked against before anything is timed: the net in double precision, one map after another.

use nafal::autodiff::AffineMaps;
use nafal::detect::ViewNet;
use nafal::flow::Context;

/// Mean over views of `−log p(f_θ(A_k x + b_k))` of each row of `[n, d]`, in f64: views applied as they are, not folded, and
/// dense layers as plain sums.
pub fn scores(net: &ViewNet<f32>, maps: &AffineMaps<f32>, rows: &[f32]) -> Vec<f64> {
    let spec = *net.extractor.spec();
    let (net, maps) = (net.cast::<f64>(), maps.cast::<f64>());
    let parameters = net.extractor.parameters();
    let layer = |name: &str, x: &[f64]| -> Vec<f64> {
        let weights = parameters.matrix(parameters.id(name).expect("a layer of the extractor"));
        (0..weights.rows).map(|i| dot(weights.row(i), x)).collect()
    };
    let leaky = |x: Vec<f64>| -> Vec<f64> { x.into_iter().map(|v| v.max(0.2 * v)).collect() };
    let mut scores = vec![0.0; rows.len() / spec.columns];
    for k in 0..spec.views {
        let map = maps.map(k);
        let mut features = Vec::new();
        for row in rows.chunks_exact(spec.columns) {
            let mut x: Vec<f64> = row.iter().map(|&v| f64::from(v)).chain([1.0]).collect();
            x = (0..spec.columns).map(|i| dot(map.row(i), &x)).collect();
            for l in 0..spec.layers {
                x = leaky(layer(&format!("extractor.layer{l}"), &x));
            }
            features.extend(layer("extractor.head", &x));
        }
        let density = net.flow.density(&features, Context::None);
        scores.iter_mut().zip(&density.log_density).for_each(|(s, l)| *s -= l / spec.views as f64);
    }
    scores
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Ends the benchmark if `got` is not `want` to single precision.
pub fn require_close(what: &str, got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "{what}: numbers of answers");
    for (got, want) in got.iter().zip(want) {
        assert!((got - want).abs() <= 1e-4 * want.abs().max(1.0), "{what}: {got}, should be {want}");
    }
}
