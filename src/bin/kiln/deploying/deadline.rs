//! The time that a command has: `--timeout` counts from its beginning to its end.

use std::future::Future;
use std::time::{Duration, Instant};

use crate::exit::{Exit, Failure};

/// Preparation has at least this time, so that a short limit does not leave in doubt what was begun.
const LEAST: Duration = Duration::from_secs(5);

/// When a command must have ended.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    began: Instant,
    limit: Option<Duration>,
}

impl Deadline {
    /// So long after a moment; never without a limit.
    pub fn new(began: Instant, limit: Option<Duration>) -> Self {
        Self { began, limit }
    }

    /// The time that is left.
    pub fn left(self) -> Option<Duration> {
        self.limit.map(|limit| limit.saturating_sub(self.began.elapsed()))
    }

    /// Waits until the time is up.
    pub async fn passed(self) {
        match self.left() {
            Some(left) => tokio::time::sleep(left).await,
            None => std::future::pending().await,
        }
    }

    /// Prepares something, unless the time is up before it is done: then nothing was begun, or `what` says what was.
    pub async fn bound<T>(self, what: &str, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let preparation = Self { limit: self.limit.map(|limit| limit.max(LEAST)), ..self };
        tokio::select! {
            done = work => done,
            () = preparation.passed() => Err(Failure::new(format!("the time is up: {what}"))
                .help("a longer --timeout gives it more time")
                .exit(Exit::StillRunning)),
        }
    }
}
