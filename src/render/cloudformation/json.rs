//! Prints a template as JSON, with the long form of the intrinsic functions.

use serde::ser::{Serialize, Serializer};

use super::node::Node;
use crate::render::json_text;

/// The text of a template, with two spaces a level and a newline at the end.
pub(super) fn template(root: &Node<'_>) -> String {
    json_text(root)
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::Text(text) => serializer.serialize_str(text),
            Node::Bool(it) => serializer.serialize_bool(*it),
            Node::Integer(it) => serializer.serialize_u64(*it),
            Node::Number(it) => it.serialize(serializer),
            Node::List(items) => serializer.collect_seq(items),
            Node::Map(entries) => serializer.collect_map(entries.iter().map(|(key, node)| (key, node))),
            Node::Ref(id) => serializer.collect_map([("Ref", id)]),
            Node::GetAtt(id, attribute) => serializer.collect_map([("Fn::GetAtt", [id, attribute])]),
            Node::Sub(template) => serializer.collect_map([("Fn::Sub", template)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::node::map;
    use super::*;

    fn check(node: &Node, expected: &str) {
        assert_eq!(serde_json::to_string(node).unwrap(), expected);
    }

    #[test]
    fn intrinsic_functions_have_their_long_form() {
        check(&Node::Ref("Topic"), r#"{"Ref":"Topic"}"#);
        check(&Node::GetAtt("Role", "Arn"), r#"{"Fn::GetAtt":["Role","Arn"]}"#);
        check(&Node::Sub("${AWS::Region}-x".into()), r#"{"Fn::Sub":"${AWS::Region}-x"}"#);
    }

    #[test]
    fn order_is_kept() {
        let template = template(&map([("b", Node::Bool(true)), ("a", Node::List(vec![Node::Integer(1)]))]));
        assert_eq!(template, "{\n  \"b\": true,\n  \"a\": [\n    1\n  ]\n}\n");
    }
}
