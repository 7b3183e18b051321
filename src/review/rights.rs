//! Rights that a change gives and takes, statement by statement.

use std::collections::BTreeSet;

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

/// What a statement says, with lists as the sets that they are.
#[derive(PartialEq)]
struct Content<'a> {
    is_deny: bool,
    actions: BTreeSet<&'a str>,
    resources: BTreeSet<&'a str>,
    principal: Option<&'a str>,
    condition: Option<&'a str>,
}

impl Statement {
    fn content(&self) -> Content<'_> {
        Content {
            is_deny: self.is_deny,
            actions: self.actions.iter().map(String::as_str).collect(),
            resources: self.resources.iter().map(String::as_str).collect(),
            principal: self.principal.as_deref(),
            condition: self.condition.as_deref(),
        }
    }

    fn differs_in_actions(&self, other: &Self) -> bool {
        Content { actions: BTreeSet::new(), ..self.content() }
            == Content { actions: BTreeSet::new(), ..other.content() }
    }

    fn differs_in_resources(&self, other: &Self) -> bool {
        Content { resources: BTreeSet::new(), ..self.content() }
            == Content { resources: BTreeSet::new(), ..other.content() }
    }

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

/// The rights that differ. Statements are compared as a set, by what they say: neither their order nor their names give
/// or take anything. Only what is left on both sides is paired, so that a statement that grows is shown by what it gains.
fn differences((who, id): (&str, &str), (old, new): (&[Statement], &[Statement]), rights: &mut Vec<Right>) {
    let mut push = |statement: &Statement, added: bool| {
        let widens = added != statement.is_deny;
        let (who, id) = (who.to_owned(), id.to_owned());
        rights.push(Right { added, widens, who, id, statement: statement.words() });
    };
    let without = |all: &'_ [Statement], others: &[Statement]| -> Vec<Statement> {
        all.iter().filter(|one| !others.iter().any(|other| other.content() == one.content())).cloned().collect()
    };
    let (mut gone, come) = (without(old, new), without(new, old));
    for statement in &come {
        // One of the same name is the likeliest to have been this.
        gone.sort_by_key(|before| before.key != statement.key);
        if let Some(at) = gone.iter().position(|before| before.differs_in_actions(statement)) {
            let before = gone.remove(at);
            for (actions, added) in both(&before.actions, &statement.actions) {
                push(&Statement { actions, ..statement.clone() }, added);
            }
        } else if let Some(at) = gone.iter().position(|before| before.differs_in_resources(statement)) {
            let before = gone.remove(at);
            for (resources, added) in both(&before.resources, &statement.resources) {
                push(&Statement { resources, ..statement.clone() }, added);
            }
        } else {
            if let Some(at) = gone.iter().position(|before| before.key == statement.key) {
                push(&gone.remove(at), false);
            }
            push(statement, true);
        }
    }
    gone.iter().for_each(|statement| push(statement, false));
}

/// Whether two values hold the same permissions, in whatever order and under whatever names.
pub(super) fn is_same(one: &Value, other: &Value) -> bool {
    let [one, other] = [one, other].map(|value| {
        let mut found = Vec::new();
        walk(value, "", &mut found);
        found
    });
    let holds = |all: &[Statement], others: &[Statement]| {
        all.iter().all(|one| others.iter().any(|other| other.content() == one.content()))
    };
    !one.is_empty() && holds(&one, &other) && holds(&other, &one)
}

/// What goes from a list, and what comes to it; nothing where it is empty.
fn both(old: &[String], new: &[String]) -> impl Iterator<Item = (Vec<String>, bool)> {
    let less = |all: &[String], without: &[String]| -> Vec<String> {
        all.iter().filter(|it| !without.contains(it)).cloned().collect()
    };
    [(less(old, new), false), (less(new, old), true)].into_iter().filter(|(items, _)| !items.is_empty())
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
