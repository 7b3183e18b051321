//! Rights that a change gives and takes, statement by statement.

use serde::Serialize;

use super::compare::{Pair, id};
use super::flat::{Leaf, flat, line, references};
use super::{Action, Item, deployed};
use crate::plan::Planned;
use crate::resource::{self, Value};

/// A right that comes or goes.
///
/// ```
/// use kiln::review::between;
///
/// let statement = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#;
/// let policy = format!(r#"{{"Statement": [{statement}]}}"#);
/// let role = ("role of pipeline `web`", "WebRole");
/// let rights = between("logs", role, (None, Some(&policy)));
/// assert_eq!(rights[0].statement, "Allow s3:GetObject on *");
/// assert!(rights[0].added && rights[0].widens);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Right {
    /// Whether the statement is new; it is gone otherwise.
    pub added: bool,
    /// Whether more is allowed with the change: a new `Allow`, or a `Deny` that goes.
    pub widens: bool,
    /// Whose policy it is, in the words of the spec.
    pub who: String,
    /// The resource's id in CloudFormation.
    pub id: String,
    /// The statement in one line.
    pub statement: String,
}

/// A statement of a policy document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Statement {
    /// The policy and the statement's name: what makes it the same as one of the other side.
    key: (String, String),
    is_deny: bool,
    actions: Vec<String>,
    resources: Vec<String>,
    principal: Option<String>,
    condition: Option<String>,
}

impl Statement {
    fn words(&self) -> String {
        let effect = if self.is_deny { "Deny" } else { "Allow" };
        let mut out = format!("{effect} {}", self.actions.join(", "));
        if !self.resources.is_empty() {
            out.push_str(&format!(" on {}", self.resources.join(", ")));
        }
        if let Some(principal) = &self.principal {
            out.push_str(&format!(" for {principal}"));
        }
        if let Some(condition) = &self.condition {
            out.push_str(&format!(" if {condition}"));
        }
        out
    }
}

/// The rights that change.
pub(super) fn of(pair: &Pair<'_>, items: &[Item]) -> Vec<Right> {
    let mut rights = Vec::new();
    for planned in &pair.new.resources {
        let old = pair.old_of(planned);
        if old.is_some_and(|old| old.properties == planned.properties) {
            continue;
        }
        let old = old.map(statements).unwrap_or_default();
        compare(pair, planned, (&old, &statements(planned)), &mut rights);
    }
    for planned in pair.gone() {
        compare(pair, planned, (&statements(planned), &[]), &mut rights);
    }
    rights.extend(items.iter().flat_map(|item| unknown(pair, item)));
    rights
}

fn compare(pair: &Pair<'_>, planned: &Planned, (old, new): (&[Statement], &[Statement]), rights: &mut Vec<Right>) {
    let of = planned.handle.of.cloudformation;
    let subjects = if pair.words.1.get(id(planned)).is_some() { &pair.words.1 } else { &pair.words.0 };
    let who = subjects.words(id(planned), of);
    let who = if pair.is_target { format!("{who} in target accounts") } else { who };
    differences((&who, id(planned)), (old, new), rights);
}

/// The rights that differ between two policy documents in JSON, such as Terraform's arguments have.
#[must_use]
pub fn between(policy: &str, of: (&str, &str), (old, new): (Option<&str>, Option<&str>)) -> Vec<Right> {
    let all = |text: Option<&str>| {
        let mut found = Vec::new();
        let json = text.and_then(|text| serde_json::from_str(text).ok());
        if let Some(document) = json.as_ref().map(deployed::json) {
            walk(&Value::Json(Box::new(document)), policy, &mut found);
        }
        found
    };
    let mut rights = Vec::new();
    differences(of, (&all(old), &all(new)), &mut rights);
    rights
}

fn differences((who, id): (&str, &str), (old, new): (&[Statement], &[Statement]), rights: &mut Vec<Right>) {
    let mut push = |statement: &Statement, added: bool| {
        let widens = added != statement.is_deny;
        let (who, id) = (who.to_owned(), id.to_owned());
        rights.push(Right { added, widens, who, id, statement: statement.words() });
    };
    for statement in new {
        let Some(before) = old.iter().find(|before| before.key == statement.key) else {
            push(statement, true);
            continue;
        };
        if before == statement {
            continue;
        }
        // Where only the actions or only the resources are others, just those are told.
        let less = |all: &[String], without: &[String]| -> Vec<String> {
            all.iter().filter(|it| !without.contains(it)).cloned().collect()
        };
        let only = |of: &dyn Fn(Statement) -> Statement| of(before.clone()) == of(statement.clone());
        if only(&|it| Statement { actions: Vec::new(), ..it }) {
            let (gone, come) = (less(&before.actions, &statement.actions), less(&statement.actions, &before.actions));
            for (actions, added) in [(gone, false), (come, true)] {
                if !actions.is_empty() {
                    push(&Statement { actions, ..statement.clone() }, added);
                }
            }
        } else if only(&|it| Statement { resources: Vec::new(), ..it }) {
            let (gone, come) =
                (less(&before.resources, &statement.resources), less(&statement.resources, &before.resources));
            for (resources, added) in [(gone, false), (come, true)] {
                if !resources.is_empty() {
                    push(&Statement { resources, ..statement.clone() }, added);
                }
            }
        } else {
            push(before, false);
            push(statement, true);
        }
    }
    for statement in old.iter().filter(|before| new.iter().all(|now| now.key != before.key)) {
        push(statement, false);
    }
}

/// All statements of a resource, its managed policies and the bound of its rights among them.
fn statements(planned: &Planned) -> Vec<Statement> {
    let mut found = Vec::new();
    for leaf in flat(planned) {
        match (leaf.top, &leaf.value) {
            ("ManagedPolicyArns", Value::List(arns)) => {
                found.extend(arns.iter().map(|arn| {
                    let words = format!("what {} allows", line(arn));
                    Statement { key: ("managed".to_owned(), words.clone()), actions: vec![words], ..Default::default() }
                }));
            }
            ("PermissionsBoundary", bound) => found.push(Statement {
                key: ("bound".to_owned(), String::new()),
                is_deny: true,
                actions: vec![format!("all that the boundary {} does not allow", line(bound))],
                ..Default::default()
            }),
            (_, value) => {
                found.extend(shared(&leaf));
                walk(value, &leaf.path, &mut found);
            }
        }
    }
    found
}

/// To whom images go: properties of a distribution, and what those whom they name may do.
const SHARING: [(&str, &str); 5] = [
    (".LaunchPermissionConfiguration.UserIds", "the launch of images"),
    (".LaunchPermissionConfiguration.UserGroups", "the launch of images"),
    (".LaunchPermissionConfiguration.OrganizationArns", "the launch of images"),
    (".LaunchPermissionConfiguration.OrganizationalUnitArns", "the launch of images"),
    (".TargetAccountIds", "copies of images"),
];

/// Who gets images of a distribution is a right too, one for each Region and each of them.
fn shared(leaf: &Leaf) -> Vec<Statement> {
    let sharing = SHARING.iter().find(|(end, _)| leaf.path.ends_with(end));
    let region = leaf.path.strip_prefix("Distributions[").and_then(|rest| rest.split_once(']'));
    let (Some((_, what)), Some((region, _)), Value::List(to)) = (sharing, region, &leaf.value) else {
        return Vec::new();
    };
    let region = if region == "${AWS::Region}" { "the Region deployed to" } else { region };
    let one = |whom: &Value| {
        let whom = line(whom);
        let actions = vec![format!("{what} in {region}")];
        let principal = Some(if whom == "all" { "everybody".to_owned() } else { whom.clone() });
        Statement { key: (leaf.path.clone(), whom), actions, principal, ..Statement::default() }
    };
    to.iter().map(one).collect()
}

fn walk(value: &Value, name: &str, found: &mut Vec<Statement>) {
    match value {
        Value::Json(document) => {
            let Value::Map(entries) = document.as_ref() else { return };
            if let Some(Value::List(statements)) = entries.get("Statement") {
                found.extend(statements.iter().filter_map(|value| statement(value, name)));
            }
        }
        Value::List(items) => items.iter().for_each(|item| walk(item, name, found)),
        Value::Map(entries) => {
            let name = entries.get("PolicyName").map_or_else(|| name.to_owned(), line);
            entries.values().for_each(|value| walk(value, &name, found));
        }
        _ => {}
    }
}

fn statement(value: &Value, policy: &str) -> Option<Statement> {
    let Value::Map(entries) = value else { return None };
    let texts = |name: &str| match entries.get(name) {
        Some(Value::List(items)) => items.iter().map(line).collect(),
        Some(one) => vec![line(one)],
        None => Vec::new(),
    };
    Some(Statement {
        key: (policy.to_owned(), entries.get("Sid").map(line).unwrap_or_default()),
        is_deny: entries.get("Effect").is_some_and(|effect| line(effect) == "Deny"),
        actions: texts("Action"),
        resources: texts("Resource"),
        principal: entries.get("Principal").map(line).map(|it| if it == "*" { "everybody".to_owned() } else { it }),
        condition: entries.get("Condition").map(line),
    })
}

/// Rights of roles that are not the project's are not known.
fn unknown(pair: &Pair<'_>, item: &Item) -> Vec<Right> {
    let passes = resource::find(&item.resource_type).map_or(&[][..], |of| of.passes);
    passes.iter().flat_map(|pass| unknown_of(pair, item, pass.property)).collect()
}

fn unknown_of(pair: &Pair<'_>, item: &Item, property: &str) -> Vec<Right> {
    let is_new = item.action == Action::Add || item.properties.iter().any(|change| change.property == property);
    let planned = pair.by_id.1.get(item.id.as_str()).filter(|_| is_new);
    let leaves = planned.map(|planned| flat(planned)).unwrap_or_default();
    let foreign = leaves.iter().filter(|leaf| leaf.path == property && references(&leaf.value).is_empty());
    let rights = foreign.map(|leaf| Right {
        added: true,
        widens: true,
        who: item.what.clone(),
        id: item.id.clone(),
        statement: format!("all rights of {}, which the spec does not tell", line(&leaf.value)),
    });
    rights.collect()
}
