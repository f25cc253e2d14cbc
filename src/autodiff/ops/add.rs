//! The sum of two values of one shape: `Y = A + B`, `dA += dY`, `dB += dY`.

use nafal_kernels::{Real, map};

use crate::autodiff::operation::{Backward, Forward, Operation};
use crate::autodiff::parameters::Parameters;
use crate::autodiff::tape::Tape;
use crate::autodiff::var::Var;

struct Add {
    a: Var,
    b: Var,
}

impl<T: Real> Tape<T> {
    /// `a + b`.
    pub fn add(&mut self, a: Var, b: Var) -> Var {
        assert_eq!(a.rows, b.rows, "add: rows");
        self.record(&Parameters::new(), Add { a, b }, a.rows, a.tracked || b.tracked)
    }
}

impl<T: Real> Operation<T> for Add {
    const NAME: &'static str = "add";

    fn forward(&self, f: Forward<T>) {
        f.output.copy_from_slice(f.values.of(self.a).data);
        map::add_assign(f.tile.isa, f.values.of(self.b).data, f.output);
    }

    fn vjp(&self, mut b: Backward<T>) {
        for input in [self.a, self.b] {
            if input.tracked {
                b.inputs.open(input);
                map::add_assign(b.tile.isa, b.output_adjoint, b.inputs.of(input));
            }
        }
    }
}
