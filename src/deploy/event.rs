//! The events of a stack: which are new, in which order, and which belong to the operation that is followed.

use std::collections::HashSet;

use super::{Phase, ResourceStatus, StackStatus};

/// The type of a stack, which is also a resource of its own events and of its parent's.
pub(crate) const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

/// Something that happened to a resource of a stack.
///
/// ```
/// use kiln::deploy::{Event, Fault, Service};
///
/// async fn failures(service: &impl Service, stack: &str) -> Result<Vec<Event>, Fault> {
///     let page = service.events(stack, None).await?;
///     let of_resources = page.events.into_iter().filter(|event| !event.is_of_stack());
///     Ok(of_resources.filter(|event| event.status.is_failure()).collect())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Unique over all stacks.
    pub id: String,
    /// The ARN of the stack.
    pub stack_id: String,
    /// The resource's id in the template; the stack's name for the stack itself.
    pub logical_id: String,
    /// The resource's id in AWS, once there is one.
    pub physical_id: Option<String>,
    /// The resource's type.
    pub resource_type: String,
    /// What happened.
    pub status: ResourceStatus,
    /// Why, in the service's words.
    pub reason: Option<String>,
    /// When, in milliseconds since 1970 by the service's clock.
    pub at: i64,
    /// The token of the call that began the operation.
    pub token: Option<String>,
    /// The operation that it belongs to.
    pub operation: Option<String>,
    /// What a hook or a validation says of the resource.
    pub finding: Option<Finding>,
}

/// What a hook, or the service's validation before a deployment, says of a resource.
///
/// ```
/// use kiln::deploy::{Event, Fault, Service};
///
/// /// What hooks of the account say of a change set.
/// async fn hooks(service: &impl Service, stack: &str, id: &str) -> Result<Vec<String>, Fault> {
///     let events = service.change_set_events(stack, id).await?;
///     let findings = events.into_iter().filter_map(|event| event.finding);
///     Ok(findings.filter(|it| it.is_hook && it.is_failure).map(|it| it.reason).collect())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it is a hook; otherwise the service's own validation.
    pub is_hook: bool,
    /// The type of the hook, or the name of the validation.
    pub name: String,
    /// Whether it failed.
    pub is_failure: bool,
    /// Whether a failure stops the operation; otherwise it is a warning.
    pub is_blocking: bool,
    /// Why.
    pub reason: String,
    /// The part of the template that is concerned, such as `/Resources/WebRecipe/Properties/Name`.
    pub path: Option<String>,
}

impl Event {
    /// What failed before the resource was touched, and whether this stops the operation.
    #[must_use]
    pub fn failed_finding(&self) -> Option<&Finding> {
        self.finding.as_ref().filter(|finding| finding.is_failure)
    }

    /// Whether it is about the stack itself.
    #[must_use]
    pub fn is_of_stack(&self) -> bool {
        self.resource_type == STACK_TYPE && self.physical_id.as_deref() == Some(self.stack_id.as_str())
    }

    /// Whether it says that the stack's operation has ended.
    #[must_use]
    pub fn ends_operation(&self) -> bool {
        self.is_of_stack() && StackStatus::new(self.status.word()).is_final()
    }

    /// The ARN of a nested stack that this event is about.
    #[must_use]
    pub fn nested_stack(&self) -> Option<&str> {
        let is_nested = self.resource_type == STACK_TYPE && !self.is_of_stack();
        self.physical_id.as_deref().filter(|id| is_nested && id.starts_with("arn:"))
    }
}

/// Where the followed operation begins in a stack's events.
///
/// ```
/// use kiln::deploy::{Event, Fault, Operation, Service};
///
/// async fn latest(service: &impl Service, stack: &str) -> Result<Vec<Event>, Fault> {
///     let mut events = service.events(stack, None).await?.events;
///     // Where there is no count, the operation began on an older page.
///     let count = Operation::Latest.count(&events).unwrap_or(events.len());
///     events.truncate(count);
///     Ok(events)
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation<'a> {
    /// After the event of this id, which was the newest before the operation began. `None`: with the first event.
    After(Option<&'a str>),
    /// With the operation that is under way, or that was the last one.
    Latest,
}

impl Operation<'_> {
    /// How many of these events, newest first, belong to the operation; `None` if its beginning is further back.
    #[must_use]
    pub fn count(self, newest_first: &[Event]) -> Option<usize> {
        match self {
            Self::After(bookmark) => newest_first.iter().position(|event| Some(event.id.as_str()) == bookmark),
            Self::Latest => {
                // The newest event may be the end of the operation itself.
                let mut stack = newest_first.iter().enumerate().filter(|(_, event)| event.is_of_stack());
                let (newest, _) = stack.next()?;
                // A rollback that is continued begins with a state that otherwise follows an update.
                stack
                    .find(|(index, event)| {
                        let status = StackStatus::new(event.status.word());
                        *index > newest && (status.is_final() || status.phase() == Phase::Review)
                    })
                    .map(|(index, _)| index)
            }
        }
    }
}

/// What was told already, so that every event is told once.
///
/// ```
/// use kiln::deploy::{Event, Fault, Service, Tail};
///
/// // Asked again and again with one tail, it gives each event once.
/// async fn news(aws: &impl Service, stack: &str, tail: &mut Tail) -> Result<Vec<Event>, Fault> {
///     let page = aws.events(stack, None).await?;
///     Ok(tail.absorb(page.events))
/// }
/// let tail = Tail::after(Some("event-7".to_owned()));
/// assert_eq!(tail.newest(), Some("event-7"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Tail {
    seen: HashSet<String>,
    newest: Option<String>,
}

impl Tail {
    /// A tail whose events up to this one were before the operation.
    #[must_use]
    pub fn after(bookmark: Option<String>) -> Self {
        Self { seen: bookmark.iter().cloned().collect(), newest: bookmark }
    }

    /// The newest event that was told, or the one before the operation.
    #[must_use]
    pub fn newest(&self) -> Option<&str> {
        self.newest.as_deref()
    }

    /// Whether these events, newest first, reach back to what was told: no older page is needed.
    #[must_use]
    pub fn reaches(&self, newest_first: &[Event]) -> bool {
        newest_first.iter().any(|event| self.seen.contains(&event.id))
    }

    /// The new ones of these events, newest first, in the order in which they happened.
    pub fn absorb(&mut self, newest_first: Vec<Event>) -> Vec<Event> {
        let mut new = Vec::new();
        for event in newest_first {
            // What stands behind a known event was told, or was before the operation.
            if self.seen.contains(&event.id) && self.newest.as_deref() == Some(event.id.as_str()) {
                break;
            }
            if self.seen.insert(event.id.clone()) {
                new.push(event);
            }
        }
        if let Some(event) = new.first() {
            self.newest = Some(event.id.clone());
        }
        new.reverse();
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACK: &str = "arn:aws:cloudformation:us-east-1:1:stack/web/1";

    fn event(id: &str, logical_id: &str, status: &str) -> Event {
        let is_stack = logical_id == "web";
        Event {
            id: id.to_owned(),
            stack_id: STACK.to_owned(),
            logical_id: logical_id.to_owned(),
            physical_id: is_stack.then(|| STACK.to_owned()),
            resource_type: if is_stack { STACK_TYPE } else { "AWS::IAM::Role" }.to_owned(),
            status: ResourceStatus::new(status),
            reason: None,
            at: 0,
            token: None,
            operation: None,
            finding: None,
        }
    }

    fn ids(events: &[Event]) -> Vec<&str> {
        events.iter().map(|event| event.id.as_str()).collect()
    }

    #[test]
    fn every_event_is_told_once_in_its_order() {
        let mut tail = Tail::after(Some("0".to_owned()));
        let page = |ids: &[&str]| ids.iter().map(|id| event(id, "Role", "CREATE_IN_PROGRESS")).collect::<Vec<_>>();
        assert_eq!(ids(&tail.absorb(page(&["2", "1", "0"]))), ["1", "2"]);
        assert_eq!(ids(&tail.absorb(page(&["2", "1", "0"]))), [""; 0]);
        assert!(tail.reaches(&page(&["4", "3", "2"])) && !tail.reaches(&page(&["6", "5"])));
        assert_eq!(ids(&tail.absorb(page(&["4", "3", "2", "1"]))), ["3", "4"]);
    }

    #[test]
    fn the_latest_operation_begins_after_the_end_of_the_one_before() {
        let events = [
            event("7", "web", "UPDATE_COMPLETE"),
            event("6", "web", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
            event("5", "Role", "UPDATE_COMPLETE"),
            event("4", "web", "UPDATE_IN_PROGRESS"),
            event("3", "web", "CREATE_COMPLETE"),
            event("2", "web", "CREATE_IN_PROGRESS"),
            event("1", "web", "REVIEW_IN_PROGRESS"),
        ];
        assert_eq!(Operation::Latest.count(&events), Some(4));
        assert_eq!(Operation::Latest.count(&events[2..]), Some(2), "under way");
        assert_eq!(Operation::Latest.count(&events[4..]), Some(2), "after the review");
        assert_eq!(Operation::Latest.count(&events[..4]), None, "on an older page");
        assert_eq!(Operation::After(Some("3")).count(&events), Some(4));
    }
}
