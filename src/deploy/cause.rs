//! Why an operation failed: the real failures among its events, unpacked from what wraps them.

use super::{Event, hints};

/// Why an operation failed.
///
/// ```
/// use kiln::deploy::cause::find;
/// use kiln::deploy::{Fault, Service};
///
/// async fn help(service: &impl Service, stack: &str) -> Result<Option<String>, Fault> {
///     let mut events = service.events(stack, None).await?.events;
///     // The service gives the newest first, and the cause came first.
///     events.reverse();
///     Ok(find(&events).into_iter().next().and_then(|cause| cause.hint))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The event that says it.
    pub event: Event,
    /// The service's message without its wrapping; the reason that a hook or a validation gives.
    pub message: String,
    /// The service's own code, such as `AlreadyExists`.
    pub code: Option<String>,
    /// What to do, if the message is known.
    pub hint: Option<String>,
}

/// What is told where the service is silent.
pub(crate) const NO_REASON: &str = "the service gives no reason";

/// What the service says of resources that failed only because another one did.
const CANCELLED: [&str; 5] = [
    "Resource creation cancelled",
    "Resource update cancelled",
    "Resource deletion cancelled",
    "The following resource(s) failed to",
    "was not successfully",
];

/// What the service says of what a hook or a validation has stopped; why, it says elsewhere.
const STOPPED: [&str; 2] = ["The following hook(s) failed", "The following hook(s)/validation failed"];

/// Why an operation with these events failed, the root cause first and each resource's reasons once. The events are in
/// the order in which they happened. Empty where nothing failed.
#[must_use]
pub fn find(events: &[Event]) -> Vec<Cause> {
    let says = |event: &Event, of: &[&str]| {
        let reason = event.reason.as_deref().unwrap_or_default();
        of.iter().any(|words| reason.contains(words))
    };
    let stops = |event: &&Event| event.failed_finding().is_some_and(|finding| finding.is_blocking);
    // A hook of the whole stack explains what was stopped anywhere in it.
    let is_explained = |event: &Event| {
        let mut finders = events.iter().filter(stops);
        says(event, &STOPPED) && finders.any(|it| it.logical_id == event.logical_id || it.is_of_stack())
    };
    let is_failure = |event: &&Event| event.status.is_failure() && !event.is_of_stack();
    let is_real =
        |event: &&Event| stops(event) || is_failure(event) && !says(event, &CANCELLED) && !is_explained(event);
    let mut found = once(events.iter().filter(is_real));
    // A stack can fail without one of its resources: an export's name is taken, a stop is asked for.
    let of_stack = |event: &&Event| {
        let is_bad = event.status.word().contains("ROLLBACK") || event.status.is_failure();
        event.is_of_stack() && is_bad && event.reason.is_some() && !says(event, &CANCELLED)
    };
    if found.is_empty() {
        let other = events.iter().find(of_stack).or_else(|| events.iter().find(is_failure));
        found.extend(other.map(Cause::new));
    }
    found
}

/// What hooks and validations say that stops nothing.
#[must_use]
pub fn warnings(events: &[Event]) -> Vec<Cause> {
    let warns = |event: &&Event| event.failed_finding().is_some_and(|finding| !finding.is_blocking);
    once(events.iter().filter(warns))
}

/// What events say, each thing once: hooks are told among the stack's events, and again among the reasons.
fn once<'a>(events: impl Iterator<Item = &'a Event>) -> Vec<Cause> {
    let mut found: Vec<Cause> = Vec::new();
    for cause in events.map(Cause::new) {
        let is_same = |it: &Cause| (&it.event.logical_id, &it.message) == (&cause.event.logical_id, &cause.message);
        if !found.iter().any(is_same) {
            found.push(cause);
        }
    }
    found
}

impl Cause {
    /// What an event says of a failure.
    fn new(event: &Event) -> Self {
        let of = event.resource_type.as_str();
        if let Some(finding) = event.failed_finding() {
            let message = finding.reason.trim().trim_end_matches('.').to_owned();
            // A hook has rules of its own: that its words are those of a known error proves nothing.
            let hint = match finding.is_hook {
                true => Some(format!(
                    "the hook `{}` decides this, which is switched on in this account: change what it complains about, \
                     or ask the people who maintain it",
                    finding.name
                )),
                false => hints::hint(of, None, &message).map(str::to_owned),
            };
            return Self { event: event.clone(), message, code: None, hint };
        }
        let Unpacked { message, code } = unpack(event.reason.as_deref().unwrap_or(NO_REASON));
        let hint = hints::hint(of, code.as_deref(), &message).map(str::to_owned);
        Self { event: event.clone(), message, code, hint }
    }
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
    use crate::deploy::{Finding, ResourceStatus};

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
            operation: None,
            finding: None,
        }
    }

    fn told(events: &[Event]) -> Vec<(String, String)> {
        find(events).into_iter().map(|cause| (cause.event.logical_id, cause.message)).collect()
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
        assert_eq!(told(&events), [("B".to_owned(), "no".to_owned()), ("C".to_owned(), "also bad".to_owned())]);
        assert_eq!(find(&events)[0].code.as_deref(), Some("X"));
    }

    #[test]
    fn a_stack_can_fail_by_itself() {
        let events = [event("web", "UPDATE_ROLLBACK_IN_PROGRESS", "Export with name x is already exported by stack y")];
        assert_eq!(find(&events)[0].event.logical_id, "web");
        assert_eq!(find(&[event("web", "UPDATE_COMPLETE", "")]), []);
    }

    fn hook(logical_id: &str, reason: &str, is_blocking: bool) -> Event {
        let (name, reason) = ("Acme::Guard::Tags".to_owned(), reason.to_owned());
        let finding = Finding { is_hook: true, name, is_failure: true, is_blocking, reason, path: None };
        Event { finding: Some(finding), ..event(logical_id, "CREATE_IN_PROGRESS", "") }
    }

    #[test]
    fn the_reason_of_a_hook_is_the_cause_and_a_warning_is_none() {
        let events = [
            hook("A", "Role A already exists in the register", false),
            hook("A", "no owner.", true),
            event("A", "CREATE_FAILED", "The following hook(s) failed: [Acme::Guard::Tags]"),
            event("B", "CREATE_FAILED", "Resource creation cancelled"),
            event("web", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [A, B]. "),
        ];
        assert_eq!(told(&events), [("A".to_owned(), "no owner".to_owned())]);
        let [warning] = &warnings(&events)[..] else { panic!("{:?}", warnings(&events)) };
        assert!(warning.hint.as_ref().unwrap().contains("the hook `Acme::Guard::Tags` decides this"), "{warning:?}");
        // Without its event there is at least its name.
        assert_eq!(told(&events[2..])[0].1, "The following hook(s) failed: [Acme::Guard::Tags]");
        // A hook of the change set is one of the stack.
        let of_stack = [hook("web", "no Fridays", true), event("A", "CREATE_FAILED", STOPPED[1])];
        assert_eq!(told(&of_stack), [("web".to_owned(), "no Fridays".to_owned())]);
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
