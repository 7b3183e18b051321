//! `events` of a pipeline.

use super::Input;
use crate::table::table;

table! {
    /// Whom a change of an image's state is told.
    ///
    /// ```
    /// use kiln::spec::{BuildEvent, Pipeline};
    ///
    /// let failed = BuildEvent::from("arn:aws:sns:eu-west-1:123456789012:images").states(["failed"]);
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").events([failed]);
    /// ```
    BuildEvent short(String) needs ["to"] {
        /// An SNS topic, SQS queue, Lambda function, event bus, state machine or log group, by ARN. A topic is told in a
        /// sentence, the others get the event.
        one "to" to: Input,
        /// The states that an image comes to: `building`, `testing`, `distributing`, `integrating`, `available`,
        /// `cancelled`, `failed`; `available`, `cancelled` and `failed` unless said otherwise.
        list "states" states: String = ["building", "testing", "distributing", "integrating", "available", "cancelled", "failed"],
        /// `topic`, `queue`, `function`, `event-bus`, `state-machine` or `log-group`, where a parameter says `to`.
        one "kind" kind: String = ["topic", "queue", "function", "event-bus", "state-machine", "log-group"],
        /// The ARN of the key that the topic or queue is encrypted with, if it is a key of yours.
        one "kms-key" kms_key: String,
    }
}

impl From<String> for BuildEvent {
    fn from(to: String) -> Self {
        Self::new().to(to)
    }
}

impl From<&str> for BuildEvent {
    fn from(to: &str) -> Self {
        Self::new().to(to)
    }
}
