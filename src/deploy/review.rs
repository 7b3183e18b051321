//! What a deployment would do, as data that a person can be asked about.

use serde::{Deserialize, Serialize};

use super::message::Why;
use super::{Change, Replacement};
use crate::plan::Plan;
use crate::raw;
use crate::review::{Action, Subjects, is_iam, loss, version_of_arn};

/// What a deployment would do.
///
/// ```
/// use kiln::deploy::{Subjects, terraform};
/// use serde_json::json;
///
/// let plan = json!({ "resource_changes": [
///     { "address": "aws_vpc.builds", "type": "aws_vpc", "change": { "actions": ["update"] } },
///     { "address": "aws_iam_role.web", "type": "aws_iam_role", "change": { "actions": ["create"] } },
/// ] });
/// let review = terraform::review(&plan, &Subjects::default());
/// assert_eq!(review.counts(), "1 to add, 1 to change");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Review {
    /// The changes, IAM's apart at the end.
    pub items: Vec<Item>,
    /// Whether an image is built by the deployment itself.
    pub builds_image: bool,
    /// What hooks and the service's validation warn of.
    #[serde(default)]
    pub warnings: Vec<Why>,
}

/// One change.
///
/// ```
/// use kiln::deploy::{Action, Subjects, terraform};
/// use serde_json::json;
///
/// let plan = json!({ "resource_changes": [{
///     "address": "aws_sns_topic.builds", "type": "aws_sns_topic",
///     "change": { "actions": ["delete", "create"], "replace_paths": [["name"]] },
/// }] });
/// let item = &terraform::review(&plan, &Subjects::default()).items[0];
/// assert_eq!((item.action, item.why.join("; ")), (Action::Replace, "name changes".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What happens.
    pub action: Action,
    /// To what, in words.
    pub what: String,
    /// The resource's id in the template, or its address.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The version before, where a new one takes its place.
    pub from_version: Option<String>,
    /// Why, such as ``a new version of component `nginx` ``.
    pub why: Vec<String>,
    /// Whether it gives or takes rights.
    pub is_iam: bool,
    /// Whether what goes stays in the account.
    pub is_kept: bool,
    /// The data that is lost with what goes.
    pub loses: Option<String>,
}

impl Review {
    /// What a change set would do, in the words of the spec.
    #[must_use]
    pub fn of_changes(changes: &[Change], subjects: &Subjects) -> Self {
        let items = changes.iter().map(|change| item(change, subjects)).collect();
        Self::new(items)
    }

    /// What the creation of a stack from this plan does, where no change set can say it.
    #[must_use]
    pub fn of_creation(plan: &Plan, subjects: &Subjects) -> Self {
        let own = plan.own_cloudformation().filter_map(|(id, table)| match table.get("Type") {
            Some(raw::Value::Text(of)) => Some((id, of.as_str())),
            _ => None,
        });
        let planned =
            plan.resources.iter().map(|it| (it.handle.address.cloudformation.as_str(), it.handle.of.cloudformation));
        let add = |(id, of): (&str, &str)| Item {
            action: Action::Add,
            what: subjects.words(id, of),
            id: id.to_owned(),
            resource_type: of.to_owned(),
            from_version: None,
            why: Vec::new(),
            is_iam: is_iam(of),
            is_kept: false,
            loses: None,
        };
        Self::new(planned.chain(own).map(add).collect())
    }

    /// A review of these changes: rights stand apart at the end.
    #[must_use]
    pub fn new(mut items: Vec<Item>) -> Self {
        items.sort_by_key(|item| (item.is_iam, item.action == Action::Remove));
        let builds_image = items.iter().any(|item| {
            let makes = matches!(item.action, Action::Add | Action::Replace | Action::MayReplace);
            makes && ["AWS::ImageBuilder::Image", "aws_imagebuilder_image"].contains(&item.resource_type.as_str())
        });
        Self { items, builds_image, warnings: Vec::new() }
    }

    /// How many changes there are of each kind, such as `3 to add, 1 to replace`.
    #[must_use]
    pub fn counts(&self) -> String {
        let kinds =
            [Action::Add, Action::Change, Action::NewVersion, Action::Replace, Action::MayReplace, Action::Remove];
        let words = kinds.iter().filter_map(|kind| {
            let count = self.items.iter().filter(|item| item.action == *kind).count();
            (count > 0).then(|| match kind {
                Action::NewVersion => format!("{count} new version{}", if count == 1 { "" } else { "s" }),
                Action::MayReplace => format!("{count} that may be replaced"),
                kind => format!("{count} to {}", kind.word().1),
            })
        });
        let words: Vec<String> = words.collect();
        if words.is_empty() { "nothing to change".to_owned() } else { words.join(", ") }
    }
}

/// What has versions is not replaced where its version moves: the new one takes the old one's place.
pub(super) fn versioned(action: Action, versions: (Option<&str>, Option<&str>)) -> Action {
    match (action, versions) {
        (Action::Replace | Action::MayReplace, (Some(from), Some(to))) if from != to => Action::NewVersion,
        (action, _) => action,
    }
}

/// The data that an action loses with a resource of this type.
pub(super) fn lost(action: Action, resource_type: &str) -> Option<String> {
    let goes = matches!(action, Action::Remove | Action::Replace | Action::MayReplace | Action::NewVersion);
    loss(resource_type).filter(|_| goes).map(str::to_owned)
}

fn item(change: &Change, subjects: &Subjects) -> Item {
    let action = match (change.action.as_str(), change.replacement) {
        ("Add" | "Import", _) => Action::Add,
        ("Remove", _) => Action::Remove,
        (_, Replacement::Yes) => Action::Replace,
        (_, Replacement::Maybe) => Action::MayReplace,
        (_, Replacement::No) => Action::Change,
    };
    let mut why: Vec<String> = Vec::new();
    for detail in &change.details {
        let reason = match (&detail.cause, detail.source.as_deref()) {
            (Some(cause), Some("ResourceReference" | "ResourceAttribute")) => {
                // `WebRecipe.Arn` names an attribute.
                let id = cause.split_once('.').map_or(cause.as_str(), |(id, _)| id);
                format!("{} follows {}", detail.target, subjects.get(id).map_or(id, |subject| &subject.words))
            }
            (Some(cause), Some("ParameterReference")) => format!("{} follows the parameter {cause}", detail.target),
            _ => format!("{} changes", detail.target),
        };
        if !why.contains(&reason) {
            why.push(reason);
        }
    }
    let from_version = change.physical_id.as_deref().filter(|_| action != Action::Change).and_then(version_of_arn);
    let keeps = |word| action != Action::Add && change.policy.as_deref().is_some_and(|policy| policy.contains(word));
    let is_kept = keeps("Retain");
    let to_version = subjects.get(&change.logical_id).and_then(|subject| subject.version.as_deref());
    Item {
        action: versioned(action, (from_version.as_deref(), to_version)),
        what: subjects.words(&change.logical_id, &change.resource_type),
        id: change.logical_id.clone(),
        from_version,
        why,
        is_iam: is_iam(&change.resource_type),
        is_kept,
        loses: lost(action, &change.resource_type).filter(|_| !is_kept && !keeps("Snapshot")),
        resource_type: change.resource_type.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::Detail;

    #[test]
    fn a_change_is_told_with_its_reason() {
        let change = Change {
            action: "Modify".to_owned(),
            logical_id: "WebRecipe".to_owned(),
            physical_id: Some("arn:aws:imagebuilder:us-east-1:1:image-recipe/web/1.0.0".to_owned()),
            resource_type: "AWS::ImageBuilder::ImageRecipe".to_owned(),
            replacement: Replacement::Yes,
            policy: Some("ReplaceAndDelete".to_owned()),
            details: vec![Detail {
                target: "Components".to_owned(),
                replaces: true,
                source: Some("ResourceReference".to_owned()),
                cause: Some("NginxComponent".to_owned()),
            }],
        };
        let review = Review::of_changes(&[change], &Subjects::default());
        let item = &review.items[0];
        assert_eq!((item.action, item.from_version.as_deref()), (Action::Replace, Some("1.0.0")));
        assert_eq!(item.why, ["Components follows NginxComponent"]);
        assert_eq!(review.counts(), "1 to replace");
        assert!(!review.builds_image && !item.is_iam);
    }
}
