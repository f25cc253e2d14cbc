//! Runs the command in a folder of its own, and looks at what it leaves behind.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Output, Stdio};

use assert_cmd::Command;
use tempfile::TempDir;

/// A folder, and the command run in it.
pub struct Bench {
    folder: TempDir,
}

/// What a run said and how it ended.
pub struct Ran {
    /// -1 if it died by a signal.
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Bench {
    pub fn new() -> Bench {
        Bench { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Names of all files, also hidden ones, sorted.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("nafal"));
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Starts the command with all three streams piped.
    pub fn start(&self, arguments: &[&str]) -> Child {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("nafal"));
        command.current_dir(self.folder.path()).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    pub fn run_with_input(&self, arguments: &[&str], input: impl Into<Vec<u8>>) -> Ran {
        Ran::from(self.command(arguments).write_stdin(input).output().unwrap())
    }

    /// Runs a script of the shell bash, in which `nafal` is the command.
    #[cfg(unix)]
    pub fn shell(&self, script: &str) -> Ran {
        Ran::from(self.script(script).output().unwrap())
    }

    #[cfg(unix)]
    pub fn script(&self, script: &str) -> std::process::Command {
        let built = assert_cmd::cargo::cargo_bin!("nafal").parent().unwrap();
        let path = format!("{}:{}", built.display(), std::env::var("PATH").unwrap());
        let mut shell = std::process::Command::new("bash");
        shell.args(["-c", script]).env("PATH", path).current_dir(self.folder.path());
        shell
    }

    /// The start of a line of the shell that runs the command as somebody whom permissions hold back: nobody, where the tests
    /// run as the superuser. Without what it takes, it ends with 99.
    #[cfg(unix)]
    pub fn as_nobody(&self) -> String {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        // Nobody may not get at the command where it was built.
        // By another process: a file that this one has open for writing may be inherited by whatever another test starts,
        // and cannot be run as long.
        let built = assert_cmd::cargo::cargo_bin!("nafal");
        assert!(std::process::Command::new("cp").arg(built).arg(self.path("copy")).status().unwrap().success());
        fs::set_permissions(self.path(""), fs::Permissions::from_mode(0o755)).unwrap();
        if fs::metadata(self.path("")).unwrap().uid() != 0 {
            return "./copy".into();
        }
        let found = std::process::Command::new("setpriv").arg("--version").output().is_ok();
        if found {
            "setpriv --reuid=65534 --regid=65534 --clear-groups ./copy".into()
        } else {
            "echo there is no setpriv >&2; exit 99;".into()
        }
    }

    /// Runs a command that must succeed.
    #[track_caller]
    pub fn succeeds(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
        ran
    }

    /// Runs a command that must fail with `code`, say all of `words` on one line of stderr, print nothing on stdout and
    /// leave the folder as it was.
    #[track_caller]
    pub fn fails(&self, arguments: &[&str], code: i32, words: &[&str]) -> Ran {
        let before = self.files();
        let ran = self.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.err);
        let line = ran.err.lines().find(|l| l.starts_with("error: ")).unwrap_or_default();
        for word in words {
            assert!(line.contains(word), "{arguments:?}: {word:?} is not in {:?}", ran.err);
        }
        assert_eq!(ran.out, "", "{arguments:?}");
        assert_eq!(self.files(), before, "{arguments:?}");
        ran
    }

    /// Fits a small model to `simulated(…)` rows: `m.nafal`.
    pub fn with_model() -> Bench {
        let bench = Bench::new();
        bench.write("train.csv", simulated(1, 60, 0));
        bench.succeeds(&["fit", "train.csv", "-o", "m.nafal", "--preset", "fast", "--views", "5", "--label", "class"]);
        bench
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// A table `a,b,c,class` in which b follows a in normal rows (class 0) and not in anomalous ones (class 1).
pub fn simulated(seed: u64, normals: usize, anomalies: usize) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut text = String::from("a,b,c,class\n");
    for i in 0..normals + anomalies {
        // Anomalies spread over the table.
        let anomalous = anomalies > 0
            && i % ((normals + anomalies) / anomalies) == 0
            && i / ((normals + anomalies) / anomalies) < anomalies;
        let a = 10.0 * uniform();
        let b = if anomalous { 10.0 - a } else { a } + 0.3 * uniform();
        text += &format!("{a},{b},{},{}\n", uniform(), u8::from(anomalous));
    }
    text
}

/// The rows of a CSV text as numbers; its header must be `header`.
#[track_caller]
pub fn numbers(text: &str, header: &str) -> Vec<Vec<f64>> {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(header));
    lines.map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect()
}
