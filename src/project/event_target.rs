//! What an event can be sent to.
//!
//! Source: EventBridge user guide, "Event bus targets available in the EventBridge console", and "Using resource-based
//! policies for Amazon EventBridge".

use std::fmt;

use super::arn::Arn;
use super::invalid::Invalid;

/// A kind of target.
///
/// ```
/// use kiln::project::EventTarget;
/// use kiln::project::event_target::TargetKind;
///
/// let target = EventTarget::parse("arn:aws:sqs:eu-west-1:123456789012:images").unwrap();
/// assert_eq!(target.kind(), TargetKind::Queue);
/// assert_eq!(target.kind().word(), "queue");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// A standard topic of SNS.
    Topic,
    /// A standard queue of SQS.
    Queue,
    /// A function of Lambda.
    Function,
    /// Another event bus.
    EventBus,
    /// A state machine of Step Functions.
    StateMachine,
    /// A log group of CloudWatch.
    LogGroup,
}

impl TargetKind {
    /// All kinds by the words for them in a spec.
    pub const ALL: [(&'static str, Self); 6] = [
        ("topic", Self::Topic),
        ("queue", Self::Queue),
        ("function", Self::Function),
        ("event-bus", Self::EventBus),
        ("state-machine", Self::StateMachine),
        ("log-group", Self::LogGroup),
    ];

    /// The word in a spec.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    /// The kind of what an ARN names, if events can be sent to it.
    fn of(arn: &Arn) -> Option<Self> {
        let named = |beginning: &str| arn.resource_after(beginning).is_some_and(|name| !name.is_empty());
        match arn.service() {
            "sns" if !arn.resource().contains(':') => Some(Self::Topic),
            "sqs" => Some(Self::Queue),
            "lambda" if named("function:") => Some(Self::Function),
            "events" if named("event-bus/") => Some(Self::EventBus),
            "states" if named("stateMachine:") => Some(Self::StateMachine),
            "logs" if named("log-group:") => Some(Self::LogGroup),
            _ => None,
        }
    }
}

/// The ARN of something that an event can be sent to.
///
/// ```
/// use kiln::project::EventTarget;
///
/// let group = "arn:aws:logs:eu-west-1:123456789012:log-group:images";
/// let target = EventTarget::parse(&format!("{group}:*")).expect("events can be logged");
/// assert_eq!(target.to_string(), group);
/// assert!(EventTarget::parse("arn:aws:s3:::images").is_err(), "a bucket is no target");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventTarget {
    arn: Arn,
    kind: TargetKind,
}

impl EventTarget {
    /// Parses an ARN. The `:*` at the end of a log group's is left out, as EventBridge wants it.
    ///
    /// # Errors
    /// If the text is not the ARN of a target, or names a FIFO topic or queue.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let arn = Arn::parse(text.strip_suffix(":*").unwrap_or(text))?;
        let kind = TargetKind::of(&arn).filter(|_| !arn.region().is_empty() && arn.account().len() == 12).ok_or_else(
            || {
                Invalid::new(format!("events cannot be sent to `{text}`")).help(
                    "write the ARN of an SNS topic, SQS queue, Lambda function, event bus, state machine or log group",
                )
            },
        )?;
        if matches!(kind, TargetKind::Topic | TargetKind::Queue) && arn.resource().ends_with(".fifo") {
            let message =
                format!("`{}` is a FIFO {}, and the order of builds means nothing", arn.resource(), kind.word());
            return Err(Invalid::new(message).help(format!("write the ARN of a standard {}", kind.word())));
        }
        Ok(Self { arn, kind })
    }

    /// What it is.
    pub fn kind(&self) -> TargetKind {
        self.kind
    }
}

impl fmt::Display for EventTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.arn.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid, valid_as};
    use super::*;

    #[test]
    fn targets() {
        let kinds = [
            ("sns:eu-west-1:111122223333:images", TargetKind::Topic),
            ("sqs:eu-west-1:111122223333:images", TargetKind::Queue),
            ("lambda:eu-west-1:111122223333:function:images:live", TargetKind::Function),
            ("events:eu-west-1:111122223333:event-bus/images", TargetKind::EventBus),
            ("states:eu-west-1:111122223333:stateMachine:images", TargetKind::StateMachine),
            ("logs:eu-west-1:111122223333:log-group:/aws/events/images", TargetKind::LogGroup),
        ];
        for (rest, kind) in kinds {
            let text = format!("arn:aws:{rest}");
            valid(EventTarget::parse, &text);
            assert_eq!(EventTarget::parse(&text).unwrap().kind(), kind);
        }
        let group = "arn:aws:logs:eu-west-1:111122223333:log-group:images";
        valid_as(EventTarget::parse, &format!("{group}:*"), group);
        let help = "write the ARN of an SNS topic, SQS queue, Lambda function, event bus, state machine or log group";
        for wrong in ["arn:aws:s3:::bucket", "arn:aws:sns:eu-west-1::images", "arn:aws:lambda:eu-west-1:111122223333:x"]
        {
            invalid(EventTarget::parse, wrong, &format!("events cannot be sent to `{wrong}` | {help}"));
        }
        invalid(
            EventTarget::parse,
            "arn:aws:sqs:eu-west-1:111122223333:images.fifo",
            "`images.fifo` is a FIFO queue, and the order of builds means nothing \
             | write the ARN of a standard queue",
        );
    }
}
