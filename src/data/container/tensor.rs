//! A tensor of a model file: a shape and row-major values of one of three types.

use safetensors::Dtype;

/// Row-major values, one vector per element type a model file may hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Parameters of flows.
    F32(Vec<f32>),
    /// Scaling, calibration, anything a score must reproduce to the last bit of a double.
    F64(Vec<f64>),
    /// Indices and counts.
    U32(Vec<u32>),
}

/// A shape and the values that fill it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    shape: Vec<usize>,
    values: Values,
}

impl Tensor {
    /// A tensor of `f32`.
    ///
    /// # Panics
    /// If `values` does not fill `shape`.
    pub fn f32(shape: &[usize], values: Vec<f32>) -> Tensor {
        Tensor::of(shape, values.len(), Values::F32(values))
    }
    /// A tensor of `f64`.
    ///
    /// # Panics
    /// If `values` does not fill `shape`.
    pub fn f64(shape: &[usize], values: Vec<f64>) -> Tensor {
        Tensor::of(shape, values.len(), Values::F64(values))
    }
    /// A tensor of `u32`.
    ///
    /// # Panics
    /// If `values` does not fill `shape`.
    pub fn u32(shape: &[usize], values: Vec<u32>) -> Tensor {
        Tensor::of(shape, values.len(), Values::U32(values))
    }

    fn of(shape: &[usize], len: usize, values: Values) -> Tensor {
        let filled = shape.iter().try_fold(1usize, |n, &side| n.checked_mul(side));
        assert_eq!(filled, Some(len), "{len} values do not fill shape {shape:?}");
        Tensor { shape: shape.to_vec(), values }
    }

    /// The sides, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }
    /// The values, row-major.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Index and text of the first value that is not a finite number.
    pub(super) fn first_not_finite(&self) -> Option<(usize, String)> {
        // Whether there is one is asked without a branch a value, which vector registers answer at once.
        let finite = match &self.values {
            Values::F32(v) => v.iter().fold(true, |finite, x| finite & x.is_finite()),
            Values::F64(v) => v.iter().fold(true, |finite, x| finite & x.is_finite()),
            Values::U32(_) => true,
        };
        match &self.values {
            _ if finite => None,
            Values::F32(v) => v.iter().position(|x| !x.is_finite()).map(|i| (i, v[i].to_string())),
            Values::F64(v) => v.iter().position(|x| !x.is_finite()).map(|i| (i, v[i].to_string())),
            Values::U32(_) => None,
        }
    }

    pub(super) fn dtype(&self) -> Dtype {
        match self.values {
            Values::F32(_) => Dtype::F32,
            Values::F64(_) => Dtype::F64,
            Values::U32(_) => Dtype::U32,
        }
    }

    pub(super) fn append_bytes(&self, bytes: &mut Vec<u8>) {
        match &self.values {
            Values::F32(v) => v.iter().for_each(|x| bytes.extend_from_slice(&x.to_le_bytes())),
            Values::F64(v) => v.iter().for_each(|x| bytes.extend_from_slice(&x.to_le_bytes())),
            Values::U32(v) => v.iter().for_each(|x| bytes.extend_from_slice(&x.to_le_bytes())),
        }
    }

    /// The tensor of shape `shape` with those values.
    ///
    /// # Panics
    /// If `values` does not fill `shape`.
    pub(super) fn filled(shape: &[usize], values: Values) -> Tensor {
        let len = match &values {
            Values::F32(v) => v.len(),
            Values::F64(v) => v.len(),
            Values::U32(v) => v.len(),
        };
        Tensor::of(shape, len, values)
    }
}

impl Values {
    /// No values yet, with room for those of `bytes` bytes; `None` for a type model files do not have.
    pub(super) fn with_room(dtype: Dtype, bytes: usize) -> Option<Values> {
        Some(match dtype {
            Dtype::F32 => Values::F32(Vec::with_capacity(bytes / size_of::<f32>())),
            Dtype::F64 => Values::F64(Vec::with_capacity(bytes / size_of::<f64>())),
            Dtype::U32 => Values::U32(Vec::with_capacity(bytes / size_of::<u32>())),
            _ => return None,
        })
    }

    /// Adds the values of little-endian `bytes`, a whole number of them.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        match self {
            Values::F32(v) => v.extend(bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b))),
            Values::F64(v) => v.extend(bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b))),
            Values::U32(v) => v.extend(bytes.as_chunks().0.iter().map(|&b| u32::from_le_bytes(b))),
        }
    }
}
