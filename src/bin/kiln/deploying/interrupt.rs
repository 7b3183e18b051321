//! Signals while a deployment is followed.

use std::rc::Rc;

use tokio::sync::watch;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C, for the first, the second, … time.
    Interrupt(u32),
    /// SIGTERM.
    Terminate,
}

/// Hears signals, for all stacks at once.
#[derive(Debug, Clone)]
pub struct Signals {
    heard: watch::Receiver<Option<Signal>>,
    // While somebody listens, the task that hears goes on.
    _task: Rc<tokio::task::JoinHandle<()>>,
}

impl Signals {
    /// From now on signals end nothing by themselves.
    pub fn listen() -> Self {
        let (tell, heard) = watch::channel(None);
        let task = tokio::spawn(async move {
            let mut count = 0;
            let mut terminate = terminate();
            loop {
                let signal = tokio::select! {
                    told = tokio::signal::ctrl_c() => match told {
                        Ok(()) => { count += 1; Signal::Interrupt(count) }
                        Err(_) => return,
                    },
                    () = terminate.next() => Signal::Terminate,
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
                // Nobody hears signals any more, so none comes.
                std::future::pending::<()>().await;
            }
            if let Some(signal) = *self.heard.borrow_and_update() {
                return signal;
            }
        }
    }
}

#[cfg(unix)]
struct Terminate(Option<tokio::signal::unix::Signal>);

#[cfg(not(unix))]
struct Terminate;

impl Terminate {
    #[cfg(unix)]
    async fn next(&mut self) {
        match &mut self.0 {
            Some(signal) => {
                signal.recv().await;
            }
            None => std::future::pending().await,
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        std::future::pending().await
    }
}

#[cfg(unix)]
fn terminate() -> Terminate {
    Terminate(tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok())
}

#[cfg(not(unix))]
fn terminate() -> Terminate {
    Terminate
}
