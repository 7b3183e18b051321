//! Time, as an argument.

use std::time::Duration;

/// Time that only moves forward: a clock that is set while kiln waits changes nothing.
///
/// ```
/// use std::time::Duration;
///
/// use kiln::aws::Timer;
/// use kiln::deploy::Clock;
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let clock = Timer::new(7);
/// let began = clock.elapsed();
/// clock.sleep(Duration::from_millis(5)).await;
/// assert!(clock.elapsed() - began >= Duration::from_millis(5));
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[allow(async_fn_in_trait, reason = "a deployment runs on one thread")]
pub trait Clock {
    /// The time since some moment before the deployment.
    fn elapsed(&self) -> Duration;

    /// Waits.
    async fn sleep(&self, time: Duration);

    /// A number between 0 and 1, which spreads what several processes do at once.
    fn jitter(&self) -> f64;
}
