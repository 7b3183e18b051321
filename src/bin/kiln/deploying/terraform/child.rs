//! A child process that is followed, and that outlives kiln.
//!
//! Its output goes to files, so that it does not end with kiln, as it would on a pipe that is read no more. It has a
//! process group of its own, so that Ctrl-C on a terminal reaches it once, through kiln.

use std::process::ExitStatus;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, sleep_until};

use crate::deploying::interrupt::Signals;
use crate::exit::{Exit, Failure};

/// How often what a child writes is read.
pub const TICK: Duration = Duration::from_millis(120);

/// How long a child may finish what it has begun after the time limit has interrupted it.
const GRACE: Duration = Duration::from_secs(10);

/// What ends a command early: signals, and a time limit.
#[derive(Clone)]
pub struct Bounds {
    signals: Option<Signals>,
    until: Option<Instant>,
}

/// Why a command ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A signal.
    Signal,
    /// The time limit.
    Limit,
}

/// How a child ended.
#[derive(Debug)]
pub enum End {
    /// By itself.
    Ended(ExitStatus),
    /// After it was interrupted, in order.
    Interrupted(Stop, ExitStatus),
    /// Not yet: it was interrupted and still runs, as this process.
    Left(u32),
}

/// What an interrupt means for a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It changes nothing: it is killed.
    Reads,
    /// It changes something, or holds a lock: it is interrupted, and finishes what it has begun.
    Works,
}

impl Bounds {
    /// The time limit begins now, and signals end nothing by themselves from now on.
    pub fn new(limit: Option<Duration>) -> Self {
        let until = limit.and_then(|limit| Instant::now().checked_add(limit));
        Self { signals: Some(Signals::listen()), until }
    }

    /// For commands that only read: a signal ends kiln, and Ctrl-C on a terminal ends the child as well.
    pub fn none() -> Self {
        Self { signals: None, until: None }
    }

    /// Waits for the first of them.
    pub async fn reached(&mut self) -> Stop {
        tokio::select! {
            () = heard(&mut self.signals) => Stop::Signal,
            () = until(self.until) => Stop::Limit,
        }
    }

    /// Work that may be given up at any time: nothing is under way yet, or any more.
    pub async fn within<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        let mut bounds = self.clone();
        tokio::select! {
            done = work => Ok(done),
            stop = bounds.reached() => Err(stop.failure("nothing was changed")),
        }
    }
}

impl Stop {
    /// The end of a command that was given up.
    pub fn failure(self, what: &str) -> Failure {
        match self {
            Self::Signal => Failure::new(format!("interrupted: {what}")).exit(Exit::Interrupted),
            Self::Limit => {
                let failure = Failure::new(format!("the time limit is reached: {what}")).exit(Exit::Interrupted);
                failure.help("a longer --timeout gives it more time")
            }
        }
    }
}

/// Starts a command, in a process group of its own if signals are forwarded to it.
pub fn start(command: &mut Command, bounds: &Bounds) -> std::io::Result<Child> {
    #[cfg(unix)]
    if bounds.signals.is_some() {
        command.process_group(0);
    }
    command.spawn()
}

/// Waits for a child to end. `tick` runs every now and then, `note` takes what there is to say about an interrupt.
pub async fn wait(
    child: &mut Child,
    kind: Kind,
    bounds: &Bounds,
    (mut tick, note): (impl FnMut(), impl Fn(String)),
) -> std::io::Result<End> {
    let mut bounds = bounds.clone();
    let process = child.id().unwrap_or_default();
    let mut stop = None;
    let mut is_explained = false;
    loop {
        let reached = tokio::select! {
            status = child.wait() => {
                let status = status?;
                return Ok(stop.map_or(End::Ended(status), |stop| End::Interrupted(stop, status)));
            }
            reached = bounds.reached() => reached,
            () = sleep(TICK) => {
                tick();
                continue;
            }
        };
        if kind == Kind::Reads {
            signal(process, Sent::Kill);
            let _ = child.start_kill();
            return Ok(End::Interrupted(reached, child.wait().await?));
        }
        match (reached, stop) {
            (_, None) => {
                signal(process, Sent::Interrupt);
                note(match reached {
                    Stop::Signal => "interrupted: Terraform finishes what it has begun and saves its state".to_owned(),
                    Stop::Limit => format!(
                        "the time limit is reached: Terraform is interrupted, and has {} seconds to finish what it has \
                         begun",
                        GRACE.as_secs()
                    ),
                });
            }
            (Stop::Limit, Some(Stop::Signal)) => note(format!(
                "the time limit is reached: Terraform has {} more seconds to finish what it has begun",
                GRACE.as_secs()
            )),
            (Stop::Signal, Some(_)) if !is_explained => {
                is_explained = true;
                note(format!(
                    "Terraform (process {process}) was interrupted already, and finishes what it has begun. A second \
                     interrupt is not sent: Terraform would end without saving its state. The next Ctrl-C only stops \
                     following, and Terraform continues"
                ));
            }
            (_, Some(_)) => return Ok(End::Left(process)),
        }
        if reached == Stop::Limit {
            bounds.until = Some(Instant::now() + GRACE);
        }
        stop = Some(if reached == Stop::Limit { reached } else { stop.unwrap_or(reached) });
    }
}

async fn heard(signals: &mut Option<Signals>) {
    match signals {
        Some(signals) => _ = signals.next().await,
        None => std::future::pending().await,
    }
}

/// Waits until a moment; for ever without one.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// What is sent to a child and its own children, as a terminal would.
#[derive(Clone, Copy)]
enum Sent {
    Interrupt,
    Kill,
}

#[cfg(unix)]
fn signal(process: u32, sent: Sent) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = match sent {
        Sent::Interrupt => Signal::INT,
        Sent::Kill => Signal::KILL,
    };
    // Who has ended on the way needs no signal.
    let group = i32::try_from(process).ok().and_then(Pid::from_raw);
    let _ = group.map(|group| kill_process_group(group, signal));
}

/// Here Ctrl-C reaches every process of the console by itself.
#[cfg(not(unix))]
fn signal(_: u32, _: Sent) {}
