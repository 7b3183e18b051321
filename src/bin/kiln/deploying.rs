//! What the commands that talk to AWS share: where they go to, what they show, and how they are interrupted.

pub mod deadline;
pub mod interrupt;
mod live;
mod mirror;
pub mod place;
pub mod project;
pub mod stack;
pub mod terraform;
pub mod upload;
pub mod view;
pub mod words;

use std::future::Future;

use crate::exit::Failure;

/// Runs a command's work. Only commands that wait for something have a runtime, of one thread.
pub fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot wait for the network: {error}")))?;
    let done = runtime.block_on(work);
    // A question that nobody answers does not keep the process.
    runtime.shutdown_background();
    done
}
