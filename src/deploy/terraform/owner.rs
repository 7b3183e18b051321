//! Whose a state of Terraform is: what a plan would destroy although kiln did not plan it.
//!
//! The configuration has an output that names the project, and outputs are kept in the state: that is the mark. In a
//! marked state, kiln destroys what it plans or has planned. What other files of the folder declare is theirs.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::plan::Plan;
pub(super) use crate::render::terraform::PROJECT_OUTPUT;
use crate::resource;

/// What a plan must not destroy.
///
/// ```
/// use kiln::deploy::terraform::{Foreign, foreign};
/// use kiln::plan::Plan;
/// use serde_json::json;
///
/// let plan = Plan { name: "web".to_owned(), ..Plan::default() };
/// let change = json!({
///     "address": "aws_s3_bucket.prod", "type": "aws_s3_bucket", "name": "prod", "mode": "managed",
///     "change": { "actions": ["delete"] },
/// });
/// let shown = json!({ "resource_changes": [change] });
/// let unmarked = Some(Foreign::Unmarked(vec!["aws_s3_bucket.prod".to_owned()]));
/// assert_eq!(foreign(&shown, &json!({}), &plan), unmarked);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreign {
    /// The state is another project's.
    Project(String),
    /// The state has no mark; what would be destroyed in it, by address.
    Unmarked(Vec<String>),
    /// What kiln did not plan, by address.
    Resources(Vec<String>),
}

/// Types of resources that only Terraform has, which come with others.
const COMPANIONS: [&str; 15] = [
    "aws_cloudwatch_event_target",
    "aws_ecr_lifecycle_policy",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_kms_alias",
    "aws_route_table_association",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
];

/// What the document of `terraform show -json PLAN` would destroy that is not this project's; nothing if all is well. The
/// mark is in the document of `terraform output -json`: a plan begins with a refresh, which gives outputs the values of this
/// configuration.
#[must_use]
pub fn foreign(shown: &Value, outputs: &Value, plan: &Plan) -> Option<Foreign> {
    let mark = outputs[PROJECT_OUTPUT]["value"].as_str();
    if let Some(other) = mark.filter(|project| *project != plan.name) {
        return Some(Foreign::Project(other.to_owned()));
    }
    let changes = shown["resource_changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let destroyed = changes.iter().filter(|change| destroys(change));
    let address = |change: &Value| change["address"].as_str().unwrap_or_default().to_owned();
    if mark.is_none() {
        // What a creation that failed has left half made is replaced by the next one.
        let all: Vec<String> =
            destroyed.filter(|change| change["action_reason"] != "replace_because_tainted").map(address).collect();
        return (!all.is_empty()).then_some(Foreign::Unmarked(all));
    }
    let planned: BTreeSet<(&str, String)> = plan
        .resources
        .iter()
        .flat_map(|planned| planned.terraform().map(|(of, label)| (of, label.into_owned())))
        .chain(plan.own_terraform().map(|(of, label, _)| (of, label.to_owned())))
        .collect();
    let configured =
        shown["configuration"]["root_module"]["resources"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_ours = |change: &&Value| {
        let (of, name) = (change["type"].as_str().unwrap_or_default(), change["name"].as_str().unwrap_or_default());
        if change["module_address"].is_string() {
            return false;
        }
        if planned.contains(&(of, name.to_owned())) {
            return true;
        }
        let is_of_others = configured.iter().any(|it| it["type"] == of && it["name"] == name);
        let is_own_type = resource::ALL.iter().any(|own| own.terraform == of) || COMPANIONS.contains(&of);
        // What an earlier spec had: no file declares it any more.
        !is_of_others && is_own_type
    };
    let others: Vec<String> = destroyed.filter(|change| !is_ours(change)).map(address).collect();
    (!others.is_empty()).then_some(Foreign::Resources(others))
}

fn destroys(change: &Value) -> bool {
    let actions = change["change"]["actions"].as_array();
    actions.is_some_and(|actions| actions.iter().any(|action| action == "delete"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(address: &str, actions: &[&str]) -> Value {
        let (of, name) = address.split_once('.').unwrap();
        json!({ "address": address, "type": of, "name": name, "change": { "actions": actions } })
    }

    fn shown(changes: &[Value]) -> Value {
        json!({ "resource_changes": changes,
                "configuration": { "root_module": { "resources": [{ "type": "aws_s3_bucket", "name": "theirs" }] } } })
    }

    #[test]
    fn only_what_kiln_planned_is_destroyed() {
        let plan = Plan { name: "web".to_owned(), ..Plan::default() };
        let check = |mark: Option<&str>, change: Value, expected| {
            let outputs = mark.map_or(json!({}), |mark| json!({ PROJECT_OUTPUT: { "value": mark } }));
            assert_eq!(foreign(&shown(&[change]), &outputs, &plan), expected);
        };
        let gone = ["delete"];
        check(Some("db"), change("aws_iam_role.web", &["create"]), Some(Foreign::Project("db".to_owned())));
        // An earlier spec had it; other files have it; kiln has no such type.
        check(Some("web"), change("aws_imagebuilder_component.old", &gone), None);
        let resources = |address: &str| Some(Foreign::Resources(vec![address.to_owned()]));
        check(Some("web"), change("aws_s3_bucket.theirs", &["delete", "create"]), resources("aws_s3_bucket.theirs"));
        check(Some("web"), change("aws_db_instance.orders", &gone), resources("aws_db_instance.orders"));
        let mut inner = change("aws_iam_role.web", &gone);
        inner["module_address"] = json!("module.theirs");
        check(Some("web"), inner, resources("aws_iam_role.web"));
        // Without a mark nothing is destroyed but what was never whole.
        check(None, change("aws_iam_role.web", &["update"]), None);
        check(None, change("aws_iam_role.web", &gone), Some(Foreign::Unmarked(vec!["aws_iam_role.web".to_owned()])));
        let mut tainted = change("aws_iam_role.web", &["delete", "create"]);
        tainted["action_reason"] = json!("replace_because_tainted");
        check(None, tainted, None);
    }
}
