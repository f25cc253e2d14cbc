//! What a detector's model file holds: the header's fields and the tensors, written and read in one place.
//!
//! | tensor | type, shape | what |
//! |---|---|---|
//! | `columns.scaling` | f64 `[d, 5]` | mean, sd, bandwidth, mean and sd of the normal shape |
//! | `columns.centres`, `columns.shares` and `….offsets` | f64, u32 `[d + 1]` | kernel centres of all columns |
//! | `family{f}.flow{i}.block{b}.…` | f32 | parameters, `[rows, cols]` with masked entries zero, or `[n]` |
//! | `family{f}.flow{i}.extractor.…` | f32 | its extractor, if any, with the folded views `[V·h, d+1]`, or |
//! | `family{f}.flow{i}.axes`, `.scale` or `.matrix`; `.shift` | u32, f32 `[V, m]` or `[V, m, d]`; `[V, m]` | its views |
//! | `family{f}.views`, `.surprise`, `.tail_scale` | f64 `[K, 2]`, `[points, 2]`, `[1]` | calibration |
//! | `encoder.…` | f32, f64 | the encoder of series |
//! | `conformal.scores` and `….offsets` | f64 `[n]`, u32 `[folds + 1]` | scores of the training rows |
//!
//! Every size the header claims is held against the tensors before anything of that size is built.

use nafal_kernels::Isa;
use serde_json::json;

use super::ScoreKind;
use super::calibration::{Calibration, Surprisal, ViewScale};
use super::configuration::{
    ActiveConfiguration, Base, Configuration, ExtractorConfiguration, ExtractorKind, FamilyConfiguration, MapKind,
    Optimiser, RowScaling,
};
use super::extractor::{self, Extractor, ExtractorSpec};
use super::family::{ViewFlow, flow_spec};
use super::features::{Column, FeatureMap};
use super::model::{FittedFamily, Model, Summary};
use super::representation::Representation;
use super::schema::Schema;
use super::series::{EncoderOptions, SeriesEncoder};
use super::view::View;
use crate::autodiff::{ParameterId, Parameters};
use crate::data::container::{Container, Fields, Tensor};
use crate::error::Result;
use crate::flow::Flow;

/// A model as a container.
pub(super) fn write(model: &Model) -> Container {
    let mut file = Container::new();
    file.set("crate_version", env!("CARGO_PKG_VERSION"));
    file.set("seed", model.seed);
    file.set("normal", model.normals.clone());
    file.set("configuration", model.configuration.to_json());
    let summary = &model.summary;
    file.set("training", json!({"rows": summary.rows, "losses": summary.losses, "augmented": summary.augmented}));
    match &model.schema {
        Schema::Table { columns, label, map } => {
            file.set("kind", "table");
            file.set("columns", columns.clone());
            file.set("label", json!(label));
            write_columns(&mut file, map);
        }
        Schema::Series { labelled, encoder } => {
            file.set("kind", "series");
            file.set("labelled", *labelled);
            encoder.write(&mut file);
        }
    }
    for (f, (family, fitted)) in model.configuration.families.iter().zip(&model.families).enumerate() {
        write_family(&mut file, &format!("family{f}"), family, fitted, model.schema.width());
    }
    write_ragged(&mut file, "conformal", "scores", &model.conformal);
    file
}

/// Lists of different lengths as one tensor with offsets.
fn write_ragged(file: &mut Container, group: &str, name: &str, lists: &[Vec<f64>]) {
    let values = lists.concat();
    file.insert(&format!("{group}.{name}"), Tensor::f64(&[values.len()], values));
    let mut offsets = vec![0u32];
    offsets.extend(lists.iter().scan(0u32, |end, l| {
        *end += l.len() as u32;
        Some(*end)
    }));
    file.insert(&format!("{group}.{name}.offsets"), Tensor::u32(&[offsets.len()], offsets));
}

fn write_columns(file: &mut Container, map: &FeatureMap) {
    let columns = &map.columns;
    let scaling = columns.iter().flat_map(|c| [c.mean, c.sd, c.bandwidth, c.normal_mean, c.normal_sd]).collect();
    file.insert("columns.scaling", Tensor::f64(&[columns.len(), 5], scaling));
    let lists = |f: fn(&Column) -> &Vec<f64>| columns.iter().map(|c| f(c).clone()).collect::<Vec<_>>();
    write_ragged(file, "columns", "centres", &lists(|c| &c.centres));
    write_ragged(file, "columns", "shares", &lists(|c| &c.shares));
}

fn write_family(file: &mut Container, name: &str, family: &FamilyConfiguration, fitted: &FittedFamily, d: usize) {
    let m = family.features.min(d);
    for (i, view_flow) in fitted.flows.iter().enumerate() {
        let prefix = format!("{name}.flow{i}");
        write_parameters(file, &prefix, view_flow.flow.parameters());
        let views = match &view_flow.views {
            Representation::Views(views) => views,
            Representation::Extracted(extractor) => {
                write_parameters(file, &prefix, extractor.parameters());
                continue;
            }
        };
        let gather = |f: &dyn Fn(&View) -> Vec<f32>| views.iter().flat_map(f).collect::<Vec<f32>>();
        if family.maps == MapKind::Encoder {
            // Which features a view takes follows from its place.
            continue;
        }
        file.insert(&format!("{prefix}.shift"), Tensor::f32(&[views.len(), m], gather(&|v| v.parts().shift.to_vec())));
        if family.maps == MapKind::Axes {
            let axes = views.iter().flat_map(|v| v.axes().unwrap_or_default().to_vec()).collect();
            file.insert(&format!("{prefix}.axes"), Tensor::u32(&[views.len(), m], axes));
            let scale = gather(&|v| v.parts().axes.map_or(Vec::new(), |(_, scale)| scale.to_vec()));
            file.insert(&format!("{prefix}.scale"), Tensor::f32(&[views.len(), m], scale));
        } else {
            let matrix = gather(&|v| v.parts().matrix.unwrap_or_default().to_vec());
            file.insert(&format!("{prefix}.matrix"), Tensor::f32(&[views.len(), m, d], matrix));
        }
    }
    let calibration = &fitted.calibration;
    let views: Vec<f64> = calibration.views.iter().flat_map(|v| [v.centre, v.scale]).collect();
    file.insert(&format!("{name}.views"), Tensor::f64(&[calibration.views.len(), 2], views));
    let surprise = &calibration.surprise;
    let points = surprise.values.iter().zip(&surprise.surprisals).flat_map(|(&v, &t)| [v, t]).collect();
    file.insert(&format!("{name}.surprise"), Tensor::f64(&[surprise.values.len(), 2], points));
    file.insert(&format!("{name}.tail_scale"), Tensor::f64(&[1], vec![surprise.tail_scale]));
}

/// The sides of a parameter's tensor.
fn sides(parameters: &Parameters<f32>, id: ParameterId) -> Vec<usize> {
    let shape = parameters.shape(id);
    if shape.rows == 1 { vec![shape.cols] } else { vec![shape.rows, shape.cols] }
}

fn write_parameters(file: &mut Container, prefix: &str, parameters: &Parameters<f32>) {
    for id in parameters.ids() {
        let tensor = Tensor::f32(&sides(parameters, id), parameters.to_dense(id));
        file.insert(&format!("{prefix}.{}", parameters.name(id)), tensor);
    }
}

fn read_parameters(file: &Container, prefix: &str, parameters: &mut Parameters<f32>) -> Result<()> {
    for id in parameters.ids() {
        let values = file.tensor_f32(&format!("{prefix}.{}", parameters.name(id)), &sides(parameters, id))?;
        let cols = parameters.shape(id).cols;
        parameters.fill(id, |i, j| values[i * cols + j]);
    }
    Ok(())
}

/// A model from a container.
pub(super) fn read(file: &Container) -> Result<Model> {
    let header = file.header();
    let configuration = read_configuration(&header.object("configuration")?)?;
    let schema = read_schema(file, &configuration)?;
    let d = schema.width();
    let training = header.object("training")?;
    let augmented: Vec<usize> = training.numbers("augmented")?.into_iter().map(|v| v as usize).collect();
    let family = |(f, family)| read_family(file, &format!("family{f}"), family, &configuration, d);
    let families = configuration.families.iter().enumerate().map(family).collect::<Result<_>>()?;
    let conformal = read_ragged(file, "conformal", "scores", configuration.folds)?;
    let rows = training.usize_in("rows", 1..=1 << 48)?;
    // The rows were dealt into folds in turn; those of a fold that no flow left out calibrate nothing.
    let dealt = |fold: usize| {
        let of_fold = (rows + configuration.folds - 1 - fold) / configuration.folds;
        if configuration.leaves_out(fold) { of_fold } else { 0 }
    };
    if conformal.iter().enumerate().any(|(fold, s)| !s.is_sorted() || s.len() != dealt(fold)) {
        return Err(training.error("rows", "does not agree with the calibration scores"));
    }
    Ok(Model {
        normals: header.strings("normal")?,
        seed: header.u64("seed")?,
        summary: Summary { rows, losses: training.numbers("losses")?, augmented },
        schema,
        configuration,
        families,
        conformal,
        isa: Isa::detect(),
    })
}

fn read_schema(file: &Container, configuration: &Configuration) -> Result<Schema> {
    let header = file.header();
    let encoded = |f: &FamilyConfiguration| f.maps == MapKind::Encoder;
    match header.str("kind")? {
        "table" => {
            let columns = header.strings("columns")?;
            if columns.is_empty() {
                return Err(header.error("columns", "is empty"));
            }
            if configuration.families.iter().any(encoded) {
                return Err(header.error("kind", "is \"table\", but the views are those of series"));
            }
            let label = if header.is_null("label") { None } else { Some(header.str("label")?.to_owned()) };
            let map = read_columns(file, columns.len())?;
            Ok(Schema::Table { columns, label, map })
        }
        "series" => {
            let encoder = SeriesEncoder::read(file)?;
            let fits = |f: &FamilyConfiguration| encoded(f) && f.features == encoder.width() && f.extractor.is_none();
            if configuration.views() != encoder.views() || !matches!(&configuration.families[..], [f] if fits(f)) {
                return Err(header.error("configuration", "does not agree with the encoder"));
            }
            Ok(Schema::Series { labelled: header.bool("labelled")?, encoder: Box::new(encoder) })
        }
        _ => Err(header.error("kind", "is neither \"table\" nor \"series\"")),
    }
}

fn read_ragged(file: &Container, group: &str, name: &str, lists: usize) -> Result<Vec<Vec<f64>>> {
    let offsets = file.tensor_u32(&format!("{group}.{name}.offsets"), &[lists + 1])?;
    let total = offsets[lists] as usize;
    let values = file.tensor_f64(&format!("{group}.{name}"), &[total])?;
    if offsets[0] != 0 || !offsets.is_sorted() {
        return Err(file.error(&format!("{group}.{name}.offsets"), "does not grow from zero"));
    }
    Ok(offsets.windows(2).map(|w| values[w[0] as usize..w[1] as usize].to_vec()).collect())
}

fn read_columns(file: &Container, d: usize) -> Result<FeatureMap> {
    let scaling = file.tensor_f64("columns.scaling", &[d, 5])?;
    let centres = read_ragged(file, "columns", "centres", d)?;
    let shares = read_ragged(file, "columns", "shares", d)?;
    let usable = |s: &[f64]| s[1] > 0.0 && s[2] > 0.0 && s[4] > 0.0;
    if !scaling.chunks_exact(5).all(usable) || centres.iter().any(Vec::is_empty) {
        return Err(file.error("columns.scaling", "holds a spread that is not positive, or a column has no centres"));
    }
    if centres.iter().zip(&shares).any(|(c, s)| c.len() != s.len() || s.iter().any(|&s| s < 0.0)) {
        return Err(file.error("columns.shares", "holds a negative share, or not one a centre"));
    }
    let column = |((s, centres), shares): ((&[f64], Vec<f64>), Vec<f64>)| Column {
        mean: s[0],
        sd: s[1],
        bandwidth: s[2],
        normal_mean: s[3],
        normal_sd: s[4],
        centres,
        shares,
    };
    Ok(FeatureMap { columns: scaling.chunks_exact(5).zip(centres).zip(shares).map(column).collect() })
}

fn read_configuration(fields: &Fields) -> Result<Configuration> {
    let folds = fields.usize_in("folds", 2..=64)?;
    let score = [ScoreKind::Calibrated, ScoreKind::Likelihood, ScoreKind::Latent]
        .into_iter()
        .find(|k| Ok(k.name()) == fields.str("score").as_deref().map_err(|_| ()))
        .ok_or_else(|| fields.error("score", "is no kind of score"))?;
    let active = if fields.is_null("active") {
        None
    } else {
        let a = fields.object("active")?;
        Some(ActiveConfiguration {
            rounds: a.usize_in("rounds", 0..=1000)?,
            keep: a.f64("keep")?,
            gate: a.f64("gate")?,
            share: a.f64("share")?,
            augment: a.bool("augment")?,
        })
    };
    let families = fields.objects("families")?.iter().map(read_family_configuration).collect::<Result<Vec<_>>>()?;
    if families.is_empty() {
        return Err(fields.error("families", "is empty"));
    }
    let encoder =
        if fields.is_null("encoder") { None } else { Some(EncoderOptions::read(&fields.object("encoder")?)?) };
    let coverage = fields.usize_in("coverage", 0..=65_536)?;
    Ok(Configuration { families, folds, coverage, score, active, encoder })
}

fn read_family_configuration(f: &Fields) -> Result<FamilyConfiguration> {
    let choose = |key: &str, names: &[&str]| -> Result<usize> {
        let name = f.str(key)?;
        names.iter().position(|n| *n == name).ok_or_else(|| f.error(key, &format!("is \"{name}\", which is unknown")))
    };
    Ok(FamilyConfiguration {
        name: f.str("name")?.to_owned(),
        maps: [MapKind::Axes, MapKind::Gaussian, MapKind::Rotation, MapKind::Encoder]
            [choose("maps", &["axes", "gaussian", "rotation", "encoder"])?],
        base: [Base::Standard, Base::Normal][choose("base", &["standard", "normal"])?],
        features: f.usize_in("features", 1..=65_536)?,
        flows: f.usize_in("flows", 1..=4096)?,
        views_per_flow: f.usize_in("views_per_flow", 1..=65_536)?,
        conditioned: f.bool("conditioned")?,
        extractor: if f.is_null("extractor") {
            None
        } else {
            Some(read_extractor_configuration(&f.object("extractor")?)?)
        },
        optimiser: [Optimiser::OneCycle, Optimiser::Plain][choose("optimiser", &["onecycle", "plain"])?],
        blocks: f.usize_in("blocks", 1..=64)?,
        layers: f.usize_in("layers", 1..=16)?,
        hidden: f.usize_in("hidden", 1..=65_536)?,
        units: f.usize_in("units", 1..=1024)?,
        steps: f.u64("steps")?,
        batch: f.usize_in("batch", 1..=1 << 24)?,
        peak_rate: f.f64("peak_rate")?,
        noise: f.f64("noise")?,
        scaling: if f.is_null("scaling") {
            None
        } else {
            let s = f.object("scaling")?;
            Some(RowScaling {
                rows: s.f64("rows")?,
                noise: s.f64("noise")?,
                steps: s.f64("steps")?,
                most: s.f64("most")?,
            })
        },
        round_steps: f.u64("round_steps")?,
        draws: f.usize_in("draws", 1..=1 << 20)?,
    })
}

fn read_extractor_configuration(f: &Fields) -> Result<ExtractorConfiguration> {
    let kinds = [ExtractorKind::Random, ExtractorKind::Predictive, ExtractorKind::Joint];
    let name = f.str("kind")?;
    let kind = kinds.into_iter().find(|k| format!("{k:?}").to_lowercase() == name);
    Ok(ExtractorConfiguration {
        kind: kind.ok_or_else(|| f.error("kind", &format!("is \"{name}\", which is unknown")))?,
        layers: f.usize_in("layers", 1..=64)?,
        hidden: f.usize_in("hidden", 1..=65_536)?,
        rows: f.usize_in("rows", 1..=1 << 24)?,
        steps: f.u64("steps")?,
    })
}

fn read_family(
    file: &Container,
    name: &str,
    family: &FamilyConfiguration,
    configuration: &Configuration,
    d: usize,
) -> Result<FittedFamily> {
    let views = family.flows * family.views_per_flow;
    let scales = file.tensor_f64(&format!("{name}.views"), &[views, 2])?;
    if scales.chunks_exact(2).any(|s| s[1] <= 0.0) {
        return Err(file.error(&format!("{name}.views"), "holds a scale that is not positive"));
    }
    let surprise = file.tensor(&format!("{name}.surprise"))?.shape().to_vec();
    let points = surprise.first().copied().unwrap_or(0);
    let points = file.tensor_f64(&format!("{name}.surprise"), &[points, 2])?;
    let (values, surprisals): (Vec<f64>, Vec<f64>) = points.chunks_exact(2).map(|p| (p[0], p[1])).unzip();
    let tail_scale = file.tensor_f64(&format!("{name}.tail_scale"), &[1])?[0];
    if values.is_empty() || !values.is_sorted() || !surprisals.is_sorted() || tail_scale <= 0.0 {
        return Err(file.error(&format!("{name}.surprise"), "does not grow"));
    }
    let flow = |i: usize| read_flow(file, &format!("{name}.flow{i}"), family, i, configuration.folds, d);
    Ok(FittedFamily {
        flows: (0..family.flows).map(flow).collect::<Result<_>>()?,
        calibration: Calibration {
            views: scales.chunks_exact(2).map(|s| ViewScale { centre: s[0], scale: s[1] }).collect(),
            surprise: Surprisal { values, surprisals, tail_scale },
        },
    })
}

fn read_flow(
    file: &Container,
    prefix: &str,
    family: &FamilyConfiguration,
    index: usize,
    folds: usize,
    d: usize,
) -> Result<ViewFlow> {
    let (views, m) = match &family.extractor {
        None => (Representation::Views(read_views(file, prefix, family, index, d)?), family.features.min(d)),
        Some(settings) => {
            let extractor = read_extractor(file, prefix, &extractor::spec(family, settings, d))?;
            (Representation::Extracted(Box::new(extractor)), family.features)
        }
    };
    let spec = flow_spec(family, m);
    // The widest tensors must be there before parameters of their size are allocated.
    for block in 0..spec.blocks {
        let tensor = |layer: usize, sides: &[usize]| {
            let flat = [sides[1]];
            let sides = if sides[0] == 1 { &flat[..] } else { sides };
            file.tensor_f32(&format!("{prefix}.block{block}.layer{layer}.weight"), sides)
        };
        tensor(0, &[spec.hidden, m])?;
        (1..spec.layers).try_for_each(|l| tensor(l, &[spec.hidden, spec.hidden]).map(drop))?;
        tensor(spec.layers, &[m * spec.raw_rows(), spec.hidden])?;
        if spec.contexts > 0 {
            file.tensor_f32(&format!("{prefix}.block{block}.context"), &[spec.contexts, spec.hidden])?;
        }
    }
    let mut flow = Flow::<f32>::zeroed(spec).map_err(|e| file.error(prefix, &format!("cannot be built: {e}")))?;
    read_parameters(file, prefix, flow.parameters_mut())?;
    Ok(ViewFlow { flow, views, fold: index % folds })
}

fn read_views(
    file: &Container,
    prefix: &str,
    family: &FamilyConfiguration,
    index: usize,
    d: usize,
) -> Result<Vec<View>> {
    let (v, m) = (family.views_per_flow, family.features.min(d));
    if family.maps == MapKind::Encoder {
        return Ok((index * v..(index + 1) * v).map(|k| View::group(k, m)).collect());
    }
    let shift = file.tensor_f32(&format!("{prefix}.shift"), &[v, m])?;
    if family.maps != MapKind::Axes {
        let matrix = file.tensor_f32(&format!("{prefix}.matrix"), &[v, m, d])?;
        let parts = matrix.chunks_exact(m * d).zip(shift.chunks_exact(m));
        return Ok(parts.map(|(a, t)| View::from_matrix(a.to_vec(), d, t.to_vec())).collect());
    }
    let axes = file.tensor_u32(&format!("{prefix}.axes"), &[v, m])?;
    if axes.iter().any(|&a| a as usize >= d) {
        return Err(file.error(&format!("{prefix}.axes"), "points beyond the columns"));
    }
    let scale = file.tensor_f32(&format!("{prefix}.scale"), &[v, m])?;
    let parts = axes.chunks_exact(m).zip(scale.chunks_exact(m)).zip(shift.chunks_exact(m));
    Ok(parts.map(|((a, s), t)| View::from_axes(a.to_vec(), s.to_vec(), t.to_vec())).collect())
}

fn read_extractor(file: &Container, prefix: &str, spec: &ExtractorSpec) -> Result<Extractor<f32>> {
    let tensor = |name: &str, rows: usize, cols: usize| {
        let (whole, flat) = ([rows, cols], [cols]);
        file.tensor_f32(&format!("{prefix}.extractor.{name}"), if rows == 1 { &flat } else { &whole }).map(drop)
    };
    // As above: the tensors before memory of the size they are claimed to have.
    tensor("views", spec.views * spec.hidden, spec.columns + 1)?;
    tensor("layer0", spec.hidden, spec.columns)?;
    (1..spec.layers).try_for_each(|l| tensor(&format!("layer{l}"), spec.hidden, spec.hidden))?;
    tensor("head", spec.features, spec.hidden)?;
    let mut extractor = Extractor::zeroed(*spec);
    read_parameters(file, prefix, extractor.parameters_mut())?;
    extractor.prepare();
    Ok(extractor)
}
