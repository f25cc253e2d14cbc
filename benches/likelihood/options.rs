//! Arguments of the benchmark: `--preset P --threads N --seconds S --batch B`, and the `--bench` that cargo appends.

/// What to measure.
#[derive(Clone, Debug)]
pub struct Options {
    /// `default`, `small`, `wide` or `large`.
    pub preset: String,
    /// Threads of the pool.
    pub threads: usize,
    /// Seconds a measurement lasts.
    pub seconds: f64,
    /// Rows of a batch, if not the preset's.
    pub batch: Option<usize>,
}

impl Options {
    /// Reads the process's arguments; a sentence says what is wrong with them.
    pub fn read(arguments: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options { preset: "small".into(), threads: 1, seconds: 4.0, batch: None };
        let mut arguments = arguments.filter(|a| a != "--bench");
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
            match name.as_str() {
                "--preset" => options.preset = value()?,
                "--threads" => options.threads = number(&name, &value()?)?,
                "--seconds" => options.seconds = number(&name, &value()?)?,
                "--batch" => options.batch = Some(number(&name, &value()?)?),
                other => return Err(format!("unknown argument {other}")),
            }
        }
        if options.threads == 0 || options.batch == Some(0) || options.seconds.is_nan() || options.seconds < 0.0 {
            return Err("threads and batch must be at least 1, seconds not negative".into());
        }
        Ok(options)
    }
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{name}: {text} is no such number"))
}
