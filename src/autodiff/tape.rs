//! The tape: tile-granular nodes over one arena of values and one of adjoints. It knows no operation by name.
//!
//! All values of a tape are rows of one buffer `[rows so far, lanes]`; a [`Var`] is a range of rows. An output is
//! always allocated after its inputs, so splitting the buffer at the output gives the inputs and the output as disjoint
//! slices, forward and backward. Nodes of one type lie in one vector. Clearing keeps the capacity: a steady-state step
//! allocates nothing.

use std::any::{Any, TypeId};

use nafal_kernels::{Isa, Matrix, Real};

use super::adjoints::Adjoints;
use super::aligned::{AlignedVec, padded};
use super::gradients::Gradients;
use super::operation::{Backward, Forward, Operation, Scratch, Tile, Values, VarList};
use super::parameters::Parameters;
use super::transposed::TransposedWeights;
use super::var::Var;

/// An adjoint to start the backward pass from: `seed(tile, lanes)` adds to the adjoint `tile: [rows, lanes]` of the value,
/// element `(i, b)` being `tile[i·lanes + b]`. The tile may already hold what earlier seeds added.
pub type Seed<'a, T> = (Var, &'a mut dyn FnMut(&mut [T], usize));

/// The recorded nodes of one type, in order.
trait Nodes<T: Real>: Any + Send + Sync {
    fn name(&self) -> &'static str;
    fn is_loss(&self) -> bool;
    fn clear(&mut self);
    fn vjp(&self, index: usize, b: Backward<T>);
}

impl<T: Real, O: Operation<T>> Nodes<T> for Vec<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }
    fn is_loss(&self) -> bool {
        O::IS_LOSS
    }
    fn clear(&mut self) {
        self.clear();
    }
    fn vjp(&self, index: usize, b: Backward<T>) {
        self[index].vjp(b);
    }
}

/// All nodes, a vector for each type of operation that was ever recorded.
struct Arena<T: Real> {
    types: Vec<(TypeId, Box<dyn Nodes<T>>)>,
}

impl<T: Real> Arena<T> {
    /// Keeps a node; returns the index of its type and its own among the nodes of that type.
    fn push<O: Operation<T>>(&mut self, operation: O) -> (usize, usize) {
        // A tape sees a handful of types: a scan costs less than a hash.
        let known = self.types.iter().position(|(id, _)| *id == TypeId::of::<O>());
        let kind = known.unwrap_or_else(|| {
            self.types.push((TypeId::of::<O>(), Box::new(Vec::<O>::new())));
            self.types.len() - 1
        });
        let nodes: &mut dyn Any = self.types[kind].1.as_mut();
        let nodes = nodes.downcast_mut::<Vec<O>>().expect("a vector belongs to its type");
        nodes.push(operation);
        (kind, nodes.len() - 1)
    }
}

/// One recorded operation.
struct Step {
    kind: usize,
    index: usize,
    output: Var,
}

/// Records operations on one tile of `lanes` columns and plays their derivatives back.
pub struct Tape<T: Real> {
    isa: Isa,
    lanes: usize,
    active: usize,
    rows: usize,
    values: AlignedVec<T>,
    adjoints: Adjoints<T>,
    scratch: Scratch<T>,
    nodes: Arena<T>,
    steps: Vec<Step>,
    lists: Vec<Var>,
    contexts: Vec<u32>,
    loss: f64,
    transposed: TransposedWeights<T>,
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
            scratch: Scratch::default(),
            nodes: Arena { types: Vec::new() },
            steps: Vec::new(),
            lists: Vec::new(),
            contexts: Vec::new(),
            loss: 0.0,
            transposed: TransposedWeights::default(),
        }
    }

    /// Forgets everything and starts a tile of `active` columns (padded to whole registers; padding is zero and never
    /// reaches a loss).
    pub fn begin(&mut self, active: usize) {
        self.steps.clear();
        self.nodes.types.iter_mut().for_each(|(_, nodes)| nodes.clear());
        self.adjoints.clear();
        self.lists.clear();
        self.contexts.clear();
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

    /// The names ([`Operation::NAME`]) of the operations recorded since [`Tape::begin`], in order.
    pub fn operations(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.steps.iter().map(|step| self.nodes.types[step.kind].1.name())
    }

    /// The context of each column: the row that an operation with a table looks up, or the class that it predicts.
    pub fn set_contexts(&mut self, contexts: impl IntoIterator<Item = u32>) {
        self.contexts.clear();
        self.contexts.extend(contexts);
        assert!(self.contexts.len() >= self.active, "one context a column");
    }

    /// Keeps several values for an operation with any number of inputs; see [`Tile::list`].
    pub fn list(&mut self, vars: &[Var]) -> VarList {
        let first = self.lists.len();
        self.lists.extend_from_slice(vars);
        VarList(first..self.lists.len())
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

    /// Runs an operation forward and keeps it for [`Tape::backward`]; returns its output of `rows` rows. `tracked` says
    /// whether derivatives with respect to the output matter: whether the operation has parameters or a tracked input.
    ///
    /// `parameters` must be those that [`Tape::backward`] gets; an operation without any takes empty ones,
    /// `&Parameters::new()`, which costs nothing. Allocates only when the tape has never held so many rows, or so many nodes
    /// of this type.
    pub fn record<O: Operation<T>>(
        &mut self,
        parameters: &Parameters<T>,
        operation: O,
        rows: usize,
        tracked: bool,
    ) -> Var {
        let output = self.allocate(rows, tracked);
        let (before, rest) = self.values.split_at_mut(output.first * self.lanes);
        operation.forward(Forward {
            tile: Tile {
                isa: self.isa,
                lanes: self.lanes,
                active: self.active,
                contexts: &self.contexts,
                lists: &self.lists,
            },
            parameters,
            values: Values { arena: before, lanes: self.lanes },
            output: &mut rest[..rows * self.lanes],
            loss: &mut self.loss,
            scratch: &mut self.scratch,
        });
        let (kind, index) = self.nodes.push(operation);
        self.steps.push(Step { kind, index, output });
        output
    }

    /// A recorded value `[rows, active]`.
    pub fn value(&self, var: Var) -> Matrix<'_, T> {
        Matrix::new(&self.values[var.range(self.lanes)], var.rows, self.active, self.lanes)
    }

    /// Runs the recorded operations backwards, adding parameter gradients of [`Tape::loss`] to `gradients`; `seeds` add
    /// further adjoints, of any values, before the first step.
    ///
    /// Transposes of large weights are made at the first call with these parameters and kept until they change.
    pub fn backward(&mut self, parameters: &Parameters<T>, gradients: &mut Gradients<T>, seeds: &mut [Seed<T>]) {
        let mut transposed = std::mem::take(&mut self.transposed);
        transposed.refresh(self.isa, parameters);
        self.backward_with(parameters, &transposed, gradients, seeds);
        self.transposed = transposed;
    }

    /// [`Tape::backward`] with transposed weights that several tapes share.
    pub(super) fn backward_with(
        &mut self,
        parameters: &Parameters<T>,
        transposed: &TransposedWeights<T>,
        gradients: &mut Gradients<T>,
        seeds: &mut [Seed<T>],
    ) {
        self.adjoints.begin(self.rows, self.lanes);
        for (var, seed) in seeds {
            let mut all = self.adjoints.all();
            all.open(*var);
            seed(all.of(*var), self.lanes);
        }
        for step in self.steps.iter().rev() {
            let nodes = &self.nodes.types[step.kind].1;
            // What nothing was derived from has no adjoint to hand on, unless it is part of the loss itself.
            if !self.adjoints.written(step.output) && !nodes.is_loss() {
                continue;
            }
            let (output_adjoint, inputs) = self.adjoints.split(step.output);
            nodes.vjp(
                step.index,
                Backward {
                    tile: Tile {
                        isa: self.isa,
                        lanes: self.lanes,
                        active: self.active,
                        contexts: &self.contexts,
                        lists: &self.lists,
                    },
                    parameters,
                    values: Values { arena: &self.values, lanes: self.lanes },
                    output: step.output,
                    output_adjoint,
                    inputs,
                    gradients,
                    scratch: &mut self.scratch,
                    transposed,
                },
            );
            self.adjoints.release(step.output);
        }
        self.adjoints.end();
    }

    /// The adjoint `[rows, active]` of an input after [`Tape::backward`] (complete if it is tracked). Panics if `var` is the
    /// output of an operation: its adjoint is not kept.
    pub fn adjoint(&self, var: Var) -> Matrix<'_, T> {
        Matrix::new(self.adjoints.of(var), var.rows, self.active, self.lanes)
    }
}
