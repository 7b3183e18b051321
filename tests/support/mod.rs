//! What the outside judges need: where they are, how they are run, and what happens when one is missing.
//!
//! A judge is a program that we did not write. On a user's machine a missing one is reported and its test passes; with
//! `KILN_JUDGES=required`, as in CI, it fails. Nothing here knows what is judged.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod awsim;
#[cfg(feature = "deploy")]
pub(crate) mod fake;
pub(crate) mod faults;
#[cfg(unix)]
pub(crate) mod picture;
#[cfg(unix)]
pub(crate) mod pty;
#[cfg(unix)]
pub(crate) mod screen;
pub(crate) mod stories;
pub(crate) mod terraform;
#[cfg(feature = "deploy")]
pub(crate) mod world;

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The crate's own folder.
pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder that is empty at the start of a test and left for inspection after it.
pub(crate) fn workspace(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("an old workspace can be removed");
    }
    fs::create_dir_all(&folder).expect("a workspace can be made");
    folder
}

/// Says that a judge is missing; fails the test where every judge is required.
pub(crate) fn missing(what: &str) {
    assert!(env::var("KILN_JUDGES").as_deref() != Ok("required"), "{what}, and KILN_JUDGES=required");
    // Written to the stream itself: what `eprintln!` prints in a passing test is hidden.
    writeln!(io::stderr(), "skipped: {what}").expect("standard error is open");
}

/// A program of the judges' Python environment, which `tests/run` makes.
pub(crate) fn judge(name: &str) -> Option<PathBuf> {
    let environment = env::var_os("KILN_JUDGES_VENV").map_or_else(|| project().join("target/judges"), PathBuf::from);
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    let program = environment.join(folder).join(name).with_extension(env::consts::EXE_EXTENSION);
    if program.is_file() {
        return Some(program);
    }
    let what = if name == "python" { "the judges' Python environment" } else { name };
    missing(&format!("{what} is not installed (tests/run installs it)"));
    None
}

/// One of our Python scripts, ready to be given its arguments.
pub(crate) fn script(python: &Path, name: &str) -> Command {
    let mut command = Command::new(python);
    command.arg(project().join("tests/judges").join(name));
    isolated(&mut command);
    command
}

/// Keeps a judge from seeing the user's AWS account and from writing beside our sources.
pub(crate) fn isolated(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    let nothing = if cfg!(windows) { "NUL" } else { "/dev/null" };
    command
        .env("AWS_CONFIG_FILE", nothing)
        .env("AWS_SHARED_CREDENTIALS_FILE", nothing)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("PYTHONDONTWRITEBYTECODE", "1");
}

/// What a program said.
pub(crate) struct Said {
    /// Its exit status; nothing when a signal ended it.
    pub(crate) status: Option<i32>,
    /// Its standard output.
    pub(crate) output: String,
    /// Its standard error.
    pub(crate) errors: String,
}

impl Said {
    /// Whether it ended well; what it said otherwise.
    pub(crate) fn well(self) -> Result<String, String> {
        if self.status == Some(0) { Ok(self.output) } else { Err(self.everything()) }
    }

    /// Both streams.
    pub(crate) fn everything(&self) -> String {
        format!("{}\n{}", self.output.trim_end(), self.errors.trim_end()).trim().to_owned()
    }
}

/// What was asked for, or a failed test with what the judge said about it.
pub(crate) fn must<T>(said: Result<T, String>, what: &str) -> T {
    said.unwrap_or_else(|said| panic!("{what}:\n{said}"))
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Said {
    let done =
        command.output().unwrap_or_else(|error| panic!("{} does not start: {error}", command.get_program().display()));
    Said {
        status: done.status.code(),
        output: String::from_utf8_lossy(&done.stdout).into_owned(),
        errors: String::from_utf8_lossy(&done.stderr).into_owned(),
    }
}

/// A component's document of so many steps.
pub(crate) fn document(steps: usize) -> String {
    let step = |n| {
        format!(
            "      - name: Step{n}\n        action: ExecuteBash\n        inputs:\n          commands:\n            \
                            - echo this is step number {n} of a document that is long\n"
        )
    };
    let steps: String = (0..steps).map(step).collect();
    format!("name: long\nschemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n{steps}")
}
