//! Two plans, resource by resource.

use std::collections::{BTreeMap, BTreeSet};

use super::flat::{Leaf, all_references, flat, is_policy, line, references};
use super::{Action, Change, Document, Item, PREFIXES, Side, Subjects, document, effect, loss, rights, subject};
use crate::plan::{Plan, Planned};
use crate::project::definition::Target;
use crate::raw::{self, Table};
use crate::resource::{Reference, image_pipeline};

/// What is compared.
pub(super) struct Pair<'a> {
    pub(super) old: &'a Plan,
    pub(super) new: &'a Plan,
    /// The resources of both.
    pub(super) by_id: (ById<'a>, ById<'a>),
    pub(super) words: &'a (Subjects, Subjects),
    pub(super) sides: (Option<Side<'a>>, Option<Side<'a>>),
    /// The back end that is reviewed.
    pub(super) target: Target,
    /// Whether these are the plans of the accounts that images are copied to.
    pub(super) is_target: bool,
}

impl Pair<'_> {
    /// The resource that stands at the same place of the old plan.
    pub(super) fn old_of(&self, new: &Planned) -> Option<&Planned> {
        self.by_id.0.get(id(new)).copied().filter(|old| old.handle.of == new.handle.of)
    }

    /// Resources that the new plan does not have any more.
    pub(super) fn gone(&self) -> impl Iterator<Item = &Planned> {
        let stays = |old: &Planned| self.by_id.1.get(id(old)).is_some_and(|new| old.handle.of == new.handle.of);
        self.old.resources.iter().filter(move |old| !stays(old))
    }
}

/// The resources of a plan, by their ids in CloudFormation.
pub(super) type ById<'a> = BTreeMap<&'a str, &'a Planned>;

pub(super) fn by_id(plan: &Plan) -> ById<'_> {
    plan.resources.iter().map(|planned| (id(planned), planned)).collect()
}

/// A resource's id in CloudFormation.
pub(super) fn id(planned: &Planned) -> &str {
    &planned.handle.address.cloudformation
}

/// All resources that change, and the documents in them.
pub(super) fn items(pair: &Pair<'_>) -> (Vec<Item>, Vec<Document>) {
    let mut documents = Vec::new();
    let mut changes: Vec<Vec<Change>> = Vec::with_capacity(pair.new.resources.len());
    for planned in &pair.new.resources {
        let mut found = Vec::new();
        if let Some(old) = pair.old_of(planned) {
            if old.properties != planned.properties {
                let mut leaves = (flat(old), flat(planned));
                // What only Terraform has is no change of a template of CloudFormation.
                if pair.target == Target::CloudFormation {
                    leaves.0.retain(|leaf| !leaf.is_terraform);
                    leaves.1.retain(|leaf| !leaf.is_terraform);
                }
                found = differences(pair, planned, (&leaves.0, &leaves.1), &mut documents);
            }
            found.extend(attributes(pair, (old, planned)));
            found.extend(raw(pair, planned));
        }
        changes.push(found);
    }
    follow(pair, &mut changes);
    let mut items = Vec::new();
    for (planned, changes) in pair.new.resources.iter().zip(changes) {
        let old = pair.old_of(planned);
        if old.is_some() && changes.is_empty() {
            continue;
        }
        let action = old.map_or(Action::Add, |old| action(old, planned, &changes));
        let item = item(pair, planned, (action, old, changes));
        let taken = old.is_none().then(|| effect::taken(planned, pair.gone())).flatten();
        items.push(Item { consequence: taken.or(item.consequence), ..item });
    }
    for planned in pair.gone() {
        items.push(item(pair, planned, (Action::Remove, Some(planned), Vec::new())));
    }
    items.extend(own(pair));
    (items, documents)
}

fn item(
    pair: &Pair<'_>,
    planned: &Planned,
    (action, old, properties): (Action, Option<&Planned>, Vec<Change>),
) -> Item {
    let of = planned.handle.of;
    let subjects = if action == Action::Remove { &pair.words.0 } else { &pair.words.1 };
    let what = subjects.words(id(planned), of.cloudformation);
    let is_gone = action == Action::Remove;
    let from_version = old.and_then(|old| pair.words.0.get(id(old))?.version.clone());
    Item {
        action,
        what: if pair.is_target { format!("{what} in target accounts") } else { what },
        id: id(planned).to_owned(),
        resource_type: of.cloudformation.to_owned(),
        terraform: match planned.handle.address.terraform.as_str() {
            // Read back from a stack, of what the spec has no more.
            "" => String::new(),
            label => format!("{}.{label}", of.terraform),
        },
        pipelines: super::pipelines(planned),
        place: subjects.line(id(planned)),
        from_version,
        to_version: subjects.get(id(planned)).and_then(|subject| subject.version.clone()).filter(|_| !is_gone),
        properties,
        consequence: old
            .filter(|_| matches!(action, Action::Remove | Action::Replace | Action::MayReplace))
            .and_then(|old| effect::consequence(old, action)),
        in_target_accounts: pair.is_target,
    }
}

fn action(old: &Planned, new: &Planned, changes: &[Change]) -> Action {
    let forced = changes.iter().any(|change| change.forces_replacement);
    if !forced {
        return Action::Change;
    }
    let version = |planned: &'_ Planned| subject::version(planned).unwrap_or_default().to_owned();
    let is_renamed = changes.iter().any(|change| change.property == "Name");
    // CloudFormation counts `1.0.x` up by itself.
    let moves = version(old) != version(new) || version(new).contains('x');
    if new.handle.of.is_versioned && moves && !is_renamed { Action::NewVersion } else { Action::Replace }
}

fn differences(
    pair: &Pair<'_>,
    planned: &Planned,
    (old, new): (&[Leaf], &[Leaf]),
    documents: &mut Vec<Document>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let forces = |leaf: &Leaf| planned.handle.of.create_only.contains(&leaf.top) || PREFIXES.contains(&leaf.top);
    let change = |leaf: &Leaf, from: Option<String>, to: Option<String>| Change {
        property: leaf.path.clone(),
        from,
        to,
        document: None,
        follows: None,
        forces_replacement: forces(leaf),
    };
    for leaf in new {
        let before = old.iter().find(|before| before.path == leaf.path && before.is_order == leaf.is_order);
        if before.is_some_and(|before| before.value == leaf.value) {
            continue;
        }
        let texts = (before.and_then(|before| document::text(before, pair.old)), document::text(leaf, pair.new));
        match (before, texts) {
            (before, _) if leaf.is_order => {
                let sorted = |leaf: &Leaf| {
                    let mut keys: Vec<String> = line(&leaf.value).split(", ").map(str::to_owned).collect();
                    keys.sort();
                    keys
                };
                // What comes or goes is told by its own properties.
                if let Some(before) = before.filter(|before| sorted(before) == sorted(leaf)) {
                    let order = |leaf: &Leaf| Some(format!("in the order {}", line(&leaf.value)));
                    changes.push(change(leaf, order(before), order(leaf)));
                }
            }
            (_, (before, Some(text))) => {
                let subject = pair.words.1.words(id(planned), planned.handle.of.cloudformation);
                let version = pair.words.1.get(id(planned)).and_then(|subject| subject.version.as_deref());
                let what = version.and_then(|version| subject.strip_suffix(version)).unwrap_or(&subject).trim_end();
                let place = pair.words.1.line(id(planned));
                let texts = (before.as_deref().unwrap_or_default(), text.as_str());
                let (document, told) = document::compare(texts, pair.sides, (id(planned), what, place.as_deref()));
                documents.push(document);
                changes.push(Change { document: Some(told), ..change(leaf, None, None) });
            }
            (Some(before), _) if is_policy(&leaf.value) && is_policy(&before.value) => {
                let is_same = rights::is_same(&before.value, &leaf.value);
                let document = is_same.then(|| "the same permissions, written in another way".to_owned());
                changes.push(Change { document, ..change(leaf, None, None) });
            }
            (before, _) if is_policy(&leaf.value) => {
                changes.push(change(leaf, before.map(|before| line(&before.value)), None));
            }
            (before, _) => {
                changes.push(change(leaf, before.map(|before| line(&before.value)), Some(line(&leaf.value))));
            }
        }
    }
    for before in old.iter().filter(|before| !before.is_order) {
        if new.iter().all(|leaf| leaf.path != before.path) {
            let is_long = document::text(before, pair.old).is_some() || is_policy(&before.value);
            let from = if is_long { None } else { Some(line(&before.value)) };
            let document = document::text(before, pair.old).map(|_| "no document any more".to_owned());
            changes.push(Change { document, ..change(before, from, None) });
        }
    }
    changes
}

/// What refers to something that is replaced changes too.
fn follow(pair: &Pair<'_>, changes: &mut [Vec<Change>]) {
    let uses: Vec<Vec<&Reference>> =
        pair.new.resources.iter().map(|planned| all_references(&planned.properties)).collect();
    loop {
        let actions: BTreeMap<&str, Action> = pair
            .new
            .resources
            .iter()
            .zip(changes.iter())
            .filter(|(_, changes)| !changes.is_empty())
            .filter_map(|(planned, changes)| Some((id(planned), action(pair.old_of(planned)?, planned, changes))))
            .collect();
        let is_followed = |Reference { resource, attribute }: &&Reference| {
            let action = actions.get(resource.address.cloudformation.as_str());
            let is_new = matches!(action, Some(Action::Replace | Action::NewVersion));
            // Each change of a pipeline is another deployment of it.
            is_new || (action.is_some() && *attribute == image_pipeline::DEPLOYMENT_ID)
        };
        let mut is_done = true;
        for (index, planned) in pair.new.resources.iter().enumerate() {
            if pair.old_of(planned).is_none() || !uses[index].iter().any(is_followed) {
                continue;
            }
            for leaf in &flat(planned) {
                if leaf.is_order || changes[index].iter().any(|change| change.property == leaf.path) {
                    continue;
                }
                let followed = references(&leaf.value).into_iter().find(is_followed);
                // The rights stay what they are when a policy names the new resource.
                if let Some(Reference { resource, .. }) = followed.filter(|_| !is_policy(&leaf.value)) {
                    changes[index].push(Change {
                        property: leaf.path.clone(),
                        from: None,
                        to: None,
                        document: None,
                        follows: Some(pair.words.1.words(&resource.address.cloudformation, resource.of.cloudformation)),
                        forces_replacement: planned.handle.of.create_only.contains(&leaf.top),
                    });
                    is_done = false;
                }
            }
        }
        if is_done {
            return;
        }
    }
}

/// What a template says of a resource besides its properties.
fn attributes(pair: &Pair<'_>, (old, new): (&Planned, &Planned)) -> Vec<Change> {
    let mut changes = Vec::new();
    let kept = |planned: &Planned| planned.life.retained.then(|| "Retain".to_owned());
    if kept(old) != kept(new) && pair.target == Target::CloudFormation {
        changes.push(change("DeletionPolicy".to_owned(), (kept(old), kept(new))));
    }
    let after = |planned: &Planned, subjects: &Subjects| -> Option<String> {
        let words = planned.after.iter().map(|it| subjects.words(&it.address.cloudformation, it.of.cloudformation));
        (!planned.after.is_empty()).then(|| words.collect::<Vec<_>>().join(", "))
    };
    if old.after != new.after {
        changes.push(change("DependsOn".to_owned(), (after(old, &pair.words.0), after(new, &pair.words.1))));
    }
    changes
}

fn change(property: String, (from, to): (Option<String>, Option<String>)) -> Change {
    Change { property, from, to, document: None, follows: None, forces_replacement: false }
}

/// What the spec merges into a resource as it is. kiln does not know what another value does.
fn raw(pair: &Pair<'_>, planned: &Planned) -> Vec<Change> {
    match pair.target {
        Target::CloudFormation => {
            let table = |plan: &'_ Plan| plan.raw.cloudformation.get(id(planned)).cloned().unwrap_or_default();
            tables(&format!("raw.cloudformation.{}", id(planned)), (&table(pair.old), &table(pair.new)))
        }
        Target::Terraform => {
            let each = planned.terraform().flat_map(|(of, label)| {
                let table = |plan: &'_ Plan| plan.raw.terraform(of, &label).cloned().unwrap_or_default();
                tables(&format!("raw.terraform.{of}.{label}"), (&table(pair.old), &table(pair.new)))
            });
            each.collect()
        }
    }
}

/// The values that differ between two tables, each with the path to it.
fn tables(path: &str, (old, new): (&Table, &Table)) -> Vec<Change> {
    fn walk(path: &str, table: &Table, found: &mut BTreeMap<String, String>) {
        for (name, value) in table {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            match value {
                raw::Value::Table(inner) if !inner.is_empty() => walk(&path, inner, found),
                other => _ = found.insert(path, written(other)),
            }
        }
    }
    let both = [old, new].map(|table| {
        let mut found = BTreeMap::new();
        walk(path, table, &mut found);
        found
    });
    let [old, new] = &both;
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differ = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
    differ.map(|path| change(path.clone(), (old.get(path).cloned(), new.get(path).cloned()))).collect()
}

/// A value in one line.
fn written(value: &raw::Value) -> String {
    match value {
        raw::Value::Text(text) => text.clone(),
        raw::Value::Bool(it) => it.to_string(),
        raw::Value::Number(number) => number.to_string(),
        raw::Value::List(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        raw::Value::Table(table) => {
            let entries = table.iter().map(|(name, value)| format!("{name}: {}", written(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Resources that the spec writes out itself, for the back end that is reviewed.
fn own(pair: &Pair<'_>) -> Vec<Item> {
    let all = |plan: &'_ Plan| -> BTreeMap<(String, String, String), Table> {
        match pair.target {
            Target::CloudFormation => {
                let each = plan.own_cloudformation().map(|(id, table)| {
                    let of = match table.get("Type") {
                        Some(raw::Value::Text(of)) => of.clone(),
                        _ => String::new(),
                    };
                    ((of, id.to_owned(), String::new()), table.clone())
                });
                each.collect()
            }
            Target::Terraform => {
                let each = plan
                    .own_terraform()
                    .map(|(of, label, table)| ((of.to_owned(), String::new(), format!("{of}.{label}")), table.clone()));
                each.collect()
            }
        }
    };
    let (old, new) = (all(pair.old), all(pair.new));
    let actions = new.iter().filter_map(|(key, table)| match old.get(key) {
        None => Some((key, Action::Add, Vec::new())),
        Some(before) => {
            let changes = tables("", (before, table));
            (!changes.is_empty()).then_some((key, Action::MayReplace, changes))
        }
    });
    let gone = old.keys().filter(|key| !new.contains_key(*key)).map(|key| (key, Action::Remove, Vec::new()));
    let items = actions.chain(gone).map(|(key, action, changes)| {
        let (of, id, terraform) = key;
        let name = if id.is_empty() { terraform } else { id };
        Item {
            action,
            // What only a deployed template has may be anybody's.
            what: match (action, pair.sides.0.is_some_and(|side| side.source.is_none())) {
                (Action::Remove, true) => format!("resource `{name}` ({of})"),
                _ => format!("resource `{name}` of the spec's own ({of})"),
            },
            id: id.clone(),
            resource_type: of.clone(),
            terraform: terraform.clone(),
            pipelines: Vec::new(),
            place: None,
            from_version: None,
            to_version: None,
            properties: changes,
            consequence: match (action, old.get(key).is_some_and(|it| is_retained(it, action))) {
                (Action::Add, _) => None,
                (Action::Remove, true) => Some("it stays in the account, with what it holds".to_owned()),
                (_, true) => Some("if it is replaced, the old one stays in the account".to_owned()),
                (Action::Remove, _) => loss(of).map(|what| format!("loses data: {what}")),
                _ => loss(of).map(|what| format!("if it is replaced, it loses data: {what}")),
            },
            in_target_accounts: pair.is_target,
        }
    });
    items.collect()
}

/// Whether CloudFormation leaves a resource in the account when it goes, or is replaced.
fn is_retained(table: &Table, action: Action) -> bool {
    let policy = if action == Action::Remove { "DeletionPolicy" } else { "UpdateReplacePolicy" };
    matches!(table.get(policy), Some(raw::Value::Text(word)) if word.starts_with("Retain"))
}

/// What concerns the template as a whole.
pub(super) fn template(pair: &Pair<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let (old, new) = (pair.old, pair.new);
    let is_both = pair.sides.0.is_some() && pair.sides.1.is_some();
    if is_both && !pair.is_target && old.name != new.name {
        notes.push(format!(
            "the project `{}` is `{}` now: CloudFormation makes a new stack of that name, and the old one stays until it \
             is destroyed; `kiln deploy --stack {}` keeps it",
            old.name, new.name, old.name
        ));
    }
    if is_both && old.description != new.description {
        let of = if pair.is_target { " of target accounts" } else { "" };
        notes.push(format!("the description of the template{of}: {} → {}", old.description, new.description));
    }
    if is_both && pair.target == Target::Terraform && old.backend != new.backend {
        notes.push("the backend is another: `terraform init -migrate-state` moves the state".to_owned());
    }
    let name = |parameter: &crate::plan::Parameter| parameter.address.cloudformation.clone();
    for parameter in &new.parameters {
        let before = old.parameters.iter().find(|before| name(before) == name(parameter));
        let told = match before {
            None if parameter.default.is_none() => "is new, and must be given".to_owned(),
            None => "is new".to_owned(),
            Some(before) if before.default != parameter.default => {
                let shown = |default: &Option<String>| default.clone().unwrap_or_else(|| "nothing".to_owned());
                format!("is {} where nothing is given, {} before", shown(&parameter.default), shown(&before.default))
            }
            Some(before)
                if (&before.allowed_values, before.cloudformation_type)
                    != (&parameter.allowed_values, parameter.cloudformation_type) =>
            {
                "takes other values".to_owned()
            }
            Some(before) if before.description != parameter.description => "has another description".to_owned(),
            Some(_) => continue,
        };
        notes.push(format!("the parameter `{}` {told}", name(parameter)));
    }
    for parameter in old.parameters.iter().filter(|it| new.parameters.iter().all(|other| name(other) != name(it))) {
        notes.push(format!("the parameter `{}` is gone", name(parameter)));
    }
    if pair.sides.1.is_some() {
        let now: BTreeMap<&str, &str> =
            new.outputs.iter().map(|it| (it.address.cloudformation.as_str(), it.description.as_str())).collect();
        let mut described = Vec::new();
        for output in &old.outputs {
            let id = &output.address.cloudformation;
            match now.get(id.as_str()) {
                None => notes.push(format!("the output `{id}` is gone: whoever reads it fails")),
                Some(now) if *now != output.description => described.push(format!("`{id}`")),
                Some(_) => {}
            }
        }
        if !described.is_empty() {
            notes.push(format!("other descriptions of outputs: {}", described.join(", ")));
        }
    }
    notes
}
