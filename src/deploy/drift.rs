//! What changed behind a stack's back: what CloudFormation finds, and documents, which it cannot see.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::{Clock, Fault, FaultKind, StackResource, Subjects};
use crate::plan::{Plan, Upload};
use crate::review::drift::is_same;
use crate::review::{Difference, Drift, DriftState, Drifts};

/// The time between two looks at a detection, at first; twice as long for each further one.
const FIRST_LOOK: Duration = Duration::from_millis(500);

/// The longest time between two looks.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// How long a detection may take. Large stacks take minutes.
const MOST_WAITING: Duration = Duration::from_secs(20 * 60);

/// Longer values are told by their hash.
const MOST_SHOWN: usize = 120;

/// What looking for drift asks of AWS.
///
/// ```
/// use kiln::deploy::drift::{Inspector, detect, told};
/// use kiln::deploy::{Clock, Fault, Service, Subjects};
/// use kiln::review::Drifts;
///
/// async fn drifts(aws: &(impl Inspector + Service), clock: &impl Clock) -> Result<Drifts, Fault> {
///     let found = detect(aws, clock, "web").await?;
///     let resources = aws.resources("web").await?;
///     Ok(told(&found, &resources, &Subjects::default()))
/// }
/// ```
#[allow(async_fn_in_trait, reason = "a command runs on one thread")]
pub trait Inspector {
    /// Begins to compare a stack with what is there, and gives the detection's id.
    async fn detect_drift(&self, stack: &str) -> Result<String, Fault>;

    /// How far a detection is.
    async fn detection(&self, id: &str) -> Result<Detection, Fault>;

    /// What the last detection found of each resource that it could look at.
    async fn drifts(&self, stack: &str) -> Result<Vec<Drifted>, Fault>;

    /// The document that a component, a workflow or a container recipe holds.
    async fn document(&self, resource_type: &str, arn: &str) -> Result<Held, Fault>;
}

/// What the service holds of a document.
///
/// ```
/// use kiln::deploy::Fault;
/// use kiln::deploy::drift::{Held, Inspector};
///
/// async fn is_gone(aws: &impl Inspector, arn: &str) -> Result<bool, Fault> {
///     let held = aws.document("AWS::ImageBuilder::Component", arn).await?;
///     Ok(held == Held::Nothing)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// This text.
    Text(String),
    /// Something that it does not show.
    Hidden,
    /// Nothing: the component, workflow or recipe does not exist.
    Nothing,
}

/// How far a detection is.
///
/// ```
/// use kiln::deploy::drift::Detection;
///
/// fn words(detection: &Detection) -> String {
///     match detection {
///         Detection::Running => "not yet".to_owned(),
///         Detection::Done => "complete".to_owned(),
///         Detection::Failed(why) => format!("incomplete: {why}"),
///     }
/// }
/// assert_eq!(words(&Detection::Failed("no right".to_owned())), "incomplete: no right");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detection {
    /// The service still looks.
    Running,
    /// It has looked at everything.
    Done,
    /// It could not look at everything, and why; what it could is there.
    Failed(String),
}

/// What a detection found of one resource.
///
/// ```
/// use kiln::deploy::{Subjects, drift};
///
/// let [logical_id, resource_type, status] =
///     ["BuildsTopic", "AWS::SNS::Topic", "DELETED"].map(String::from);
/// let differences = Vec::new();
/// let topic = drift::Drifted { logical_id, physical_id: None, resource_type, status, differences };
/// let drifts = drift::told(&[topic], &[], &Subjects::default());
/// assert_eq!(drifts.resources[0].what, "topic `BuildsTopic`");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drifted {
    /// Its id in the template.
    pub logical_id: String,
    /// Its id in AWS.
    pub physical_id: Option<String>,
    /// Its type.
    pub resource_type: String,
    /// `IN_SYNC`, `MODIFIED`, `DELETED`, or that nobody looked.
    pub status: String,
    /// Path, expected and actual value of what differs, as the service writes them.
    pub differences: Vec<(String, Option<String>, Option<String>)>,
}

/// Has the service compare a stack with what is there, and waits for it.
///
/// # Errors
///
/// If a call fails, or the detection takes too long.
pub async fn detect(inspector: &impl Inspector, clock: &impl Clock, stack: &str) -> Result<Vec<Drifted>, Fault> {
    let id = inspector.detect_drift(stack).await?;
    let began = clock.elapsed();
    let mut wait = FIRST_LOOK;
    while inspector.detection(&id).await? == Detection::Running {
        if clock.elapsed().saturating_sub(began) > MOST_WAITING {
            let message = "looking for drift takes more than 20 minutes".to_owned();
            let action = "cloudformation:DescribeStackDriftDetectionStatus".to_owned();
            return Err(Fault { kind: FaultKind::Unavailable, action, message });
        }
        clock.sleep(wait).await;
        wait = wait.saturating_mul(2).min(LAST_LOOK);
    }
    // Of a detection that failed, each resource tells by itself whether it was looked at.
    inspector.drifts(stack).await
}

/// What a detection found, in the words of the spec. Resources of `resources` that it says nothing of were not looked at.
#[must_use]
pub fn told(found: &[Drifted], resources: &[StackResource], subjects: &Subjects) -> Drifts {
    let mut drifts = Drifts::default();
    for it in found {
        let state = match it.status.as_str() {
            "MODIFIED" => DriftState::Modified,
            "DELETED" => DriftState::Deleted,
            _ => continue,
        };
        let differences = it.differences.iter().filter(|(_, expected, actual)| match (expected, actual) {
            (Some(expected), Some(actual)) => !is_same(bare(expected), bare(actual)),
            _ => true,
        });
        let properties: Vec<Difference> = differences
            .map(|(path, expected, actual)| Difference {
                property: dotted(path),
                expected: expected.as_deref().map(shown),
                actual: actual.as_deref().map(shown),
            })
            .collect();
        // Everything that differs was a wildcard.
        if state == DriftState::Deleted || !properties.is_empty() {
            drifts.resources.push(drift(state, (&it.logical_id, &it.resource_type), properties, subjects));
        }
    }
    let was_seen = |it: &&StackResource| {
        let mut found = found.iter().filter(|found| found.logical_id == it.logical_id);
        found.any(|found| ["IN_SYNC", "MODIFIED", "DELETED"].contains(&found.status.as_str()))
    };
    let unseen = resources.iter().filter(|it| !was_seen(it));
    drifts.unchecked = unseen.map(|it| subjects.words(&it.logical_id, &it.resource_type)).collect();
    drifts
}

/// Documents that the service holds and that are not those of the stack. They are compared by hash.
///
/// # Errors
///
/// If a call fails.
pub async fn documents(
    inspector: &impl Inspector,
    (plan, resources): (&Plan, &[StackResource]),
    subjects: &Subjects,
) -> Result<Vec<Drift>, Fault> {
    let mut drifts = Vec::new();
    for it in resources {
        let Some(arn) = it.physical_id.as_deref().filter(|id| id.starts_with("arn:")) else { continue };
        let Some((property, expected)) = expected(plan, it) else { continue };
        let resource = (it.logical_id.as_str(), it.resource_type.as_str());
        match inspector.document(&it.resource_type, arn).await? {
            Held::Nothing => drifts.push(drift(DriftState::Deleted, resource, Vec::new(), subjects)),
            Held::Hidden => {}
            Held::Text(actual) => {
                let actual = hash(&actual);
                if actual != expected {
                    let property = property.to_owned();
                    let difference = Difference { property, expected: Some(expected), actual: Some(actual) };
                    drifts.push(drift(DriftState::Modified, resource, vec![difference], subjects));
                }
            }
        }
    }
    Ok(drifts)
}

/// Documents that the plan of a stack has only the addresses of: what kiln has uploaded for it. The service tells their
/// text.
///
/// # Errors
///
/// If a call fails.
pub async fn uploads(
    inspector: &impl Inspector,
    (plan, resources): (&Plan, &[StackResource]),
) -> Result<Vec<Upload>, Fault> {
    let mut found = Vec::new();
    for it in resources {
        let Some(arn) = it.physical_id.as_deref().filter(|id| id.starts_with("arn:")) else { continue };
        let Some(uri) = ["Uri", "DockerfileTemplateUri"].iter().find_map(|name| literal(plan, it, name)) else {
            continue;
        };
        let Some((bucket, key)) = uri.strip_prefix("s3://").and_then(|path| path.split_once('/')) else { continue };
        let is_known = plan.uploads.iter().any(|upload| upload.uri() == uri);
        if is_known || expected(plan, it).is_none() {
            continue;
        }
        if let Held::Text(text) = inspector.document(&it.resource_type, arn).await? {
            found.push(Upload { bucket: bucket.to_owned(), key: key.to_owned(), text });
        }
    }
    Ok(found)
}

/// A property of a resource of the plan, if it is a string without references.
fn literal<'a>(plan: &'a Plan, resource: &StackResource, property: &str) -> Option<&'a str> {
    plan.at(&resource.logical_id)?.properties.literal(property)
}

/// The property that holds a resource's document, and the document's hash.
fn expected(plan: &Plan, resource: &StackResource) -> Option<(&'static str, String)> {
    let documents = [("Data", "Uri"), ("DockerfileTemplateData", "DockerfileTemplateUri")];
    let inline = documents.iter().find_map(|(inline, _)| Some((*inline, hash(literal(plan, resource, inline)?))));
    if inline.is_some() {
        return inline;
    }
    // What kiln has uploaded is named by its hash.
    let (uploaded, uri) = documents.iter().find_map(|(_, uri)| Some((*uri, literal(plan, resource, uri)?)))?;
    let name = uri.rsplit('/').next()?;
    let (stem, _) = name.split_once('.')?;
    let is_hash = stem.len() == 64 && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| (uploaded, format!("sha256:{stem}")))
}

fn drift(
    state: DriftState,
    (id, resource_type): (&str, &str),
    properties: Vec<Difference>,
    subjects: &Subjects,
) -> Drift {
    Drift {
        state,
        what: subjects.words(id, resource_type),
        id: id.to_owned(),
        resource_type: resource_type.to_owned(),
        place: subjects.line(id),
        properties,
    }
}

/// The hash of a document, as `sha256sum` writes it.
fn hash(text: &str) -> String {
    let mut hash = "sha256:".to_owned();
    for byte in Sha256::digest(text) {
        // Writing to a string never fails.
        let _ = write!(hash, "{byte:02x}");
    }
    hash
}

/// A value of the service, which writes strings as they are or as JSON.
fn bare(value: &str) -> &str {
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value)
}

/// A value in one line.
pub(super) fn shown(value: &str) -> String {
    let value = bare(value);
    if value.len() > MOST_SHOWN || value.contains('\n') { hash(value) } else { value.to_owned() }
}

/// `/Tags/0/Value` is `Tags[0].Value`.
fn dotted(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty()).fold(String::new(), |out, part| {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("{out}[{part}]")
        } else if out.is_empty() {
            part.to_owned()
        } else {
            format!("{out}.{part}")
        }
    })
}

/// What Terraform found to be other than in its state: `resource_drift` of a plan.
///
/// A provider also lists what it has filled in since: nothing where there was an empty list, and what other resources of
/// the configuration have done to this one. So only arguments that the configuration has are compared, by what is in them.
#[must_use]
pub fn of_terraform(plan: &Json, subjects: &Subjects) -> Drifts {
    let configured =
        plan["configuration"]["root_module"]["resources"].as_array().map(Vec::as_slice).unwrap_or_default();
    let changes = plan["resource_drift"].as_array().map(Vec::as_slice).unwrap_or_default();
    let resources = changes.iter().filter_map(|it| {
        let (address, of) = (it["address"].as_str()?, it["type"].as_str()?);
        let change = &it["change"];
        let is_gone = change["actions"].as_array()?.iter().any(|action| action == "delete");
        let empty = serde_json::Map::new();
        let (before, after) =
            (change["before"].as_object().unwrap_or(&empty), change["after"].as_object().unwrap_or(&empty));
        let arguments =
            configured.iter().find(|it| it["address"] == address).and_then(|it| it["expressions"].as_object());
        let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
        let value = |json: Option<&Json>| match json {
            None | Some(Json::Null) => None,
            Some(Json::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
        };
        let is_meant = |name: &&String| !is_gone && arguments.is_none_or(|all| all.contains_key(*name));
        let differences = names.filter(is_meant).filter_map(|name| {
            let (expected, actual) = (value(before.get(name)), value(after.get(name)));
            let is_other = before.get(name).and_then(filled) != after.get(name).and_then(filled)
                && !expected.as_deref().zip(actual.as_deref()).is_some_and(|(old, new)| is_same(old, new));
            is_other.then(|| Difference {
                property: name.clone(),
                expected: expected.as_deref().map(shown),
                actual: actual.as_deref().map(shown),
            })
        });
        let properties: Vec<Difference> = differences.collect();
        let state = if is_gone { DriftState::Deleted } else { DriftState::Modified };
        (is_gone || !properties.is_empty()).then(|| Drift {
            state,
            what: super::terraform::words(address, of, subjects),
            id: address.to_owned(),
            resource_type: of.to_owned(),
            place: subjects.id_at(address).and_then(|id| subjects.line(id)),
            properties,
        })
    });
    Drifts { resources: resources.collect(), unchecked: Vec::new() }
}

/// What is in a value without what is empty; `None` if all of it is.
pub(super) fn filled(value: &Json) -> Option<Json> {
    match value {
        Json::Null | Json::Bool(false) => None,
        Json::String(text) => (!text.is_empty()).then(|| value.clone()),
        Json::Number(number) => (number.as_f64() != Some(0.0)).then(|| value.clone()),
        Json::Array(items) => {
            let items: Vec<Json> = items.iter().filter_map(filled).collect();
            (!items.is_empty()).then_some(Json::Array(items))
        }
        Json::Object(entries) => {
            let entries: serde_json::Map<String, Json> =
                entries.iter().filter_map(|(name, value)| Some((name.clone(), filled(value)?))).collect();
            (!entries.is_empty()).then_some(Json::Object(entries))
        }
        Json::Bool(true) => Some(value.clone()),
    }
}

#[cfg(test)]
#[path = "drift/tests.rs"]
mod tests;
