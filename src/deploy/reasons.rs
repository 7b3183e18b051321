//! Reasons that the service keeps apart from states: what its validation and the account's hooks say.
//!
//! A change set that one of them has stopped names only the check. Why is among the events of its operation, which are
//! gone with the change set and the stack: they are read before either is deleted.

use std::collections::BTreeMap;

use super::cause::{self, Cause};
use super::{ChangeSet, Event, Fault, Phase, Service, StackStatus};

/// The call that gives the reasons.
pub const ACTION: &str = "cloudformation:DescribeEvents";

/// Reasons, as far as they are known.
///
/// ```
/// use kiln::deploy::reasons::{Reasons, of_change_set};
/// use kiln::deploy::{ChangeSet, Service};
///
/// async fn first(service: &impl Service, change_set: &ChangeSet) -> Option<String> {
///     let Reasons { causes, .. } = of_change_set(service, change_set).await;
///     causes.into_iter().next().map(|cause| cause.message)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reasons {
    /// Why it failed, the root cause first; empty if it did not.
    pub causes: Vec<Cause>,
    /// What hooks and validations warn of.
    pub warnings: Vec<Cause>,
    /// Why more is not known: the caller may lack a permission.
    pub unknown: Option<Fault>,
}

impl Reasons {
    fn new(events: &[Event], unknown: Option<Fault>) -> Self {
        Self { causes: cause::find(events), warnings: cause::warnings(events), unknown }
    }
}

/// What was said when a change set was made.
pub async fn of_change_set(service: &impl Service, change_set: &ChangeSet) -> Reasons {
    match service.change_set_events(&change_set.stack_id, &change_set.id).await {
        Ok(events) => Reasons::new(&events, None),
        Err(fault) => Reasons { unknown: Some(fault), ..Reasons::default() },
    }
}

/// Why a followed operation failed: its events, and what the service keeps apart from them.
pub async fn of_operation(service: &impl Service, events: &[Event]) -> Reasons {
    let mut all = events.to_vec();
    let mut unknown = None;
    for (stack_id, operation) in operations(events) {
        match service.failed_events(stack_id, operation).await {
            // What was followed is known already, also where the service tells it under another id.
            Ok(found) => all.extend(found.into_iter().filter(|it| it.finding.is_some())),
            Err(fault) => unknown = Some(fault),
        }
    }
    all.sort_by_key(|event| event.at);
    Reasons::new(&all, unknown)
}

/// The operation that each stack's events begin with. What follows it is its rollback, and the change set that came
/// before is an operation of its own.
fn operations(events: &[Event]) -> BTreeMap<&str, &str> {
    let mut found = BTreeMap::new();
    for event in events {
        let is_review = event.is_of_stack() && StackStatus::new(event.status.word()).phase() == Phase::Review;
        if let Some(operation) = event.operation.as_deref().filter(|_| !is_review) {
            found.entry(event.stack_id.as_str()).or_insert(operation);
        }
    }
    found
}
