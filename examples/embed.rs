//! A detector inside another program: fit once, keep the bytes, score single rows as they come.
//!
//! Run with `cargo run --release --no-default-features --example embed`.

use nafal::data::Table;
use nafal::{Detector, Model, Result};

/// A reading of two sensors that follow a common load.
fn reading(t: u32) -> [f64; 2] {
    let load = 10.0 + 5.0 * (f64::from(t) * 0.1).sin();
    let jitter = |k: u32| f64::from((t * k) % 17) / 17.0 - 0.5;
    [load + jitter(5), 2.0 * load + jitter(11)]
}

fn main() -> Result<()> {
    let names = vec!["pressure".to_string(), "flow".to_string()];
    let normal = Table::new(names.clone(), (0..400).flat_map(reading).collect())?;
    let bytes = Detector::builder().seed(1).fit(&normal)?.to_bytes()?;
    println!("a model of {} bytes", bytes.len());

    // Elsewhere, later: the bytes come back from flash, a file, the network.
    let model = Model::from_bytes(&bytes, "flash")?;
    for (what, row) in [("usual", reading(1000)), ("leak", [14.0, 21.0])] {
        let one = Table::new(names.clone(), row.to_vec())?;
        let (score, p) = model.score_with_p_values(&one)?;
        println!("{what}: score {:.2}, p-value {:.4}", score[0], p[0]);
    }
    Ok(())
}
