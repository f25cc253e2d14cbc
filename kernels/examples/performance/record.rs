//! The lines of a record, one entry a shape, and the parts of the page they belong to.

use serde_json::Value;

/// A kernel on a shape: our rate, the peak, and every rival's rate.
pub struct Entry {
    /// The kernel.
    pub kernel: String,
    /// Its shape.
    pub shape: String,
    /// Whether the rates are GFLOP/s, rather than 10⁹ numbers a second.
    pub counts_flops: bool,
    /// Our rate.
    pub ours: f64,
    /// Rate of the loop of multiply-adds.
    pub peak: f64,
    /// Names and rates.
    pub rivals: Vec<(String, f64)>,
}

/// A part of the page: one figure and one table.
pub struct Part {
    /// Name of the figure's file.
    pub name: &'static str,
    /// Title of the figure.
    pub title: &'static str,
    /// The benchmark's filter that runs the part.
    pub words: &'static str,
    /// Which entries it shows.
    pub holds: fn(&Entry) -> bool,
}

/// All parts, in the page's order.
pub const PARTS: [Part; 6] = [
    Part {
        name: "products-f32",
        title: "Matrix products, f32",
        words: "gemm",
        holds: |e| e.kernel == "gemm" && e.shape.starts_with("f32"),
    },
    Part {
        name: "products-f64",
        title: "Matrix products, f64",
        words: "gemm",
        holds: |e| e.kernel == "gemm" && e.shape.starts_with("f64"),
    },
    Part {
        name: "staircase",
        title: "Autoregressive masks as staircases",
        words: "staircase",
        holds: |e| e.kernel.ends_with("_staircase"),
    },
    Part {
        name: "conv1d",
        title: "Convolution (channels in, taps, channels out)",
        words: "conv1d",
        holds: |e| e.kernel == "conv1d",
    },
    Part {
        name: "elementary",
        title: "Elementary functions of 4096 numbers",
        words: "4096",
        holds: |e| !e.counts_flops && !e.kernel.starts_with("dsf"),
    },
    Part { name: "node", title: "The flow node", words: "dsf", holds: |e| e.kernel.starts_with("dsf") },
];

impl Entry {
    /// The rival with the highest rate.
    pub fn best_rival(&self) -> (&str, f64) {
        let (name, rate) = self.rivals.iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("a rival");
        (name, *rate)
    }
    /// Unit of the rates.
    pub fn unit(&self) -> &'static str {
        if self.counts_flops { "GFLOP/s" } else { "10⁹/s" }
    }
    /// Kernel and shape, without what the title says already.
    pub fn label(&self) -> String {
        match self.kernel.as_str() {
            "gemm" | "gemm_staircase" | "conv1d" => self.shape.clone(),
            "net_staircase" => format!("{}, whole", self.shape),
            kernel => format!("{kernel} {}", self.shape.trim_end_matches(" 4096")),
        }
    }
}

/// The entries of a record, in its order.
pub fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        let word = |key: &str| value[key].as_str().unwrap_or_else(|| panic!("{line}: no {key}")).to_owned();
        let number = |key: &str| value[key].as_f64().unwrap_or_else(|| panic!("{line}: no {key}"));
        let rival = (word("rival"), number("rival_gflops"));
        let (kernel, shape) = (word("kernel"), word("shape"));
        match entries.last_mut() {
            Some(last) if last.kernel == kernel && last.shape == shape => last.rivals.push(rival),
            _ => entries.push(Entry {
                kernel,
                shape,
                counts_flops: word("counts") == "flops",
                ours: number("gflops"),
                peak: number("peak_gflops"),
                rivals: vec![rival],
            }),
        }
    }
    entries
}
