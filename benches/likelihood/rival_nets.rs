//! The presets that have a rival: scoring a batch, training on it, scoring a single row.

use nafal::autodiff::AdamOptions;
use nafal::detect::JointTrainer;
use nafal_kernels::Isa;

use crate::options::Options;
use crate::presets::{Preset, noise};
use crate::reference::{require_close, scores};
use crate::report::measure;

/// Checks and times one preset.
pub fn run(options: &Options, preset: &Preset) {
    let (batch, d, views) = (options.batch.unwrap_or(preset.batch), preset.extractor.columns, preset.extractor.views);
    let (net, maps) = preset.net();
    let (folded, rest) = preset.weights(&net);
    let mut trainer = JointTrainer::new(Isa::detect(), net, maps.clone(), AdamOptions::default(), 0.0, 0, 0);
    let net = trainer.net();
    let rows = noise::<f32>(batch * d, 1);
    let (one, few) = (&rows[..d], &rows[..d * batch.min(3)]);

    let want = scores(&net, &maps, few);
    let whole = net.score(&rows);
    require_close("score", &whole[..want.len()], &want);
    for (row, &whole) in rows.chunks_exact(d).zip(&whole).take(want.len()) {
        assert_eq!(net.score(row)[0].to_bits(), whole.to_bits(), "a row alone and in the batch");
    }
    // The loss of the first step is the mean score, and a step down its gradient lowers it.
    let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64;
    let (loss, _) = trainer.step(1e-3, &rows);
    require_close("training loss", &[loss], &[mean(&whole)]);
    let stepped = trainer.net();
    let want = scores(&stepped, &maps, few);
    require_close("score after a step", &stepped.score(&rows)[..want.len()], &want);
    assert!(mean(&stepped.score(&rows)) < mean(&whole), "a step down the gradient lowers the loss");

    measure(options, "score", batch * views, folded + rest, || {
        std::hint::black_box(net.score(std::hint::black_box(&rows)));
    });
    measure(options, "train", batch * views, 2.0 * folded + 3.0 * rest, || {
        std::hint::black_box(trainer.step(1e-3, std::hint::black_box(&rows)));
    });
    measure(options, "single", views, folded + rest, || {
        std::hint::black_box(net.score(std::hint::black_box(one)));
    });
}
