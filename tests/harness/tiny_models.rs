//! A model file of every registered detector on every kind of data, as small as they get.

use nafal::data::{Column, Cut, Reading, Windows};
use nafal::detect::{Registration, registry};
use nafal::{Dataset, Detector, Kind, Preset, Quiet, Series, SeriesSet, Table};

use crate::tiny;

/// The file of a detector that was fitted to [`cases`].
pub struct TinyModel {
    pub detector: &'static str,
    pub kind: Kind,
    pub bytes: Vec<u8>,
}

/// Ten rows of two columns, or ten series of six steps.
pub fn cases(kind: Kind) -> Box<dyn Dataset> {
    let value = |i: usize, j: usize| ((i * 37 + j * 11 + i * i * (j + 3)) % 50) as f64;
    match kind {
        Kind::Table => {
            let values = (0..10).flat_map(|i| [value(i, 0), value(i, 1)]).collect();
            Box::new(Table::new(vec!["a".into(), "b".into()], values).unwrap())
        }
        Kind::Series => {
            let case = |i: usize| Series::new(&[(0..6).map(|t| value(i, t)).collect::<Vec<_>>()]).unwrap();
            Box::new(SeriesSet::new((0..10).map(case).collect()).unwrap())
        }
    }
}

/// All of them, in the order of the registry.
pub fn tiny_models() -> Vec<TinyModel> {
    let each_kind = |line: &'static Registration| line.kinds.iter().map(move |&kind| (line, kind));
    let of = |(line, kind): (&'static Registration, Kind)| {
        let fitted = tiny::detector(line, kind)
            .fit(&*cases(kind), 0, &Quiet)
            .unwrap_or_else(|e| panic!("{} on {kind}: {e}", line.name));
        TinyModel { detector: line.name, kind, bytes: registry::to_bytes(&*fitted).unwrap() }
    };
    registry::all().flat_map(each_kind).map(of).chain([windows()]).collect()
}

/// A panel on windows of a log, which has an encoder of its own.
fn windows() -> TinyModel {
    let windows = Windows {
        cut: Cut::Windows { length: 6, stride: 3 },
        time: Some("t".into()),
        group: None,
        step: Some(1.0),
        missing: false,
        format: Some("number".into()),
        channels: Some(vec![Column::number("channel 0")]),
        apart: None,
    };
    let reading = Reading { windows: Some(windows), ..Reading::default() };
    let builder = Detector::builder().windows(true).reading(reading).members(["tails:standard", "mixture:gaussian"]);
    let model = builder.preset(Preset::Fast).fit(&*cases(Kind::Series)).unwrap();
    TinyModel { detector: "windows", kind: Kind::Series, bytes: model.to_bytes().unwrap() }
}
