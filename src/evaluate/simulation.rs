//! A simulated machine: a pump with eight sensors, for demonstrations and tests.
//!
//! Normal rows come from two operating points; the sensors follow from speed and valve by the laws of a centrifugal pump
//! (flow ∝ speed, head ∝ speed² − c·flow², power = head·flow/efficiency), with multiplicative, skewed noise: dependent and
//! far from Gaussian. In an anomalous row some sensors show what they show in another normal row. So every sensor stays
//! within its range, in fact exactly in its normal distribution, and only the dependence between sensors is broken.

use rand::Rng;

use crate::data::Table;
use crate::error::Result;
use crate::random::{Key, below, normal, permutation, stream, uniform};

/// Names of the sensors.
pub const SENSORS: [&str; 8] =
    ["speed_rpm", "valve_open", "flow_m3h", "head_m", "power_kw", "motor_c", "bearing_c", "vibration_mms"];

/// Name of the label column of simulated tables.
pub const LABEL: &str = "state";

/// Label of normal rows.
pub const NORMAL: &str = "normal";

/// What goes wrong, and the sensors that then show what they should not.
const FAULTS: [(&str, &[usize]); 4] =
    [("leak", &[2]), ("blocked", &[3, 4]), ("bearing", &[6, 7]), ("sensor", &[0, 1, 2, 3, 4, 5, 6, 7])];

type Row = [f64; SENSORS.len()];

/// A table of `normals` normal rows and `anomalies` anomalous ones in random order, with the label column [`LABEL`]. Which
/// table of a machine it is (training, test, …) is told by `part`; the same arguments give the same bits.
///
/// # Errors
/// None for finite sizes; the table's own checks are passed on.
pub fn pump(seed: u64, part: u64, normals: usize, anomalies: usize) -> Result<Table> {
    let mut rng = stream(seed, Key::Simulation(part, 0));
    let mut rows: Vec<(Row, &str)> = (0..normals).map(|_| (normal_row(&mut rng), NORMAL)).collect();
    rows.extend((0..anomalies).map(|i| anomalous_row(&mut rng, i)));
    let order = permutation(&mut rng, rows.len());
    let values = order.iter().flat_map(|&i| rows[i].0).collect();
    let labels = order.iter().map(|&i| rows[i].1.to_owned()).collect();
    Table::new(SENSORS.map(str::to_owned).to_vec(), values)?.with_labels(LABEL, labels)
}

/// Eight sensors of a pump at work, rounded as instruments do.
fn normal_row(rng: &mut impl Rng) -> Row {
    let full = uniform(rng) < 0.7;
    let noise = |rng: &mut _, sd: f64| (sd * normal::<f64>(rng)).exp();
    let speed = if full { 2900.0 } else { 1450.0 } * noise(rng, 0.04);
    let valve = (if full { 0.75 } else { 0.45 } + 0.12 * normal::<f64>(rng)).clamp(0.1, 1.0);
    let relative = speed / 2900.0;
    let flow = 120.0 * relative * valve.powf(0.7) * noise(rng, 0.015);
    let head = ((60.0 * relative * relative - 0.0015 * flow * flow).max(0.5)) * noise(rng, 0.015);
    let power = (2.0 + 0.0045 * flow * head) * noise(rng, 0.02);
    let ambient = 18.0 + 6.0 * uniform(rng);
    let motor = ambient + 1.1 * power + 0.8 * normal::<f64>(rng);
    let bearing = ambient + 22.0 * relative.powf(1.5) + 0.7 * normal::<f64>(rng);
    // Vibration has a resonance near full speed, and a heavy right tail.
    let resonance = 1.0 / (1.0 + ((speed - 2950.0) / 120.0).powi(2));
    let vibration = (0.8 + 0.9 * relative + 1.5 * resonance) * noise(rng, 0.08);
    let sensors = [speed, valve, flow, head, power, motor, bearing, vibration];
    let digits = [1.0, 1000.0, 100.0, 100.0, 1000.0, 100.0, 100.0, 1000.0];
    std::array::from_fn(|j| (sensors[j] * digits[j]).round() / digits[j])
}

/// A normal row in which the sensors of a fault show what they show in another normal row, one that differs.
fn anomalous_row(rng: &mut impl Rng, i: usize) -> (Row, &'static str) {
    let (name, sensors) = FAULTS[i % FAULTS.len()];
    let mut row = normal_row(rng);
    let one;
    let sensors = if name == "sensor" {
        one = [sensors[below(rng, sensors.len())]];
        &one[..]
    } else {
        sensors
    };
    let other = loop {
        let other = normal_row(rng);
        if sensors.iter().all(|&j| (other[j] / row[j]).ln().abs() > 0.25) {
            break other;
        }
    };
    sensors.iter().for_each(|&j| row[j] = other[j]);
    (row, name)
}
