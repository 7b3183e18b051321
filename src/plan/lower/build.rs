//! How images are built, tested and scanned: workflows, their role, and images of their own.

use indexmap::IndexMap;

use super::Lowering;
use super::text::{arn, given, managed, placeholders, prefix, region, role_arn, role_settings, tags};
use super::workflow::Workflows;
use crate::plan::{self, Life, Origin, Table};
use crate::project::definition::{
    self, Action, AmiDestination, Build, ExecutionRole, Given, Permission, Pipeline, WorkflowSource,
};
use crate::project::scan::ScanType;
use crate::project::{Key, LogGroupName, Region};
use crate::resource::build::{Scan, Tests, WorkflowUse};
use crate::resource::policy::Statement;
use crate::resource::role::{self, Role};
use crate::resource::{Part, Text};

/// What the service itself may do, for a role of one's own (AWS managed policy reference).
const MANAGED_POLICY: &str = "EC2ImageBuilderExecutionPolicy";

/// What faster launches need besides (EC2 Image Builder User Guide, "Fast launch").
const FAST_LAUNCH_POLICY: &str = "EC2FastLaunchFullAccess";

/// Terraform adds 26 characters to a prefix, and a role's name has 64.
const MOST_PREFIX: usize = 38;

/// Tests of a pipeline or an image.
pub(super) fn tests(build: &Build) -> Tests {
    Tests {
        enabled: build.tests.enabled,
        timeout_minutes: build.tests.timeout.map(|timeout| u64::from(timeout.minutes())),
    }
}

/// Scans of a pipeline or an image.
pub(super) fn scan(build: &Build) -> Scan {
    let definition::Scan { enabled, kind, condition, repository, tags } = &build.scan;
    Scan {
        enabled: *enabled,
        kind: kind.map(ScanType::as_str),
        condition: condition.map(|it| (it.max_severity.service_word(), it.fix_available)),
        repository: repository.as_ref().map(given),
        tags: tags.iter().map(ToString::to_string).collect(),
    }
}

/// The workflows of a pipeline or an image.
pub(super) fn workflows(build: &Build, workflows: &Workflows) -> Vec<WorkflowUse> {
    let uses = build.workflows.iter().map(|used| WorkflowUse {
        arn: match &used.source {
            WorkflowSource::Own(index) => workflows[*index].clone(),
            WorkflowSource::Managed { stage, name } => managed("workflow", &format!("{stage}/{name}"), "x.x.x"),
            WorkflowSource::Arn(arn) => Text::from(arn.as_str()),
        },
        parameters: {
            let mut parameters: IndexMap<String, Vec<Text>> = used
                .parameters
                .iter()
                .map(|(name, values)| (name.clone(), values.iter().map(given).collect()))
                .collect();
            parameters.sort_unstable_keys();
            parameters
        },
        on_failure: used.continue_on_failure.map(|continues| if continues { "CONTINUE" } else { "ABORT" }),
        parallel_group: used.group.as_ref().map(ToString::to_string),
    });
    uses.collect()
}

/// Whose role it is: the pipeline's, or that of an image of it.
pub(super) struct Owner<'a> {
    /// The table that the role is for, and its name there.
    pub(super) of: (Table, &'a Key),
    /// The pipeline.
    pub(super) pipeline: &'a Pipeline,
    /// Log groups that builds write to.
    pub(super) log_groups: Vec<&'a Given<LogGroupName>>,
}

/// The role that runs workflows; `None` where the service's own does.
pub(super) fn execution_role(build: &Build, owner: &Owner<'_>, lowering: &mut Lowering<'_>) -> Option<Text> {
    let permissions = match &build.role {
        ExecutionRole::Service => return None,
        ExecutionRole::Existing(role) => return Some(role_arn(role)),
        ExecutionRole::Generated(permissions) => permissions,
    };
    let statements = statements(build, permissions, owner, lowering);
    let is_fast = amis(owner.pipeline, lowering).any(|(_, ami)| !ami.fast_launch.is_empty());
    let role = Role {
        name_prefix: prefix(&format!("{}-execution", owner.pipeline.name), MOST_PREFIX),
        description: format!("Builds, tests and distribution of {}", owner.pipeline.name),
        service: Text::from("imagebuilder.amazonaws.com"),
        managed_policies: std::iter::once(MANAGED_POLICY).chain(is_fast.then_some(FAST_LAUNCH_POLICY)).collect(),
        policies: if statements.is_empty() { Vec::new() } else { vec![("execution".to_owned(), statements)] },
        settings: role_settings(lowering.project),
        tags: tags(&owner.pipeline.tags),
    };
    let life = Life { create_before_destroy: true, retained: false };
    let (table, key) = owner.of;
    let origin = Origin::new(table, key, plan::Part::ExecutionRole).serving([&owner.pipeline.key]);
    let handle = lowering.add(origin, &role, life);
    lowering.output(&handle, ("Arn", role::ARN), format!("The role that builds {}", owner.pipeline.name));
    Some(handle.get(role::ARN))
}

/// The AMIs of a pipeline's distribution, and the Region of each.
fn amis<'a>(
    pipeline: &Pipeline,
    lowering: &Lowering<'a>,
) -> impl Iterator<Item = (Option<&'a Region>, &'a AmiDestination)> {
    let distribution = &lowering.project.distributions[pipeline.distribution];
    distribution.destinations.iter().filter_map(|to| Some((to.region.as_ref(), to.ami()?)))
}

/// The rights beyond those of the managed policy that workflows, parameters and log groups need.
fn statements(build: &Build, permissions: &[Permission], owner: &Owner<'_>, lowering: &Lowering<'_>) -> Vec<Statement> {
    let own = build.workflows.iter().filter_map(|used| match used.source {
        WorkflowSource::Own(index) => lowering.project.workflows.get(index),
        _ => None,
    });
    let actions: Vec<&Action> = own.flat_map(|workflow| &workflow.actions).collect();
    let mut statements = of_actions(&actions);
    let parameters: Vec<Text> = amis(owner.pipeline, lowering)
        .flat_map(|(place, ami)| ami.ssm_parameters.iter().map(move |parameter| (place, parameter.name.as_str())))
        .filter(|(_, name)| !name.starts_with("/imagebuilder/"))
        .map(|(place, name)| {
            let parameter = format!(":parameter/{}", name.trim_start_matches('/'));
            arn(Text::from("ssm:").then(region(place)).then(":").then(Part::Account).then(parameter))
        })
        .collect();
    if !parameters.is_empty() {
        statements.push(Statement::allow("PublishParameters", ["ssm:PutParameter"], parameters));
    }
    let groups: Vec<Text> = owner
        .log_groups
        .iter()
        .filter_map(|group| match group {
            Given::Value(name) if name.as_str().starts_with(LogGroupName::OWN_PREFIX) => None,
            other => Some(given(*other)),
        })
        .map(|name| here("logs", "log-group:", name.then(":*")))
        .collect();
    if !groups.is_empty() {
        let actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
        statements.push(Statement::allow("WriteLogs", actions, groups));
    }
    for (number, permission) in permissions.iter().enumerate() {
        let resources = permission.resources.iter().map(|resource| placeholders(resource));
        let sid = format!("Permission{}", number + 1);
        statements.push(Statement::allow(&sid, permission.actions.iter().cloned(), resources));
    }
    statements
}

/// The rights that steps of workflows need beyond those of the managed policy (EC2 Image Builder User Guide, "Supported
/// step actions for your workflow document").
fn of_actions(actions: &[&Action]) -> Vec<Statement> {
    let inputs = |action: &str, input: &str| -> Vec<Option<String>> {
        let steps = actions.iter().filter(|step| step.name == action);
        steps.map(|step| step.inputs.get(input).cloned()).collect()
    };
    let mut statements = Vec::new();
    let mut allow = |sid: &str, action: &str, resources: Vec<Text>| {
        if !resources.is_empty() {
            statements.push(Statement::allow(sid, [action], unique(resources)));
        }
    };
    // What a step gets when it runs stands for anything of its kind in the account.
    let waits = actions.iter().filter(|step| step.name == "WaitForAction");
    let (mut topics, mut functions) = (Vec::new(), Vec::new());
    for step in waits {
        match (step.inputs.get("snsTopicArn"), step.inputs.get("lambdaFunctionName")) {
            (None, None) => {
                topics.push(here("sns", "", "*"));
                functions.push(here("lambda", "function:", "*"));
            }
            (topic, function) => {
                topics.extend(topic.map(|topic| Text::from(topic.as_str())));
                functions.extend(function.map(|name| lambda(name)));
            }
        }
    }
    allow("NotifyTopics", "sns:Publish", topics);
    allow("InvokeFunctions", "lambda:InvokeFunction", functions);
    let machines = inputs("ExecuteStateMachine", "stateMachineArn");
    let started = machines.iter().map(|machine| match machine {
        Some(machine) => Text::from(machine.as_str()),
        None => here("states", "stateMachine:", "*"),
    });
    allow("StartStateMachines", "states:StartExecution", started.collect());
    let executions = machines.iter().map(|machine| match machine {
        Some(machine) => Text::from(format!("{}:*", machine.replacen(":stateMachine:", ":execution:", 1))),
        None => here("states", "execution:", "*"),
    });
    allow("DescribeExecutions", "states:DescribeExecution", executions.collect());
    let documents = inputs("RunCommand", "documentName").into_iter().map(|document| match document {
        Some(name) if name.starts_with("arn:") => Text::from(name),
        // Documents that Amazon owns have no account in their ARN.
        Some(name) if name.starts_with("AWS") => {
            arn(Text::from("ssm:").then(Part::Region).then(format!("::document/{name}")))
        }
        Some(name) => here("ssm", "document/", name.as_str()),
        None => here("ssm", "document/", "*"),
    });
    allow("SendCommands", "ssm:SendCommand", documents.collect());
    if actions.iter().any(|step| step.name == "RegisterImage") {
        // Neither action takes the name of an image that does not exist yet.
        statements.push(Statement::allow("RegisterImages", ["ec2:DescribeSnapshots", "ec2:RegisterImage"], ["*"]));
        let images = arn(Text::from("ec2:").then(Part::Region).then("::image/*"));
        statements.push(Statement::allow("TagImages", ["ec2:CreateTags"], [images]));
    }
    statements
}

/// The ARN of something of the account and the Region deployed to.
fn here(service: &str, kind: &str, name: impl Into<Text>) -> Text {
    let start = Text::from(format!("{service}:")).then(Part::Region).then(":").then(Part::Account);
    arn(start.then(format!(":{kind}")).then(name))
}

/// A function by name, or by ARN.
fn lambda(name: &str) -> Text {
    if name.starts_with("arn:") { Text::from(name) } else { here("lambda", "function:", name) }
}

fn unique(texts: Vec<Text>) -> Vec<Text> {
    let mut kept: Vec<Text> = Vec::new();
    for text in texts {
        if !kept.contains(&text) {
            kept.push(text);
        }
    }
    kept
}
