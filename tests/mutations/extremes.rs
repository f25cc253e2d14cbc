//! Every tensor of every detector's file with one value, or all, at the ends of the range of its numbers.

use nafal::data::container::{Container, Tensor, Values};

use crate::entries;
use crate::tiny_models::tiny_models;

/// The values with the one at `at`, or all of them, replaced by `extreme`.
fn put<T: Copy>(values: &[T], at: Option<usize>, extreme: T) -> Vec<T> {
    values.iter().enumerate().map(|(i, &v)| if at.is_none_or(|at| at == i) { extreme } else { v }).collect()
}

/// The tensor with each of the extremes of its type.
fn extremes(tensor: &Tensor, at: Option<usize>) -> Vec<Tensor> {
    let shape = tensor.shape();
    let numbers = [0.0, -1.0, 1e-300, -1e30, f64::MAX, f64::MIN];
    match tensor.values() {
        Values::F64(v) => numbers.iter().map(|&x| Tensor::f64(shape, put(v, at, x))).collect(),
        Values::F32(v) => {
            let narrow = |x: f64| (x as f32).clamp(f32::MIN, f32::MAX);
            numbers.iter().map(|&x| Tensor::f32(shape, put(v, at, narrow(x)))).collect()
        }
        Values::U32(v) => [0, 1, 7, u32::MAX].iter().map(|&x| Tensor::u32(shape, put(v, at, x))).collect(),
    }
}

#[test]
fn numbers_at_the_ends_of_their_range_are_refused_or_score_finitely() {
    for model in tiny_models() {
        let mut file = Container::from_bytes(&model.bytes, "m").unwrap();
        let names: Vec<String> = file.names().map(str::to_owned).collect();
        for name in names {
            let tensor = file.tensor(&name).unwrap().clone();
            let len: usize = tensor.shape().iter().product();
            for at in [None, Some(0), Some(len / 2)] {
                for extreme in extremes(&tensor, at) {
                    file.insert(&name, extreme);
                    entries::model(&file.to_bytes().unwrap());
                }
            }
            file.insert(&name, tensor);
        }
    }
}
