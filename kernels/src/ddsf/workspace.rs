//! How the scratch of a layer is divided: exponentials of the shared logits, then records of one vector of lanes.

/// Lanes of the widest vector; sums over lanes have as many accumulators on every instruction set.
pub(super) const LANES: usize = 16;
/// Vectors saved for each input: `y = e^{η−η_max}`, `y·h`, `y·e^{λ−λ_max}`.
pub(super) const INPUT: usize = 3;
/// Vectors saved for each unit; the VJP needs most, and says which.
pub(super) const UNIT: usize = 15;
/// Vectors saved for each output.
pub(super) const OUTPUT: usize = 4;

/// The parts of a scratch.
pub(super) struct Workspace<'a, T> {
    /// `e^{u−max of the row}`, `[units, inputs]`.
    pub inner: &'a mut [T],
    /// `e^{w−max of the row}`, `[outputs, units]`.
    pub outer: &'a mut [T],
    /// [`INPUT`] vectors for each input.
    pub inputs: &'a mut [T],
    /// [`UNIT`] vectors for each unit.
    pub units: &'a mut [T],
    /// [`OUTPUT`] vectors for each output.
    pub outputs: &'a mut [T],
    /// Partial sums of the inner logits' gradients, [`LANES`] each.
    pub u_partials: &'a mut [T],
    /// Partial sums of the outer logits' gradients, [`LANES`] each.
    pub w_partials: &'a mut [T],
}

/// Numbers of a scratch, for a layer of `[inputs, units, outputs]`.
pub(super) const fn size([inputs, units, outputs]: [usize; 3]) -> usize {
    let shared = units * inputs + outputs * units;
    shared + LANES * (INPUT * inputs + UNIT * units + OUTPUT * outputs + shared)
}

impl<'a, T> Workspace<'a, T> {
    /// Divides `scratch` for a layer of `[inputs, units, outputs]` and vectors of `lanes` lanes. Panics if it is too short.
    pub fn new(scratch: &'a mut [T], [inputs, units, outputs]: [usize; 3], lanes: usize) -> Self {
        let (inner, rest) = scratch.split_at_mut(units * inputs);
        let (outer, rest) = rest.split_at_mut(outputs * units);
        let (inputs, rest) = rest.split_at_mut(INPUT * lanes * inputs);
        let (units, rest) = rest.split_at_mut(UNIT * lanes * units);
        let (outputs, rest) = rest.split_at_mut(OUTPUT * lanes * outputs);
        let (u_partials, rest) = rest.split_at_mut(LANES * inner.len());
        let w_partials = &mut rest[..LANES * outer.len()];
        Workspace { inner, outer, inputs, units, outputs, u_partials, w_partials }
    }
}
