//! Why an operation failed: the first real failure among its events, unpacked from what wraps it.

use super::{Event, hints};

/// Why an operation failed.
///
/// ```
/// use kiln::deploy::cause::find;
/// use kiln::deploy::{Fault, Service};
///
/// async fn help(service: &impl Service, stack: &str) -> Result<Option<&'static str>, Fault> {
///     let mut events = service.events(stack, None).await?.events;
///     // The service gives the newest first, and the cause came first.
///     events.reverse();
///     Ok(find(&events).and_then(|cause| cause.hint))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The event that came first.
    pub event: Event,
    /// The service's message without its wrapping.
    pub message: String,
    /// The service's own code, such as `AlreadyExists`.
    pub code: Option<String>,
    /// What to do, if the message is known.
    pub hint: Option<&'static str>,
    /// How many other resources failed for reasons of their own.
    pub others: usize,
}

/// What the service says of resources that failed only because another one did.
const CANCELLED: [&str; 5] = [
    "Resource creation cancelled",
    "Resource update cancelled",
    "Resource deletion cancelled",
    "The following resource(s) failed to",
    "was not successfully",
];

/// The root cause among the events of an operation, in the order in which they happened; `None` where nothing failed.
#[must_use]
pub fn find(events: &[Event]) -> Option<Cause> {
    let is_consequence = |event: &Event| {
        let reason = event.reason.as_deref().unwrap_or_default();
        CANCELLED.iter().any(|words| reason.contains(words))
    };
    let mut failures = events.iter().filter(|event| event.status.is_failure() && !event.is_of_stack());
    let real: Vec<&Event> = failures.clone().filter(|event| !is_consequence(event)).collect();
    // A stack can fail without one of its resources: an export's name is taken, a stop is asked for.
    let stack = || {
        events.iter().find(|event| {
            let word = event.status.word();
            let is_bad = word.contains("ROLLBACK") || event.status.is_failure();
            event.is_of_stack() && is_bad && event.reason.is_some() && !is_consequence(event)
        })
    };
    let first = real.first().copied().or_else(stack).or_else(|| failures.next())?;
    let unpacked = unpack(first.reason.as_deref().unwrap_or("the service gives no reason"));
    let mut others: Vec<&str> = real.iter().map(|event| event.logical_id.as_str()).collect();
    others.sort_unstable();
    others.dedup();
    Some(Cause {
        event: first.clone(),
        hint: hints::hint(&first.resource_type, unpacked.code.as_deref(), &unpacked.message),
        message: unpacked.message,
        code: unpacked.code,
        others: others.iter().filter(|id| **id != first.logical_id).count(),
    })
}

/// A message and the code that came with it.
///
/// ```
/// use kiln::deploy::cause::unpack;
///
/// let reason = "Resource handler returned message: \"The name is taken. (Service: S3)\" \
///               (RequestToken: 2, HandlerErrorCode: AlreadyExists)";
/// let unpacked = unpack(reason);
/// assert_eq!(unpacked.message, "The name is taken");
/// assert_eq!(unpacked.code.as_deref(), Some("AlreadyExists"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// The message itself.
    pub message: String,
    /// The handler's code.
    pub code: Option<String>,
}

/// Takes the service's message out of what CloudFormation wraps it in:
/// `Resource handler returned message: "… (Service: …, Request ID: …)" (RequestToken: …, HandlerErrorCode: …)`.
#[must_use]
pub fn unpack(reason: &str) -> Unpacked {
    let code = reason.rsplit_once("HandlerErrorCode: ").map(|(_, code)| code.trim_end_matches(')').to_owned());
    let inner = reason
        .split_once("Resource handler returned message: \"")
        .map_or(reason, |(_, inner)| inner.rsplit_once("\" (RequestToken:").map_or(inner, |(message, _)| message));
    // The request's id is of use to nobody but support, and stands in every message.
    let message = inner.rsplit_once(" (Service: ").map_or(inner, |(message, _)| message);
    let message = message.split_once(" (RequestToken:").map_or(message, |(message, _)| message);
    let message = message.trim().trim_end_matches('.').to_owned();
    Unpacked { message, code: code.filter(|code| !code.is_empty()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::ResourceStatus;

    fn event(logical_id: &str, status: &str, reason: &str) -> Event {
        let stack_id = "arn:aws:cloudformation:us-east-1:1:stack/web/1".to_owned();
        let is_stack = logical_id == "web";
        Event {
            id: format!("{logical_id}-{status}"),
            physical_id: is_stack.then(|| stack_id.clone()),
            resource_type: if is_stack { "AWS::CloudFormation::Stack" } else { "AWS::IAM::Role" }.to_owned(),
            stack_id,
            logical_id: logical_id.to_owned(),
            status: ResourceStatus::new(status),
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
            at: 0,
            token: None,
        }
    }

    #[test]
    fn cancellations_are_no_cause() {
        let events = [
            event("A", "CREATE_FAILED", "Resource creation cancelled"),
            event(
                "B",
                "CREATE_FAILED",
                "Resource handler returned message: \"no\" (RequestToken: 1, HandlerErrorCode: X)",
            ),
            event("C", "CREATE_FAILED", "also bad"),
            event("web", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [B, C]. "),
        ];
        let cause = find(&events).unwrap();
        assert_eq!((cause.event.logical_id.as_str(), cause.message.as_str(), cause.others), ("B", "no", 1));
        assert_eq!(cause.code.as_deref(), Some("X"));
    }

    #[test]
    fn a_stack_can_fail_by_itself() {
        let events = [event("web", "UPDATE_ROLLBACK_IN_PROGRESS", "Export with name x is already exported by stack y")];
        assert_eq!(find(&events).unwrap().event.logical_id, "web");
        assert_eq!(find(&[event("web", "UPDATE_COMPLETE", "")]), None);
    }

    #[test]
    fn messages_lose_their_wrapping() {
        let table = [
            (
                "Resource handler returned message: \"Bad \"thing\". (Service: Imagebuilder, Status Code: 400, Request \
                 ID: 1)\" (RequestToken: 2, HandlerErrorCode: InvalidRequest)",
                ("Bad \"thing\"", Some("InvalidRequest")),
            ),
            ("API: s3:CreateBucket Access Denied", ("API: s3:CreateBucket Access Denied", None)),
        ];
        for (reason, (message, code)) in table {
            let unpacked = unpack(reason);
            assert_eq!((unpacked.message.as_str(), unpacked.code.as_deref()), (message, code));
        }
    }
}
