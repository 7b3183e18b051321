//! Builds: from a pipeline of a deployed stack to an image, and what there is to tell on the way.
//!
//! Like [`crate::deploy`], whose faults, clock and subjects it uses: the service stands behind the trait [`Builder`] in our
//! own types, what happens is decided on data, and only [`follow`] waits.

pub mod base;
pub mod cause;
pub mod follow;
mod hints;
mod log;
pub mod message;
pub mod place;
pub mod places;
pub mod promote;
pub mod prune;
pub mod remains;
pub mod scan;
mod service;

pub use cause::Cause;
pub use log::{Trace, Where};
pub use message::{Message, SCHEMA};
pub use scan::Findings;
pub use service::{
    Ami, Builder, Container, Execution, Image, LogLine, LogPage, Parameter, Pipeline, State, Step, Template, Workflow,
};
