//! Elementary functions over a slice that fits the first-level cache, against the crate `wide` and the standard
//! library's scalar functions, each built as this benchmark is built: without target flags, unless the user sets them.

use super::contest::{Line, Rival, Setting};
use super::operands::{Aligned, close, numbers};
use nafal_kernels::{Isa, Real, map};
use std::hint::black_box;

/// Numbers of a slice.
const COUNT: usize = 4096;

/// A slice function.
type Slice<T> = fn(&[T], &mut [T]);

/// A function and its rivals; arguments are spread evenly over `low..high`.
struct Function<T> {
    name: &'static str,
    ours: fn(Isa, &[T], &mut [T]),
    wide: Slice<T>,
    std: Slice<T>,
    low: f64,
    high: f64,
}

/// All lines.
pub fn run(setting: &Setting) {
    single().iter().for_each(|f| function(setting, f));
    double().iter().for_each(|f| function(setting, f));
}

fn function<T: Real>(setting: &Setting, f: &Function<T>) {
    let shape = format!("{} {COUNT}", T::NAME);
    if !setting.wants(f.name, &shape) {
        return;
    }
    let (middle, reach) = (T::from_f64(0.5 * (f.low + f.high)), T::from_f64(0.5 * (f.high - f.low)));
    let x: Vec<T> = numbers::<T>(1, COUNT).iter().map(|&v| v * reach + middle).collect();
    let x = Aligned::of(&x);
    let [mut y, mut y_wide, mut y_std] = [(); 3].map(|()| Aligned::ones(COUNT));
    (f.ours)(setting.isa, &x, &mut y);
    (f.wide)(&x, &mut y_wide);
    (f.std)(&x, &mut y_std);
    close(f.name, &y, &y_std, 8.0);
    close("wide", &y_wide, &y_std, 32.0);
    let x = &x;
    let rivals: Vec<Rival> = vec![
        ("wide", Box::new(|| (f.wide)(black_box(x), black_box(&mut y_wide)))),
        ("std", Box::new(|| (f.std)(black_box(x), black_box(&mut y_std)))),
    ];
    let line = Line { kernel: f.name, shape: &shape, counts: "numbers", work: COUNT as f64 };
    setting.contest::<T>(&line, || (f.ours)(setting.isa, black_box(x), black_box(&mut y)), rivals);
}

macro_rules! functions {
    ($functions:ident, $t:ty, $vector:ty, $lanes:literal) => {
        fn $functions() -> Vec<Function<$t>> {
            /// The widest vector of `wide`, chunk by chunk.
            macro_rules! wide {
                ($f:expr) => {
                    |x, y| {
                        let f: fn($vector) -> $vector = $f;
                        let (x, y) = (x.as_chunks::<$lanes>().0, y.as_chunks_mut::<$lanes>().0);
                        for (x, y) in x.iter().zip(y) {
                            *y = f(<$vector>::new(*x)).to_array();
                        }
                    }
                };
            }
            macro_rules! std {
                ($f:expr) => {
                    |x, y| {
                        let f: fn($t) -> $t = $f;
                        for (x, y) in x.iter().zip(y) {
                            *y = f(*x);
                        }
                    }
                };
            }
            vec![
                Function {
                    name: "exp",
                    ours: map::exp,
                    wide: wide!(|x| x.exp()),
                    std: std!(|x| x.exp()),
                    low: -20.0,
                    high: 20.0,
                },
                Function {
                    name: "ln",
                    ours: map::ln,
                    wide: wide!(|x| x.ln()),
                    std: std!(|x| x.ln()),
                    low: 1e-3,
                    high: 20.0,
                },
                Function {
                    name: "sigmoid",
                    ours: map::sigmoid,
                    wide: wide!(|x| <$vector>::ONE / (<$vector>::ONE + (-x).exp())),
                    std: std!(|x| 1.0 / (1.0 + (-x).exp())),
                    low: -10.0,
                    high: 10.0,
                },
                Function {
                    name: "softplus",
                    ours: map::softplus,
                    wide: wide!(|x| x.max(<$vector>::ZERO) + (-x.abs()).exp().ln_1p()),
                    std: std!(|x| x.max(0.0) + (-x.abs()).exp().ln_1p()),
                    low: -10.0,
                    high: 10.0,
                },
                Function {
                    name: "tanh",
                    ours: map::tanh,
                    wide: wide!(|x| x.tanh()),
                    std: std!(|x| x.tanh()),
                    low: -5.0,
                    high: 5.0,
                },
            ]
        }
    };
}
functions!(single, f32, wide::f32x16, 16);
functions!(double, f64, wide::f64x8, 8);
