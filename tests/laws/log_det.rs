//! The log-determinant against the determinant of the dense Jacobian, which the tape gives row by row and nalgebra's LU
//! decomposes, and its tie to the inverse, to the tape and to single precision.

use nafal::autodiff::{Gradients, Tape};
use nafal::flow::strategies::{Case, Magnitudes, Sizes, cases, settings};
use nafal::flow::{Context, Flow, FlowSpec};
use nafal_kernels::{Isa, Real};
use nalgebra::DMatrix;
use proptest::prelude::*;

type Law = Result<(), TestCaseError>;

/// What the tape says of a batch.
struct Recorded {
    /// Latent values `[n, m]`.
    z: Vec<f64>,
    /// Smallest log-slope of any univariate transform, row by row.
    lowest: Vec<f64>,
    /// Sum of the log-slopes, row by row.
    log_det: Vec<f64>,
    /// Dense Jacobian `∂z/∂x` of each row.
    jacobians: Vec<DMatrix<f64>>,
}

/// One forward sweep and `m` reverse sweeps, each seeded with ones in one output row: lanes are independent, so that a
/// sweep gives that row of every lane's Jacobian.
fn record(flow: &Flow<f64>, x: &[f64], contexts: Context) -> Recorded {
    let (m, mut tape) = (flow.spec().features, Tape::new(flow.isa()));
    let n = x.len() / m;
    tape.begin(n);
    if let Context::Each(contexts) = contexts {
        tape.set_contexts(contexts.iter().copied());
    }
    let input = tape.input(m, true, |tile, lanes| {
        (0..n * m).for_each(|at| tile[at % m * lanes + at / m] = x[at]);
    });
    let mut vars = [input; FlowSpec::MAX_BLOCKS];
    let (z, blocks) = flow.record(&mut tape, input, &mut vars);
    let slope = |b: usize| vars[..blocks].iter().flat_map(|v| (0..m).map(|i| tape.value(*v).row(i)[b])).collect();
    let slopes: Vec<Vec<f64>> = (0..n).map(slope).collect();
    let value = tape.value(z);
    let z_rows = (0..n * m).map(|at| value.row(at % m)[at / m]).collect();
    let mut gradients = Gradients::zeros(flow.parameters());
    let mut jacobians = vec![DMatrix::zeros(m, m); n];
    for i in 0..m {
        let mut seed = |tile: &mut [f64], lanes: usize| tile[i * lanes..i * lanes + n].fill(1.0);
        tape.backward(flow.parameters(), &mut gradients, &mut [(z, &mut seed)]);
        let adjoint = tape.adjoint(input);
        for (b, jacobian) in jacobians.iter_mut().enumerate() {
            (0..m).for_each(|j| jacobian[(i, j)] = adjoint.row(j)[b]);
        }
    }
    Recorded {
        z: z_rows,
        lowest: slopes.iter().map(|s| s.iter().copied().fold(f64::INFINITY, f64::min)).collect(),
        log_det: slopes.iter().map(|s| s.iter().sum()).collect(),
        jacobians,
    }
}

/// `ln |det J|` and the condition number of `J` with its columns scaled to unit length.
fn dense_log_det(jacobian: &DMatrix<f64>) -> (f64, f64) {
    let mut scaled = jacobian.clone();
    let mut log_scale = 0.0;
    for mut column in scaled.column_iter_mut() {
        let norm = column.norm();
        log_scale += norm.ln();
        column /= norm;
    }
    let singular = scaled.singular_values();
    let log_det: f64 = scaled.lu().u().diagonal().iter().map(|u| u.abs().ln()).sum();
    (log_det + log_scale, singular.max() / singular.min())
}

/// The law for one case; returns the number of rows it could be held to.
fn agrees_with_the_dense_jacobian(case: &Case, isa: Isa) -> Result<usize, TestCaseError> {
    let (m, flow) = (case.spec.features, case.flow::<f64>().with_isa(isa));
    let x = case.inputs::<f64>();
    let (z, log_det) = flow.data_to_latent(&x, case.contexts());
    let tape = record(&flow, &x, case.contexts());
    for (z, on_tape) in z.iter().zip(&tape.z) {
        prop_assert_eq!(z.to_bits(), on_tape.to_bits(), "the tape and scoring differ: {} and {}", z, on_tape);
    }
    let mut held = 0;
    for b in 0..case.batch {
        let l = log_det[b];
        prop_assert!(
            (l - tape.log_det[b]).abs() <= 1e-12 * (1.0 + l.abs()),
            "tape {} and scoring {l}",
            tape.log_det[b]
        );
        if tape.lowest[b] <= 1e-8f64.ln() {
            continue;
        }
        let (dense, condition) = dense_log_det(&tape.jacobians[b]);
        if condition > 1e9 {
            continue;
        }
        held += 1;
        let largest = x[b * m..(b + 1) * m].iter().fold(1.0, |a: f64, v| a.max(v.abs()));
        let bound = 1e-14 * (m * case.spec.blocks) as f64 * (1.0 + l.abs() + largest) + 1e-15 * condition;
        prop_assert!((l - dense).abs() <= bound, "row {b}: log-det {l}, dense {dense}, condition {condition:e}");
    }
    Ok(held)
}

/// A single block's Jacobian is lower triangular, zeros above the diagonal being zeros to the bit.
fn blocks_have_triangular_jacobians(case: &Case, isa: Isa) -> Law {
    let (m, flow) = (case.spec.features, case.flow::<f64>().with_isa(isa));
    let tape = record(&flow, &case.inputs::<f64>(), case.contexts());
    for (b, jacobian) in tape.jacobians.iter().enumerate() {
        for (i, j) in (0..m).flat_map(|i| (i + 1..m).map(move |j| (i, j))) {
            prop_assert_eq!(jacobian[(i, j)].to_bits() << 1, 0, "row {}: ∂z_{}/∂x_{} = {}", b, i, j, jacobian[(i, j)]);
        }
        prop_assert!((0..m).all(|i| jacobian[(i, i)] >= 0.0), "row {b}: a falling output");
        if tape.lowest[b] > 1e-300f64.ln() {
            let diagonal: f64 = (0..m).map(|i| jacobian[(i, i)].ln()).sum();
            let l = tape.log_det[b];
            prop_assert!((diagonal - l).abs() <= 1e-9 * (1.0 + l.abs()), "row {b}: diagonal {diagonal}, log-det {l}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(settings(48))]

    #[test]
    fn log_slopes_are_the_diagonal_of_a_triangular_jacobian(
        case in cases(Sizes { blocks: 1..=1, batch: 1..=20, ..Sizes::default() }, Magnitudes::WILD)
    ) {
        for &isa in Isa::available() {
            blocks_have_triangular_jacobians(&case, isa)?;
        }
    }

    #[test]
    fn single_precision_agrees_with_double(case in cases(Sizes::default(), Magnitudes::MILD)) {
        let (x, wide) = (case.inputs::<f32>(), case.flow::<f32>().cast::<f64>());
        let exact: Vec<f64> = x.iter().map(|v| v.to_f64()).collect();
        let (_, want) = wide.data_to_latent(&exact, case.contexts());
        for &isa in Isa::available() {
            let (_, got) = case.flow::<f32>().with_isa(isa).data_to_latent(&x, case.contexts());
            for (b, (got, want)) in got.iter().zip(&want).enumerate() {
                let bound = 1e-5 * (case.spec.features * case.spec.blocks) as f64 * (1.0 + want.abs());
                prop_assert!((got - want).abs() <= bound, "{} row {b}: {got}, in double precision {want}", isa.name());
            }
        }
    }
}

/// Stacks of every size and temper; nearly all rows of the mild ones, and most of the wild ones, can be held to the law.
#[test]
fn log_det_is_that_of_the_dense_jacobian() {
    use proptest::test_runner::TestRunner;
    use std::cell::Cell;
    let sizes = || Sizes { batch: 1..=10, ..Sizes::default() };
    let steep = Magnitudes { reach: 6.0, ..Magnitudes::WILD };
    for (magnitudes, share) in [(Magnitudes::MILD, 0.95), (steep, 0.9), (Magnitudes::WILD, 0.5)] {
        let (rows, held) = (Cell::new(0), Cell::new(0));
        let mut runner = TestRunner::new(settings(48));
        let outcome = runner.run(&cases(sizes(), magnitudes), |case| {
            for &isa in Isa::available() {
                rows.set(rows.get() + case.batch);
                held.set(held.get() + agrees_with_the_dense_jacobian(&case, isa)?);
            }
            Ok(())
        });
        if let Err(e) = outcome {
            panic!("{e}\n{runner}");
        }
        println!("{magnitudes:?}: {} of {} rows", held.get(), rows.get());
        assert!(
            held.get() as f64 >= share * f64::from(rows.get() as u32),
            "only {} of {} rows",
            held.get(),
            rows.get()
        );
    }
}
