//! Time, as an argument.

use std::time::Duration;

/// Time that only moves forward: a clock that is set while kiln waits changes nothing.
#[allow(async_fn_in_trait, reason = "a deployment runs on one thread")]
pub trait Clock {
    /// The time since some moment before the deployment.
    fn elapsed(&self) -> Duration;

    /// Waits.
    async fn sleep(&self, time: Duration);

    /// A number between 0 and 1, which spreads what several processes do at once.
    fn jitter(&self) -> f64;
}
