//! What the spec hands on as it is, as nodes, and merged into those of a resource.
//!
//! A table merges into a table, key by key; everything else replaces what is there. A table that is an intrinsic function
//! is a value like others. `Ref`, `Fn::GetAtt` and `Fn::Sub` become nodes of their own, which have a short form in YAML;
//! the other functions are written as the tables that they are.

use super::node::Node;
use crate::plan::raw::RESOURCE_ATTRIBUTES;
use crate::raw::{Table, Value};

/// Merges what is handed on into a resource: properties, and what a resource has beside them.
pub(super) fn merge_resource<'a>(resource: &mut Node<'a>, table: &'a Table) {
    let Node::Map(entries) = resource else { return };
    let (attributes, properties): (Vec<_>, Vec<_>) =
        table.iter().partition(|(name, _)| RESOURCE_ATTRIBUTES.contains(&name.as_str()));
    for (name, value) in attributes {
        merge_entry(entries, name, value);
    }
    if properties.is_empty() {
        return;
    }
    let at = entries.iter().position(|(name, _)| *name == "Properties").unwrap_or_else(|| {
        entries.push(("Properties", Node::Map(Vec::new())));
        entries.len() - 1
    });
    if let Node::Map(own) = &mut entries[at].1 {
        properties.into_iter().for_each(|(name, value)| merge_entry(own, name, value));
    }
}

/// A table as it is written.
pub(super) fn map(table: &Table) -> Node<'_> {
    Node::Map(table.iter().map(|(name, value)| (name.as_str(), node(value))).collect())
}

fn merge_entry<'a>(entries: &mut Vec<(&'a str, Node<'a>)>, name: &'a str, value: &'a Value) {
    match entries.iter_mut().find(|(known, _)| *known == name) {
        Some((_, there)) => merge(there, value),
        None => entries.push((name, node(value))),
    }
}

fn merge<'a>(there: &mut Node<'a>, value: &'a Value) {
    match (there, value) {
        (Node::Map(entries), Value::Table(table)) if function(table).is_none() => {
            table.iter().for_each(|(name, value)| merge_entry(entries, name, value));
        }
        (there, value) => *there = node(value),
    }
}

fn node(value: &Value) -> Node<'_> {
    match value {
        Value::Text(text) => Node::Text(text),
        Value::Bool(it) => Node::Bool(*it),
        Value::Number(it) => Node::Number(it),
        Value::List(items) => Node::List(items.iter().map(node).collect()),
        Value::Table(table) => function(table).unwrap_or_else(|| map(table)),
    }
}

/// The intrinsic function that a table is, if it is one that has a node.
fn function(table: &Table) -> Option<Node<'_>> {
    let mut entries = table.iter();
    let ((name, argument), None) = (entries.next()?, entries.next()) else { return None };
    match (name.as_str(), argument) {
        ("Ref", Value::Text(id)) => Some(Node::Ref(id)),
        ("Fn::GetAtt", Value::Text(path)) => path.split_once('.').map(|(id, attribute)| Node::GetAtt(id, attribute)),
        ("Fn::GetAtt", Value::List(path)) => match path.as_slice() {
            [Value::Text(id), Value::Text(attribute)] => Some(Node::GetAtt(id, attribute)),
            _ => None,
        },
        ("Fn::Sub", Value::Text(template)) => Some(Node::Sub(template.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::node as tree;
    use super::*;

    #[test]
    fn tables_merge_and_all_else_replaces() {
        let inner = tree::map([("Keep", "1".into()), ("Change", "1".into()), ("List", Node::List(vec!["1".into()]))]);
        let mut resource = tree::map([("Type", "T".into()), ("Properties", tree::map([("In", inner)]))]);
        let table = Table::new()
            .with("In", Table::new().with("Change", Value::reference("X")).with("List", ["2"]).with("New", -1))
            .with("DependsOn", ["A"]);
        merge_resource(&mut resource, &table);
        let (list, number) = (Node::List(vec!["2".into()]), serde_json::Number::from(-1));
        let inner = [("Keep", "1".into()), ("Change", Node::Ref("X")), ("List", list), ("New", Node::Number(&number))];
        let properties = tree::map([("In", tree::map(inner))]);
        let depends = Node::List(vec!["A".into()]);
        assert_eq!(resource, tree::map([("Type", "T".into()), ("Properties", properties), ("DependsOn", depends)]));
    }

    #[test]
    fn a_function_replaces_a_table_and_is_replaced() {
        let mut there = tree::map([("A", "1".into())]);
        let function = Value::attribute("Role", "Arn");
        merge(&mut there, &function);
        assert_eq!(there, Node::GetAtt("Role", "Arn"));
        let table = Table::new().with("B", "2").into();
        merge(&mut there, &table);
        assert_eq!(there, tree::map([("B", "2".into())]));
    }

    #[test]
    fn functions_without_a_node_stay_tables() {
        let join = Value::from(Table::new().with("Fn::Join", Value::from(["", "x"])));
        assert_eq!(node(&join), tree::map([("Fn::Join", Node::List(vec!["".into(), "x".into()]))]));
        let path = Value::from(Table::new().with("Fn::GetAtt", "A.B.C"));
        assert_eq!(node(&path), Node::GetAtt("A", "B.C"));
    }
}
