//! The model file: round trips, and refusal of everything that is not exactly what the writer writes.

mod fixtures;
mod flips;
mod hostile;
#[path = "../fuzz/entries/tiny.rs"]
mod tiny;
#[path = "../harness/tiny_models.rs"]
mod tiny_models;

use std::fs;
use std::time::Instant;

use nafal::Error;
use nafal::data::container::{Container, MAX_FILE_BYTES, MAX_HEADER_BYTES, Tensor, Values};
use proptest::prelude::*;
use serde_json::{Value, json};

fn small() -> Container {
    let mut container = Container::new();
    container.set("seed", 7);
    container.set("schema", json!({"columns": ["flow \"rate\"", "druck µ\u{1f}"], "label": null}));
    container.set("summary", json!({"loss": [1.5, -0.1, 1e-300], "calm": true}));
    container.insert("mean", Tensor::f64(&[2], vec![0.1, -3.5e-8]));
    container.insert("weight", Tensor::f32(&[2, 3], vec![1.0, 2.0, -3.0, 0.25, 1e-30, -0.0]));
    container.insert("axes", Tensor::u32(&[3], vec![2, 0, 1]));
    container.insert("nothing", Tensor::f32(&[0, 4], vec![]));
    container.insert("nil", Tensor::f64(&[4, 0], vec![]));
    container
}

/// The sentence a reader gets, if it is refused in the right way.
fn refusal(bytes: &[u8]) -> String {
    match Container::from_bytes(bytes, "m.nafal") {
        Err(error @ Error::ModelFile { .. }) => {
            assert_eq!(error.exit_code(), 4);
            let text = error.to_string();
            assert!(text.starts_with("model file m.nafal: "), "{text}");
            text
        }
        Err(other) => panic!("wrong kind of error: {other}"),
        Ok(_) => panic!("accepted"),
    }
}

/// A safetensors file with that header text and data, as another program would write it.
fn foreign(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(data);
    bytes
}

/// `small()` with `old` replaced by `new` in its header, the length mended.
fn edited(old: &str, new: &str) -> Vec<u8> {
    let bytes = small().to_bytes().unwrap();
    let n = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header = std::str::from_utf8(&bytes[8..8 + n]).unwrap();
    assert!(header.contains(old), "{header}");
    foreign(&header.replacen(old, new, 1), &bytes[8 + n..])
}

#[test]
fn content_survives_to_the_bit() {
    let container = small();
    let bytes = container.to_bytes().unwrap();
    let back = Container::from_bytes(&bytes, "m").unwrap();
    assert_eq!(back, container);
    assert_eq!(back.to_bytes().unwrap(), bytes);
    assert_eq!(back.tensor_f32("weight", &[2, 3]).unwrap()[5].to_bits(), (-0.0f32).to_bits());
    assert_eq!(back.tensor_u32("axes", &[3]).unwrap(), [2, 0, 1]);
    assert_eq!(back.names().collect::<Vec<_>>(), ["axes", "mean", "nil", "nothing", "weight"]);
    assert!(matches!(back.tensor("mean").unwrap().values(), Values::F64(v) if v == &[0.1, -3.5e-8]));
    let empty = Container::from_bytes(&Container::new().to_bytes().unwrap(), "m").unwrap();
    assert_eq!(empty, Container::new());
}

/// Files on disks outlive the crates that wrote them: these bytes must be written, and read, for as long as there is
/// format 4.
#[test]
fn layout_is_pinned() {
    let mut container = Container::new();
    container.set("seed", 7);
    container.set("crate", "x");
    container.insert("b", Tensor::f32(&[1], vec![1.0]));
    container.insert("a", Tensor::f32(&[1], vec![2.0]));
    container.insert("c", Tensor::f64(&[], vec![-2.0]));
    let header = concat!(
        r#"{"__metadata__":{"nafal":"{\"checksum\":\"CRC32___\",\"crate\":\"x\",\"format\":4,\"seed\":7}"},"#,
        r#""c":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"#,
        r#""b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}       "#
    );
    let data: Vec<u8> = [&(-2f64).to_le_bytes()[..], &2f32.to_le_bytes(), &1f32.to_le_bytes()].concat();
    let zeroed = foreign(&header.replace("CRC32___", "00000000"), &data);
    let checksum = format!("{:08x}", crc32(&zeroed));
    let expected = foreign(&header.replace("CRC32___", &checksum), &data);
    assert_eq!(String::from_utf8_lossy(&container.to_bytes().unwrap()), String::from_utf8_lossy(&expected));
    assert_eq!(container.header_json(), r#"{"crate":"x","format":4,"seed":7}"#);
}

/// CRC-32 as in PKZIP, bit by bit, independent of the crate.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xEDB8_8320 } else { c >> 1 })
    })
}

#[test]
fn order_of_filling_does_not_matter() {
    let mut a = Container::new();
    let mut b = Container::new();
    a.set("one", 1);
    a.set("two", json!({"x": 1, "y": 2}));
    b.set("two", json!({"y": 2, "x": 1}));
    b.set("one", 1);
    for (container, names) in [(&mut a, ["p", "q"]), (&mut b, ["q", "p"])] {
        for name in names {
            container.insert(name, Tensor::f32(&[1], vec![3.0]));
        }
    }
    assert_eq!(a.to_bytes().unwrap(), b.to_bytes().unwrap());
}

#[test]
fn every_flipped_bit_is_refused() {
    let bytes = small().to_bytes().unwrap();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            assert!(Container::from_bytes(&flipped, "m").is_err(), "bit {bit} of byte {at} may be flipped");
        }
    }
}

#[test]
fn every_replaced_byte_of_the_header_is_refused() {
    let bytes = small().to_bytes().unwrap();
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    for at in 0..header {
        for value in (0..=255).filter(|&v| v != bytes[at]) {
            let mut altered = bytes.clone();
            altered[at] = value;
            assert!(Container::from_bytes(&altered, "m").is_err(), "byte {at} may be {value}");
        }
    }
}

#[test]
fn every_truncation_and_addition_is_refused() {
    let bytes = small().to_bytes().unwrap();
    for end in 0..bytes.len() {
        refusal(&bytes[..end]);
    }
    for extra in [&b"\0"[..], b" ", b"{}", &bytes] {
        let text = refusal(&[&bytes, extra].concat());
        assert!(text.contains(&format!("{} bytes after its end", extra.len())), "{text}");
    }
    assert!(refusal(&bytes[..bytes.len() - 1]).contains("cut short"));
}

#[test]
fn foreign_files_are_told_apart() {
    for (bytes, says) in [
        (vec![], "only 0 bytes"),
        (b"a,b,c\n1,2,3\n4,5,6\n".to_vec(), "no model file"),
        (vec![0x1f; 4096], "no model file"),
        (foreign("{}", b""), "not one that nafal wrote"),
        (foreign(r#"{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, &[0; 4]), "not one that nafal wrote"),
        (foreign(r#"{"__metadata__":{"format":"pt"}}"#, b""), "not one that nafal wrote"),
        (foreign(r#"{"__metadata__":{"nafal":"[]"}}"#, b""), "no JSON object"),
        (foreign(r#"{"__metadata__":{"nafal":"{}"}}"#, b""), "names no format"),
        (foreign(r#"{"__metadata__":{"nafal":"{\"format\":4}"}}"#, b""), "no checksum"),
        (foreign("not json", b""), "does not parse"),
        (edited(r#"{"nafal":"#, r#"{"other":"x","nafal":"#), "metadata beside"),
        (edited(r#"\"format\":4"#, r#"\"format\":1"#), "format 1, and this nafal reads format 4"),
        (edited(r#"\"format\":4"#, r#"\"format\":1e99"#), "format 1e+99"),
        (edited(r#"\"seed\":7"#, r#"\"seed\":8"#), "checksum does not match"),
        (edited(r#"\"seed\":7"#, r#"\"seed\": 7"#), "as nafal writes it"),
        (edited(r#"\"seed\":7"#, r#"\"seed\":7,\"seed\":7"#), "as nafal writes it"),
        (edited(r#"{"dtype":"F32","shape":[2,3]"#, r#"{"dtype":"F32","shape":[3,2]"#), "checksum does not match"),
        (edited(r#"{"dtype":"F32","shape":[2,3]"#, r#"{"dtype":"I32","shape":[2,3]"#), "checksum does not match"),
        (edited(r#""weight""#, r#""weighs""#), "checksum does not match"),
    ] {
        let text = refusal(&bytes);
        assert!(text.contains(says), "{text:?} should say {says:?}");
    }
}

/// The header is right, its checksum too, yet a value is not finite or of a type we do not have.
#[test]
fn values_are_checked_behind_a_right_checksum() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let of = |value: f32| {
            let mut container = Container::new();
            container.insert("w", Tensor::f32(&[3], vec![0.0, value, 0.0]));
            container
        };
        // It is not written, and where another program wrote it, it is not read.
        let error = of(value).to_bytes().unwrap_err();
        assert!(error.exit_code() == 6 && error.to_string().contains("tensor `w` would hold"), "{error}");
        let mut bytes = of(1.0).to_bytes().unwrap();
        let at = bytes.len() - 8;
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        let place = bytes.windows(13).position(|w| w == br#"checksum\":\""#).unwrap() + 13;
        bytes[place..place + 8].copy_from_slice(b"00000000");
        let checksum = format!("{:08x}", crc32(&bytes));
        bytes[place..place + 8].copy_from_slice(checksum.as_bytes());
        let text = refusal(&bytes);
        assert!(text.contains("tensor `w` holds") && text.contains("index 1"), "{text}");
    }
    let header = concat!(
        r#"{"__metadata__":{"nafal":"{\"checksum\":\"CRC32___\",\"format\":4}"},"#,
        r#""i":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#
    );
    let header = format!("{header}{}", " ".repeat(header.len().next_multiple_of(8) - header.len()));
    let checksum = format!("{:08x}", crc32(&foreign(&header.replace("CRC32___", "00000000"), &[0; 8])));
    let text = refusal(&foreign(&header.replace("CRC32___", &checksum), &[0; 8]));
    assert!(text.contains("type I64"), "{text}");
}

#[test]
fn oversized_claims_cost_nothing() {
    let tensor = |shape: &str, offsets: &str| {
        foreign(
            &format!(
                r#"{{"__metadata__":{{"nafal":"{{}}"}},"t":{{"dtype":"F64","shape":{shape},"data_offsets":{offsets}}}}}"#
            ),
            b"",
        )
    };
    // Eight byte tensors of 2^61 − 1 and one of 7 end at the last address: adding the header's length overflows.
    let mut end = 0u64;
    let mut header = String::from(r#"{"__metadata__":{"nafal":"{}"}"#);
    for (i, size) in std::iter::repeat_n((1u64 << 61) - 1, 8).chain([7]).enumerate() {
        header += &format!(r#","t{i}":{{"dtype":"U8","shape":[{size}],"data_offsets":[{end},{}]}}"#, end + size);
        end += size;
    }
    assert_eq!(end, u64::MAX);
    let began = Instant::now();
    for bytes in [
        (1u64 << 60).to_le_bytes().to_vec(),
        u64::MAX.to_le_bytes().to_vec(),
        [&(MAX_HEADER_BYTES as u64).to_le_bytes()[..], b"{}"].concat(),
        [&(MAX_HEADER_BYTES as u64 + 1).to_le_bytes()[..], b"{}"].concat(),
        tensor("[4611686018427387904,4611686018427387904]", "[0,8]"),
        tensor("[4611686018427387904,2]", "[0,8]"),
        tensor("[1152921504606846976]", "[0,9223372036854775808]"),
        tensor("[1]", "[18446744073709551608,18446744073709551615]"),
        tensor("[1]", "[8,0]"),
        tensor("[-1]", "[0,8]"),
        tensor("[1e30]", "[0,8]"),
        foreign(&(header + "}"), b""),
        foreign(&"[".repeat(1 << 20), b""),
        foreign(&format!(r#"{{"__metadata__":{{"nafal":"{}"}}}}"#, "[".repeat(1 << 20)), b""),
    ] {
        refusal(&bytes);
    }
    assert!(began.elapsed().as_secs() < 5, "took {:?}", began.elapsed());
}

#[test]
fn fields_and_tensors_are_named_when_they_do_not_fit() {
    let mut container = small();
    container.set("flow", json!({"units": 12, "blocks": [{"width": 4}, {"width": "wide"}]}));
    let back = Container::from_bytes(&container.to_bytes().unwrap(), "m.nafal").unwrap();
    let header = back.header();
    assert_eq!(header.u64("seed").unwrap(), 7);
    let flow = header.object("flow").unwrap();
    assert_eq!(flow.usize_in("units", 1..=64).unwrap(), 12);
    let blocks = flow.objects("blocks").unwrap();
    assert_eq!(blocks[0].f64("width").unwrap(), 4.0);
    assert!(header.object("summary").unwrap().bool("calm").unwrap());
    assert_eq!(header.object("schema").unwrap().strings("columns").unwrap()[1], "druck µ\u{1f}");
    assert!(header.contains("seed") && !header.contains("seeds"));

    let says = |error: Error, expected: &[&str]| {
        assert_eq!(error.exit_code(), 4);
        let text = error.to_string();
        for part in expected.iter().chain(&["model file m.nafal", "fit the model again"]) {
            assert!(text.contains(part), "{text:?} should say {part:?}");
        }
    };
    says(header.str("absent").unwrap_err(), &["`absent` is missing"]);
    says(header.str("seed").unwrap_err(), &["`seed` is 7, expected a text"]);
    says(flow.usize_in("units", 1..=8).unwrap_err(), &["`flow.units` is 12, expected a whole number from 1 to 8"]);
    says(blocks[1].u64("width").unwrap_err(), &["`flow.blocks[1].width` is \"wide\""]);
    says(flow.strings("blocks").unwrap_err(), &["is a list of 2, expected a list of texts"]);
    says(header.bool("schema").unwrap_err(), &["is an object, expected true or false"]);
    says(header.error("seed", "is unlucky"), &["`seed` is unlucky"]);
    says(back.tensor_f32("absent", &[1]).unwrap_err(), &["`absent` is missing"]);
    says(back.tensor_f32("weight", &[3, 2]).unwrap_err(), &["`weight` has shape [2, 3], expected F32 [3, 2]"]);
    says(back.tensor_f64("weight", &[2, 3]).unwrap_err(), &["`weight` holds F32, expected F64"]);
}

#[test]
fn files_are_replaced_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pump.nafal");
    let entries = || fs::read_dir(directory.path()).unwrap().count();

    small().save(&path).unwrap();
    assert_eq!(Container::load(&path).unwrap(), small());
    assert_eq!(fs::read(&path).unwrap(), small().to_bytes().unwrap());
    Container::new().save(&path).unwrap();
    assert_eq!(Container::load(&path).unwrap(), Container::new());
    assert_eq!(entries(), 1);

    let mut broken = Container::new();
    broken.insert("w", Tensor::f64(&[1], vec![f64::NAN]));
    assert_eq!(broken.save(&path).unwrap_err().exit_code(), 6);
    assert_eq!(Container::load(&path).unwrap(), Container::new(), "the old file is still there");

    let mut wordy = Container::new();
    wordy.set("columns", vec!["x".repeat(64); MAX_HEADER_BYTES / 64]);
    let error = wordy.save(&path).unwrap_err();
    assert!(error.exit_code() == 2 && error.to_string().contains("fewer columns"), "{error}");
    assert_eq!(Container::load(&path).unwrap(), Container::new(), "the old file is still there");

    for target in [directory.path().join("no/such/place.nafal"), directory.path().to_path_buf(), "".into()] {
        let error = small().save(&target).unwrap_err();
        assert_eq!(error.exit_code(), 5, "{error}");
    }
    assert_eq!(entries(), 1, "a failed save leaves nothing behind");
}

#[cfg(unix)]
#[test]
fn links_and_devices_stay_what_they_are() {
    use nafal::data::OutputFile;

    let directory = tempfile::tempdir().unwrap();
    let (file, link) = (directory.path().join("file"), directory.path().join("link"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    OutputFile::replace(&link, b"new").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&file).unwrap(), b"new");
    OutputFile::replace("/dev/null", b"gone").unwrap();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn unreadable_files_say_so() {
    let directory = tempfile::tempdir().unwrap();
    let says = |path: &std::path::Path, expected: &str| {
        let error = Container::load(path).unwrap_err();
        assert_eq!(error.exit_code(), 4);
        let text = error.to_string();
        assert!(text.contains(expected) && text.contains(&path.display().to_string()), "{text}");
    };
    says(&directory.path().join("absent.nafal"), "no such file");
    says(directory.path(), "is a directory");
    let huge = directory.path().join("huge.nafal");
    fs::File::create(&huge).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
    let began = Instant::now();
    says(&huge, "larger than a model can be");
    assert!(began.elapsed().as_millis() < 200, "its length is looked at before it is read");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,4}", inner, 0..4).prop_map(Value::from_iter),
        ]
    })
}

fn any_tensor() -> impl Strategy<Value = Tensor> {
    let f32s = any::<f32>().prop_filter("finite", |x| x.is_finite());
    let f64s = any::<f64>().prop_filter("finite", |x| x.is_finite());
    prop_oneof![
        prop::collection::vec(f32s, 0..20).prop_map(|v| Tensor::f32(&[v.len(), 1], v)),
        prop::collection::vec(f64s, 0..20).prop_map(|v| Tensor::f64(&[1, v.len()], v)),
        prop::collection::vec(any::<u32>(), 0..20).prop_map(|v| Tensor::u32(&[v.len()], v)),
    ]
}

fn any_container() -> impl Strategy<Value = Container> {
    let names = ".{0,6}".prop_filter("reserved", |s: &String| s != "__metadata__");
    let header = prop::collection::btree_map("[a-z]{1,5}", any_json(), 0..4);
    (header, prop::collection::btree_map(names, any_tensor(), 0..5)).prop_map(|(header, tensors)| {
        let mut container = Container::new();
        header.into_iter().for_each(|(key, value)| container.set(&key, value));
        tensors.into_iter().for_each(|(name, tensor)| container.insert(&name, tensor));
        container
    })
}

proptest! {
    #[test]
    fn any_content_survives(container in any_container()) {
        let bytes = container.to_bytes().unwrap();
        let back = Container::from_bytes(&bytes, "m").unwrap();
        prop_assert_eq!(&back, &container);
        prop_assert_eq!(back.to_bytes().unwrap(), bytes);
    }

    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        refusal(&bytes);
    }

    #[test]
    fn random_headers_are_refused(text in "[\\[\\]{}\":,0-9a-z_ \\\\]{0,80}", data in prop::collection::vec(any::<u8>(), 0..16)) {
        refusal(&foreign(&text, &data));
    }

    #[test]
    fn mutated_files_are_refused(
        container in any_container(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        moved in any::<Option<(prop::sample::Index, prop::sample::Index)>>(),
    ) {
        let good = container.to_bytes().unwrap();
        let mut bytes = good.clone();
        for (at, value) in edits {
            bytes[at.index(good.len())] = value;
        }
        if let Some((from, to)) = moved {
            let piece: Vec<u8> = bytes.drain(from.index(good.len())..).take(16).collect();
            let at = to.index(bytes.len() + 1);
            bytes.splice(at..at, piece);
        }
        prop_assume!(bytes != good);
        refusal(&bytes);
    }
}
