//! What a change of an image's state sets off: the build of a pipeline above, or word to somebody.

use super::Lowering;
use super::delivery::Planned;
use super::text::{arn, given, prefix, role_settings, tags};
use super::uses::pipelines;
use crate::plan::{self, EventId, Life, Origin, Table};
use crate::project::definition::{BuildEvent, Given, ImageState, Pipeline};
use crate::project::event_target::TargetKind;
use crate::resource::event_rule::{self, EventRule, Message, Target};
use crate::resource::log_policy::LogPolicy;
use crate::resource::policy::{Policy, Principal, Statement};
use crate::resource::role::{self, Role};
use crate::resource::{Handle, Part, Text, image_pipeline};
use crate::source::Segment;

/// Terraform adds 26 characters to a prefix; names of rules and roles have 64.
const MOST_PREFIX: usize = 38;

/// Lets each pipeline that stands on another be built when that one has a new image. `pipelines` are all of the
/// project, in their order.
pub(super) fn cascades(pipelines: &[Planned], lowering: &mut Lowering<'_>) {
    let project = lowering.project;
    let layers: Vec<(&Pipeline, &Pipeline, &Handle)> = project
        .pipelines
        .iter()
        .zip(pipelines)
        .filter_map(|(pipeline, planned)| Some((pipeline, &project.pipelines[pipeline.cascade?], &planned.handle)))
        .collect();
    if layers.is_empty() {
        return;
    }
    let name = project.name.kebab();
    let started = layers.iter().map(|(_, _, handle)| handle.get(image_pipeline::ARN));
    let role = Role {
        name_prefix: prefix(&format!("{name}-cascade"), MOST_PREFIX),
        description: format!("Starts the layered pipelines of {name}"),
        service: Text::from("events.amazonaws.com"),
        managed_policies: Vec::new(),
        policies: vec![(
            "start".to_owned(),
            vec![Statement::allow("StartPipelines", ["imagebuilder:StartImagePipelineExecution"], started)],
        )],
        settings: role_settings(project),
        tags: tags(&project.tags),
    };
    let life = Life { create_before_destroy: true, retained: false };
    let role = lowering.add(
        Origin::shared(Table::Project, plan::Part::CascadeRole).serving(layers.iter().map(|(above, _, _)| &above.key)),
        &role,
        life,
    );
    for (above, below, handle) in layers {
        let rule = EventRule {
            name_prefix: prefix(&format!("{}-cascade", above.name), MOST_PREFIX),
            description: format!("Builds {} when {} has a new image", above.name, below.name),
            images: images(below),
            states: vec![ImageState::Available.service_word()],
            enabled: above.enabled,
            target: Target { arn: handle.get(image_pipeline::ARN), role_arn: Some(role.get(role::ARN)), message: None },
            tags: tags(&above.tags),
        };
        lowering.add(Origin::new(Table::Pipeline, &above.key, plan::Part::Cascade), &rule, Life::default());
    }
}

/// Adds the rules that tell of a pipeline's builds; gives those whose target is a log group, with the group.
pub(super) fn rules(pipeline: &Pipeline, lowering: &mut Lowering<'_>) -> Vec<(Handle, Text)> {
    let mut logged = Vec::new();
    for (index, event) in pipeline.events.iter().enumerate() {
        let arn = given(&event.to);
        let field = [Segment::Key("events".to_owned()), Segment::Index(index)];
        let id = identity(event);
        let origin = |part| Origin::new(Table::Pipeline, &pipeline.key, part).at(field.clone());
        let role = role(pipeline, event, origin(plan::Part::EventRole(id)), lowering);
        let rule = EventRule {
            name_prefix: prefix(&format!("{}-events", pipeline.name), MOST_PREFIX),
            description: description(pipeline, event),
            images: images(pipeline),
            states: event.states.iter().map(|state| state.service_word()).collect(),
            enabled: true,
            target: Target {
                arn: arn.clone(),
                role_arn: role.map(|role| role.get(role::ARN)),
                message: (event.kind == TargetKind::Topic).then(|| message(pipeline)),
            },
            tags: tags(&pipeline.tags),
        };
        let handle = lowering.add(origin(plan::Part::Event(id)), &rule, Life::default());
        if event.kind == TargetKind::LogGroup {
            logged.push((handle, arn));
        }
    }
    logged
}

/// The role by which EventBridge calls a target: of all kinds, only log groups take none (EventBridge user guide, "Using
/// resource-based policies").
fn role(pipeline: &Pipeline, event: &BuildEvent, origin: Origin, lowering: &mut Lowering<'_>) -> Option<Handle> {
    let action = match event.kind {
        TargetKind::Topic => "sns:Publish",
        TargetKind::Queue => "sqs:SendMessage",
        TargetKind::Function => "lambda:InvokeFunction",
        TargetKind::EventBus => "events:PutEvents",
        TargetKind::StateMachine => "states:StartExecution",
        TargetKind::LogGroup => return None,
    };
    let mut statements = vec![Statement::allow("TellTarget", [action], [given(&event.to)])];
    if let Some(key) = &event.kms_key {
        let actions = ["kms:Decrypt", "kms:GenerateDataKey"];
        statements.push(Statement::allow("EncryptMessages", actions, [key.to_string()]));
    }
    let role = Role {
        name_prefix: prefix(&format!("{}-events", pipeline.name), MOST_PREFIX),
        description: description(pipeline, event),
        service: Text::from("events.amazonaws.com"),
        managed_policies: Vec::new(),
        policies: vec![("tell".to_owned(), statements)],
        settings: role_settings(lowering.project),
        tags: tags(&pipeline.tags),
    };
    let life = Life { create_before_destroy: true, retained: false };
    Some(lowering.add(origin, &role, life))
}

/// Lets these rules write to these log groups.
pub(super) fn log_policy(logged: &[(Handle, Text)], lowering: &mut Lowering<'_>) {
    if logged.is_empty() {
        return;
    }
    let writers = ["events.amazonaws.com", "delivery.logs.amazonaws.com"].map(Text::from);
    // In the order of the rules' ids, wherever the events are in their lists.
    let mut logged: Vec<&(Handle, Text)> = logged.iter().collect();
    logged.sort_by(|(one, _), (other, _)| one.address.cmp(&other.address));
    let mut groups: Vec<Text> = Vec::new();
    for (_, group) in &logged {
        let streams = group.clone().then(":*");
        if !groups.contains(&streams) {
            groups.push(streams);
        }
    }
    let rules = logged.iter().map(|(rule, _)| rule.get(event_rule::ARN)).collect();
    let allow = |sid, action: &str| {
        Statement::allow(sid, [action], groups.clone()).principal(Principal::Services(writers.to_vec()))
    };
    let write = Statement {
        conditions: vec![("ArnEquals".to_owned(), "aws:SourceArn".to_owned(), rules)],
        ..allow("WriteEvents", "logs:PutLogEvents")
    };
    let policy = LogPolicy {
        name: format!("{}-events", lowering.project.name.kebab()),
        policy: Policy(vec![allow("CreateStreams", "logs:CreateLogStream"), write]),
    };
    let served =
        pipelines(lowering.project, |pipeline| pipeline.events.iter().any(|event| event.kind == TargetKind::LogGroup));
    let origin = Origin::shared(Table::Project, plan::Part::EventLogPolicy).serving(served);
    lowering.add(origin, &policy, Life::default());
}

/// What the ARNs of a pipeline's images begin with, of all versions of its recipe.
fn images(pipeline: &Pipeline) -> Text {
    let place = Text::from("imagebuilder:").then(Part::Region).then(":").then(Part::Account);
    arn(place.then(format!(":image/{}/", pipeline.name.normalised())))
}

/// A sentence for people. The quotes belong to the template: what is in them is a text and not JSON.
fn message(pipeline: &Pipeline) -> Message {
    Message {
        parts: vec![
            ("image", "$.resources[0]"),
            ("before", "$.detail.previous-state.status"),
            ("state", "$.detail.state.status"),
            ("time", "$.time"),
            ("region", "$.region"),
        ],
        template: Text::from(format!(
            "\"EC2 Image Builder, pipeline {} in <region>: an image is <state> since <time>, after <before>. It is <image>.\"",
            pipeline.name
        )),
    }
}

/// What an event is, wherever it is in the list: where it goes, and for which states.
fn identity(event: &BuildEvent) -> EventId {
    let target = match &event.to {
        Given::Value(arn) => arn.as_str(),
        Given::Parameter(key) => key.as_str(),
    };
    let states: Vec<&str> = event.states.iter().map(|state| state.service_word()).collect();
    EventId::new(event.kind, target, &states)
}

fn description(pipeline: &Pipeline, event: &BuildEvent) -> String {
    format!("Builds of {}, to the {}", pipeline.name, event.kind.word())
}
