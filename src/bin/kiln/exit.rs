//! How the command ends. The numbers are part of the interface: CI tells cases apart by them.

use std::io;
use std::path::Path;
use std::process::ExitCode;

/// How the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[cfg_attr(not(feature = "deploy"), allow(dead_code, reason = "only deployments end in some of these ways"))]
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
    /// A deployment failed; the stack is as it was before.
    DeploymentFailed = 5,
    /// Manual intervention required: a stack is stuck, or belongs to others.
    NeedsHand = 6,
    /// The deployment goes on, and kiln does not follow it any more.
    StillRunning = 7,
    /// Credentials or rights are missing.
    Denied = 8,
    /// AWS or Terraform refused what they were given, do not have what is asked for, or could not be reached.
    Refused = 9,
    /// A plan file does not fit any more.
    PlanStale = 10,
    /// Nobody said yes.
    NotConfirmed = 11,
    /// The build of an image failed, or was cancelled.
    BuildFailed = 12,
    /// The scan of an image found what it must not.
    ScanFailed = 13,
    /// A change does what a review was told to fail on.
    ReviewFailed = 14,
    /// A signal.
    Interrupted = 130,
}

/// Printed below the help.
pub const HELP: &str = "\
Exit codes:
  0  done, or nothing to do
  1  a spec or a document is at fault
  2  a wrong call, or a file that cannot be read or written
  3  synth --check: committed files differ from what the spec gives
  4  synth or deploy --locked: versions would move
  5  a deployment failed, and the stack is as it was before
  6  manual intervention required: a stack is stuck, or is not this project's (--adopt)
  7  the time of --timeout is up, or a deployment or a build continues: `kiln watch` follows it
  8  credentials or rights are missing
  9  AWS or Terraform refused it, does not have it, or could not be reached
 10  deploy --plan: the plan does not fit any more
 11  a deployment or a build was not confirmed
 12  the build of an image failed, or was cancelled
 13  build --fail-on: the scan found too much, or its findings are not known
 14  diff --fail-on: the change does what it must not
130  interrupted";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not do its work, in words for its user.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What went wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// How the command ends for it.
    pub exit: Exit,
}

impl Failure {
    /// A failure in these words.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, exit: Exit::Environment }
    }

    /// With what to do.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// With another exit code than the one for what is around kiln.
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
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
