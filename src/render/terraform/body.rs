//! The plan as the structure of a Terraform configuration.

use hcl::expr::{BinaryOp, BinaryOperator, FuncCall, ObjectKey};
use hcl::structure::{Attribute, Block, BlockBuilder, Structure};
use hcl::{Body, Expression, Identifier, Number};

use super::expression::{self, Uses};
use super::raw;
use super::{PROJECT_OUTPUT, PROVIDER, TERRAFORM};
use crate::plan::{Backend, Life, Output, Parameter, Plan, Planned, Setting};
use crate::raw::Raw;
use crate::resource::name::snake_case;
use crate::resource::property::TerraformKey;
use crate::resource::{Handle, Key, Properties, Shape};

/// The configuration: settings, variables, the data sources that something reads, resources, outputs.
pub(super) fn body(plan: &Plan) -> Body {
    let mut rest = Vec::with_capacity(plan.resources.len() + plan.outputs.len());
    let head = stream(plan, |block| rest.push(block));
    head.into_iter().chain(rest).collect()
}

/// Gives out resources and outputs one by one, so that a large plan need not be a tree all at once. What stands before
/// them is known only then, and returned: settings, variables, and the data sources that something reads.
pub(super) fn stream(plan: &Plan, mut take: impl FnMut(Block)) -> Vec<Block> {
    let mut uses = Uses::default();
    let mut blocks = Vec::new();
    for planned in &plan.resources {
        resource(&mut blocks, planned, &plan.raw, &mut uses);
        blocks.drain(..).for_each(&mut take);
    }
    for (of, label, table) in plan.own_terraform() {
        take(resource_block(of, label, raw::arguments(table, &mut uses)));
    }
    plan.outputs.iter().for_each(|it| take(output(it, &mut uses)));
    // What has no name is a part of a plan.
    if !plan.name.is_empty() {
        take(mark(&plan.name));
    }
    blocks.push(settings(plan.backend.as_ref()));
    blocks.extend(plan.parameters.iter().map(variable));
    blocks.extend(data_sources(uses));
    blocks
}

fn settings(state: Option<&Backend>) -> Block {
    let aws = object([("source", "hashicorp/aws"), ("version", PROVIDER)]);
    let settings = block("terraform")
        .add_attribute(("required_version", TERRAFORM))
        .add_block(block("required_providers").add_attribute(("aws", aws)).build());
    match state {
        Some(state) => settings.add_block(backend(state)).build(),
        None => settings.build(),
    }
}

fn backend(Backend { kind, arguments }: &Backend) -> Block {
    let block = block("backend").add_label(*kind);
    let add = |block: BlockBuilder, (name, setting): &(&str, Setting)| match setting {
        Setting::Text(text) => block.add_attribute((*name, text.as_str())),
        Setting::Bool(it) => block.add_attribute((*name, *it)),
    };
    arguments.iter().fold(block, add).build()
}

/// A block of this name, which needs no look at its characters.
fn block(name: &str) -> BlockBuilder {
    Block::builder(Identifier::unchecked(name))
}

fn object<const N: usize>(entries: [(&str, &str); N]) -> Expression {
    Expression::Object(entries.into_iter().map(|(key, it)| (ObjectKey::from(key), Expression::from(it))).collect())
}

fn variable(parameter: &Parameter) -> Block {
    let name = parameter.address.terraform.as_str();
    let kind = parameter.terraform_type;
    let mut block = block("variable").add_label(name).add_attribute(("type", type_expression(kind)));
    if let Some(description) = &parameter.description {
        block = block.add_attribute(("description", description.as_str()));
    }
    if let Some(default) = &parameter.default {
        block = block.add_attribute(("default", default_value(kind, default)));
    }
    if !parameter.allowed_values.is_empty() {
        block = block.add_block(validation(parameter));
    }
    block.build()
}

fn type_expression(kind: &str) -> Expression {
    match kind.strip_suffix(')').and_then(|it| it.split_once('(')) {
        Some((outer, inner)) => FuncCall::builder(outer).arg(type_expression(inner)).build().into(),
        None => expression::traversal(kind),
    }
}

/// A default is a string in CloudFormation whatever the type; here it is of the type.
fn default_value(kind: &str, text: &str) -> Expression {
    match kind.strip_suffix(')').and_then(|it| it.split_once('(')) {
        Some(_) if text.is_empty() => Expression::Array(Vec::new()),
        Some((_, item)) => text.split(',').map(|it| default_value(item, it.trim())).collect(),
        None => match (kind, text) {
            ("bool", "true") => Expression::Bool(true),
            ("bool", "false") => Expression::Bool(false),
            ("number", _) => number(text).map_or_else(|| Expression::from(text), Expression::Number),
            _ => Expression::from(text),
        },
    }
}

fn number(text: &str) -> Option<Number> {
    text.parse::<i64>().map(Number::from).ok().or_else(|| Number::from_f64(text.parse().ok()?))
}

fn validation(parameter: &Parameter) -> Block {
    let name = &parameter.address.terraform;
    let kind = parameter.terraform_type;
    let own = expression::traversal(&format!("var.{name}"));
    let values = &parameter.allowed_values;
    let (item, is_list) =
        kind.strip_suffix(')').and_then(|it| it.split_once('(')).map_or((kind, false), |it| (it.1, true));
    let allowed: Expression = values.iter().map(|it| default_value(item, it)).collect();
    let condition = if is_list {
        let others = FuncCall::builder("setsubtract").arg(own).arg(allowed).build();
        let count = FuncCall::builder("length").arg(others).build();
        BinaryOp::new(count, BinaryOperator::Eq, 0).into()
    } else {
        Expression::from(FuncCall::builder("contains").arg(allowed).arg(own).build())
    };
    block("validation")
        .add_attribute(("condition", condition))
        .add_attribute(("error_message", format!("{name} must be one of: {}.", values.join(", "))))
        .build()
}

fn data_sources(uses: Uses) -> impl Iterator<Item = Block> {
    let Uses { partition, region, caller_identity } = uses;
    let sources = [("aws_partition", partition), ("aws_region", region), ("aws_caller_identity", caller_identity)];
    let used = sources.into_iter().filter(|(_, is_used)| *is_used);
    used.map(|(of, _)| block("data").add_labels([of, "current"]).build())
}

/// A resource, and its companions right after it, each with what the spec hands on for it.
fn resource(blocks: &mut Vec<Block>, planned: &Planned, handed_on: &Raw, uses: &mut Uses) {
    let mut add = |of: &str, label: &str, properties: &Properties, (after, life): (&[Handle], Life)| {
        let Life { retained: _, create_before_destroy } = life;
        let mut own = arguments(properties, uses);
        if !after.is_empty() {
            let address = |handle: &Handle| format!("{}.{}", handle.of.terraform, handle.address.terraform);
            let earlier: Expression = after.iter().map(|it| expression::traversal(&address(it))).collect();
            own.push(Attribute::new("depends_on", earlier).into());
        }
        if create_before_destroy {
            own.push(block("lifecycle").add_attribute(("create_before_destroy", true)).build().into());
        }
        if let Some(table) = handed_on.terraform(of, label) {
            raw::merge(&mut own, table, uses);
        }
        blocks.push(resource_block(of, label, own));
    };
    let label = planned.handle.address.terraform.as_str();
    add(planned.handle.of.terraform, label, &planned.properties, (&planned.after, planned.life));
    for companion in &planned.companions {
        add(companion.terraform, &companion.label(label), &companion.properties, (&[], Life::default()));
    }
}

fn resource_block(of: &str, label: &str, arguments: Vec<Structure>) -> Block {
    block("resource").add_labels([of, label]).add_structures(arguments).build()
}

/// The arguments in their order, attributes before nested blocks.
fn arguments(properties: &Properties, uses: &mut Uses) -> Vec<Structure> {
    let mut attributes = Vec::new();
    let mut blocks = Vec::new();
    place(properties, &mut (&mut attributes, &mut blocks), uses);
    attributes.append(&mut blocks);
    attributes
}

fn place(properties: &Properties, to: &mut (&mut Vec<Structure>, &mut Vec<Structure>), uses: &mut Uses) {
    for (key, shape) in properties {
        let Some(name) = argument_name(key) else {
            if key.terraform == TerraformKey::Flattened {
                children(shape).iter().for_each(|it| place(it, to, uses));
            }
            continue;
        };
        let attribute = match shape {
            Shape::Value(value) => Some(value),
            Shape::Differs(forms) => Some(&forms.terraform),
            Shape::Block(_) | Shape::Blocks(_) => None,
        };
        match attribute {
            Some(it) => {
                to.0.push(Attribute::new(Identifier::unchecked(name), expression::value(it, uses)).into());
            }
            None => {
                let blocks = children(shape).iter().map(|it| {
                    let body: Body = arguments(it, uses).into_iter().collect();
                    Structure::from(Block {
                        identifier: Identifier::unchecked(name.as_str()),
                        labels: Vec::new(),
                        body,
                    })
                });
                to.1.extend(blocks);
            }
        }
    }
}

/// The argument's name, unless this level does not exist in Terraform.
fn argument_name(key: &Key) -> Option<String> {
    match key.terraform {
        TerraformKey::Derived => key.cloudformation.map(snake_case),
        TerraformKey::Named(name) => Some(name.to_owned()),
        TerraformKey::Flattened | TerraformKey::Absent => None,
    }
}

/// The objects that stand under a key.
fn children(shape: &Shape) -> &[Properties] {
    match shape {
        Shape::Value(_) | Shape::Differs(_) => &[],
        Shape::Block(block) => std::slice::from_ref(block),
        Shape::Blocks(blocks) => blocks,
    }
}

fn mark(project: &str) -> Block {
    let description = "The project whose state this is: kiln destroys nothing in another's";
    let block = block("output").add_label(PROJECT_OUTPUT).add_attribute(("description", description));
    block.add_attribute(("value", project)).build()
}

fn output(output: &Output, uses: &mut Uses) -> Block {
    let mut block = block("output").add_label(output.address.terraform.as_str());
    if !output.description.is_empty() {
        block = block.add_attribute(("description", output.description.as_str()));
    }
    block.add_attribute(("value", expression::text(&output.value, uses))).build()
}
