//! The kernels against their rivals: `cargo bench -p nafal-kernels --bench rivals -- [--isa NAME] [WORD…]`.
//!
//! One JSON line for each shape and rival: `kernel`, `shape`, `isa`, `gflops`, `peak_gflops`, `rival`, `rival_gflops`
//! and `counts`, which says what the rates count: floating-point operations (a multiply-add is two, masked weights
//! are none) or numbers computed (elementary functions, flow nodes), in units of 10⁹ a second. Of the lines, those are
//! run whose kernel or shape contains one of the words; without words, all. `peak_gflops` is the rate of a loop of
//! multiply-adds in registers, timed between the contestants of the same line. Answers are checked before timing.

mod contest;
mod convolution;
mod elementary;
mod foreign;
mod node;
mod operands;
mod products;

use contest::Setting;
use nafal_kernels::Isa;

fn main() {
    let (mut isa, mut words) = (Isa::detect(), Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo appends it.
            "--bench" => {}
            "--isa" => {
                let name = arguments.next().unwrap_or_default();
                isa = Isa::named(&name).unwrap_or_else(|e| refuse(&e.to_string()));
            }
            flag if flag.starts_with('-') => refuse(&format!("unknown option `{flag}`; there is --isa NAME")),
            word => words.push(word.to_owned()),
        }
    }
    let setting = Setting { isa, words };
    products::run::<f32>(&setting);
    products::run::<f64>(&setting);
    convolution::run::<f32>(&setting);
    convolution::run::<f64>(&setting);
    elementary::run(&setting);
    node::run::<f32>(&setting);
    node::run::<f64>(&setting);
}

fn refuse(problem: &str) -> ! {
    eprintln!("rivals: {problem}");
    std::process::exit(2)
}
