//! A resource's properties as a list of paths and values, which can be compared one by one.

use crate::plan::Planned;
use crate::resource::property::{Forms, TerraformKey};
use crate::resource::{Access, Key, Part, Properties, Reference, Shape, Text, Type, Value};

/// What Terraform's provider is told in another way than CloudFormation: the other has been compared.
const SAID_TWICE: [&str; 1] = ["recipe"];

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaf {
    /// Such as `BlockDeviceMappings[/dev/xvda].Ebs.VolumeSize`.
    pub(super) path: String,
    /// The property that it is part of.
    pub(super) top: &'static str,
    /// What it is.
    pub(super) value: Value,
    /// Whether it stands for nothing but the order of a list.
    pub(super) is_order: bool,
    /// Whether CloudFormation has no such property.
    pub(super) is_terraform: bool,
}

/// All values, in order.
pub(super) fn flat(planned: &Planned) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    walk(&planned.properties, (planned.handle.of, ""), None, &mut leaves);
    leaves
}

fn name(key: &Key) -> Option<&'static str> {
    match (key.cloudformation, key.terraform) {
        (Some(name), _) => Some(name),
        (None, TerraformKey::Named(name)) if !SAID_TWICE.contains(&name) => Some(name),
        (None, _) => None,
    }
}

fn walk(properties: &Properties, (of, prefix): (&Type, &str), top: Option<&'static str>, leaves: &mut Vec<Leaf>) {
    for (key, shape) in properties {
        let Some(name) = name(key) else { continue };
        let top = top.unwrap_or(name);
        let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        let start = leaves.len();
        match shape {
            Shape::Value(value) => leaf(path, top, value, leaves),
            Shape::Differs(forms) => leaf(path, top, compared(forms), leaves),
            Shape::Block(block) => walk(block, (of, &path), Some(top), leaves),
            Shape::Blocks(blocks) => {
                let own = of.identities.iter().find(|(list, _)| *list == name).map(|(_, identity)| *identity);
                let keys: Vec<String> =
                    own.map_or_else(Vec::new, |own| blocks.iter().filter_map(|block| identity(block, own)).collect());
                let is_keyed =
                    keys.len() == blocks.len() && keys.iter().enumerate().all(|(n, key)| !keys[..n].contains(key));
                for (index, block) in blocks.iter().enumerate() {
                    let key = if is_keyed { keys[index].clone() } else { index.to_string() };
                    walk(block, (of, &format!("{path}[{key}]")), Some(top), leaves);
                }
                if is_keyed {
                    leaves.push(Leaf { path, top, value: Value::texts(keys), is_order: true, is_terraform: false });
                }
            }
        }
        if key.cloudformation.is_none() {
            leaves[start..].iter_mut().for_each(|leaf| leaf.is_terraform = true);
        }
    }
}

/// The form that is compared. Of tags, Terraform's is the map.
fn compared(forms: &Forms) -> &Value {
    match &forms.terraform {
        value @ (Value::Map(_) | Value::Json(_)) => value,
        _ => &forms.cloudformation,
    }
}

fn leaf(path: String, top: &'static str, value: &Value, leaves: &mut Vec<Leaf>) {
    match value {
        Value::Map(entries) => {
            for (key, value) in entries.iter() {
                leaf(format!("{path}[{key}]"), top, value, leaves);
            }
        }
        value => leaves.push(Leaf { path, top, value: value.clone(), is_order: false, is_terraform: false }),
    }
}

/// What tells an object of a list apart from its neighbours: the text at this path.
fn identity(block: &Properties, path: &str) -> Option<String> {
    let shown = shown(block.text(path)?);
    // Amazon's own are known by name and version.
    let short = [":aws:component/", ":aws:workflow/"].iter().find_map(|mark| shown.split_once(mark));
    Some(short.map_or(shown.clone(), |(_, short)| format!("aws:{short}")))
}

/// A text with its references as CloudFormation's `Sub` writes them.
pub(super) fn shown(text: &Text) -> String {
    let parts = text.parts().iter().map(|part| match part {
        Part::Literal(literal) => literal.clone(),
        Part::Attribute(it) => reference(it),
        Part::Parameter(address) => format!("${{{}}}", address.cloudformation),
        Part::Partition => "${AWS::Partition}".to_owned(),
        Part::Region => "${AWS::Region}".to_owned(),
        Part::Account => "${AWS::AccountId}".to_owned(),
    });
    parts.collect()
}

fn reference(Reference { resource, attribute }: &Reference) -> String {
    let id = &resource.address.cloudformation;
    match attribute.cloudformation {
        Access::Ref => format!("${{{id}}}"),
        Access::GetAtt(name) => format!("${{{id}.{name}}}"),
    }
}

/// A value in one line.
pub(super) fn line(value: &Value) -> String {
    match value {
        Value::Text(text) => {
            let shown = shown(text);
            if shown.is_empty() || shown.trim() != shown { format!("\"{shown}\"") } else { shown }
        }
        Value::Bool(it) => it.to_string(),
        Value::Integer(it) => it.to_string(),
        Value::List(items) => items.iter().map(line).collect::<Vec<_>>().join(", "),
        Value::Map(entries) => {
            entries.iter().map(|(key, value)| format!("{key}: {}", line(value))).collect::<Vec<_>>().join(", ")
        }
        Value::Json(document) => line(document),
    }
}

/// Whether a policy is in it.
pub(super) fn is_policy(value: &Value) -> bool {
    match value {
        Value::Json(_) => true,
        Value::List(items) => items.iter().any(is_policy),
        Value::Map(entries) => entries.values().any(is_policy),
        _ => false,
    }
}

/// The resources that a value refers to.
pub(super) fn references(value: &Value) -> Vec<&Reference> {
    let mut found = Vec::new();
    collect(value, &mut found);
    found
}

/// The resources that any of the values refers to: cheaper than to make them [`flat`] for that.
pub(super) fn all_references(properties: &Properties) -> Vec<&Reference> {
    fn walk<'a>(properties: &'a Properties, found: &mut Vec<&'a Reference>) {
        for (_, shape) in properties.iter().filter(|(key, _)| name(key).is_some()) {
            match shape {
                Shape::Value(value) => collect(value, found),
                Shape::Differs(forms) => collect(compared(forms), found),
                Shape::Block(block) => walk(block, found),
                Shape::Blocks(blocks) => blocks.iter().for_each(|block| walk(block, found)),
            }
        }
    }
    let mut found = Vec::new();
    walk(properties, &mut found);
    found
}

fn collect<'a>(value: &'a Value, found: &mut Vec<&'a Reference>) {
    match value {
        Value::Text(text) => found.extend(text.parts().iter().filter_map(|part| match part {
            Part::Attribute(reference) => Some(reference.as_ref()),
            _ => None,
        })),
        Value::List(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Map(entries) => entries.values().for_each(|value| collect(value, found)),
        Value::Json(document) => collect(document, found),
        Value::Bool(_) | Value::Integer(_) => {}
    }
}
