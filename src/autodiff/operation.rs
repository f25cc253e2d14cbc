//! What an operation of a tape is: `forward` beside its vector-Jacobian product, and what the two may see.
//!
//! A type that implements [`Operation`] can be recorded on any tape by [`Tape::record`](super::Tape::record); the crate's own
//! operations (`ops/`) use nothing else. A value of the type is one node: the [`Var`]s of its inputs, handles of its
//! parameters, its constants. Nodes of one type lie in one vector that is kept from tile to tile, so that recording allocates
//! nothing in a steady state; the only dynamic dispatch is one call a node in the backward pass.
//!
//! What an operation must do:
//! - compute each column from that column alone: columns are independent samples, those from `tile.active` on are padding,
//!   which may hold anything finite, must not reach the loss, and gets adjoints of zero unless a caller seeds them;
//! - write every element of the output: the arena holds old numbers;
//! - in the VJP, for each tracked input either [`InputAdjoints::open`] it and add to it, or ask
//!   [`InputAdjoints::first_to_write`] and then overwrite all of it (true) or add to it (false); the same for the
//!   [`Gradients`] of its parameters ([`Gradients::matrix_mut`], [`Gradients::vectors_mut`] open them for adding);
//! - take temporary memory from `scratch`, never from the allocator.
//!
//! The adjoint of the output may be overwritten by the VJP: nobody reads it afterwards.

use nafal_kernels::{Isa, Matrix, Real};

use super::adjoints::InputAdjoints;
use super::aligned::AlignedVec;
use super::gradients::Gradients;
use super::parameters::Parameters;
use super::transposed::TransposedWeights;
use super::var::Var;

/// A differentiable operation; a value of the type is one recorded node.
///
/// ```
/// use nafal::autodiff::{Backward, Forward, Gradients, Operation, Parameters, Tape, Var};
/// use nafal_kernels::{Isa, Real};
///
/// /// The elementwise product `y = a∘b`: `ā += b∘ȳ`, `b̄ += a∘ȳ`.
/// struct Product {
///     a: Var,
///     b: Var,
/// }
///
/// impl<T: Real> Operation<T> for Product {
///     const NAME: &'static str = "product";
///
///     fn forward(&self, f: Forward<T>) {
///         let (a, b) = (f.values.of(self.a).data, f.values.of(self.b).data);
///         for (y, (&a, &b)) in f.output.iter_mut().zip(a.iter().zip(b)) {
///             *y = a * b;
///         }
///     }
///
///     fn vjp(&self, mut b: Backward<T>) {
///         for (input, other) in [(self.a, self.b), (self.b, self.a)] {
///             b.inputs.open(input);
///             let other = b.values.of(other).data;
///             for (x_bar, (&y_bar, &v)) in b.inputs.of(input).iter_mut().zip(b.output_adjoint.iter().zip(other)) {
///                 *x_bar += v * y_bar;
///             }
///         }
///     }
/// }
///
/// let (parameters, mut tape) = (Parameters::<f64>::new(), Tape::new(Isa::detect()));
/// tape.begin(2);
/// let x = tape.input(1, true, |tile, _| tile[..2].copy_from_slice(&[3.0, 5.0]));
/// let y = tape.record(&parameters, Product { a: x, b: x }, 1, x.tracked());
/// assert_eq!(tape.value(y).row(0), [9.0, 25.0]);
///
/// let mut ones = |adjoint: &mut [f64], _lanes: usize| adjoint[..2].fill(1.0);
/// tape.backward(&parameters, &mut Gradients::zeros(&parameters), &mut [(y, &mut ones)]);
/// assert_eq!(tape.adjoint(x).row(0), [6.0, 10.0]);
/// ```
pub trait Operation<T: Real>: Send + Sync + 'static {
    /// Its name; see [`Tape::operations`](super::Tape::operations).
    const NAME: &'static str;

    /// Whether it adds to the loss: it has derivatives then, even if nothing was derived from its output.
    const IS_LOSS: bool = false;

    /// Computes the output from values recorded before it.
    fn forward(&self, f: Forward<'_, T>);

    /// Adds the vector-Jacobian product with the output's adjoint to the adjoints of the inputs and to the gradients of the
    /// parameters. If [`Operation::IS_LOSS`], the output's adjoint may be empty, and the loss has derivative one.
    fn vjp(&self, b: Backward<'_, T>);
}

/// The columns that an operation works on.
#[derive(Clone, Copy, Debug)]
pub struct Tile<'a> {
    /// The instruction set of the kernels.
    pub isa: Isa,
    /// Columns of every value, its leading dimension: a multiple of 16 with the padding.
    pub lanes: usize,
    /// Columns in use, the first ones.
    pub active: usize,
    /// The context of each column in use; empty if none were set.
    pub contexts: &'a [u32],
    pub(super) lists: &'a [Var],
}

impl<'a> Tile<'a> {
    /// The values of a list made by [`Tape::list`](super::Tape::list).
    pub fn list(&self, list: &VarList) -> &'a [Var] {
        &self.lists[list.0.clone()]
    }
}

/// Several values, for operations with any number of inputs; made by [`Tape::list`](super::Tape::list).
#[derive(Clone, Debug)]
pub struct VarList(pub(super) std::ops::Range<usize>);

/// What [`Operation::forward`] works on.
pub struct Forward<'a, T: Real> {
    /// The columns.
    pub tile: Tile<'a>,
    /// The parameters.
    pub parameters: &'a Parameters<T>,
    /// The values recorded before the output.
    pub values: Values<'a, T>,
    /// The output `[rows, lanes]`, row-major, to be overwritten.
    pub output: &'a mut [T],
    /// The tape's loss, to add to if [`Operation::IS_LOSS`].
    pub loss: &'a mut f64,
    /// Temporary memory.
    pub scratch: &'a mut Scratch<T>,
}

/// What [`Operation::vjp`] works on.
pub struct Backward<'a, T: Real> {
    /// The columns.
    pub tile: Tile<'a>,
    /// The parameters.
    pub parameters: &'a Parameters<T>,
    /// The recorded values, inputs and output.
    pub values: Values<'a, T>,
    /// The output.
    pub output: Var,
    /// The adjoint of the output, `[rows, lanes]`; may be used as temporary memory when read.
    pub output_adjoint: &'a mut [T],
    /// The adjoints of the values recorded before the output.
    pub inputs: InputAdjoints<'a, T>,
    /// The gradients of the parameters.
    pub gradients: &'a mut Gradients<T>,
    /// Temporary memory.
    pub scratch: &'a mut Scratch<T>,
    pub(crate) transposed: &'a TransposedWeights<T>,
}

/// Recorded values, by their handles.
#[derive(Clone, Copy)]
pub struct Values<'a, T> {
    pub(super) arena: &'a [T],
    pub(super) lanes: usize,
}

impl<'a, T: Real> Values<'a, T> {
    /// A value `[rows, lanes]`; its `data` is exactly the `rows·lanes` elements. In [`Operation::forward`]
    /// panics if it was recorded after the output.
    pub fn of(&self, var: Var) -> Matrix<'a, T> {
        Matrix::new(&self.arena[var.range(self.lanes)], var.rows, self.lanes, self.lanes)
    }
}

/// Temporary memory for operations, kept from one to the next: it grows to the largest request.
#[derive(Debug, Default)]
pub struct Scratch<T>(AlignedVec<T>);

impl<T: Real> Scratch<T> {
    /// `len` elements with arbitrary content, aligned to a cache line; overwrites what was taken before.
    pub fn take(&mut self, len: usize) -> &mut [T] {
        self.0.resize_dirty(len);
        &mut self.0
    }
}
