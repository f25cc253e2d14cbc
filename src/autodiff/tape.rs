//! The tape: tile-granular nodes over one arena of values and one of adjoints.
//!
//! All values of a tape are rows of one buffer `[rows so far, lanes]`; a [`Var`] is a range of rows. An output is
//! always allocated after its inputs, so splitting the buffer at the output gives the inputs and the output as disjoint
//! slices, forward and backward. Clearing keeps the capacity: a steady-state step allocates nothing.

use std::sync::Arc;

use nafal_kernels::dsf::Slope;
use nafal_kernels::{Isa, Matrix, Real};

use super::adjoints::{Adjoints, Others};
use super::ops::{self, CustomOp, Op, Operation, ddsf::Ddsf, folded::Folded, linear::Linear};
use super::{AlignedVec, Gradients, Parameters, TransposedWeights, padded};

/// A value on a tape: consecutive rows of its arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Var {
    pub(super) first: usize,
    pub(super) rows: usize,
    pub(super) tracked: bool,
    /// Which of the tape's values it is, or is part of.
    pub(super) value: usize,
}

impl Var {
    /// Number of rows (features).
    pub fn rows(self) -> usize {
        self.rows
    }
    /// Rows `first..first + rows` of this value, as a value.
    pub fn slice(self, first: usize, rows: usize) -> Var {
        assert!(first + rows <= self.rows, "rows {first}+{rows} of a value with {}", self.rows);
        Var { first: self.first + first, rows, ..self }
    }
    pub(super) fn range(self, lanes: usize) -> std::ops::Range<usize> {
        self.first * lanes..(self.first + self.rows) * lanes
    }
}

/// Adjoints the caller adds to a value before the backward pass: `(tile, lanes)`.
pub type Seed<'a, T> = (Var, &'a mut dyn FnMut(&mut [T], usize));

pub(super) struct Node<T> {
    pub(super) op: Op<T>,
    pub(super) output: Var,
}

/// What an operation may see besides its inputs and its output.
pub(super) struct Env<'a> {
    pub(super) isa: Isa,
    pub(super) lanes: usize,
    pub(super) active: usize,
    pub(super) classes: &'a [u32],
    pub(super) vars: &'a [Var],
}

/// What the backward pass of an operation works on.
pub(super) struct Backward<'a, T: Real> {
    pub(super) env: Env<'a>,
    pub(super) values: &'a [T],
    /// Adjoints of the values recorded before the output.
    pub(super) before: Others<'a, T>,
    /// Adjoint of the output.
    pub(super) output: &'a mut [T],
    pub(super) parameters: &'a Parameters<T>,
    pub(super) prepared: &'a TransposedWeights<T>,
    pub(super) gradients: &'a mut Gradients<T>,
    pub(super) scratch: &'a mut AlignedVec<T>,
}

/// Records operations on one tile of `lanes` columns and plays their derivatives back.
pub struct Tape<T: Real> {
    isa: Isa,
    lanes: usize,
    active: usize,
    rows: usize,
    values: AlignedVec<T>,
    adjoints: Adjoints<T>,
    scratch: AlignedVec<T>,
    nodes: Vec<Node<T>>,
    vars: Vec<Var>,
    classes: Vec<u32>,
    loss: f64,
}

impl<T: Real> Tape<T> {
    /// An empty tape whose kernels use `isa`.
    pub fn new(isa: Isa) -> Self {
        Tape {
            isa,
            lanes: 0,
            active: 0,
            rows: 0,
            values: AlignedVec::new(),
            adjoints: Adjoints::new(),
            scratch: AlignedVec::new(),
            nodes: Vec::new(),
            vars: Vec::new(),
            classes: Vec::new(),
            loss: 0.0,
        }
    }

    /// Forgets everything and starts a tile of `active` columns (padded to whole registers; padding is zero and never
    /// reaches a loss).
    pub fn begin(&mut self, active: usize) {
        self.nodes.clear();
        self.adjoints.clear();
        self.vars.clear();
        self.classes.clear();
        (self.active, self.lanes, self.rows, self.loss) = (active, padded(active), 0, 0.0);
    }

    /// Columns in use.
    pub fn active(&self) -> usize {
        self.active
    }
    /// Columns of the arena, the leading dimension of every value.
    pub fn lanes(&self) -> usize {
        self.lanes
    }
    /// The instruction set of the kernels.
    pub fn isa(&self) -> Isa {
        self.isa
    }
    /// Sum of the losses recorded since [`Tape::begin`].
    pub fn loss(&self) -> f64 {
        self.loss
    }

    /// The operations recorded since [`Tape::begin`], in order.
    pub fn operations(&self) -> impl Iterator<Item = Operation> + '_ {
        self.nodes.iter().map(|node| node.op.kind())
    }

    /// The class of each column, for operations that look parameters up by class.
    pub fn set_classes(&mut self, classes: impl IntoIterator<Item = u32>) {
        self.classes.clear();
        self.classes.extend(classes);
        assert!(self.classes.len() >= self.active, "one class a column");
    }

    fn allocate(&mut self, rows: usize, tracked: bool) -> Var {
        let var = Var { first: self.rows, rows, tracked, value: self.adjoints.add(self.rows, rows) };
        self.rows += rows;
        self.values.resize_dirty(self.rows * self.lanes);
        var
    }

    /// An input of `rows` features; `fill(tile, lanes)` writes it, row `i` being `tile[i*lanes..]`. Padding is zeroed
    /// beforehand. Derivatives with respect to it are computed only if `tracked`.
    pub fn input(&mut self, rows: usize, tracked: bool, fill: impl FnOnce(&mut [T], usize)) -> Var {
        let var = self.allocate(rows, tracked);
        let tile = &mut self.values[var.range(self.lanes)];
        tile.fill(T::ZERO);
        fill(tile, self.lanes);
        var
    }

    fn record(&mut self, op: Op<T>, rows: usize, tracked: bool, parameters: Option<&Parameters<T>>) -> Var {
        let output = self.allocate(rows, tracked);
        let (before, rest) = self.values.split_at_mut(output.first * self.lanes);
        let env =
            Env { isa: self.isa, lanes: self.lanes, active: self.active, classes: &self.classes, vars: &self.vars };
        self.loss += op.forward(&env, parameters, before, &mut rest[..rows * self.lanes], &mut self.scratch);
        self.nodes.push(Node { op, output });
        output
    }

    /// `epilogue(W·x + bias (+ table row of the column's class))`; see [`Linear`].
    pub fn linear(&mut self, parameters: &Parameters<T>, layer: Linear<T>, x: Var) -> Var {
        let shape = parameters.shape(layer.weight);
        assert_eq!(shape.cols, x.rows, "linear {}: input rows", parameters.name(layer.weight));
        self.record(Op::Linear(ops::linear::Node { layer, x }), shape.rows, true, Some(parameters))
    }

    /// `epilogue(F_k·x)` of the rows `x: [d+1, lanes]`, the last row ones, for view `k = view` in the first `group` columns,
    /// the next view in the next so many, and so on; see [`Folded`].
    pub fn folded(&mut self, parameters: &Parameters<T>, layer: &Folded<T>, view: usize, group: usize, x: Var) -> Var {
        assert_eq!(layer.shape.cols, x.rows, "folded {}: input rows", parameters.name(layer.table));
        assert!(group > 0, "folded {}: columns of a view", parameters.name(layer.table));
        let (node, rows) = (ops::folded::Node { layer: layer.clone(), view, group, x }, layer.shape.rows);
        self.record(Op::Folded(node), rows, true, Some(parameters))
    }

    /// `a + b`.
    pub fn add(&mut self, a: Var, b: Var) -> Var {
        assert_eq!(a.rows, b.rows, "add: rows");
        self.record(Op::Add(ops::add::Node { a, b }), a.rows, a.tracked || b.tracked, None)
    }

    /// The rows of `x` in reverse order.
    pub fn reverse(&mut self, x: Var) -> Var {
        self.record(Op::Reverse(ops::reverse::Node { x }), x.rows, x.tracked, None)
    }

    /// One deep sigmoidal flow node per row of `x`, with raw parameters `raw: [rows·3·units, lanes]`; returns the values
    /// and the log-slopes, both of `x`'s shape.
    pub fn dsf(&mut self, x: Var, raw: Var, slope: Slope, units: usize) -> (Var, Var) {
        assert_eq!(raw.rows, x.rows * 3 * units, "dsf: raw parameters of {} features", x.rows);
        let node = ops::dsf::Node { x, raw, slope, units };
        let out = self.record(Op::Dsf(node), 2 * x.rows, true, None);
        (out.slice(0, x.rows), out.slice(x.rows, x.rows))
    }

    /// A layer of a dense sigmoidal transformer of one feature: the values `[outputs, lanes]` and their log-tangents, from
    /// those of its input and its raw parameters; see [`Ddsf`].
    pub fn ddsf(&mut self, parameters: &Parameters<T>, layer: Ddsf, h: Var, log_tangent: Var, raw: Var) -> (Var, Var) {
        let rows = (layer.inputs, layer.inputs, layer.raw_rows());
        assert_eq!((h.rows, log_tangent.rows, raw.rows), rows, "ddsf: rows of the inputs and of the raw parameters");
        let node = ops::ddsf::Node { layer, h, log_tangent, raw };
        let out = self.record(Op::Ddsf(node), 2 * layer.outputs, true, Some(parameters));
        (out.slice(0, layer.outputs), out.slice(layer.outputs, layer.outputs))
    }

    /// Adds `weight · Σ_lanes (½‖z‖² + (m/2)·ln 2π − Σ log-slopes)` to the loss (Eq. 6), accumulated in f64.
    pub fn gaussian_nll(&mut self, z: Var, log_slopes: &[Var], weight: f64) {
        let first = self.vars.len();
        self.vars.extend_from_slice(log_slopes);
        let node = ops::gaussian_nll::Node { z, log_slopes: first..self.vars.len(), weight };
        self.record(Op::GaussianNll(node), 0, true, None);
    }

    /// Adds `weight · Σ_lanes −ln softmax(x)[class]` to the loss, with the classes of [`Tape::set_classes`]; returns the
    /// softmax.
    pub fn cross_entropy(&mut self, x: Var, weight: f64) -> Var {
        self.record(Op::CrossEntropy(ops::cross_entropy::Node { x, weight }), x.rows, false, None)
    }

    /// An operation of the caller's own.
    pub fn custom(&mut self, op: Arc<dyn CustomOp<T>>, x: Var) -> Var {
        let rows = op.output_rows(x.rows);
        self.record(Op::Custom(ops::custom::Node { op, x }), rows, x.tracked, None)
    }

    /// A recorded value `[rows, active]`.
    pub fn value(&self, var: Var) -> Matrix<'_, T> {
        Matrix::new(&self.values[var.range(self.lanes)], var.rows, self.active, self.lanes)
    }

    /// Runs the recorded operations backwards, adding parameter gradients of [`Tape::loss`] to `gradients`.
    /// `seed` may add further adjoints (of any value) before the first step: it gets each requested value's tile.
    pub fn backward(
        &mut self,
        parameters: &Parameters<T>,
        prepared: &TransposedWeights<T>,
        gradients: &mut Gradients<T>,
        seeds: &mut [Seed<T>],
    ) {
        self.adjoints.begin(self.rows, self.lanes);
        for (var, seed) in seeds {
            let mut all = self.adjoints.all();
            all.open(*var);
            seed(all.of(*var), self.lanes);
        }
        for node in self.nodes.iter().rev() {
            // What nothing was derived from has no adjoint to hand on, unless it is part of the loss itself.
            if !self.adjoints.written(node.output) && !node.op.is_loss() {
                continue;
            }
            let (output, before) = self.adjoints.split(node.output);
            node.op.vjp(
                Backward {
                    env: Env {
                        isa: self.isa,
                        lanes: self.lanes,
                        active: self.active,
                        classes: &self.classes,
                        vars: &self.vars,
                    },
                    values: &self.values,
                    before,
                    output,
                    parameters,
                    prepared,
                    gradients,
                    scratch: &mut self.scratch,
                },
                node.output,
            );
            self.adjoints.release(node.output);
        }
        self.adjoints.end();
    }

    /// The adjoint `[rows, active]` of an input after [`Tape::backward`] (complete if it is tracked). Panics if `var` is the
    /// output of an operation: its adjoint is not kept.
    pub fn adjoint(&self, var: Var) -> Matrix<'_, T> {
        Matrix::new(self.adjoints.of(var), var.rows, self.active, self.lanes)
    }
}
