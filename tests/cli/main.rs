//! The real binary, as a person, a shell or a CI job meets it.

mod commands;
mod configuration;
mod errors;
mod explain;
mod groups;
mod run;
mod signals;
mod values;

use assert_cmd::Command;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder of its own, and the binary run in it with nothing of our environment.
struct Bench {
    folder: TempDir,
}

/// A run that ended.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("it is in the folder")).expect("it is ours");
        std::fs::write(path, text).expect("it is ours");
        self
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The command, in a folder below that has no configuration file, so that a test can put one above it.
    fn command(&self, arguments: &[&str]) -> Command {
        let work = self.path("work");
        std::fs::create_dir_all(&work).expect("it is ours");
        let mut command = Command::cargo_bin("hallmark").expect("it is built");
        command.env_clear().env("HOME", self.path("home")).env("LC_ALL", "C.UTF-8").current_dir(work).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments))
    }
}

impl Ran {
    fn of(mut command: Command) -> Self {
        let output = command.output().expect("it starts");
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    #[track_caller]
    fn code(self, want: i32) -> Self {
        assert_eq!(self.code, want, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Standard error without the breaks and bars of its layout.
    fn said(&self) -> String {
        let words = self.err.split_whitespace().filter(|word| !["│", "×", "╰─▶", "·"].contains(word));
        words.collect::<Vec<_>>().join(" ")
    }
}

/// A sample story of the repository.
fn story(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name).display().to_string()
}

/// A conforming ADT message from a pack's own samples.
fn conforming() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("standards/itk-hl7v2-adt/samples/a01.hl7");
    std::fs::read(path).expect("the pack has it")
}

/// The same with a check digit of the NHS number that is wrong: an error that blocks.
fn gap() -> Vec<u8> {
    let text = String::from_utf8(conforming()).expect("our samples are ASCII");
    let at = text.find("^^^NHS").expect("it has an NHS number") - 1;
    let digit = text.as_bytes()[at];
    let mut bytes = text.into_bytes();
    bytes[at] = if digit == b'9' { b'0' } else { digit + 1 };
    bytes
}
