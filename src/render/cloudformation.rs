//! CloudFormation templates, in YAML and in JSON.
//!
//! The plan becomes a tree of `Node`s, which knows CloudFormation's intrinsic functions, and the tree is printed. What a
//! literal needs in a syntax is told there, in the modules `yaml` and `json`. Only the escape of `${` inside `Fn::Sub`
//! is made here, because it belongs to the function and not to a syntax.

mod json;
mod node;
mod raw;
mod read;
mod scalar;
mod yaml;

pub use read::read;

use self::node::{Node, map};
use crate::plan::{Life, Output, Parameter, Plan, Planned, Table};
use crate::resource::{Access, Part, Properties, Shape, Text, Value};

/// The plan as a CloudFormation template in YAML, made to be read in reviews.
#[must_use]
pub fn yaml(plan: &Plan) -> String {
    let mut text = if plan.marker.is_empty() { String::new() } else { format!("# {}\n", plan.marker) };
    text.push_str(&yaml::template(&template(plan, &plan.origins())));
    text
}

/// The plan as a CloudFormation template in JSON.
#[must_use]
pub fn json(plan: &Plan) -> String {
    let origins = plan.origins();
    let mut root = template(plan, &origins);
    if let Node::Map(sections) = &mut root
        && !plan.marker.is_empty()
    {
        let marker = (JSON_MARKER, Node::from(plan.marker.as_str()));
        match sections.iter_mut().find(|(name, _)| *name == "Metadata") {
            Some((_, Node::Map(entries))) => entries.insert(0, marker),
            _ => sections.insert(1, ("Metadata", Node::Map(vec![marker]))),
        }
    }
    json::template(&root)
}

/// JSON has no comments: the marker is an entry of the template's metadata.
pub(crate) const JSON_MARKER: &str = "Comment";

/// `origins` are those of the plan: what its resources are for, so that a review of the deployed template knows resources
/// that the spec no longer has. Names of tables, of their entries and of parts are enough, because ids are made of them.
fn template<'a>(plan: &'a Plan, origins: &'a [(Table, Option<&'a str>, String)]) -> Node<'a> {
    let mut sections = vec![("AWSTemplateFormatVersion", Node::from("2010-09-09"))];
    if !plan.description.is_empty() {
        sections.push(("Description", Node::from(plan.description.as_str())));
    }
    // Whose stack this is: no other project's is changed (`deploy::owner`). What has no name is a part of a plan.
    if !plan.name.is_empty() {
        let mut mark = vec![("Project", Node::from(plan.name.as_str()))];
        if !origins.is_empty() {
            mark.push(("Resources", resources_by_table(origins)));
        }
        sections.push(("Metadata", map([("Kiln", Node::Map(mark))])));
    }
    if !plan.parameters.is_empty() {
        let parameters = plan.parameters.iter().map(|it| (it.address.cloudformation.as_str(), parameter(it)));
        sections.push(("Parameters", map(parameters)));
    }
    let resources = plan.resources.iter().map(|it| {
        let id = it.handle.address.cloudformation.as_str();
        let mut node = resource(it);
        if let Some(table) = plan.raw.cloudformation.get(id) {
            raw::merge_resource(&mut node, table);
        }
        (id, node)
    });
    let own = plan.own_cloudformation().map(|(id, table)| (id, raw::map(table)));
    sections.push(("Resources", map(resources.chain(own))));
    if !plan.outputs.is_empty() {
        let outputs = plan.outputs.iter().map(|it| (it.address.cloudformation.as_str(), output(it)));
        sections.push(("Outputs", map(outputs)));
    }
    Node::Map(sections)
}

fn resources_by_table<'a>(origins: &'a [(Table, Option<&'a str>, String)]) -> Node<'a> {
    let mut tables: Vec<(&str, Node<'_>)> = Vec::new();
    for (table, key, parts) in origins {
        let parts = Node::from(parts.as_str());
        match (*key, tables.last_mut().filter(|(last, _)| *last == table.as_str())) {
            (Some(key), Some((_, Node::Map(keys)))) => keys.push((key, parts)),
            (Some(key), _) => tables.push((table.as_str(), map([(key, parts)]))),
            (None, _) => tables.push((table.as_str(), parts)),
        }
    }
    Node::Map(tables)
}

fn parameter(parameter: &Parameter) -> Node<'_> {
    let mut entries = vec![("Type", Node::from(parameter.cloudformation_type))];
    if let Some(description) = &parameter.description {
        entries.push(("Description", Node::from(description.as_str())));
    }
    if let Some(default) = &parameter.default {
        entries.push(("Default", Node::from(default.as_str())));
    }
    if !parameter.allowed_values.is_empty() {
        let values = parameter.allowed_values.iter().map(|it| Node::from(it.as_str()));
        entries.push(("AllowedValues", Node::List(values.collect())));
    }
    map(entries)
}

fn resource(planned: &Planned) -> Node<'_> {
    let Life { retained, create_before_destroy: _ } = planned.life;
    let mut entries = vec![("Type", Node::from(planned.handle.of.cloudformation))];
    if retained {
        entries.push(("DeletionPolicy", Node::from("Retain")));
        entries.push(("UpdateReplacePolicy", Node::from("Retain")));
    }
    if !planned.after.is_empty() {
        let ids = planned.after.iter().map(|handle| Node::from(handle.address.cloudformation.as_str()));
        entries.push(("DependsOn", Node::List(ids.collect())));
    }
    let own = properties(&planned.properties);
    if !matches!(&own, Node::Map(entries) if entries.is_empty()) {
        entries.push(("Properties", own));
    }
    map(entries)
}

fn output(output: &Output) -> Node<'_> {
    let mut entries = Vec::new();
    if !output.description.is_empty() {
        entries.push(("Description", Node::from(output.description.as_str())));
    }
    entries.push(("Value", text(&output.value)));
    map(entries)
}

fn properties(properties: &Properties) -> Node<'_> {
    map(properties.iter().filter_map(|(key, shape)| Some((key.cloudformation?, node(shape)))))
}

fn node(shape: &Shape) -> Node<'_> {
    match shape {
        Shape::Value(it) => value(it),
        Shape::Differs(forms) => value(&forms.cloudformation),
        Shape::Block(block) => properties(block),
        Shape::Blocks(blocks) => Node::List(blocks.iter().map(properties).collect()),
    }
}

fn value(value: &Value) -> Node<'_> {
    match value {
        Value::Text(it) => text(it),
        Value::Bool(it) => Node::Bool(*it),
        Value::Integer(it) => Node::Integer(*it),
        Value::List(items) => Node::List(items.iter().map(self::value).collect()),
        Value::Map(entries) => map(entries.iter().map(|(key, it)| (key.as_str(), self::value(it)))),
        Value::Json(document) => self::value(document),
    }
}

/// A string as it is, a single reference as `Ref` or `Fn::GetAtt`, and a mixture as `Fn::Sub`.
fn text(text: &Text) -> Node<'_> {
    // An empty literal may stand before a reference, if the text began as one.
    let mut parts = text.parts().iter().filter(|part| !matches!(part, Part::Literal(literal) if literal.is_empty()));
    match (parts.next(), parts.next()) {
        (None, _) => Node::Text(""),
        (Some(only), None) => self::part(only),
        (Some(_), Some(_)) => Node::Sub(substitution(text)),
    }
}

/// A part that stands alone.
fn part(part: &Part) -> Node<'_> {
    match part {
        Part::Literal(literal) => Node::Text(literal),
        Part::Attribute(it) => match it.attribute.cloudformation {
            Access::Ref => Node::Ref(&it.resource.address.cloudformation),
            Access::GetAtt(name) => Node::GetAtt(&it.resource.address.cloudformation, name),
        },
        Part::Parameter(address) => Node::Ref(&address.cloudformation),
        Part::Partition => Node::Ref("AWS::Partition"),
        Part::Region => Node::Ref("AWS::Region"),
        Part::Account => Node::Ref("AWS::AccountId"),
    }
}

/// The template of `Fn::Sub` for a text.
fn substitution(text: &Text) -> String {
    let mut template = String::new();
    for part in text.parts() {
        match self::part(part) {
            Node::Ref(id) => template.extend(["${", id, "}"]),
            Node::GetAtt(id, attribute) => template.extend(["${", id, ".", attribute, "}"]),
            // Inside Fn::Sub, `${!X}` is how `${X}` itself is written.
            Node::Text(literal) => template.push_str(&literal.replace("${", "${!")),
            Node::Bool(_) | Node::Integer(_) | Node::Number(_) | Node::List(_) | Node::Map(_) | Node::Sub(_) => {}
        }
    }
    template
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::render::sample;

    fn check(text: impl Into<Text>, expected: &Node) {
        assert_eq!(&super::text(&text.into()), expected);
    }

    #[test]
    fn a_literal_is_no_sub() {
        check("echo ${HOME} ${!x}", &Node::from("echo ${HOME} ${!x}"));
        check("", &Node::from(""));
    }

    #[test]
    fn a_single_reference_is_ref_or_get_att() {
        check(sample::role().get(sample::ARN), &Node::GetAtt("BuildRole", "Arn"));
        check(sample::role().get(sample::NAME), &Node::Ref("BuildRole"));
        check(Part::Partition, &Node::Ref("AWS::Partition"));
        check(Part::Parameter(sample::address("Subnet", "subnet")), &Node::Ref("Subnet"));
        check(Text::from("").then(Part::Account), &Node::Ref("AWS::AccountId"));
    }

    #[test]
    fn a_mixture_is_sub_with_its_literals_escaped() {
        let mixed = Text::from("arn:").then(Part::Partition).then(":${x}$").then(sample::role().get(sample::ARN));
        check(mixed, &Node::Sub("arn:${AWS::Partition}:${!x}$${BuildRole.Arn}".into()));
        check(Text::from("${!x}").then(Part::Region), &Node::Sub("${!!x}${AWS::Region}".into()));
    }

    /// What `Fn::Sub` makes of a template whose only variable is the Region.
    fn substituted(template: &str) -> String {
        template.replace("${AWS::Region}", "<region>").replace("${!", "${")
    }

    proptest! {
        #[test]
        fn any_literal_survives_sub(text in sample::any_text()) {
            let mixed = Text::from(text.as_str()).then(Part::Region).then(text.as_str());
            match super::text(&mixed) {
                Node::Sub(template) => assert_eq!(substituted(&template), format!("{text}<region>{text}")),
                other => assert_eq!((other, text.as_str()), (Node::Ref("AWS::Region"), "")),
            }
        }
    }
}
