//! AWS itself: credentials, Regions, clients, and the one place where calls are counted, paced and tried again.
//!
//! The only room that knows the SDK. What it gives out are the types and traits of [`crate::deploy`] and [`crate::build`].

mod bounded;
mod calls;
mod cloudformation;
mod connect;
mod drift;
mod events;
mod findings;
mod imagebuilder;
mod parameters;
mod plain;
mod s3;

pub use calls::{Calls, Timer};
pub use connect::{Choice, Session};
