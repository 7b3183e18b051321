//! `AWS::Events::Rule`: what happens when an event arrives on the default bus.
//!
//! CloudFormation holds the target in the rule; the Terraform provider has a resource for it.

use indexmap::IndexMap;

use super::permission::{By, Pass, Permission};
use super::{
    Attribute, Companion, Handle, Key, Properties, Resource, Text, Type, Value,
    value::{tag_list, tag_map},
};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::Events::Rule",
    terraform: "aws_cloudwatch_event_rule",
    create_only: &["Name", "EventBusName"],
    noun: "event rule",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("events", &format!("rule/{}", it.generated(64))),
    permissions: &[&[
        Permission::own(
            "EventRules",
            &[
                "events:DeleteRule",
                "events:DescribeRule",
                "events:ListTagsForResource",
                "events:PutRule",
                "events:TagResource",
                "events:UntagResource",
            ],
        ),
        Permission::own("EventTargets", &["events:ListTargetsByRule", "events:PutTargets", "events:RemoveTargets"])
            .by(By::Companion(TARGET)),
    ]],
    passes: &[Pass { property: "RoleArn", service: "events.amazonaws.com" }],
    holds: None,
    parting: |_| None,
    costs: &[],
    identities: &[("Targets", "Id")],
    hints: &[],
};

/// What a rule starts is a resource of its own in Terraform.
const TARGET: &str = "aws_cloudwatch_event_target";

/// The rule's ARN.
pub const ARN: Attribute = Attribute::by_get_att("Arn", "arn");
/// The rule's name.
const NAME: Attribute = Attribute::by_ref("name");

/// The id of the only target: it tells targets of one rule apart.
const TARGET_ID: &str = "target";

/// A rule for state changes of images, with one target.
///
/// ```
/// use kiln::resource::event_rule::{EventRule, Target};
///
/// /// The same rule for failures alone, which calls a function.
/// fn failures(rule: &EventRule, function: &str) -> EventRule {
///     let target = Target { arn: function.into(), role_arn: None, message: None };
///     EventRule { states: vec!["FAILED"], target, ..rule.clone() }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct EventRule {
    /// Terraform's generated name starts with it; CloudFormation makes one from the stack's name.
    pub name_prefix: String,
    /// What it does.
    pub description: String,
    /// What the ARNs of the images begin with.
    pub images: Text,
    /// The states that an image comes to, such as `AVAILABLE`.
    pub states: Vec<&'static str>,
    /// Whether it is in force.
    pub enabled: bool,
    /// Who is told.
    pub target: Target,
    /// Tags of the rule.
    pub tags: IndexMap<String, Text>,
}

/// What a rule calls.
///
/// ```
/// use kiln::resource::event_rule::Target;
/// use kiln::resource::{Handle, image_pipeline, role};
///
/// /// What starts a pipeline of the plan, by a role of the plan.
/// fn start(pipeline: &Handle, role: &Handle) -> Target {
///     Target {
///         arn: pipeline.get(image_pipeline::ARN),
///         role_arn: Some(role.get(role::ARN)),
///         message: None,
///     }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Target {
    /// Its ARN.
    pub arn: Text,
    /// The role by which it is called, where it needs one.
    pub role_arn: Option<Text>,
    /// What it is told; the event as it is otherwise.
    pub message: Option<Message>,
}

/// A text with parts of the event in it.
///
/// ```
/// use kiln::resource::event_rule::Message;
///
/// let message = Message {
///     parts: vec![("image", "$.resources[0]"), ("state", "$.detail.state.status")],
///     template: r#""The image <image> is <state>.""#.into(),
/// };
/// let sentence = message.template.as_literal().expect("there is no reference in it");
/// assert!(message.parts.iter().all(|(name, _)| sentence.contains(&format!("<{name}>"))));
/// ```
#[derive(Debug, Clone)]
pub struct Message {
    /// A name and the place in the event that it stands for.
    pub parts: Vec<(&'static str, &'static str)>,
    /// The text, with names in angle brackets.
    pub template: Text,
}

impl Resource for EventRule {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name_prefix, description, images, states, enabled, target: to, tags } = self;
        Properties::new()
            .value(Key::terraform_only("name_prefix"), name_prefix.as_str())
            .value("Description", description.as_str())
            .value("EventPattern", pattern(images, states))
            .value("State", if *enabled { "ENABLED" } else { "DISABLED" })
            .blocks(Key::cloudformation_only("Targets"), [Properties::new().value("Id", TARGET_ID).extend(target(to))])
            .differs_if_any("Tags", tag_list(tags), tag_map(tags))
    }

    fn companions(&self, own: &Handle) -> Vec<Companion> {
        let properties =
            Properties::new().value("Rule", own.get(NAME)).value("TargetId", TARGET_ID).extend(target(&self.target));
        vec![Companion { terraform: "aws_cloudwatch_event_target", suffix: String::new(), properties }]
    }
}

/// EC2 Image Builder user guide, "Event messages that Image Builder sends".
fn pattern(images: &Text, states: &[&'static str]) -> Value {
    let status = Value::map([("status", Value::texts(states.iter().copied()))]);
    Value::Json(Box::new(Value::map([
        ("source", Value::texts(["aws.imagebuilder"])),
        ("detail-type", Value::texts(["EC2 Image Builder Image State Change"])),
        ("resources", Value::List(vec![Value::map([("prefix", images)])])),
        ("detail", Value::map([("state", status)])),
    ])))
}

fn target(Target { arn, role_arn, message }: &Target) -> Properties {
    let transformer = message.as_ref().map_or_else(Properties::new, |Message { parts, template }| {
        Properties::new()
            .value(Key::named("InputPathsMap", "input_paths"), Value::map(parts.iter().copied()))
            .value("InputTemplate", template)
    });
    Properties::new().value("Arn", arn).optional("RoleArn", role_arn.as_ref()).block("InputTransformer", transformer)
}
