//! Signals while a deployment is followed.

use std::rc::Rc;

use tokio::sync::watch;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C, for the first, the second, … time.
    Interrupt(u32),
    /// SIGTERM, or SIGHUP: the terminal is gone.
    Terminate,
}

/// Receives signals, for all stacks at once. A clone begins where the original is.
#[derive(Debug, Clone)]
pub struct Signals {
    heard: watch::Receiver<Option<Signal>>,
    // The task runs as long as there is a receiver.
    _task: Rc<tokio::task::JoinHandle<()>>,
}

impl Signals {
    /// From now on signals end nothing by themselves.
    pub fn listen() -> Self {
        let (tell, heard) = watch::channel(None);
        let mut sources = Sources::open();
        let task = tokio::spawn(async move {
            let mut count = 0;
            loop {
                let signal = match sources.next().await {
                    Some(Signal::Interrupt(_)) => {
                        count += 1;
                        Signal::Interrupt(count)
                    }
                    Some(signal) => signal,
                    None => return,
                };
                if tell.send(Some(signal)).is_err() {
                    return;
                }
            }
        });
        Self { heard, _task: Rc::new(task) }
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) -> Signal {
        loop {
            if self.heard.changed().await.is_err() {
                // Signals are not received any more, so none comes.
                std::future::pending::<()>().await;
            }
            if let Some(signal) = *self.heard.borrow_and_update() {
                return signal;
            }
        }
    }
}

#[cfg(unix)]
use tokio::signal::unix::{Signal as Source, SignalKind, signal};

/// The signals of this system.
#[cfg(unix)]
struct Sources {
    interrupt: Option<Source>,
    terminate: Option<Source>,
    hangup: Option<Source>,
}

#[cfg(unix)]
impl Sources {
    fn open() -> Self {
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
            hangup: if is_hangup_ignored() { None } else { signal(SignalKind::hangup()).ok() },
        }
    }

    async fn next(&mut self) -> Option<Signal> {
        async fn next(source: &mut Option<Source>) {
            match source {
                Some(source) => _ = source.recv().await,
                None => std::future::pending().await,
            }
        }
        Some(tokio::select! {
            () = next(&mut self.interrupt) => Signal::Interrupt(1),
            () = next(&mut self.terminate) => Signal::Terminate,
            () = next(&mut self.hangup) => Signal::Terminate,
        })
    }
}

/// Whether SIGHUP was ignored when kiln began, as `nohup` arranges. Only Linux says that in a file.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
struct Sources;

#[cfg(not(unix))]
impl Sources {
    fn open() -> Self {
        Self
    }

    async fn next(&mut self) -> Option<Signal> {
        tokio::signal::ctrl_c().await.ok().map(|()| Signal::Interrupt(1))
    }
}
