//! One call of Terraform: its output goes to files, and is read from there while it runs.

use std::fs::File;
use std::io;
use std::process::{ExitStatus, Stdio};

use kiln::deploy::Message;
use kiln::deploy::message::Why;
use kiln::deploy::terraform::{Line, Lines, StateLock};
use tokio::process::Command;

use super::child::{self, End, Kind, Stop};
use super::folder::{Run, Tail};
use super::{Terraform, plain};
use crate::deploying::mirror::{self, Mirror};
use crate::deploying::view::Told1;
use crate::exit::{Exit, Failure};

/// What a command that has ended printed.
#[derive(Debug)]
pub struct Done {
    pub is_good: bool,
    /// What was not read as lines.
    pub output: String,
    pub errors: String,
}

/// How a call ended.
#[derive(Debug)]
pub enum Called {
    /// By itself.
    Ended(Done),
    /// In order, after it was interrupted.
    Interrupted(Stop, Done),
    /// Not yet: it was interrupted, and still runs as this process.
    Left(u32),
}

impl Called {
    /// What a command printed that changes nothing.
    pub fn done(self) -> Result<Done, Failure> {
        match self {
            Self::Ended(done) => Ok(done),
            Self::Interrupted(stop, _) => Err(stop.failure("nothing was changed")),
            Self::Left(process) => Err(left(process)),
        }
    }
}

/// What there is to say about a Terraform that does not end.
pub fn left(process: u32) -> Failure {
    Failure::new(format!("Terraform (process {process}) was interrupted, and still runs"))
        .help(format!(
            "the same command follows it to its end; `kill -9 {process}` would lose the state of what it is creating"
        ))
        .exit(Exit::StillRunning)
}

/// The errors of a command.
#[derive(Debug, Default)]
pub struct Errors {
    found: Vec<Why>,
    lock: Option<StateLock>,
}

impl Errors {
    /// Reports all of them, the first one first. A lock is a reason to end.
    pub fn report(&self, done: &Done, told: &Told1<'_>, terraform: &Terraform) -> Result<(), Failure> {
        if let Some(lock) = &self.lock {
            return Err(Failure::new(format!("Terraform's state is locked: {}", lock.words()))
                .help(format!(
                    "wait for that run to end, then run the same command again. If it was killed, `{} force-unlock {}` \
                     releases the lock",
                    terraform.name(),
                    lock.id
                ))
                .exit(Exit::NeedsHand));
        }
        let others = self.found.len().saturating_sub(1);
        for why in &self.found {
            told.tell(&Message::Failure(Why { others, ..why.clone() }));
        }
        // A program that fails without a word in JSON has said why in its own way.
        if self.found.is_empty() && !done.is_good && !done.errors.trim().is_empty() {
            told.tell(&Message::Notice { text: plain(&done.errors) });
        }
        Ok(())
    }
}

/// Where a command writes to, and the same again to be read.
struct Files {
    written: (File, File),
    read: (File, File),
}

impl Files {
    /// Files without a name, which are gone with the last process that has them open.
    fn unnamed() -> io::Result<Self> {
        let (output, errors) = (tempfile::NamedTempFile::new()?, tempfile::NamedTempFile::new()?);
        let read = (output.reopen()?, errors.reopen()?);
        Ok(Self { written: (output.into_file(), errors.into_file()), read })
    }
}

impl Terraform {
    /// Runs a command to its end.
    pub(super) async fn run(&self, arguments: &[&str], kind: Kind) -> Result<Done, Failure> {
        self.call(arguments, kind, None).await?.done()
    }

    /// Runs a command. JSON lines that it prints are told while it runs.
    pub(super) async fn call(
        &self,
        arguments: &[&str],
        kind: Kind,
        mut telling: Option<(&Told1<'_>, &mut Errors)>,
    ) -> Result<Called, Failure> {
        let claim = self.claim.as_ref().filter(|_| kind == Kind::Works);
        let files = match claim {
            Some(claim) => claim.outputs().and_then(|written| Ok(Files { written, read: claim.written()? })),
            None => Files::unnamed(),
        };
        let Files { written, read } =
            files.map_err(|error| Failure::new(format!("there is no place for what Terraform prints: {error}")))?;
        let mut command = self.command();
        command.args(arguments).stdout(written.0).stderr(written.1);
        let mut child = child::start(&mut command, &self.bounds).map_err(|error| self.not_started(&error))?;
        // The files stay open, and locked, as long as the command is there.
        drop(command);
        if let (Some(claim), Some(process)) = (claim, child.id()) {
            let command = arguments.first().copied().unwrap_or_default().to_owned();
            claim.record(Some(&Run { command, process }));
        }
        let told = telling.as_ref().map(|(told, _)| *told);
        let mut lines = told.map(|told| Lines::new(told.subjects()));
        let mut tail = Tail::new(read.0);
        let mut read_lines = || {
            let (Some((told, errors)), Some(lines)) = (&mut telling, &mut lines) else { return };
            for line in tail.lines() {
                match lines.read(&line) {
                    Some(Line::Event(event)) => told.tell(&Message::Event(event)),
                    Some(Line::Error(why)) => errors.found.push(why),
                    Some(Line::Locked(lock)) => errors.lock = Some(lock),
                    None => {}
                }
            }
            told.tick();
        };
        let note = |text: String| {
            if let Some(told) = told {
                told.tell(&Message::Notice { text });
            }
        };
        let end = child::wait(&mut child, kind, &self.bounds, (&mut read_lines, note)).await;
        let end = end.map_err(|error| self.not_started(&error))?;
        read_lines();
        let done = |status: ExitStatus| {
            if let Some(claim) = claim {
                claim.record(None);
            }
            Done { is_good: status.success(), output: tail.text(), errors: Tail::new(read.1).text() }
        };
        Ok(match end {
            End::Ended(status) => Called::Ended(done(status)),
            End::Interrupted(stop, status) => Called::Interrupted(stop, done(status)),
            End::Left(process) => Called::Left(process),
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.stdin(Stdio::null()).env("TF_IN_AUTOMATION", "1");
        let folder = self.mirror.as_ref().map_or(&*self.folder.root, Mirror::folder);
        // A spec that was never written has no folder yet, and the version can be asked for anywhere.
        if folder.is_dir() {
            command.current_dir(folder);
        }
        if self.mirror.is_some() {
            command.env("TF_DATA_DIR", mirror::DATA);
        }
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        command
    }

    fn not_started(&self, error: &io::Error) -> Failure {
        Failure::new(format!("`{}` cannot be run: {error}", self.program.display()))
            .help("name the program with --terraform")
    }
}
