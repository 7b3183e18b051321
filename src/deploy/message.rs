//! What a deployment tells, as data: views turn it into words, programs read it as one JSON object a line.
//!
//! The shape is versioned. Fields are only added within a version; whoever reads it ignores what it does not know.

use serde::{Deserialize, Serialize};

use super::{Event, Finding, Review, StackOutput, Subjects, cause::Cause, moment, remains::Remains};

/// The version of the shape.
pub const SCHEMA: u32 = 1;

/// Something that a deployment tells.
///
/// ```
/// use kiln::deploy::Message;
///
/// let text = "kiln.lock was written".to_owned();
/// let line = Message::Notice { text }.json("web");
/// assert_eq!(
///     line,
///     "{\"v\":1,\"stack\":\"web\",\"type\":\"notice\",\"text\":\"kiln.lock was written\"}\n"
/// );
/// ```
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Message {
    /// Where it goes to.
    Started {
        /// `cloudformation` or `terraform`.
        target: &'static str,
        /// The Region.
        region: Option<String>,
        /// The account.
        account: Option<String>,
    },
    /// What would be done.
    Review(Review),
    /// Something that the user should know.
    Notice {
        /// In words.
        text: String,
    },
    /// Something happened to a resource.
    Event(Told),
    /// What is left after a stack was destroyed.
    Remains(Remains),
    /// Why it failed.
    Failure(Why),
    /// Why nothing could be done.
    Error {
        /// In words.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// The end.
    Ended {
        /// How the command ends: `deployed`, `unchanged`, `rolled-back`, …
        outcome: &'static str,
        /// The stack's state, if there is a stack.
        status: Option<String>,
        /// What the stack tells its user.
        outputs: Vec<Output>,
        /// The exit code of this stack's part.
        exit: u8,
        /// How long it took.
        seconds: u64,
        /// Calls that were made to AWS.
        calls: u64,
    },
}

/// A value that a deployment ends with.
///
/// ```
/// use kiln::deploy::terraform::outputs;
/// use serde_json::json;
///
/// let document = json!({ "log_bucket_name": { "value": "web-logs-1a2b3c", "sensitive": false } });
/// let [bucket] = &outputs(&document)[..] else { panic!("there is one output") };
/// assert_eq!((bucket.name.as_str(), bucket.value.as_str()), ("log_bucket_name", "web-logs-1a2b3c"));
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// The value.
    pub value: String,
    /// What it is.
    pub description: Option<String>,
}

impl From<StackOutput> for Output {
    fn from(StackOutput { name, value, description }: StackOutput) -> Self {
        Self { name, value, description }
    }
}

/// An event in the user's words.
///
/// ```
/// use kiln::deploy::Subjects;
/// use kiln::deploy::terraform::{Line, Lines};
///
/// let text = r#"{"type": "apply_start", "hook": {"action": "create",
///     "resource": {"addr": "aws_sns_topic.builds", "resource_type": "aws_sns_topic"}}}"#;
/// let Some(Line::Event(told)) = Lines::new(&Subjects::default()).read(text) else { panic!("it is an event") };
/// assert_eq!(told.what, "topic `aws_sns_topic.builds`");
/// assert_eq!(told.status, "CREATE_IN_PROGRESS");
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    /// The service's id of the event; none in Terraform.
    pub id: Option<String>,
    /// When it happened, by the service's clock: `2026-03-01T12:00:05.250Z`; none in Terraform.
    pub at: Option<String>,
    /// The resource's id in the template, or its address in Terraform.
    pub resource: String,
    /// Its type.
    pub resource_type: String,
    /// Its id in AWS, once there is one.
    pub physical_id: Option<String>,
    /// What it is in words.
    pub what: String,
    /// Where the spec speaks of it: `kiln.toml:12:1`.
    pub place: Option<String>,
    /// The service's word, such as `CREATE_COMPLETE`.
    pub status: String,
    /// The service's reason.
    pub reason: Option<String>,
    /// Whether this is about the whole stack.
    pub is_stack: bool,
    /// What a hook says of it.
    pub hook: Option<Hooked>,
}

/// What a hook says of a resource.
///
/// ```
/// use kiln::deploy::message::Hooked;
///
/// fn words(Hooked { name, reason, is_failure, is_blocking }: &Hooked) -> String {
///     let word = if *is_failure && *is_blocking { "refuses" } else { "says" };
///     format!("{name} {word}: {reason}")
/// }
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct Hooked {
    /// The type of the hook.
    #[serde(rename = "type")]
    pub name: String,
    /// Why.
    pub reason: String,
    /// Whether it failed.
    pub is_failure: bool,
    /// Whether a failure stops the operation; otherwise it is a warning.
    pub is_blocking: bool,
}

/// A failure in the user's words.
///
/// ```
/// use kiln::deploy::Subjects;
/// use kiln::deploy::terraform::{Line, Lines};
///
/// let text = r#"{"type": "diagnostic", "diagnostic": {"severity": "error",
///     "address": "aws_iam_role.web", "summary": "AccessDenied: no right to create it"}}"#;
/// let Some(Line::Error(why)) = Lines::new(&Subjects::default()).read(text) else { panic!("it is an error") };
/// assert_eq!(why.what, "role `aws_iam_role.web`");
/// assert!(why.hint.is_some_and(|hint| hint.contains("`kiln policy`")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The resource's id in the template, or its address in Terraform.
    pub resource: String,
    /// What it is in words.
    pub what: String,
    /// Where the spec speaks of it.
    pub place: Option<String>,
    /// The service's message, unpacked.
    pub message: String,
    /// The service's code.
    pub code: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// How many others failed for reasons of their own.
    pub others: usize,
    /// The type of the hook that says it, if one does.
    pub hook: Option<String>,
    /// The name of the service's validation that says it, if one does.
    pub validation: Option<String>,
    /// The part of the template that a validation complains about.
    pub path: Option<String>,
}

impl Told {
    /// An event in the words of the spec.
    #[must_use]
    pub fn new(event: &Event, subjects: &Subjects) -> Self {
        let subject = subjects.get(&event.logical_id).filter(|_| !event.is_of_stack());
        Self {
            id: Some(event.id.clone()),
            at: Some(moment::timestamp(event.at)),
            resource: event.logical_id.clone(),
            resource_type: event.resource_type.clone(),
            physical_id: event.physical_id.clone(),
            what: match event.is_of_stack() {
                true => format!("stack `{}`", event.logical_id),
                false => {
                    let resource = (event.logical_id.as_str(), event.resource_type.as_str());
                    subjects.words_of(resource, event.physical_id.as_deref())
                }
            },
            place: subject.and_then(|subject| subjects.place(subject)),
            status: event.status.word().to_owned(),
            reason: event.reason.clone(),
            is_stack: event.is_of_stack(),
            hook: event.finding.clone().filter(|finding| finding.is_hook).map(
                |Finding { name, reason, is_failure, is_blocking, .. }| Hooked {
                    name,
                    reason,
                    is_failure,
                    is_blocking,
                },
            ),
        }
    }
}

impl Why {
    /// Causes in the words of the spec.
    #[must_use]
    pub fn all(causes: &[Cause], subjects: &Subjects) -> Vec<Self> {
        causes.iter().map(|cause| Self::new(cause, causes.len() - 1, subjects)).collect()
    }

    fn new(cause: &Cause, others: usize, subjects: &Subjects) -> Self {
        let told = Told::new(&cause.event, subjects);
        let finding = cause.event.failed_finding();
        let name = |is_hook| finding.filter(|it| it.is_hook == is_hook).map(|it| it.name.clone());
        Self {
            resource: told.resource,
            what: told.what,
            place: told.place,
            message: cause.message.clone(),
            code: cause.code.clone(),
            hint: cause.hint.clone(),
            others,
            hook: name(true),
            validation: name(false),
            path: finding.and_then(|finding| finding.path.clone()),
        }
    }
}

impl Message {
    /// The message as a line of JSON, newline included.
    #[must_use]
    pub fn json(&self, stack: &str) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            v: u32,
            stack: &'a str,
            #[serde(flatten)]
            message: &'a Message,
        }
        // Texts and numbers always serialize.
        let mut line = serde_json::to_string(&Line { v: SCHEMA, stack, message: self }).unwrap_or_default();
        line.push('\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_with_its_version() {
        let line = Message::Notice { text: "a\nb".to_owned() }.json("web");
        assert_eq!(line, "{\"v\":1,\"stack\":\"web\",\"type\":\"notice\",\"text\":\"a\\nb\"}\n");
    }
}
