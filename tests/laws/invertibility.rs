//! Laws of the bijection: it can be inverted, it is triangular bit by bit, it never decreases, a stack is the composition
//! of its blocks. Every law holds on every instruction set of the machine and in both precisions.

use crate::bits::bits;
use nafal::autodiff::Tape;
use nafal::flow::strategies::{Case, Magnitudes, Sizes, cases, settings};
use nafal::flow::{Context, Flow, FlowSpec};
use nafal_kernels::{Isa, Real};
use proptest::prelude::*;

type Law = Result<(), TestCaseError>;

/// Block `block` of a flow, as a flow of its own.
fn single_block<T: Real>(flow: &Flow<T>, block: usize) -> Flow<T> {
    let mut single = Flow::zeroed(FlowSpec { blocks: 1, ..*flow.spec() }).unwrap().with_isa(flow.isa());
    let prefix = format!("block{block}.");
    let ids: Vec<_> = flow.parameters().ids().filter(|&id| flow.parameters().name(id).starts_with(&prefix)).collect();
    let own: Vec<_> = single.parameters().ids().collect();
    assert_eq!(ids.len(), own.len());
    for (from, to) in ids.into_iter().zip(own) {
        let (values, cols) = (flow.parameters().to_dense(from), flow.parameters().shape(from).cols);
        single.parameters_mut().fill(to, |i, j| values[i * cols + j]);
    }
    single
}

/// Each row in reverse order.
fn reversed<T: Copy>(rows: &[T], m: usize) -> Vec<T> {
    rows.chunks_exact(m).flat_map(|row| row.iter().rev().copied()).collect()
}

/// `ln ∂z_i/∂x_i` of a single block at each row, `[n, m]`, from the tape.
fn log_slopes<T: Real>(block: &Flow<T>, x: &[T], contexts: Context) -> Vec<f64> {
    let (m, mut tape) = (block.spec().features, Tape::new(block.isa()));
    let n = x.len() / m;
    tape.begin(n);
    if let Context::Each(contexts) = contexts {
        tape.set_contexts(contexts.iter().copied());
    }
    let input = tape.input(m, false, |tile, lanes| {
        (0..n * m).for_each(|at| tile[at % m * lanes + at / m] = x[at]);
    });
    let mut vars = [input; FlowSpec::MAX_BLOCKS];
    let (_, blocks) = block.record(&mut tape, input, &mut vars);
    assert_eq!(blocks, 1);
    let slopes = tape.value(vars[0]);
    (0..n * m).map(|at| slopes.row(at % m)[at / m].to_f64()).collect()
}

fn on_every_isa(law: impl Fn(Isa) -> Law) -> Law {
    Isa::available().iter().try_for_each(|&isa| law(isa))
}

/// What a chain of layers may lose besides: a hidden value is rounded at the size of its layer's biases, and later layers
/// magnify that by their slopes; the strategies keep the product of both within the reach.
fn chained_rounding<T: Real>(case: &Case) -> f64 {
    let single = case.spec.transform.univariate::<T>().depth() == 1;
    if single { 0.0 } else { 4.0 * T::EPSILON.to_f64() * case.magnitudes.reach }
}

/// One block, however ill-conditioned: what the inverse returns maps back to where it came from, in the latent norm; and
/// the two directions agree on the log-determinant.
fn blocks_solve<T: Real>(case: &Case, isa: Isa) -> Law {
    let (m, eps) = (case.spec.features, T::EPSILON.to_f64());
    let block = case.flow::<T>().with_isa(isa);
    let (z, _) = block.data_to_latent(&case.inputs::<T>(), case.contexts());
    let (x, log_det) = block.latent_to_data(&z, case.contexts());
    let (again, log_det_again) = block.data_to_latent(&x, case.contexts());
    let slopes = log_slopes(&block, &x, case.contexts());
    for at in 0..z.len() {
        let (want, got, x) = (z[at].to_f64(), again[at].to_f64(), x[at].to_f64());
        let bound = 64.0 * eps * (1.0 + want.abs() + slopes[at].exp() * x.abs()) + chained_rounding::<T>(case);
        let place = format!("{} {}: z[{at}] = {want}, back at {got}, bound {bound:e}, x {x}", T::NAME, isa.name());
        prop_assert!(x.is_finite(), "{place}");
        // Where the solution lies beyond the root of the type's range, that end must at least be on the right side.
        let last = (1.0 - 8.0 * eps) * T::MAX.to_f64().sqrt();
        prop_assert!(got - want <= bound || x <= -last, "{place}");
        prop_assert!(want - got <= bound || x >= last, "{place}");
    }
    for (b, (l, again)) in log_det.iter().zip(&log_det_again).enumerate() {
        // A log-slope changes by at most the steepest slope, 1000, times the change of x.
        let sum: f64 = x[b * m..(b + 1) * m].iter().map(|x| 1.0 + 1e3 * x.to_f64().abs()).sum();
        let bound = 64.0 * eps * (sum + l.abs());
        prop_assert!((l - again).abs() <= bound, "{} row {b}: log-det {l} and {again}", T::NAME);
    }
    Ok(())
}

/// A stack is its blocks one after the other, every second one on reversed features: the same bits, both ways.
fn stacks_compose<T: Real>(case: &Case, isa: Isa) -> Law {
    let (m, flow) = (case.spec.features, case.flow::<T>().with_isa(isa));
    let blocks: Vec<Flow<T>> = (0..case.spec.blocks).map(|b| single_block(&flow, b)).collect();
    let x = case.inputs::<T>();
    let (z, log_det) = flow.data_to_latent(&x, case.contexts());
    let (mut value, mut total) = (x, vec![0.0; case.batch]);
    for (b, block) in blocks.iter().enumerate() {
        let input = if b % 2 == 1 { reversed(&value, m) } else { value };
        let (output, part) = block.data_to_latent(&input, case.contexts());
        value = if b % 2 == 1 { reversed(&output, m) } else { output };
        total.iter_mut().zip(part).for_each(|(t, p)| *t += p);
    }
    prop_assert_eq!(bits(&z), bits(&value), "forward {} {}", T::NAME, isa.name());
    for (l, t) in log_det.iter().zip(&total) {
        prop_assert!((l - t).abs() <= 1e-13 * (m * blocks.len()) as f64 * (1.0 + l.abs()), "log-det {l}, sum {t}");
    }
    let (x, _) = flow.latent_to_data(&z, case.contexts());
    let mut value = z;
    for (b, block) in blocks.iter().enumerate().rev() {
        let input = if b % 2 == 1 { reversed(&value, m) } else { value };
        let (output, _) = block.latent_to_data(&input, case.contexts());
        value = if b % 2 == 1 { reversed(&output, m) } else { output };
    }
    prop_assert_eq!(bits(&x), bits(&value), "inverse {} {}", T::NAME, isa.name());
    Ok(())
}

/// Whole stacks of well-conditioned blocks return the data themselves.
fn stacks_return<T: Real>(case: &Case, isa: Isa) -> Law {
    let (m, eps) = (case.spec.features, T::EPSILON.to_f64());
    let flow = case.flow::<T>().with_isa(isa);
    let x = case.inputs::<T>();
    let (z, log_det) = flow.data_to_latent(&x, case.contexts());
    let (back, _) = flow.latent_to_data(&z, case.contexts());
    for at in 0..x.len() {
        let row = at / m;
        // The steepest way back is at most as steep as all features and blocks together.
        let largest = z[row * m..(row + 1) * m].iter().fold(1.0, |a: f64, v| a.max(v.to_f64().abs()));
        let (want, got) = (x[at].to_f64(), back[at].to_f64());
        let bound = 1e3 * eps * (1.0 + want.abs()) + 1e3 * eps * (1.0 + largest) * (-log_det[row]).exp().max(1.0);
        prop_assert!(
            (got - want).abs() <= bound,
            "{} {}: x[{at}] = {want}, back at {got}, bound {bound:e}",
            T::NAME,
            isa.name()
        );
    }
    Ok(())
}

/// Changing feature `j`, also to NaN or infinity, leaves every output of lower rank as it was, bit by bit, on the tape and
/// off it; the features of rank `j` and above of the other rows stay too.
fn blocks_are_triangular<T: Real>(case: &Case, isa: Isa, j: usize, intruder: f64) -> Law {
    let (m, block) = (case.spec.features, case.flow::<T>().with_isa(isa));
    let j = j % m;
    let x = case.inputs::<T>();
    let row = case.batch / 2;
    let mut changed = x.clone();
    changed[row * m + j] = T::from_f64(intruder);
    let (z, log_det) = block.data_to_latent(&x, case.contexts());
    let (changed_z, changed_log_det) = block.data_to_latent(&changed, case.contexts());
    let (slopes, changed_slopes) =
        (log_slopes(&block, &x, case.contexts()), log_slopes(&block, &changed, case.contexts()));
    for at in (0..z.len()).filter(|&at| at / m != row || at % m < j) {
        prop_assert!(z[at].is_finite(), "{} {}: z[{at}] = {}", T::NAME, isa.name(), z[at]);
        prop_assert_eq!(z[at].bits(), changed_z[at].bits(), "{} {}: z[{}]", T::NAME, isa.name(), at);
        prop_assert_eq!(
            slopes[at].to_bits(),
            changed_slopes[at].to_bits(),
            "{} {}: slope[{}]",
            T::NAME,
            isa.name(),
            at
        );
    }
    for b in (0..case.batch).filter(|&b| b != row) {
        prop_assert_eq!(log_det[b].to_bits(), changed_log_det[b].to_bits());
    }
    if intruder.is_nan() {
        prop_assert!(!changed_z[row * m + j].is_finite(), "a NaN vanished");
    }
    Ok(())
}

/// With the features before it fixed, an output never falls as its own feature grows by more than two units in the last
/// place of `1 + |z|` (of one layer; a chain of them magnifies roundings), on a fan of values that holds neighbours of one another.
fn outputs_never_fall<T: Real>(case: &Case, isa: Isa, j: usize) -> Law {
    let (m, block) = (case.spec.features, case.flow::<T>().with_isa(isa));
    let j = j % m;
    let first = case.inputs::<T>()[..m].to_vec();
    let mut fan: Vec<f64> = case.inputs::<T>().iter().map(|v| v.to_f64()).collect();
    let near: Vec<f64> =
        fan.iter().flat_map(|v| [0.5, 1.0, 3.0].map(|k| v + k * T::EPSILON.to_f64() * v.abs())).collect();
    fan.extend(near);
    let mut fan: Vec<T> = fan.into_iter().map(T::from_f64).collect();
    fan.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let x: Vec<T> = fan
        .iter()
        .flat_map(|&v| {
            let mut row = first.clone();
            row[j] = v;
            row
        })
        .collect();
    let contexts = if case.spec.contexts > 0 { Context::Same(0) } else { Context::None };
    let z: Vec<T> = block.data_to_latent(&x, contexts).0.iter().skip(j).step_by(m).copied().collect();
    for i in 1..z.len() {
        let (low, high) = (z[i - 1].to_f64(), z[i].to_f64());
        if fan[i - 1] == fan[i] {
            prop_assert_eq!(z[i - 1].bits(), z[i].bits(), "ties");
        }
        let slack = 2.0 * T::EPSILON.to_f64() * (1.0 + low.abs()) + chained_rounding::<T>(case);
        prop_assert!(
            high >= low - slack,
            "{} {}: z({}) = {low}, z({}) = {high}",
            T::NAME,
            isa.name(),
            fan[i - 1],
            fan[i]
        );
    }
    Ok(())
}

fn one_block() -> Sizes {
    Sizes { blocks: 1..=1, ..Sizes::default() }
}

proptest! {
    #![proptest_config(settings(96))]

    #[test]
    fn any_single_block_is_solved(case in cases(one_block(), Magnitudes::WILD)) {
        on_every_isa(|isa| blocks_solve::<f64>(&case, isa).and_then(|()| blocks_solve::<f32>(&case, isa)))?;
    }

    #[test]
    fn outputs_depend_on_no_later_feature(
        case in cases(one_block(), Magnitudes::WILD),
        j in 0usize..12,
        intruder in prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), -1e3..1e3],
    ) {
        on_every_isa(|isa| {
            blocks_are_triangular::<f64>(&case, isa, j, intruder)?;
            blocks_are_triangular::<f32>(&case, isa, j, intruder)
        })?;
    }

    #[test]
    fn outputs_grow_with_their_own_feature(case in cases(one_block(), Magnitudes::WILD), j in 0usize..12) {
        on_every_isa(|isa| outputs_never_fall::<f64>(&case, isa, j).and_then(|()| outputs_never_fall::<f32>(&case, isa, j)))?;
    }
}

proptest! {
    #![proptest_config(settings(32))]

    #[test]
    fn a_stack_is_the_composition_of_its_blocks(case in cases(Sizes::default(), Magnitudes::WILD)) {
        on_every_isa(|isa| stacks_compose::<f64>(&case, isa).and_then(|()| stacks_compose::<f32>(&case, isa)))?;
    }

    #[test]
    fn well_conditioned_stacks_return_the_data(case in cases(Sizes::default(), Magnitudes::MILD)) {
        on_every_isa(|isa| stacks_return::<f64>(&case, isa).and_then(|()| stacks_return::<f32>(&case, isa)))?;
    }

    #[test]
    fn latent_values_that_are_no_numbers_harm_no_other_row(
        case in cases(Sizes::default(), Magnitudes::WILD),
        intruder in prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
    ) {
        on_every_isa(|isa| {
            let (m, flow) = (case.spec.features, case.flow::<f64>().with_isa(isa));
            let z = case.inputs::<f64>();
            let row = case.batch / 2;
            let mut changed = z.clone();
            changed[row * m] = intruder;
            let (x, _) = flow.latent_to_data(&z, case.contexts());
            let (changed_x, _) = flow.latent_to_data(&changed, case.contexts());
            for at in (0..x.len()).filter(|&at| at / m != row) {
                prop_assert_eq!(x[at].to_bits(), changed_x[at].to_bits());
            }
            prop_assert!(!changed_x[row * m..(row + 1) * m].iter().all(|v| v.is_finite()) || intruder.is_infinite());
            Ok(())
        })?;
    }
}
