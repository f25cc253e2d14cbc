//! Reference cases: training cases as they were, from which explanations take values that would have been normal.
//!
//! A uniform sample of the fitted cases, at most [`CASES`] rows or [`SERIES`] series and [`BYTES`] (at least [`LEAST`] cases
//! whatever they take). In a model file: the header's field `reference`, `{"cases": n}`, and
//!
//! | tensor | type, shape | what |
//! |---|---|---|
//! | `reference.values` | f64 `[n, d]` of rows; `[sum of lengths]` of series | the values, case by case |
//! | `reference.missing` | u32, of rows, if any | places of missing cells among the values, which are 0 there |
//! | `reference.lengths` | u32 `[n, C]`, of series alone | steps of each channel |

use std::sync::Arc;

use serde_json::json;

use crate::data::container::{Container, Tensor, Values};
use crate::data::{Column, Dataset, Kind, Series, SeriesSet, Table};
use crate::encode::Encoder;
use crate::error::Result;
use crate::random::{Key, permutation, stream};

/// Most rows of a table that are kept.
const CASES: usize = 1000;
/// Most series that are kept.
const SERIES: usize = 256;
/// Bytes that kept cases may take.
const BYTES: usize = 8 << 20;
/// Fewest cases that are kept, if there are as many.
const LEAST: usize = 8;

/// What a model keeps of its training cases for explanations.
#[derive(Clone, Debug)]
pub(in crate::detect) struct Reference {
    /// The cases, without labels, in the order of the training cases.
    pub(in crate::detect) cases: Arc<dyn Dataset>,
}

impl Reference {
    /// A sample of the cases `kept` of `data`, from a stream of `seed`.
    ///
    /// # Errors
    /// None for data of a kind there is, with at least one case.
    pub fn sample(data: &dyn Dataset, kept: &[usize], seed: u64, schema: Option<&[Column]>) -> Result<Reference> {
        let mut order = permutation(&mut stream(seed, Key::ReferenceCases), kept.len());
        order.truncate(Self::most(data));
        let size = |i: usize| match data.downcast::<SeriesSet>() {
            Some(set) => 8 * set.case(kept[i]).flat().len(),
            None => 8 * data.downcast::<Table>().map_or(0, Table::columns),
        };
        let mut bytes = 0;
        let fits = |&i: &usize| {
            bytes += size(i);
            bytes <= BYTES
        };
        let count = order.iter().copied().take_while(fits).count();
        order.truncate(count.max(LEAST));
        order.sort_unstable();
        let chosen: Vec<usize> = order.into_iter().map(|i| kept[i]).collect();
        let chosen = data.select(&chosen)?.without_labels();
        let cases: Arc<dyn Dataset> = match (chosen.downcast::<Table>(), schema) {
            // As the model counts its columns and categories.
            (Some(table), Some(schema)) => match table.positions(schema.iter().map(|column| column.name.as_str())) {
                Ok(positions) => Arc::new(table.arranged(schema, &positions)),
                Err(_) => chosen.into(),
            },
            _ => chosen.into(),
        };
        Ok(Reference { cases })
    }

    /// Most cases of the data's kind.
    fn most(data: &dyn Dataset) -> usize {
        match data.kind() {
            Kind::Table => CASES,
            Kind::Series => SERIES,
        }
    }

    /// Number of cases.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Writes the cases into a model file.
    pub fn write(&self, file: &mut Container) {
        file.set("reference", json!({"cases": self.len()}));
        if let Some(table) = self.cases.downcast::<Table>() {
            let shape = [table.rows(), table.columns()];
            let missing: Vec<usize> = (0..table.values().len()).filter(|&i| table.values()[i].is_nan()).collect();
            let values = table.values().iter().map(|&v| if v.is_nan() { 0.0 } else { v }).collect();
            file.insert("reference.values", Tensor::f64(&shape, values));
            if !missing.is_empty() {
                let missing: Vec<u32> = missing.into_iter().map(|i| i as u32).collect();
                file.insert("reference.missing", Tensor::u32(&[missing.len()], missing));
            }
        }
        if let Some(set) = self.cases.downcast::<SeriesSet>() {
            let values: Vec<f64> = set.cases().iter().flat_map(|case| case.flat()).copied().collect();
            let of_case =
                |case: &Series| (0..case.channels()).map(|c| case.channel(c).len() as u32).collect::<Vec<_>>();
            let lengths: Vec<u32> = set.cases().iter().flat_map(of_case).collect();
            file.insert("reference.values", Tensor::f64(&[values.len()], values));
            file.insert("reference.lengths", Tensor::u32(&[set.len(), set.channels()], lengths));
        }
    }

    /// The cases of a model file, if it holds some, of a model with this encoder.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming the field or tensor that is missing or makes no sense.
    pub fn read(file: &Container, encoder: &dyn Encoder) -> Result<Option<Reference>> {
        let numbers = || encoder.input_names().iter().map(Column::number).collect();
        let columns = encoder.columns().map_or_else(numbers, <[Column]>::to_vec);
        Self::of_file(file, encoder.kind(), &columns, encoder.imputes())
    }

    /// The cases of a model file of data of that kind with the inputs `names`; `missing`: whether cells may be missing.
    ///
    /// # Errors
    /// [`crate::Error::ModelFile`] naming the field or tensor that is missing or makes no sense.
    fn of_file(file: &Container, kind: Kind, names: &[Column], missing: bool) -> Result<Option<Reference>> {
        if !file.header().contains("reference") {
            return Ok(None);
        }
        let n = file.header().object("reference")?.usize_in("cases", 1..=CASES.max(SERIES))?;
        let nonsense = |name: &str| file.error(name, "makes no sense");
        let cases: Arc<dyn Dataset> = match kind {
            Kind::Table => {
                let mut values = file.tensor_f64("reference.values", &[n, names.len()])?.to_vec();
                if missing && let Ok(Values::U32(places)) = file.tensor("reference.missing").map(Tensor::values) {
                    for &place in places {
                        *values.get_mut(place as usize).ok_or_else(|| nonsense("reference.missing"))? = f64::NAN;
                    }
                }
                let table = Table::with_columns(names.to_vec(), values, missing);
                Arc::new(table.map_err(|_| nonsense("reference.values"))?)
            }
            Kind::Series => {
                let lengths = file.tensor_u32("reference.lengths", &[n, names.len()])?;
                let total = lengths.iter().map(|&l| l as usize).sum();
                let mut rest = file.tensor_f64("reference.values", &[total])?;
                let mut case = |lengths: &[u32]| {
                    let channels: Vec<&[f64]> = lengths
                        .iter()
                        .map(|&length| {
                            let (channel, others) = rest.split_at(length as usize);
                            rest = others;
                            channel
                        })
                        .collect();
                    Series::new(&channels).map_err(|_| nonsense("reference.lengths"))
                };
                let cases: Vec<Series> = lengths.chunks(names.len()).map(&mut case).collect::<Result<_>>()?;
                Arc::new(SeriesSet::new(cases).map_err(|_| nonsense("reference.lengths"))?)
            }
        };
        Ok(Some(Reference { cases }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(reference: &Reference, kind: Kind, names: &[Column]) -> Reference {
        let mut file = Container::new();
        reference.write(&mut file);
        let file = Container::from_bytes(&file.to_bytes().unwrap(), "m").unwrap();
        Reference::of_file(&file, kind, names, false).unwrap().unwrap()
    }

    #[test]
    fn rows_are_a_sample_of_those_kept_and_survive_the_file() {
        let names = vec!["a".to_owned(), "b".to_owned()];
        let table = Table::new(names.clone(), (0..6000).map(f64::from).collect()).unwrap();
        let kept: Vec<usize> = (0..3000).filter(|i| i % 2 == 0).collect();
        let reference = Reference::sample(&table, &kept, 3, None).unwrap();
        let rows = reference.cases.downcast::<Table>().unwrap();
        assert_eq!(rows.rows(), CASES);
        assert!(
            (0..CASES).all(|i| (rows.row(i)[0] as usize).is_multiple_of(4) && rows.row(i)[1] == rows.row(i)[0] + 1.0)
        );
        assert!((1..CASES).all(|i| rows.row(i)[0] > rows.row(i - 1)[0]), "each once, in their order");
        let again = through(&reference, Kind::Table, &table.schema());
        assert_eq!(again.cases.downcast::<Table>(), Some(rows));
        let other = Reference::sample(&table, &kept, 4, None).unwrap();
        assert_ne!(other.cases.downcast::<Table>(), Some(rows), "another seed, other rows");
    }

    #[test]
    fn wide_rows_and_long_series_are_few() {
        let names: Vec<String> = (0..20_000).map(|j| j.to_string()).collect();
        let table = Table::new(names, vec![0.5; 100 * 20_000]).unwrap();
        let all: Vec<usize> = (0..100).collect();
        assert_eq!(Reference::sample(&table, &all, 0, None).unwrap().len(), BYTES / 160_000);
        let case = |n: usize| Series::new(&[vec![1.0; n], vec![2.0; 3]]).unwrap();
        let set = SeriesSet::new((0..20).map(|i| case(300_000 + i)).collect()).unwrap();
        let all: Vec<usize> = (0..20).collect();
        let reference = Reference::sample(&set, &all, 0, None).unwrap();
        assert_eq!(reference.len(), LEAST);
        let again = through(&reference, Kind::Series, &[Column::number("0"), Column::number("1")]);
        assert_eq!(again.cases.downcast::<SeriesSet>(), reference.cases.downcast::<SeriesSet>());
    }

    #[test]
    fn files_that_claim_other_sizes_are_refused() {
        let case = |n: usize| Series::new(&[vec![1.0; n]]).unwrap();
        let set = SeriesSet::new((1..9).map(case).collect()).unwrap();
        let all: Vec<usize> = (0..8).collect();
        let mut file = Container::new();
        Reference::sample(&set, &all, 0, None).unwrap().write(&mut file);
        let names = [Column::number("0")];
        assert!(Reference::of_file(&file, Kind::Series, &names, false).is_ok());
        assert!(Reference::of_file(&file, Kind::Table, &names, false).is_err());
        file.insert("reference.lengths", Tensor::u32(&[8, 1], vec![0, 8, 7, 6, 5, 4, 3, 3]));
        assert_eq!(Reference::of_file(&file, Kind::Series, &names, false).unwrap_err().exit_code(), 4);
        assert!(Reference::of_file(&Container::new(), Kind::Series, &names, false).unwrap().is_none());
    }
}
