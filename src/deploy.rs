//! Deployments: from a template to a stack that has reached its end, and what there is to tell on the way.
//!
//! The service stands behind the trait [`Service`], in our own types, and time behind [`Clock`]; nothing here knows the
//! AWS SDK or a runtime. What happens is decided on data: [`state::next`] says what a stack's state asks for, [`Review`]
//! what a change set would do, [`Tail`] which events are new, [`cause::find`] which of them made it fail.
//! Only [`flow`] and [`follow`] wait for something, and both can be driven by a scripted service and a paused clock.
//!
//! What happened is told as [`Message`]s: data with a version, which a view turns into words and a program reads as
//! JSON.

pub mod cause;
mod clock;
pub mod drift;
mod event;
mod fault;
pub mod flow;
pub mod follow;
mod hints;
pub mod message;
pub(crate) mod moment;
pub mod owner;
mod pages;
pub mod plan_file;
pub mod policy;
pub mod reasons;
mod remains;
mod review;
mod service;
pub mod state;
mod status;
pub mod terraform;

pub use crate::review::{Action, Subject, Subjects};
pub use clock::Clock;
pub(crate) use event::STACK_TYPE;
pub use event::{Event, Finding, Operation, Tail};
pub use fault::{Fault, FaultKind};
pub use message::{Message, SCHEMA};
pub use owner::Owner;
pub use pages::Pages;
pub use remains::Remains;
pub use review::{Item, Review};
pub use service::{
    Change, ChangeSet, ChangeSetState, Detail, Kind, Named, Page, Replacement, Request, Service, Stack, StackOutput,
    StackResource, Start,
};
pub use status::{Phase, Progress, ResourceStatus, StackStatus};
