//! Model files: as they are, and with a right checksum. Each is refused as a model file, or scores.

use nafal::data::container::Container;
use nafal::detect::registry;
use nafal::{Dataset, Error, Series, SeriesSet, Table};

use super::checksum::repaired;
use super::scoring::score_and_save;

/// Most inputs of a case that is scored.
const MOST_INPUTS: usize = 1 << 10;

/// Reads bytes as a model file, and scores three cases if it is one.
///
/// # Panics
/// If a file is neither refused in the right way nor scores.
pub fn model(bytes: &[u8]) {
    endure(bytes);
    if let Some(repaired) = repaired(bytes).filter(|repaired| repaired != bytes) {
        Container::from_bytes(&repaired, "m.nafal").expect("the checksum is right");
        endure(&repaired);
    }
}

fn endure(bytes: &[u8]) {
    let fitted = match registry::from_bytes(bytes, "m.nafal") {
        Ok(fitted) => fitted,
        Err(error @ Error::ModelFile { .. }) => {
            let text = error.to_string();
            assert!(text.starts_with("model file m.nafal: "), "{text}");
            return;
        }
        Err(other) => panic!("another error than one of the model file: {other}"),
    };
    let file = Container::from_bytes(bytes, "m.nafal").expect("it was read just now");
    if let Some(cases) = probes(&file) {
        score_and_save(&*fitted, &*cases, None);
    }
}

/// Three cases as the file says that they look; none if there are no such.
fn probes(file: &Container) -> Option<Box<dyn Dataset>> {
    let (header, value) = (file.header(), |i: usize| [0.5, 1e6, -3.0][i % 3]);
    if header.str("kind").ok()? == "table" {
        let names = header.strings("columns").ok().filter(|names| names.len() <= MOST_INPUTS)?;
        let values = (0..3 * names.len()).map(value).collect();
        return Some(Box::new(Table::new(names, values).ok()?));
    }
    let mut fields = ["series", "series_encoder"].iter().filter_map(|field| header.object(field).ok());
    let channels = match header.object("windows") {
        Ok(windows) => windows.strings("channels").ok().map(|names| names.len()).filter(|n| *n <= MOST_INPUTS)?,
        Err(_) => fields.next()?.usize_in("channels", 1..=MOST_INPUTS).ok()?,
    };
    let channel = |c: usize| (0..6).map(|t| value(c + t)).collect::<Vec<f64>>();
    let case = |i: usize| Series::new(&(0..channels).map(|c| channel(c + i)).collect::<Vec<_>>());
    Some(Box::new(SeriesSet::new((0..3).map(case).collect::<Result<_, _>>().ok()?).ok()?))
}
