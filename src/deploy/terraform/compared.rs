//! A plan of Terraform as the review that a change of the spec gets.

use serde_json::{Map, Value};

use super::words;
use crate::deploy::drift::{filled, of_terraform, shown};
use crate::plan::Plan;
use crate::resource::find;
use crate::resource::name::snake_case;
use crate::resource::property::TerraformKey;
use crate::review::lines::{hunks, ranges};
use crate::review::{Action, Change, Document, Item, Review, Subjects, between, pipelines};

/// Arguments that hold a text with lines.
const TEXTS: [&str; 2] = ["data", "dockerfile_template_data"];

/// Arguments that hold a policy.
const POLICIES: [&str; 3] = ["policy", "assume_role_policy", "policy_document"];

/// What a plan would do and what it found changed behind the state's back: the document of `terraform show -json PLAN`.
///
/// Arguments have the names of CloudFormation where it has such a property, and Terraform's otherwise. What Terraform makes resources of their own for, such as a bucket's
/// encryption, is told of the resource that it belongs to.
#[must_use]
pub fn compared(document: &Value, plan: &Plan, subjects: &Subjects) -> Review {
    let mut review =
        Review { project: plan.name.clone(), drift: Some(of_terraform(document, subjects)), ..Review::default() };
    for change in document["resource_changes"].as_array().into_iter().flatten() {
        one(change, plan, subjects, &mut review);
    }
    let place = |item: &Item| plan.resources.iter().position(|it| it.handle.address.cloudformation == item.id);
    review.resources.sort_by_key(|item| place(item).unwrap_or(usize::MAX));
    review.builds_image = review.resources.iter().any(|item| {
        item.resource_type == "AWS::ImageBuilder::Image" && matches!(item.action, Action::Add | Action::Replace)
    });
    review
}

fn one(json: &Value, plan: &Plan, subjects: &Subjects, review: &mut Review) {
    let (Some(address), Some(of)) = (json["address"].as_str(), json["type"].as_str()) else { return };
    let change = &json["change"];
    let actions: Vec<&str> = change["actions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let none = Map::new();
    let (before, after) = (change["before"].as_object().unwrap_or(&none), change["after"].as_object().unwrap_or(&none));
    let version = |side: &Map<String, Value>| side.get("version").and_then(Value::as_str).map(str::to_owned);
    let (from_version, to_version) = (version(before), version(after));
    let action = match actions.as_slice() {
        ["create"] => Action::Add,
        ["update"] => Action::Change,
        ["delete"] => Action::Remove,
        ["create", "delete"] | ["delete", "create"] => {
            let moves = find(of).is_some_and(|of| of.is_versioned) && from_version != to_version;
            if moves { Action::NewVersion } else { Action::Replace }
        }
        // `no-op`, `read`, `forget`.
        _ => return,
    };
    let id = subjects.id_at(address).unwrap_or_default();
    let what = words(address, of, subjects);
    let unknown = &change["after_unknown"];
    let forced: Vec<&str> =
        change["replace_paths"].as_array().into_iter().flatten().filter_map(|path| path[0].as_str()).collect();
    let mut properties = Vec::new();
    for name in before.keys().chain(after.keys().filter(|name| !before.contains_key(*name))) {
        let (old, new) = (content(name, before.get(name)), content(name, after.get(name)));
        let (old, new) = (old.as_ref(), new.as_ref());
        if POLICIES.contains(&name.as_str()) && old != new {
            // An inline policy is known by its own name.
            let policy = after.get("name").or(before.get("name")).and_then(Value::as_str).unwrap_or(name);
            let texts = (old.and_then(Value::as_str), new.and_then(Value::as_str));
            review.rights.extend(between(policy, (&what, id), texts));
        }
        let is_told = matches!(action, Action::Change | Action::NewVersion | Action::Replace);
        let is_unknown = !matches!(&unknown[name], Value::Null | Value::Bool(false));
        // What the service gives is another with each new resource.
        if !is_told || old == new || (is_unknown && !forced.contains(&name.as_str()) && action != Action::Change) {
            continue;
        }
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut told = Change {
            property: property(plan, (id, of), name),
            from: old.map(value),
            to: if is_unknown { Some("known when it is deployed".to_owned()) } else { new.map(value) },
            document: None,
            follows: None,
            forces_replacement: forced.contains(&name.as_str()),
        };
        if TEXTS.contains(&name.as_str()) && !is_unknown {
            let hunks = hunks(&text(old), &text(new));
            let of = format!("document of {what}");
            told = Change { from: None, to: None, document: Some(format!("lines {}", ranges(&hunks))), ..told };
            review.documents.push(Document { name: of, id: id.to_owned(), hunks });
        } else if POLICIES.contains(&name.as_str()) {
            told = Change { from: None, to: None, ..told };
        }
        properties.push(told);
    }
    // A companion is told of its owner.
    if let Some(owner) = review.resources.iter_mut().find(|item| !id.is_empty() && item.id == id) {
        owner.properties.extend(properties);
        return;
    }
    let known = crate::resource::ALL.iter().find(|known| known.terraform == of);
    review.resources.push(Item {
        action,
        what,
        id: id.to_owned(),
        resource_type: known.map_or("", |known| known.cloudformation).to_owned(),
        terraform: address.to_owned(),
        pipelines: plan.at(address).map(pipelines).unwrap_or_default(),
        place: subjects.line(id),
        from_version,
        to_version: to_version.filter(|_| action != Action::Remove),
        properties,
        consequence: None,
        in_target_accounts: false,
    });
}

/// What is in an argument; `None` if nothing is. The versions of recipes in a lifecycle policy are what the provider wants
/// besides, and no change of their own.
fn content(name: &str, value: Option<&Value>) -> Option<Value> {
    let mut value = filled(value?)?;
    if name == "resource_selection"
        && let Some(recipes) = value.pointer_mut("/0/recipe").and_then(Value::as_array_mut)
    {
        recipes.iter_mut().filter_map(Value::as_object_mut).for_each(|recipe| {
            recipe.remove("semantic_version");
        });
        recipes.dedup();
    }
    Some(value)
}

/// What CloudFormation calls an argument of a resource.
fn property(plan: &Plan, (id, of): (&str, &str), argument: &str) -> String {
    let planned = plan.at(id).filter(|planned| planned.handle.of.terraform == of);
    let mut keys = planned.into_iter().flat_map(|it| it.properties.iter()).map(|(key, _)| key);
    let known = keys.find(|key| match (key.terraform, key.cloudformation) {
        (TerraformKey::Named(name), _) => name == argument,
        (TerraformKey::Derived, Some(name)) => snake_case(name) == argument,
        _ => false,
    });
    known.and_then(|key| key.cloudformation).unwrap_or(argument).to_owned()
}

fn value(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        other => shown(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_plan_is_told_with_versions_lines_and_rights() {
        let statement = |action: &str| {
            json!({ "Statement": [{ "Sid": "A", "Effect": "Allow", "Action": [action], "Resource": "*" }] }).to_string()
        };
        let plan = json!({ "resource_changes": [
            { "address": "aws_imagebuilder_component.nginx", "type": "aws_imagebuilder_component", "change": {
                "actions": ["create", "delete"], "replace_paths": [["data"], ["version"]],
                "before": { "version": "1.0.0", "data": "a\n", "arn": "x" }, "after": { "version": "1.0.1", "data": "b\n" },
                "after_unknown": { "arn": true } } },
            { "address": "aws_iam_role_policy.web", "type": "aws_iam_role_policy", "change": {
                "actions": ["update"], "before": { "name": "p", "policy": statement("s3:GetObject") },
                "after": { "name": "p", "policy": statement("s3:*") }, "after_unknown": {} } },
            { "address": "aws_sns_topic.a", "type": "aws_sns_topic", "change": { "actions": ["no-op"] } },
        ] });
        let review = compared(&plan, &Plan::default(), &Subjects::default());
        let [component, _] = review.resources.as_slice() else { panic!("{review:#?}") };
        assert_eq!(component.action, Action::NewVersion);
        // Without a plan, arguments keep the names that Terraform has.
        assert_eq!(component.reasons(), ["version: 1.0.0 → 1.0.1", "data: lines 1"]);
        assert_eq!(review.documents[0].hunks.len(), 1);
        let rights: Vec<(bool, &str)> = review.rights.iter().map(|it| (it.added, it.statement.as_str())).collect();
        assert_eq!(rights, [(false, "Allow s3:GetObject on *"), (true, "Allow s3:* on *")]);
    }
}
