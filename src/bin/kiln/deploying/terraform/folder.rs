//! Terraform's folder: one command at a time works in it, and finds what an earlier one has left there.

use std::env;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use kiln::deploy::Message;
use kiln::deploy::terraform::{Line, Lines, StateLock, local_lock};
use serde_json::{Value, json};

use super::child::{Bounds, Stop, TICK};
use crate::deploying::view::Told1;
use crate::exit::{Exit, Failure};

/// What Terraform writes where it cannot save its state.
const ERRORED: &str = "errored.tfstate";

/// In the folder of a claim: the output of a run, which is locked, its errors, its record, and the plan.
const OUTPUT: &str = "output";
const ERRORS: &str = "errors";
const RUN: &str = "run.json";
const PLAN: &str = "plan";

/// The folder of a root module.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Where the configuration is.
    pub root: PathBuf,
    /// Where Terraform keeps its own data.
    data: PathBuf,
}

/// A run of Terraform on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Such as `apply`.
    pub command: String,
    /// The process.
    pub process: u32,
}

/// The right to work in a folder, as long as this or a child that was given it is there.
///
/// The file that Terraform writes its output to is locked, and such a lock ends with the last process that was given the
/// file. So a Terraform that still runs is found, whatever happened to kiln.
#[derive(Debug)]
pub struct Claim {
    output: File,
    folder: PathBuf,
}

impl Run {
    /// The command and the process.
    pub fn words(&self) -> String {
        format!("Terraform (`{}`, process {})", self.command, self.process)
    }
}

impl Folder {
    /// The folder of a root module.
    pub fn new(root: &Path) -> Self {
        let data = env::var_os("TF_DATA_DIR").map_or_else(|| PathBuf::from(".terraform"), PathBuf::from);
        Self { root: root.to_owned(), data: root.join(data) }
    }

    fn own(&self) -> PathBuf {
        self.data.join("kiln")
    }

    /// Where a claim keeps a plan.
    pub fn plan(&self) -> PathBuf {
        self.own().join(PLAN)
    }

    /// What runs in it for a command of kiln, if something does.
    pub fn running(&self) -> Option<Run> {
        let output = File::open(self.own().join(OUTPUT)).ok()?;
        if is_free(&output) { None } else { recorded(&self.own()) }
    }

    /// Waits until nothing else works in the folder, and follows what does. Reports what an earlier run has left.
    pub async fn claim(&self, bounds: &Bounds, told: &Told1<'_>) -> Result<Claim, Failure> {
        let folder = self.own();
        let file = |error: io::Error| Failure::file("write", &folder, &error);
        fs::create_dir_all(&folder).map_err(file)?;
        let output = private().append(true).create(true).open(folder.join(OUTPUT)).map_err(file)?;
        let claim = Claim { output, folder };
        claim.wait(&mut bounds.clone(), told).await?;
        claim.left_behind(told);
        claim.record(None);
        let _ = fs::remove_file(self.plan());
        Ok(claim)
    }

    /// The state that an earlier run could not save.
    pub fn errored(&self) -> Option<String> {
        let bytes = fs::read(self.root.join(ERRORED)).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The lock file of a local state, and its content.
    pub fn state_lock(&self) -> Option<(String, StateLock)> {
        let backend = fs::read_to_string(self.data.join("terraform.tfstate")).ok();
        let chosen = fs::read_to_string(self.data.join("environment")).ok();
        let workspace = env::var("TF_WORKSPACE").ok().or(chosen).unwrap_or_else(|| "default".to_owned());
        let path = local_lock(backend.as_deref(), workspace.trim())?;
        let text = fs::read_to_string(self.root.join(&path)).ok()?;
        Some((path, StateLock::in_file(&text)?))
    }
}

impl Claim {
    /// The files for the two outputs of a run, empty.
    pub fn outputs(&self) -> io::Result<(File, File)> {
        self.record(None);
        self.output.set_len(0)?;
        let errors = private().write(true).create(true).truncate(true).open(self.folder.join(ERRORS))?;
        Ok((self.output.try_clone()?, errors))
    }

    /// Both again, to be read.
    pub fn written(&self) -> io::Result<(File, File)> {
        Ok((File::open(self.folder.join(OUTPUT))?, File::open(self.folder.join(ERRORS))?))
    }

    /// Records a run while it is under way.
    pub fn record(&self, run: Option<&Run>) {
        // Only those that come while it runs miss it.
        let path = self.folder.join(RUN);
        let _ = match run {
            Some(Run { command, process }) => {
                fs::write(path, format!("{}\n", json!({ "v": 1, "command": command, "process": process })))
            }
            None => fs::remove_file(path),
        };
    }

    async fn wait(&self, bounds: &mut Bounds, told: &Told1<'_>) -> Result<(), Failure> {
        let notice = |text: String| told.tell(&Message::Notice { text });
        let mut followed: Option<(Run, Tail, Lines<'_>)> = None;
        let mut is_told = false;
        loop {
            let is_free = is_free(&self.output);
            let run = recorded(&self.folder).filter(|_| !is_free || followed.is_some());
            if let Some(run) = run.filter(|run| followed.as_ref().is_none_or(|(known, ..)| known != run))
                && let Ok(output) = File::open(self.folder.join(OUTPUT))
            {
                notice(format!("{} already runs in this folder: following it to its end", run.words()));
                followed = Some((run, Tail::new(output), Lines::new(told.subjects())));
                is_told = true;
            }
            if let Some((_, tail, lines)) = &mut followed {
                for line in tail.lines() {
                    match lines.read(&line) {
                        Some(Line::Event(event)) => told.tell(&Message::Event(event)),
                        Some(Line::Error(why)) => told.tell(&Message::Failure(why)),
                        Some(Line::Locked(_)) | None => {}
                    }
                }
            }
            if is_free {
                return Ok(());
            }
            if !is_told {
                is_told = true;
                notice("another kiln works in this folder: waiting for it to end".to_owned());
            }
            let stop = tokio::select! {
                stop = bounds.reached() => stop,
                () = tokio::time::sleep(TICK) => {
                    told.tick();
                    continue;
                }
            };
            let who = followed.map_or_else(|| "another kiln".to_owned(), |(run, ..)| run.words());
            let (why, exit) = match stop {
                Stop::Signal => ("stopped following", Exit::Interrupted),
                Stop::Limit => ("the time limit is reached", Exit::StillRunning),
            };
            return Err(Failure::new(format!("{why}: {who} still runs in this folder"))
                .help("the same command follows it to its end")
                .exit(exit));
        }
    }

    /// Reports what a run was creating that is on record as under way, and is gone.
    fn left_behind(&self, told: &Told1<'_>) {
        let Some(run) = recorded(&self.folder) else { return };
        let Ok(output) = File::open(self.folder.join(OUTPUT)) else { return };
        let mut lines = Lines::new(told.subjects());
        Tail::new(output).lines().iter().for_each(|line| _ = lines.read(line));
        let mut unfinished = lines.unfinished().peekable();
        if unfinished.peek().is_none() {
            return;
        }
        let notice = |text: String| told.tell(&Message::Notice { text });
        notice(format!("an earlier {} was killed while it was creating:", run.words()));
        unfinished.for_each(|(address, what)| notice(format!("  {what} ({address})")));
        notice(
            "what exists of this may be missing from the state. If the review adds it again, look for it in the account \
             first: `terraform import ADDRESS ID` adds it to the state"
                .to_owned(),
        );
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        for name in [PLAN, ERRORS] {
            let _ = fs::remove_file(self.folder.join(name));
        }
    }
}

/// Reads a file that grows, line by line.
pub struct Tail {
    file: File,
    rest: Vec<u8>,
}

impl Tail {
    /// From the file's beginning.
    pub fn new(mut file: File) -> Self {
        // A file that cannot be read has no lines.
        let _ = file.seek(SeekFrom::Start(0));
        Self { file, rest: Vec::new() }
    }

    /// The lines that are complete since the last call.
    pub fn lines(&mut self) -> Vec<String> {
        let _ = self.file.read_to_end(&mut self.rest);
        let end = self.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let rest = self.rest.split_off(end);
        let whole = std::mem::replace(&mut self.rest, rest);
        String::from_utf8_lossy(&whole).lines().map(str::to_owned).collect()
    }

    /// Everything that is left, complete or not.
    pub fn text(mut self) -> String {
        let _ = self.file.read_to_end(&mut self.rest);
        String::from_utf8_lossy(&self.rest).into_owned()
    }
}

/// Whether no process has the file's lock; then this one has it.
fn is_free(file: &File) -> bool {
    // Elsewhere a lock keeps others from reading. Where the file system has no locks, there is nothing to wait for.
    !cfg!(unix) || !matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

fn recorded(folder: &Path) -> Option<Run> {
    let run: Value = serde_json::from_str(&fs::read_to_string(folder.join(RUN)).ok()?).ok()?;
    let process = u32::try_from(run["process"].as_u64()?).ok()?;
    Some(Run { command: run["command"].as_str()?.to_owned(), process })
}

/// A file that only its owner may read.
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
