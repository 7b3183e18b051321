//! Calls are paced by one budget, however many stacks are deployed at once, and tried again if that can help.
//!
//! The SDK's own retries are off: they would know nothing of the other stacks, and a stack that waits for its turn
//! after a refusal should make the others wait as well.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::time::Duration;

use aws_sdk_cloudformation::config::http::HttpResponse;
use aws_sdk_cloudformation::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use tokio::time::{Instant, sleep};

use super::bounded::{MOST_BYTES, is_too_long};
use crate::deploy::{Clock, Fault, FaultKind};

/// How often a call is tried.
const MOST_TRIES: u32 = 9;

/// How often a call is tried before anything has ever answered: then a name is wrong, or there is no network.
const MOST_FIRST_TRIES: u32 = 4;

/// The wait before the second try; doubled for each further one.
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// Calls a second at the start, at least and at most. CloudFormation documents no numbers; CLIs that read stacks are
/// throttled from some ten calls a second on.
const RATES: (f64, f64, f64) = (8.0, 0.5, 20.0);

/// So many calls may be made at once after a pause.
const BURST: f64 = 5.0;

/// What a refusal leaves of the rate.
const SLOWER: f64 = 0.7;

/// What a success adds to the rate.
const FASTER: f64 = 0.02;

/// The budget of calls that all stacks of one run share, and what was spent of it.
///
/// ```
/// use std::rc::Rc;
///
/// use kiln::aws::{Calls, Choice, Session, Timer};
///
/// # async fn connect() -> Result<(), kiln::deploy::Fault> {
/// let calls = Rc::new(Calls::new(Timer::new(7)));
/// for region in ["eu-west-1", "us-east-1"] {
///     let choice = Choice { region: Some(region.to_owned()), ..Choice::default() };
///     Session::connect(&choice, Rc::clone(&calls)).await?;
/// }
/// assert!(calls.made() >= 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Calls {
    pace: RefCell<Pace>,
    timer: Timer,
    made: Cell<u64>,
    retried: Cell<u64>,
    /// Whether a service has ever answered.
    is_answered: Cell<bool>,
}

/// The time of the runtime, and chance from a seed.
///
/// ```
/// use kiln::aws::Timer;
/// use kiln::deploy::Clock;
///
/// let timer = Timer::new(7);
/// assert!((0.0..=1.0).contains(&timer.jitter()));
/// // Chance comes from the seed, so each process takes another one.
/// assert_eq!(Timer::new(8).jitter(), Timer::new(8).jitter());
/// ```
#[derive(Debug)]
pub struct Timer {
    began: Instant,
    chance: Cell<u64>,
}

#[derive(Debug)]
struct Pace {
    rate: f64,
    tokens: f64,
    at: Instant,
}

impl Timer {
    /// A timer that begins now. The seed spreads several processes' calls.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { began: Instant::now(), chance: Cell::new(seed) }
    }
}

impl Clock for Timer {
    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    async fn sleep(&self, time: Duration) {
        sleep(time).await;
    }

    /// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
    fn jitter(&self) -> f64 {
        let state = self.chance.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.chance.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
    }
}

impl Calls {
    /// A full budget.
    #[must_use]
    pub fn new(timer: Timer) -> Self {
        let pace = Pace { rate: RATES.0, tokens: BURST, at: Instant::now() };
        Self {
            pace: RefCell::new(pace),
            timer,
            made: Cell::new(0),
            retried: Cell::new(0),
            is_answered: Cell::new(false),
        }
    }

    /// Calls that were made, those that were tried again included.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.made.get()
    }

    /// Calls that were made because an earlier one had failed.
    #[must_use]
    pub fn retried(&self) -> u64 {
        self.retried.get()
    }

    /// The time that waits are measured in.
    #[must_use]
    pub fn timer(&self) -> &Timer {
        &self.timer
    }

    /// Makes a call, and makes it again while that may help. What it does must be safe to be asked for twice.
    pub(super) async fn run<T, E, Making>(&self, action: &str, call: impl Fn() -> Making) -> Result<T, Fault>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        Making: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let mut tries = 1;
        loop {
            self.turn().await;
            self.made.set(self.made.get() + 1);
            let fault = match call().await {
                Ok(answer) => {
                    self.is_answered.set(true);
                    let mut pace = self.pace.borrow_mut();
                    pace.rate = (pace.rate + FASTER).min(RATES.2);
                    return Ok(answer);
                }
                Err(error) => {
                    if matches!(error, SdkError::ServiceError(_)) {
                        self.is_answered.set(true);
                    }
                    fault(action, &error)
                }
            };
            let most = if self.is_answered.get() { MOST_TRIES } else { MOST_FIRST_TRIES };
            if fault.kind == FaultKind::Throttled {
                let mut pace = self.pace.borrow_mut();
                pace.rate = (pace.rate * SLOWER).max(RATES.1);
                pace.tokens = 0.0;
            }
            if !fault.is_passing() || tries >= most {
                return Err(fault);
            }
            let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(tries - 1)).min(LONGEST_WAIT);
            // At least half of it, so that a refused call is not made again at once.
            sleep(wait.mul_f64(0.5 + 0.5 * self.timer.jitter())).await;
            tries += 1;
            self.retried.set(self.retried.get() + 1);
        }
    }

    /// Waits for a turn.
    async fn turn(&self) {
        let wait = {
            let mut pace = self.pace.borrow_mut();
            let now = Instant::now();
            let refill = now.duration_since(pace.at).as_secs_f64() * pace.rate;
            pace.tokens = (pace.tokens + refill).min(BURST) - 1.0;
            pace.at = now;
            // A debt is a place in the queue.
            Duration::from_secs_f64((-pace.tokens / pace.rate).max(0.0))
        };
        sleep(wait).await;
    }
}

/// What went wrong with a call.
pub(super) fn fault<E>(action: &str, error: &SdkError<E, HttpResponse>) -> Fault
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let new = |kind, message: String| Fault { kind, action: action.to_owned(), message };
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let message = answer.err().message().unwrap_or_default().to_owned();
            // Only answers of S3 to HEAD have no body; elsewhere an error without a message was cut.
            let is_cut = message.is_empty() && !action.starts_with("s3:");
            let Some(code) = answer.err().code().filter(|_| !is_cut) else {
                // No code: the body was cut, or something on the way answered in the service's place.
                let kind = if status <= 400 || is_cut {
                    FaultKind::Unavailable
                } else {
                    Fault::classify("", status, &message)
                };
                let words =
                    if message.is_empty() { format!("HTTP status {status} without a message") } else { message };
                return new(kind, words);
            };
            let kind = Fault::classify(code, status, &message);
            new(kind, if message.is_empty() { code.to_owned() } else { message })
        }
        SdkError::TimeoutError(_) => new(FaultKind::Unavailable, "no answer in time".to_owned()),
        other if is_too_long(other) => {
            new(FaultKind::Refused, format!("the answer has more than {} MiB", MOST_BYTES / 1024 / 1024))
        }
        SdkError::ResponseError(_) => new(FaultKind::Unavailable, "the answer was cut or damaged".to_owned()),
        other => {
            let words = DisplayErrorContext(other).to_string();
            let lower = words.to_lowercase();
            if lower.contains("credential") {
                let kind = if lower.contains("expired") { FaultKind::Expired } else { FaultKind::NoCredentials };
                return new(kind, innermost(other));
            }
            new(FaultKind::Unavailable, format!("no connection: {}", innermost(other)))
        }
    }
}

/// The words of the cause that is deepest: what is around it are the SDK's layers.
pub(super) fn innermost(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        words = error.to_string();
        next = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_spread_and_from_the_seed() {
        let draw = |seed| {
            let timer = Timer::new(seed);
            (0..100).map(|_| timer.jitter()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let mean = draw(7).iter().sum::<f64>() / 100.0;
        assert!(draw(7).iter().all(|x| (0.0..=1.0).contains(x)) && (0.4..0.6).contains(&mean), "{mean}");
    }
}
