//! What Terraform and OpenTofu tell in JSON, as the same messages that CloudFormation's events become.
//!
//! The formats are documented ("JSON Output Format", "Machine-Readable UI") and versioned; fields that are not known are
//! ignored, and what is no JSON is no message.

mod compared;
mod owner;
mod state;

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

pub use compared::compared;
pub use owner::{Foreign, foreign};
pub use state::{StateLock, is_saved, local_lock};

use super::message::{Output, Told, Why};
use super::review::{lost, versioned};
use super::{Action, Item, Review, Subjects, hints};
use crate::resource::companion_noun;
use crate::review::is_iam;
use crate::review::noun;

/// What a plan would do: the document of `terraform show -json PLAN`.
#[must_use]
pub fn review(plan: &Value, subjects: &Subjects) -> Review {
    let changes = plan["resource_changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    Review::new(changes.iter().filter_map(|change| item(change, subjects)).collect())
}

fn item(planned: &Value, subjects: &Subjects) -> Option<Item> {
    let change = &planned["change"];
    let actions: Vec<&str> = change["actions"].as_array()?.iter().filter_map(Value::as_str).collect();
    let action = match actions.as_slice() {
        ["create"] => Action::Add,
        ["update"] => Action::Change,
        ["delete"] => Action::Remove,
        ["create", "delete"] | ["delete", "create"] => Action::Replace,
        // `no-op`, `read`, `forget`.
        _ => return None,
    };
    let address = planned["address"].as_str()?;
    let resource_type = planned["type"].as_str()?;
    let mut why = Vec::new();
    if action == Action::Replace {
        let paths = change["replace_paths"].as_array().map(Vec::as_slice).unwrap_or_default();
        why.extend(paths.iter().filter_map(|path| Some(format!("{} changes", path[0].as_str()?))));
    } else if action == Action::Change {
        why.extend(changed(&change["before"], &change["after"]).map(|name| format!("{name} changes")));
    }
    why.dedup();
    let version = change["before"]["version"].as_str().filter(|_| action != Action::Change);
    Some(Item {
        action: versioned(action, (version, change["after"]["version"].as_str())),
        what: words(address, resource_type, subjects),
        id: address.to_owned(),
        from_version: version.map(str::to_owned),
        why,
        is_iam: is_iam(resource_type),
        is_kept: false,
        loses: lost(action, resource_type),
        resource_type: resource_type.to_owned(),
    })
}

/// The attributes that differ. What is known only later is not among them.
fn changed<'a>(before: &'a Value, after: &'a Value) -> impl Iterator<Item = &'a str> {
    let after = after.as_object();
    let before = before.as_object();
    after.into_iter().flatten().filter_map(move |(name, value)| {
        let old = before.and_then(|before| before.get(name));
        (old != Some(value)).then_some(name.as_str())
    })
}

/// A resource in the words of the spec. Several of Terraform may be one of the spec: each is named for what it is.
pub(super) fn words(address: &str, resource_type: &str, subjects: &Subjects) -> String {
    let subject = subjects.at_address(address);
    match (companion_noun(resource_type), subject) {
        // "bucket encryption of `LogBucket` of the project": the bucket is not named twice.
        (Some(noun), Some(owner)) => {
            let first = owner.words.split(' ').next().unwrap_or_default();
            let owner = owner.words.strip_prefix(first).filter(|_| noun.starts_with(first)).unwrap_or(&owner.words);
            format!("{noun} of {}", owner.trim_start())
        }
        (None, Some(subject)) => subject.words.clone(),
        (_, None) => format!("{} `{address}`", noun(resource_type)),
    }
}

/// Something that a line of the stream tells.
///
/// ```
/// use kiln::deploy::Subjects;
/// use kiln::deploy::terraform::{Line, Lines};
///
/// let text = r#"{"type": "diagnostic", "diagnostic": {"severity": "error",
///     "address": "aws_iam_role.web", "summary": "creating Role", "detail": "the name is taken"}}"#;
/// let subjects = Subjects::default();
/// let Some(Line::Error(why)) = Lines::new(&subjects).read(text) else { panic!("it is an error") };
/// assert_eq!(why.message, "creating Role: the name is taken");
/// ```
#[derive(Debug, Clone)]
pub enum Line {
    /// Something happened to a resource.
    Event(Told),
    /// Something is wrong.
    Error(Why),
    /// Another run holds the lock of the state.
    Locked(StateLock),
}

/// Reads what `terraform plan -json` or `terraform apply -json` tells, line by line.
///
/// ```
/// use kiln::deploy::Subjects;
/// use kiln::deploy::terraform::{Line, Lines};
///
/// let subjects = Subjects::default();
/// let mut lines = Lines::new(&subjects);
/// let role = r#"{"addr": "aws_iam_role.web", "resource_type": "aws_iam_role"}"#;
/// let begun = format!(
///     r#"{{"type": "apply_start", "hook": {{"action": "delete", "resource": {role}, "id_value": "web-1"}}}}"#
/// );
/// assert!(matches!(lines.read(&begun), Some(Line::Event(told)) if told.status == "DELETE_IN_PROGRESS"));
/// // Its end tells no id: it is the one that it began with.
/// let ended = format!(r#"{{"type": "apply_complete", "hook": {{"action": "delete", "resource": {role}}}}}"#);
/// let Some(Line::Event(told)) = lines.read(&ended) else { panic!("it is an event") };
/// assert_eq!(told.physical_id.as_deref(), Some("web-1"));
/// // Most lines are for Terraform's own screen.
/// assert!(lines.read("Initializing the backend...").is_none());
/// ```
#[derive(Debug)]
pub struct Lines<'a> {
    subjects: &'a Subjects,
    /// The ids of what is deleted, by address.
    deleted: HashMap<String, String>,
    /// What is being created, by address, in words.
    creating: BTreeMap<String, String>,
}

impl<'a> Lines<'a> {
    /// Reads lines about these subjects.
    #[must_use]
    pub fn new(subjects: &'a Subjects) -> Self {
        Self { subjects, deleted: HashMap::new(), creating: BTreeMap::new() }
    }

    /// What a line tells, if it is of interest.
    pub fn read(&mut self, text: &str) -> Option<Line> {
        let line: Value = serde_json::from_str(text).ok()?;
        let kind = line["type"].as_str()?;
        if kind == "diagnostic" {
            return error(&line["diagnostic"], self.subjects);
        }
        let state = match kind {
            "apply_start" => "IN_PROGRESS",
            "apply_complete" => "COMPLETE",
            "apply_errored" => "FAILED",
            _ => return None,
        };
        let hook = &line["hook"];
        let verb = match hook["action"].as_str()? {
            "create" => "CREATE",
            "update" => "UPDATE",
            "delete" => "DELETE",
            _ => return None,
        };
        let address = hook["resource"]["addr"].as_str()?;
        let mut physical_id = hook["id_value"].as_str().map(str::to_owned);
        if verb == "DELETE" {
            match &physical_id {
                Some(id) => _ = self.deleted.insert(address.to_owned(), id.clone()),
                None => physical_id = self.deleted.get(address).cloned(),
            }
        }
        let resource_type = hook["resource"]["resource_type"].as_str().unwrap_or_default();
        let subject = self.subjects.at_address(address);
        let what = match subject.filter(|_| companion_noun(resource_type).is_none()) {
            Some(subject) => subject.words_of(physical_id.as_deref()),
            None => words(address, resource_type, self.subjects),
        };
        if verb == "CREATE" {
            match state {
                "IN_PROGRESS" => _ = self.creating.insert(address.to_owned(), what.clone()),
                _ => _ = self.creating.remove(address),
            }
        }
        Some(Line::Event(Told {
            id: None,
            at: line["@timestamp"].as_str().map(str::to_owned),
            resource: address.to_owned(),
            resource_type: resource_type.to_owned(),
            what,
            physical_id,
            place: subject.and_then(|subject| self.subjects.place(subject)),
            status: format!("{verb}_{state}"),
            reason: None,
            is_stack: false,
            hook: None,
        }))
    }

    /// What was being created when the lines ended: address and words. A run that ends in order leaves nothing; what one
    /// leaves that was killed may exist without being in the state.
    pub fn unfinished(&self) -> impl Iterator<Item = (&str, &str)> {
        self.creating.iter().map(|(address, what)| (address.as_str(), what.as_str()))
    }
}

fn error(diagnostic: &Value, subjects: &Subjects) -> Option<Line> {
    if diagnostic["severity"] != "error" {
        return None;
    }
    let address = diagnostic["address"].as_str().unwrap_or_default();
    let resource_type = address.split('.').next().unwrap_or_default();
    let summary = diagnostic["summary"].as_str().unwrap_or("Terraform gives no reason");
    let detail = diagnostic["detail"].as_str().unwrap_or_default();
    let message = if detail.is_empty() { summary.to_owned() } else { format!("{summary}: {detail}") };
    if let Some(lock) = StateLock::in_error(&message) {
        return Some(Line::Locked(lock));
    }
    let message = unpack(&message);
    let subject = subjects.at_address(address);
    let hint = taken(address, resource_type, &message)
        .or_else(|| hints::hint(&cloudformation_type(resource_type), None, &message).map(str::to_owned));
    Some(Line::Error(Why {
        resource: address.to_owned(),
        what: if address.is_empty() { "the configuration".to_owned() } else { words(address, resource_type, subjects) },
        place: subject.and_then(|subject| subjects.place(subject)),
        hint,
        message,
        code: None,
        others: 0,
        hook: None,
        validation: None,
        path: None,
    }))
}

/// What to do about something that exists, and that Terraform's state does not have.
fn taken(address: &str, resource_type: &str, message: &str) -> Option<String> {
    let text = message.to_lowercase();
    let is_taken = ["already exists", "alreadyexists", "alreadyowned"].iter().any(|words| text.contains(words));
    if !is_taken || address.is_empty() {
        return None;
    }
    let quoted = message.split(['\'', '"', '`', ' ', ',']).find(|word| word.starts_with("arn:"));
    let otherwise = match resource_type {
        "aws_imagebuilder_component"
        | "aws_imagebuilder_image_recipe"
        | "aws_imagebuilder_container_recipe"
        | "aws_imagebuilder_workflow" => "if kiln.lock was lost, write a higher `version`",
        _ => "otherwise it belongs to something else: rename it in the spec",
    };
    Some(format!(
        "it exists, and Terraform's state does not have it. If an earlier run was killed before it saved its state, \
         `terraform import {address} {}` adds it; {otherwise}",
        quoted.unwrap_or("ID")
    ))
}

/// What the service says, without what the provider and its SDK put around it:
/// `creating …: operation error …, https response error StatusCode: 402, RequestID: …, Code: message`.
fn unpack(message: &str) -> String {
    let (what, said) = match message.split_once(", RequestID: ") {
        Some((what, said)) => (what, said.split_once(", ").map_or("", |(_, said)| said)),
        None => (message, ""),
    };
    let what = what.split_once(": operation error ").map_or(what, |(what, _)| what);
    let whole = if said.is_empty() { what.to_owned() } else { format!("{what}: {said}") };
    whole.trim().trim_end_matches('.').to_owned()
}

/// Hints are known by CloudFormation's names.
fn cloudformation_type(terraform: &str) -> String {
    let known = crate::resource::ALL.iter().find(|of| of.terraform == terraform);
    known.map_or_else(String::new, |of| of.cloudformation.to_owned())
}

/// The values of `terraform output -json`, without the one that marks the state.
#[must_use]
pub fn outputs(document: &Value) -> Vec<Output> {
    let shown = |output: &Value| match &output["value"] {
        Value::String(text) => text.clone(),
        // A sensitive value never reaches an output.
        _ if output["sensitive"] == true => "(sensitive)".to_owned(),
        other => other.to_string(),
    };
    let entries = document.as_object().into_iter().flatten().filter(|(name, _)| *name != owner::PROJECT_OUTPUT);
    entries
        .map(|(name, output)| Output {
            name: name.clone(),
            value: if output["sensitive"] == true { "(sensitive)".to_owned() } else { shown(output) },
            description: None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_an_event() {
        let text = r#"{"@timestamp":"2026-03-01T12:00:00Z","type":"apply_complete","hook":{"action":"create",
            "resource":{"addr":"aws_iam_role.web","resource_type":"aws_iam_role"},"id_value":"x"}}"#;
        let Some(Line::Event(told)) = Lines::new(&Subjects::default()).read(text) else { panic!("{text}") };
        assert_eq!((told.status.as_str(), told.what.as_str()), ("CREATE_COMPLETE", "role `aws_iam_role.web`"));
        assert!(Lines::new(&Subjects::default()).read("Initializing…").is_none());
    }

    #[test]
    fn only_errors_are_causes() {
        let text = r#"{"type":"diagnostic","diagnostic":{"severity":"error","summary":"creating Role","detail":"operation error IAM: CreateRole, https response error StatusCode: 403, RequestID: 1, AccessDenied: no",
            "address":"aws_iam_role.web"}}"#;
        let Some(Line::Error(why)) = Lines::new(&Subjects::default()).read(text) else { panic!("{text}") };
        assert_eq!(why.message, "creating Role: AccessDenied: no");
        assert!(
            Lines::new(&Subjects::default())
                .read(r#"{"type":"diagnostic","diagnostic":{"severity":"warning","summary":"x"}}"#)
                .is_none()
        );
    }
    #[test]
    fn what_exists_outside_of_the_state_can_be_imported() {
        let text = r#"{"type":"diagnostic","diagnostic":{"severity":"error","summary":"creating Image Builder Component",
            "detail":"operation error imagebuilder: CreateComponent, https response error StatusCode: 400, RequestID: 1, ResourceAlreadyExistsException: The following resource 'Component' already exists: 'arn:aws:imagebuilder:us-east-1:1:component/nginx/1.0.0/1'.",
            "address":"aws_imagebuilder_component.nginx"}}"#;
        let Some(Line::Error(why)) = Lines::new(&Subjects::default()).read(text) else { panic!("{text}") };
        let import = "`terraform import aws_imagebuilder_component.nginx arn:aws:imagebuilder:us-east-1:1:component/nginx/1.0.0/1`";
        let hint = why.hint.unwrap();
        assert!(hint.contains(import) && hint.contains("kiln.lock"), "{hint}");
    }

    #[test]
    fn what_was_being_created_is_known() {
        let line = |kind: &str, address: &str| {
            format!(
                r#"{{"type":"{kind}","hook":{{"action":"create","resource":{{"addr":"{address}","resource_type":"aws_iam_role"}}}}}}"#
            )
        };
        let subjects = Subjects::default();
        let mut lines = Lines::new(&subjects);
        for (kind, address) in [
            ("apply_start", "aws_iam_role.a"),
            ("apply_start", "aws_iam_role.b"),
            ("apply_start", "aws_iam_role.c"),
            ("apply_complete", "aws_iam_role.a"),
            ("apply_errored", "aws_iam_role.c"),
        ] {
            lines.read(&line(kind, address));
        }
        assert_eq!(lines.unfinished().collect::<Vec<_>>(), [("aws_iam_role.b", "role `aws_iam_role.b`")]);
    }

    #[test]
    fn a_lock_of_another_run_is_no_error_of_the_configuration() {
        let text = r#"{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Error acquiring the state lock","detail":"Error message: operation error S3: PutObject, https response error StatusCode: 412, RequestID: 1, HostID: 2, api error PreconditionFailed: no\nLock Info:\n  ID:        5f\n  Path:      b/k\n  Operation: OperationTypeApply\n  Who:       ci@a\n  Version:   1.11.4\n  Created:   2026-12-01 13:50:20.5 +0000 UTC\n  Info:      \n\n"}}"#;
        let Some(Line::Locked(lock)) = Lines::new(&Subjects::default()).read(text) else { panic!("{text}") };
        assert_eq!((lock.id.as_str(), lock.is_change()), ("5f", true));
    }
}
