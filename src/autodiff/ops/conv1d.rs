//! A one-dimensional convolution (cross-correlation) along the rows, with stride, zero padding, dilation and a fused epilogue:
//! `Y[t, o] = epilogue(bias[o] + Σ_{k, c} W[o, k·C_in + c]·X[t·stride + k·dilation − padding, c])`, `X` zero outside.
//!
//! `X: [L·C_in, lanes]`, row `s·C_in + c` being channel `c` at position `s`; `W: [C_out, taps·C_in]`, `bias: [C_out]`,
//! `Y: [L'·C_out, lanes]`, `L' = ⌊(L + 2·padding − (taps−1)·dilation − 1) / stride⌋ + 1`.
//!
//! Without dilation the window of a step is consecutive rows of `X`, so that a step is one matrix product, cut where the
//! window reaches into the padding; with dilation each tap adds a product of its own. VJP with `dY' = epilogue'(Y)∘dY`, over
//! the same products: `dX[window] += Wᵀ·dY'[t]`, `dW += dY'[t]·X[window]ᵀ`, `dbias += Σ_lanes dY'[t]`. Cost: `L'·lanes` times
//! the weights in multiply-adds forward, twice that backward.

use std::ops::Range;
use std::sync::Arc;

use nafal_kernels::conv1d::Conv1d as Geometry;
use nafal_kernels::gemm::{self, Epilogue, Init};
use nafal_kernels::{Matrix, MatrixMut, Real, Staircase, map};

use crate::autodiff::operation::{Backward, Forward, Operation};
use crate::autodiff::parameters::{ParameterId, Parameters};
use crate::autodiff::tape::Tape;
use crate::autodiff::var::Var;

/// A convolution: handles of its parameters, its geometry and its fused epilogue. Clones share the shapes of its products.
#[derive(Clone, Debug)]
pub struct Conv1d<T> {
    weight: ParameterId,
    bias: Option<ParameterId>,
    geometry: Geometry,
    epilogue: Epilogue<T>,
    /// For each number of taps a product may take, the shape of these weights and that of their transpose.
    shapes: Arc<[[Staircase; 2]]>,
}

impl<T: Real> Conv1d<T> {
    /// A convolution with the weight matrix `weight: [C_out, taps·C_in]` and the vector `bias: [C_out]`.
    ///
    /// Panics if a size of the geometry other than the padding is zero.
    pub fn new(weight: ParameterId, bias: Option<ParameterId>, geometry: Geometry, epilogue: Epilogue<T>) -> Self {
        let Geometry { channels_in, channels_out, taps, stride, dilation, .. } = geometry;
        let sizes = [channels_in, channels_out, taps, stride, dilation];
        assert!(sizes.iter().all(|&size| size > 0), "conv1d: an empty geometry {geometry:?}");
        let shape = |taps: usize| Staircase::dense(channels_out, taps * channels_in);
        let shapes = (0..=taps).map(|taps| [shape(taps), shape(taps).transposed()]).collect();
        Conv1d { weight, bias, geometry, epilogue, shapes }
    }

    /// Its geometry.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// The products of step `t` for an input of `length` positions: at least one, the first of them perhaps without taps.
    fn products(&self, length: usize, t: usize) -> impl Iterator<Item = Product> + use<T> {
        let Geometry { taps, stride, padding, dilation, .. } = self.geometry;
        let begin = t * stride;
        let first = padding.saturating_sub(begin).div_ceil(dilation).min(taps);
        let end = (length + padding).saturating_sub(begin).div_ceil(dilation).clamp(first, taps);
        let together = if dilation == 1 { taps } else { 1 };
        (first..end.max(first + 1)).step_by(together).map(move |tap| {
            let taps = tap.min(end)..(tap + together).min(end);
            Product { position: (begin + tap * dilation).saturating_sub(padding).min(length), taps }
        })
    }
}

/// A product of the weights of some taps with the rows they fall on.
struct Product {
    /// Input position of the first tap.
    position: usize,
    taps: Range<usize>,
}

struct Node<T> {
    layer: Conv1d<T>,
    x: Var,
}

impl<T: Real> Tape<T> {
    /// `epilogue(bias + W ∗ x)` of `x: [L·C_in, lanes]`; see [`Conv1d`]. An input shorter than the kernel, padding included,
    /// gives no rows.
    pub fn conv1d(&mut self, parameters: &Parameters<T>, layer: &Conv1d<T>, x: Var) -> Var {
        let (name, Geometry { channels_in, channels_out, taps, .. }) = (parameters.name(layer.weight), layer.geometry);
        let shape = parameters.shape(layer.weight);
        assert_eq!((shape.rows, shape.cols), (channels_out, taps * channels_in), "conv1d {name}: weights");
        assert!(x.rows.is_multiple_of(channels_in), "conv1d {name}: {} rows of {channels_in} channels", x.rows);
        let steps = layer.geometry.length_out(x.rows / channels_in);
        self.record(parameters, Node { layer: layer.clone(), x }, steps * channels_out, true)
    }
}

impl<T: Real> Node<T> {
    fn length(&self) -> usize {
        self.x.rows / self.layer.geometry.channels_in
    }

    /// The rows of the input that a product reads.
    fn window(&self, product: &Product) -> Range<usize> {
        let channels = self.layer.geometry.channels_in;
        product.position * channels..(product.position + product.taps.len()) * channels
    }
}

/// The weights `[C_out, taps·C_in]` of some taps.
fn of_taps<'a, T: Real>(weight: Matrix<'a, T>, channels: usize, taps: &Range<usize>) -> Matrix<'a, T> {
    let first = (taps.start * channels).min(weight.data.len());
    Matrix::new(&weight.data[first..], weight.rows, taps.len() * channels, weight.ld)
}

impl<T: Real> Operation<T> for Node<T> {
    const NAME: &'static str = "conv1d";

    fn forward(&self, f: Forward<T>) {
        let Conv1d { weight, bias, geometry: g, epilogue, shapes } = &self.layer;
        let (isa, lanes) = (f.tile.isa, f.tile.lanes);
        let (weight, x) = (f.parameters.matrix(*weight), f.values.of(self.x));
        let start = bias.map_or(Init::Zero, |id| Init::Bias(f.parameters.vector(id)));
        for (t, y) in f.output.chunks_exact_mut(g.channels_out * lanes).enumerate() {
            let mut products = self.layer.products(self.length(), t).peekable();
            let mut init = start;
            while let Some(product) = products.next() {
                let w = of_taps(weight, g.channels_in, &product.taps);
                let end = if products.peek().is_none() { *epilogue } else { Epilogue::Store };
                let y = MatrixMut::new(y, g.channels_out, lanes, lanes);
                gemm::product(isa, &shapes[product.taps.len()][0], w, x.rows(self.window(&product)), init, end, y);
                init = Init::Output;
            }
        }
    }

    fn vjp(&self, mut b: Backward<T>) {
        let Conv1d { weight: id, bias, geometry: g, epilogue, shapes } = &self.layer;
        let (isa, lanes) = (b.tile.isa, b.tile.lanes);
        let (x, y) = (b.values.of(self.x), b.values.of(b.output).data);
        match *epilogue {
            Epilogue::Store => {}
            Epilogue::Tanh => map::tanh_vjp(isa, y, b.output_adjoint),
            Epilogue::LeakyRelu(slope) => map::leaky_relu_vjp(isa, slope, y, b.output_adjoint),
        }
        if self.x.tracked {
            b.inputs.open(self.x);
        }
        let weight = b.parameters.matrix(*id);
        for (t, dy) in b.output_adjoint.chunks_exact(g.channels_out * lanes).enumerate() {
            let dy = Matrix::new(dy, g.channels_out, lanes, lanes);
            if let Some(bias) = *bias {
                gemm::row_sums(isa, dy, true, b.gradients.matrix_mut(b.parameters, bias).row(0));
            }
            for product in self.layer.products(self.length(), t).filter(|product| !product.taps.is_empty()) {
                let (window, [shape, transposed]) = (self.window(&product), &shapes[product.taps.len()]);
                let scratch = b.scratch.take(gemm::outer_scratch(window.len(), lanes));
                let dw = b.gradients.matrix_mut(b.parameters, *id);
                let first = product.taps.start * g.channels_in;
                let dw = MatrixMut::new(&mut dw.data[first..], g.channels_out, window.len(), dw.ld);
                gemm::outer(isa, shape, dy, x.rows(window.clone()), true, dw, scratch);
                if self.x.tracked {
                    let dx = &mut b.inputs.of(self.x)[window.start * lanes..window.end * lanes];
                    let dx = MatrixMut::new(dx, window.len(), lanes, lanes);
                    let w = of_taps(weight, g.channels_in, &product.taps);
                    gemm::product_by_columns(isa, transposed, w, dy, Init::Output, Epilogue::Store, dx);
                }
            }
        }
    }
}
