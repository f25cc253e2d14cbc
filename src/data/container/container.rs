//! What a model file holds, between the detector that fills it and the bytes on the disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use serde_json::{Map, Value};

use super::encoding::{self, Content, FORMAT, MAX_FILE_BYTES};
use super::fields::Fields;
use super::tensor::{Tensor, Values};
use crate::data::OutputFile;
use crate::error::{Error, Result, short};

/// A header of JSON fields and named tensors.
///
/// ```
/// use nafal::data::container::{Container, Tensor};
///
/// let mut container = Container::new();
/// container.set("seed", 7);
/// container.insert("mean", Tensor::f64(&[2], vec![0.5, -1.0]));
///
/// let back = Container::from_bytes(&container.to_bytes()?, "pump.nafal")?;
/// assert_eq!(back.header().u64("seed")?, 7);
/// assert_eq!(back.tensor_f64("mean", &[2])?, [0.5, -1.0]);
/// # Ok::<(), nafal::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Container {
    /// Where it was read from, for messages.
    file: String,
    header: Map<String, Value>,
    tensors: BTreeMap<String, Tensor>,
}

/// Equal content; where it was read from does not count.
impl PartialEq for Container {
    fn eq(&self, other: &Self) -> bool {
        self.header == other.header && self.tensors == other.tensors
    }
}

impl Default for Container {
    fn default() -> Self {
        Container::new()
    }
}

impl Container {
    /// An empty container: its header holds `format` alone.
    pub fn new() -> Container {
        let header = Map::from_iter([("format".to_owned(), Value::from(FORMAT))]);
        Container { file: String::new(), header, tensors: BTreeMap::new() }
    }

    /// Sets a field of the header. NaN and infinities have no JSON and become `null`: put such figures nowhere, or in
    /// words.
    ///
    /// # Panics
    /// If `key` is `format` or `checksum`, which belong to the container.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        assert!(!matches!(key, "format" | "checksum"), "`{key}` is the container's own field");
        self.header.insert(key.to_owned(), value.into());
    }

    /// Adds a tensor, or replaces the one of that name.
    ///
    /// # Panics
    /// If `name` is `__metadata__`, which safetensors reserves.
    pub fn insert(&mut self, name: &str, tensor: Tensor) {
        assert_ne!(name, "__metadata__", "safetensors reserves the name");
        self.tensors.insert(name.to_owned(), tensor);
    }

    /// Adds lists of different lengths as two tensors: `name`, all values one list behind the other, and `name.offsets`,
    /// where each list begins and the last one ends.
    pub fn insert_lists(&mut self, name: &str, lists: &[Vec<f64>]) {
        let values = lists.concat();
        self.insert(name, Tensor::f64(&[values.len()], values));
        let mut offsets = vec![0u32];
        offsets.extend(lists.iter().scan(0u32, |end, l| {
            *end += l.len() as u32;
            Some(*end)
        }));
        self.insert(&format!("{name}.offsets"), Tensor::u32(&[offsets.len()], offsets));
    }

    /// Whether a file begins as a container does; a pipe, which would lose its first bytes, is not looked at.
    pub fn begins(path: impl AsRef<Path>) -> bool {
        // The length of the header in 8 bytes, and then the first of its fields.
        const START: &[u8] = br#"{"__metadata__":"#;
        let path = path.as_ref();
        let mut start = Vec::new();
        path.is_file()
            && File::open(path).is_ok_and(|file| file.take(8 + START.len() as u64).read_to_end(&mut start).is_ok())
            && start.get(8..) == Some(START)
    }

    /// The header's fields.
    pub fn header(&self) -> Fields<'_> {
        Fields::new(&self.file, &self.header)
    }

    /// The header as canonical JSON: sorted keys, no white space, no checksum.
    pub fn header_json(&self) -> String {
        encoding::canonical(self.header.clone())
    }

    /// Names of the tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// The tensor of that name, whatever its type and shape.
    ///
    /// # Errors
    /// [`Error::ModelFile`] if there is none.
    pub fn tensor(&self, name: &str) -> Result<&Tensor> {
        self.tensors.get(name).ok_or_else(|| self.error(name, "is missing"))
    }
    /// Values of an `f32` tensor of that shape.
    ///
    /// # Errors
    /// [`Error::ModelFile`] naming the tensor if it is missing or of another type or shape.
    pub fn tensor_f32(&self, name: &str, shape: &[usize]) -> Result<&[f32]> {
        match self.shaped(name, shape, "F32")? {
            Values::F32(values) => Ok(values),
            other => Err(self.mistyped(name, other, "F32")),
        }
    }
    /// Values of an `f64` tensor of that shape; errors as for [`Container::tensor_f32`].
    pub fn tensor_f64(&self, name: &str, shape: &[usize]) -> Result<&[f64]> {
        match self.shaped(name, shape, "F64")? {
            Values::F64(values) => Ok(values),
            other => Err(self.mistyped(name, other, "F64")),
        }
    }
    /// Values of a `u32` tensor of that shape; errors as for [`Container::tensor_f32`].
    pub fn tensor_u32(&self, name: &str, shape: &[usize]) -> Result<&[u32]> {
        match self.shaped(name, shape, "U32")? {
            Values::U32(values) => Ok(values),
            other => Err(self.mistyped(name, other, "U32")),
        }
    }

    /// `count` lists that [`Container::insert_lists`] added.
    ///
    /// # Errors
    /// [`Error::ModelFile`] naming the tensor that is missing, of another type or shape, or whose offsets do not grow.
    pub fn lists_f64(&self, name: &str, count: usize) -> Result<Vec<Vec<f64>>> {
        let offsets = self.tensor_u32(&format!("{name}.offsets"), &[count + 1])?;
        let values = self.tensor_f64(name, &[offsets[count] as usize])?;
        if offsets[0] != 0 || !offsets.is_sorted() {
            return Err(self.error(&format!("{name}.offsets"), "does not grow from zero"));
        }
        Ok(offsets.windows(2).map(|w| values[w[0] as usize..w[1] as usize].to_vec()).collect())
    }

    /// The file's bytes: the same content always gives the same bytes.
    ///
    /// # Errors
    /// [`Error::Training`] if a value is not finite and [`Error::Usage`] if the header is longer than
    /// [`super::MAX_HEADER_BYTES`], since the file would be refused on reading.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        for (name, tensor) in &self.tensors {
            if let Some((i, value)) = tensor.first_not_finite() {
                return Err(Error::Training(format!(
                    "tensor `{}` would hold {value} at index {i}, and no model does; check the data for extreme values",
                    short(name)
                )));
            }
        }
        encoding::encode(&self.header, &self.tensors).map_err(Error::Usage)
    }

    /// Reads a file's bytes; `name` stands for it in messages.
    ///
    /// # Errors
    /// [`Error::ModelFile`] if `bytes` is anything but what [`Container::to_bytes`] writes, or holds a number that is
    /// not finite.
    pub fn from_bytes(bytes: &[u8], name: &str) -> Result<Container> {
        Container::of(name, encoding::decode(&mut &bytes[..], bytes.len() as u64))
    }

    /// Writes the file atomically.
    ///
    /// # Errors
    /// As for [`Container::to_bytes`], and [`Error::Write`] if the disk refuses. In each case an existing file is untouched.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        OutputFile::replace(path, &self.to_bytes()?)
    }

    /// Reads a file of at most [`MAX_FILE_BYTES`].
    ///
    /// # Errors
    /// As for [`Container::from_bytes`], and if the file is missing, unreadable or too large.
    pub fn load(path: impl AsRef<Path>) -> Result<Container> {
        let path = path.as_ref();
        Container::of(&path.display().to_string(), read(path))
    }

    fn of(file: &str, content: Result<Content, String>) -> Result<Container> {
        let file = file.to_owned();
        match content {
            Ok((header, tensors)) => Ok(Container { file, header, tensors }),
            Err(problem) => Err(Error::ModelFile { path: file, problem }),
        }
    }

    fn shaped(&self, name: &str, shape: &[usize], dtype: &str) -> Result<&Values> {
        let tensor = self.tensor(name)?;
        if tensor.shape() != shape {
            return Err(self.error(name, &format!("has shape {:?}, expected {dtype} {shape:?}", tensor.shape())));
        }
        Ok(tensor.values())
    }

    fn mistyped(&self, name: &str, found: &Values, expected: &str) -> Error {
        let found = match found {
            Values::F32(_) => "F32",
            Values::F64(_) => "F64",
            Values::U32(_) => "U32",
        };
        self.error(name, &format!("holds {found}, expected {expected}"))
    }

    /// The error to report about a tensor whose values make no sense for a reason only the caller knows.
    pub fn error(&self, tensor: &str, problem: &str) -> Error {
        let problem = format!(
            "tensor `{}` {problem}, so it was written by another version of nafal or altered; fit the model again",
            short(tensor)
        );
        Error::ModelFile { path: self.file.clone(), problem }
    }
}

fn read(path: &Path) -> Result<Content, String> {
    let open = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
    let (kind, mut file) = match open {
        Ok(opened) => opened,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            return Err("no such file; check the path, or write it with `nafal fit DATA -o MODEL`".to_owned());
        }
        Err(e) => return Err(encoding::unreadable(e)),
    };
    if kind.is_dir() {
        return Err("is a directory; name the model file in it".to_owned());
    }
    let too_large = |bytes: u64| {
        format!(
            "is larger than a model can be ({bytes} bytes of at most {MAX_FILE_BYTES}); name a file that `nafal fit` wrote"
        )
    };
    if kind.len() > MAX_FILE_BYTES {
        return Err(too_large(kind.len()));
    }
    if kind.is_file() {
        return encoding::decode(&mut file, kind.len());
    }
    // A pipe has no length beforehand.
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(encoding::unreadable)?;
    let length = bytes.len() as u64;
    if length > MAX_FILE_BYTES { Err(too_large(length)) } else { encoding::decode(&mut &bytes[..], length) }
}
