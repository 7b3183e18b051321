//! How the command ends. The numbers are part of the interface: CI tells cases apart by them.

use std::io;
use std::path::Path;
use std::process::ExitCode;

/// How the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Success = 0,
    /// A spec or a document is at fault.
    CheckFailed = 1,
    /// A wrong call, or something around kiln: a folder that cannot be written.
    Environment = 2,
    /// Committed files differ from what the spec gives.
    Differs = 3,
    /// Versions would move, and `--locked` forbids it.
    LockMoved = 4,
}

/// Printed below the help.
pub const HELP: &str = "\
Exit codes:
  0  done, or nothing to do
  1  a spec or a document is at fault
  2  a wrong call, or a file that cannot be read or written
  3  synth --check: committed files differ from what the spec gives
  4  synth --locked: versions would move";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not do its work, in words for its user.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Failure {
    /// A failure in these words.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// With what to do.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// A failure to do something with a file.
    pub fn file(what: &str, path: &Path, error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        };
        Self::new(format!("cannot {what} `{}`: {reason}", path.display()))
    }
}
