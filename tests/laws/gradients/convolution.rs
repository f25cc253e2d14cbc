//! The convolution on a tape against its definition in plain loops, and the same bits for any number of threads.

use nafal::autodiff::ops::conv1d::Conv1d;
use nafal::autodiff::{GradientShards, Gradients, Parameters, Tape};
use nafal::random::{Key, normal, stream};
use nafal_kernels::conv1d::Conv1d as Geometry;
use nafal_kernels::gemm::Epilogue;
use nafal_kernels::{Isa, Staircase, reference};

const SAMPLES: usize = 19;

fn normals(key: u64, count: usize) -> Vec<f64> {
    let mut rng = stream(3, Key::Simulation(key, 0));
    (0..count).map(|_| normal(&mut rng)).collect()
}

fn geometries() -> Vec<(Geometry, usize)> {
    let mut all = Vec::new();
    for (taps, stride, padding, dilation, length) in [
        (1, 1, 0, 1, 1),
        (3, 1, 1, 1, 8),
        (5, 2, 2, 1, 11),
        (3, 1, 4, 2, 9),
        (4, 3, 7, 3, 10),
        (3, 1, 6, 1, 2),
        (2, 2, 9, 4, 3),
    ] {
        for (channels_in, channels_out) in [(1, 1), (3, 8), (7, 4)] {
            all.push((Geometry { channels_in, channels_out, taps, stride, padding, dilation }, length));
        }
    }
    all
}

#[track_caller]
fn close(what: &str, got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "{what}: length");
    let scale = want.iter().fold(1.0f64, |a, v| a.max(v.abs()));
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!((g - w).abs() <= 1e-13 * scale, "{what}[{i}]: {g}, by definition {w}");
    }
}

/// `[samples, rows]` of a value or an adjoint `[rows, samples]`.
fn by_sample(value: nafal_kernels::Matrix<f64>) -> Vec<f64> {
    (0..value.cols).flat_map(|b| (0..value.rows).map(move |i| value.row(i)[b])).collect()
}

/// Weights `[C_out, taps·C_in]` from those of the kernels, `[taps, C_in, C_out]`.
fn weight(c: &Geometry, w: &[f64], o: usize, j: usize) -> f64 {
    w[j * c.channels_out + o]
}

#[test]
fn a_convolution_and_its_gradients_are_those_of_the_definition() {
    for (c, length) in geometries() {
        let steps = c.length_out(length);
        let (x, w, bias) =
            (normals(0, SAMPLES * length * c.channels_in), normals(1, c.weights()), normals(2, c.channels_out));
        let dy = normals(3, SAMPLES * steps * c.channels_out);
        let mut y = vec![0.0; dy.len()];
        reference::conv1d_forward(&c, length, &x, &w, &bias, Epilogue::Store, &mut y);
        let (mut dx, mut dw, mut db) = (vec![0.0; x.len()], vec![0.0; w.len()], vec![0.0; bias.len()]);
        reference::conv1d_gradient_input(&c, length, &dy, &w, &mut dx);
        reference::conv1d_gradient_weights(&c, length, &x, &dy, &mut dw);
        reference::conv1d_gradient_bias(&c, &dy, &mut db);

        let mut p = Parameters::new();
        let id = p.add_matrix("weight", Staircase::dense(c.channels_out, c.taps * c.channels_in));
        let bias_id = p.add_vector("bias", c.channels_out);
        p.fill(id, |o, j| weight(&c, &w, o, j));
        p.fill(bias_id, |_, o| bias[o]);
        let layer = Conv1d::new(id, Some(bias_id), c, Epilogue::Store);
        for &isa in Isa::available() {
            let mut tape = Tape::new(isa);
            tape.begin(SAMPLES);
            let row = length * c.channels_in;
            let input = tape.input(row, true, |tile, lanes| {
                (0..SAMPLES * row).for_each(|at| tile[at % row * lanes + at / row] = x[at]);
            });
            let output = tape.conv1d(&p, &layer, input);
            assert_eq!(output.rows(), steps * c.channels_out);
            close("y", &by_sample(tape.value(output)), &y);
            let mut gradients = Gradients::zeros(&p);
            let mut seed = |tile: &mut [f64], lanes: usize| {
                let row = steps * c.channels_out;
                (0..SAMPLES * row).for_each(|at| tile[at % row * lanes + at / row] += dy[at]);
            };
            tape.backward(&p, &mut gradients, &mut [(output, &mut seed)]);
            close("dx", &by_sample(tape.adjoint(input)), &dx);
            close("dbias", gradients.matrix(&p, bias_id).row(0), &db);
            let got = gradients.matrix(&p, id);
            let got: Vec<f64> = (0..got.rows).flat_map(|o| got.row(o).to_vec()).collect();
            let inner = c.taps * c.channels_in;
            let want: Vec<f64> = (0..got.len()).map(|at| weight(&c, &dw, at / inner, at % inner)).collect();
            close("dw", &got, &want);
        }
    }
}

/// Loss and gradients, as bits, of a convolution of eleven tiles on so many threads.
fn on_threads(threads: usize) -> (u64, Vec<u32>) {
    let c = Geometry { channels_in: 3, channels_out: 5, taps: 3, stride: 1, padding: 2, dilation: 2 };
    let mut p = Parameters::<f32>::new();
    let id = p.add_matrix("weight", Staircase::dense(5, 9));
    p.fill(id, |o, j| ((o * 9 + j) as f32).sin());
    let layer = Conv1d::new(id, None, c, Epilogue::Tanh);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let mut shards = GradientShards::new(Isa::detect(), &p, 11);
        let (loss, gradients) = shards.gradient(&p, 11, |tile, tape| {
            tape.begin(30);
            let x = tape.input(3 * 7, false, |x, _| {
                x.iter_mut().enumerate().for_each(|(i, x)| *x = ((tile * 1000 + i) as f32).cos());
            });
            let y = tape.conv1d(&p, &layer, x);
            tape.gaussian_nll(y, &[], 1.0);
        });
        (loss.to_bits(), gradients.values().iter().map(|g| g.to_bits()).collect())
    })
}

#[test]
fn a_convolution_has_the_same_bits_on_any_number_of_threads() {
    let one = on_threads(1);
    assert!(one.1.iter().any(|&g| g != 0));
    for threads in [2, 3, 8] {
        assert!(on_threads(threads) == one, "{threads} threads");
    }
}
