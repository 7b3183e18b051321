//! Prints a template as YAML, with the short form of the intrinsic functions.
//!
//! Made for people who review a difference: documents stand as block scalars, lists are indented under their key, a
//! blank line parts the resources, and nothing is folded or shared.
//!
//! How a string is written is decided in `scalar`. Keys are taken to be shorter than the 1,024
//! characters that YAML allows a key on its line: AWS has none longer.

use super::node::Node;
use super::scalar::{self, Place};

/// The text of a template, given as the map of its sections.
pub(super) fn template(root: &Node<'_>) -> String {
    let mut out = String::new();
    let Node::Map(sections) = root else { return out };
    for (name, node) in sections {
        match node {
            Node::Map(children) if !children.is_empty() => {
                blank_line(&mut out);
                key(&mut out, name);
                out.push('\n');
                for (index, child) in children.iter().enumerate() {
                    if *name == "Resources" && index > 0 {
                        blank_line(&mut out);
                    }
                    entry(&mut out, child, 2);
                }
            }
            _ => entry_in_line(&mut out, name, node, 0),
        }
    }
    out
}

/// Parts what was written from what comes. A text kept with its empty last lines does so itself; one more line would
/// become part of it.
fn blank_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}

/// Writes a key and its value on lines of their own.
fn entry(out: &mut String, (name, node): &(&str, Node<'_>), indent: usize) {
    spaces(out, indent);
    entry_in_line(out, name, node, indent);
}

/// Writes a key and its value where the cursor stands, which is column `indent`.
fn entry_in_line(out: &mut String, name: &str, node: &Node<'_>, indent: usize) {
    key(out, name);
    match node {
        Node::List(items) if !items.is_empty() => {
            out.push('\n');
            for item in items {
                spaces(out, indent + 2);
                list_item(out, item, indent + 2);
            }
        }
        Node::Map(entries) if !entries.is_empty() => {
            out.push('\n');
            for child in entries {
                entry(out, child, indent + 2);
            }
        }
        leaf => {
            out.push(' ');
            self::leaf(out, leaf, indent + 2);
        }
    }
}

/// Writes an item with its dash, which stands in column `indent`.
fn list_item(out: &mut String, node: &Node<'_>, indent: usize) {
    out.push_str("- ");
    match node {
        Node::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    spaces(out, indent + 2);
                }
                list_item(out, item, indent + 2);
            }
        }
        Node::Map(entries) if !entries.is_empty() => {
            for (index, (name, child)) in entries.iter().enumerate() {
                if index > 0 {
                    spaces(out, indent + 2);
                }
                entry_in_line(out, name, child, indent + 2);
            }
        }
        leaf => self::leaf(out, leaf, indent + 2),
    }
}

/// Writes what needs no structure, and ends the line. The lines of a block scalar go to column `indent`.
fn leaf(out: &mut String, node: &Node<'_>, indent: usize) {
    match node {
        Node::Text(text) => scalar::write(out, text, Place::Value { indent }),
        Node::Bool(it) => out.push_str(if *it { "true" } else { "false" }),
        Node::Integer(it) => out.push_str(&it.to_string()),
        Node::Number(it) => out.push_str(&it.to_string()),
        Node::List(_) => out.push_str("[]"),
        Node::Map(_) => out.push_str("{}"),
        Node::Ref(id) => {
            out.push_str("!Ref ");
            scalar::write(out, id, Place::Key);
        }
        Node::GetAtt(id, attribute) => {
            out.push_str("!GetAtt ");
            scalar::write(out, &format!("{id}.{attribute}"), Place::Key);
        }
        Node::Sub(template) => {
            out.push_str("!Sub ");
            scalar::write(out, template, Place::Value { indent });
        }
    }
    // A block scalar has ended its last line.
    if !out.ends_with('\n') {
        out.push('\n');
    }
}

fn key(out: &mut String, name: &str) {
    scalar::write(out, name, Place::Key);
    out.push(':');
}

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

#[cfg(test)]
mod tests {
    use super::super::node::map;
    use super::*;

    fn check(node: Node, expected: &str) {
        assert_eq!(template(&map([("Top", map([("K", node)]))])), format!("Top:\n  K:{expected}"));
    }

    #[test]
    fn intrinsic_functions_have_their_short_form() {
        check(Node::Ref("AWS::Region"), " !Ref AWS::Region\n");
        check(Node::GetAtt("Role", "Arn"), " !GetAtt Role.Arn\n");
        check(Node::Sub("arn:${AWS::Partition}:x".into()), " !Sub arn:${AWS::Partition}:x\n");
        check(Node::Sub("a: ${AWS::Partition}".into()), " !Sub 'a: ${AWS::Partition}'\n");
        check(Node::Sub("a\n${AWS::Partition}\n".into()), " !Sub |\n    a\n    ${AWS::Partition}\n");
    }

    #[test]
    fn lists_are_indented_under_their_key() {
        check(Node::List(vec!["a".into(), "b".into()]), "\n    - a\n    - b\n");
        check(Node::List(vec![map([("A", "1".into()), ("B", Node::Integer(1))])]), "\n    - A: '1'\n      B: 1\n");
        check(Node::List(vec![Node::List(vec!["a".into(), "b".into()])]), "\n    - - a\n      - b\n");
        check(Node::List(vec!["a\nb".into()]), "\n    - |-\n      a\n      b\n");
    }

    #[test]
    fn what_is_empty_stands_in_its_line() {
        check(Node::List(Vec::new()), " []\n");
        check(Node::Map(Vec::new()), " {}\n");
        check("".into(), " ''\n");
    }

    #[test]
    fn a_blank_line_never_becomes_part_of_a_text() {
        let resources = map([("A", map([("Data", "x\n\n".into())])), ("B", map([("Type", "T".into())]))]);
        let expected = "Resources:\n  A:\n    Data: |+\n      x\n\n  B:\n    Type: T\n";
        assert_eq!(template(&map([("Resources", resources)])), expected);
    }
}
