//! The registry of detectors: one line each, wherever the list of its folder stands.
//!
//! [`named`] finds a line, its [`detector`](Registration::detector) can be fitted, [`save`] writes what was fitted and
//! [`load`] reads it again, whichever detector wrote it.
//!
//! ```
//! use nafal::data::Table;
//! use nafal::detect::registry;
//! use nafal::{Preset, Quiet};
//!
//! let train = Table::new(vec!["x".into()], (0..20).map(f64::from).collect())?;
//! let test = Table::new(vec!["x".into()], vec![10.0, 40.0])?;
//! let fitted = registry::named("knn")?.detector(Preset::Default).fit(&train, 0, &Quiet)?;
//! let scores = fitted.score(&test)?;
//! assert!(scores[0] < scores[1]);
//! # Ok::<(), nafal::Error>(())
//! ```

mod naf;

use std::path::Path;

use super::traits::{Fit, Fitted, Registration};
use super::{Detector, Preset, baselines};
use crate::data::container::Container;
use crate::data::{Dataset, Kind};
use crate::error::{DataError, Error, Result, quoted};
use crate::progress::Progress;

/// The lines of our own detectors.
const OURS: &[Registration] = &[
    Registration::new("panel", &Kind::ALL, true, |p| Box::new(Detector::builder().preset(p)), naf::read),
    Registration::new("naf-ad", &Kind::ALL, true, |p| Box::new(naf::flows(p)), naf::read),
    Registration::new("naf-al", &Kind::ALL, true, |p| Box::new(naf::flows(p).active(true)), naf::read),
];

/// The lists of all folders.
static ALL: [&[Registration]; 2] = [OURS, baselines::REGISTERED];

/// Every registered detector, ours first.
pub fn all() -> impl Iterator<Item = &'static Registration> {
    ALL.iter().copied().flatten()
}

/// The detector of that name, in any case.
///
/// # Errors
/// [`Error::Usage`] with the names there are.
pub fn named(name: &str) -> Result<&'static Registration> {
    all().find(|line| line.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let names: Vec<&str> = all().map(|line| line.name).collect();
        Error::Usage(format!("unknown detector {}; use {}", quoted(name), names.join(", ")))
    })
}

/// Writes a fitted detector to a model file, atomically.
///
/// # Errors
/// As [`Container::save`].
pub fn save(fitted: &dyn Fitted, path: impl AsRef<Path>) -> Result<()> {
    container(fitted).save(path)
}

/// The bytes of a fitted detector's model file.
///
/// # Errors
/// As [`Container::to_bytes`].
pub fn to_bytes(fitted: &dyn Fitted) -> Result<Vec<u8>> {
    container(fitted).to_bytes()
}

/// Reads the model file of any registered detector.
///
/// # Errors
/// [`Error::ModelFile`] if it is missing, anything but a whole, undamaged file of a known version, or of an unknown
/// detector.
pub fn load(path: impl AsRef<Path>) -> Result<Box<dyn Fitted>> {
    read(&Container::load(path)?)
}

/// As [`load`], from the bytes of a file; `name` stands for it in messages.
///
/// # Errors
/// As [`load`].
pub fn from_bytes(bytes: &[u8], name: &str) -> Result<Box<dyn Fitted>> {
    read(&Container::from_bytes(bytes, name)?)
}

fn container(fitted: &dyn Fitted) -> Container {
    let mut file = Container::new();
    fitted.write(&mut file);
    file
}

fn read(file: &Container) -> Result<Box<dyn Fitted>> {
    let header = file.header();
    let name = header.str("detector")?;
    let line = all().find(|line| line.name == name);
    let line = line.ok_or_else(|| header.error("detector", &format!("is {}, which is unknown", quoted(name))))?;
    (line.read)(file)
}

impl Registration {
    /// The detector as the preset sets it. Fitting it to data of a kind that it does not take is an error.
    pub fn detector(&'static self, preset: Preset) -> Box<dyn Fit> {
        Box::new(Admitting { line: self, settings: (self.settings)(preset) })
    }

    /// Whether it takes data of that kind.
    pub fn takes(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }
}

/// A detector that refuses data of other kinds than it is registered for.
#[derive(Debug)]
struct Admitting {
    line: &'static Registration,
    settings: Box<dyn Fit>,
}

impl Fit for Admitting {
    fn fit(&self, train: &dyn Dataset, seed: u64, progress: &dyn Progress) -> Result<Box<dyn Fitted>> {
        if self.line.takes(train.kind()) {
            return self.settings.fit(train, seed, progress);
        }
        let kinds: Vec<&str> = self.line.kinds.iter().map(|kind| kind.in_words()).collect();
        let (name, kinds) = (self.line.name, kinds.join(" or "));
        let problem =
            format!("the detector `{name}` is for {kinds}, and these are {}; use another", train.kind().in_words());
        Err(DataError::new(train.source(), problem).into())
    }

    fn scales_itself(&self) -> bool {
        self.settings.scales_itself()
    }

    fn needs_repeats(&self) -> bool {
        self.settings.needs_repeats()
    }
}
