//! `kiln status`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use kiln::aws::Session;
use kiln::build::{Builder as _, Image, Pipeline};
use kiln::deploy::{Fault, FaultKind, Phase, Service as _, Subjects};
use kiln::plan::{Part, Plan, Table};
use kiln::render::cloudformation;
use serde_json::json;

use super::deploy::terraform;
use super::images::age;
use super::watch::{Named, named, unknown};
use crate::Outcome;
use crate::deploying::place::PlaceArgs;
use crate::deploying::project::Project;
use crate::deploying::terraform::TerraformArgs;
use crate::deploying::words;
use crate::exit::Exit;
use crate::output::{Page, Ui};
use crate::runs::{self, Next};

/// Show a stack: its state, resources, pipelines, last builds, outputs.
///
/// Ends with 0 where the stack is at rest, with 7 where something is under way, and with 6 where it needs a hand.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln status                  the stack of the kiln.toml of this folder
  kiln status --format json    for programs")]
pub struct StatusArgs {
    /// The spec; the kiln.toml of this folder otherwise.
    #[arg(value_name = "SPEC")]
    pub spec: Option<PathBuf>,

    /// The back end; what the spec says otherwise, or CloudFormation.
    #[arg(long, value_enum)]
    pub target: Option<super::synth::TargetArg>,

    /// The stack's name; the project's otherwise.
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,

    #[command(flatten)]
    pub place: PlaceArgs,

    /// How it is written.
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    pub format: Shape,

    #[command(flatten)]
    pub terraform: TerraformArgs,
}

/// How a status is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// For people.
    Text,
    /// For programs: one JSON object.
    Json,
}

/// Runs the command.
pub fn run(args: &StatusArgs, ui: &Ui) -> Exit {
    status(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn status(args: &StatusArgs, ui: &Ui) -> Outcome {
    if let Some(project) = super::watch::terraform_project(args.spec.as_ref(), args.target, args.stack.is_some(), ui)? {
        return crate::deploying::run(status_terraform(args, &project, ui));
    }
    let Named { name, subjects, text: wanted, plan, .. } = named(args.spec.as_ref(), args.stack.as_deref())?;
    let fault = |fault| words::fault(&fault);
    crate::deploying::run(async {
        let session = args.place.connect().await?;
        let Some(stack) = session.stack(&name).await.map_err(fault)? else {
            return Err(unknown(&name, &session.region));
        };
        let resources = session.resources(&stack.id).await.map_err(fault)?;
        let found = resources.iter().filter(|it| it.resource_type == "AWS::ImageBuilder::ImagePipeline").map(|it| {
            let what = subjects.words(&it.logical_id, &it.resource_type);
            (it.logical_id.as_str(), it.physical_id.as_deref().unwrap_or_default(), what)
        });
        let pipelines = pipelines(&session, found, (&plan, &subjects), ui).await;
        let pending = pending(&session, &stack.id, wanted.as_deref(), ui).await;
        match args.format {
            Shape::Json => {
                let pipelines: Vec<_> = pipelines.iter().map(Standing::json).collect();
                let resources: Vec<_> = resources
                    .iter()
                    .map(|it| {
                        json!({
                            "id": it.logical_id, "type": it.resource_type, "physical_id": it.physical_id,
                            "status": it.status.word(), "what": subjects.words(&it.logical_id, &it.resource_type),
                        })
                    })
                    .collect();
                let outputs: serde_json::Map<_, _> =
                    stack.outputs.iter().map(|output| (output.name.clone(), json!(output.value))).collect();
                let stack = json!({
                    "v": 1, "stack": stack.name, "stack_id": stack.id, "region": session.region,
                    "account": session.account, "status": stack.status.word(), "reason": stack.reason,
                    "resources": resources, "outputs": outputs, "pipelines": pipelines,
                    "pending": pending,
                });
                ui.product(&format!("{stack}\n"))?;
            }
            Shape::Text => {
                let mut page = Page::from(format!("{}: {} ({})", stack.name, stack.status.word(), session.region));
                pipelines.iter().for_each(|it| _ = page.line(it.text()));
                if pending == Some(true) {
                    page.line(
                        "the spec has changed since: `kiln diff --deployed` says how, `kiln deploy` brings it there",
                    );
                }
                for it in &resources {
                    let what = subjects.words(&it.logical_id, &it.resource_type);
                    page.line(format!("  {:15} {what}", it.status.meaning().0));
                }
                let rows = stack.outputs.iter().map(|output| [output.name.clone(), output.value.clone()]);
                page.columns(&rows.collect::<Vec<_>>());
                ui.print(&page)?;
            }
        }
        Ok(match stack.status.phase() {
            Phase::Running => Exit::StillRunning,
            Phase::RollbackStuck | Phase::Stuck => Exit::NeedsHand,
            _ => Exit::Success,
        })
    })
}

/// Whether the spec gives another template than the one that is deployed, if both are known.
async fn pending(session: &Session, stack: &str, wanted: Option<&str>, ui: &Ui) -> Option<bool> {
    let wanted = wanted?;
    match session.template(stack).await {
        Ok(template) => Some(content(&template) != content(wanted)),
        Err(fault) => {
            ui.note(format!("whether the spec has changed since is not known: {}", words::fault(&fault).message));
            None
        }
    }
}

/// What a template makes: not its comments, nor what it says about itself. A change of these alone cannot be deployed.
fn content(template: &str) -> Result<serde_json::Value, String> {
    let mut content = cloudformation::read(template).map_err(|_| template.trim().to_owned())?;
    if let Some(sections) = content.as_object_mut() {
        sections.shift_remove("Metadata");
    }
    Ok(content)
}

/// How a pipeline stands.
struct Standing {
    what: String,
    /// The version that the spec gives its recipe.
    wanted: Option<String>,
    pipeline: Pipeline,
    /// When it runs next, as the service tells or its schedule says.
    next: Option<Next>,
    last: Option<Image>,
}

/// How pipelines stand, by their logical ids, their ARNs and their words. Who may not look at them is told so, and sees the rest.
async fn pipelines<'a>(
    session: &Session,
    resources: impl Iterator<Item = (&'a str, &'a str, String)>,
    (plan, subjects): (&Plan, &Subjects),
    ui: &Ui,
) -> Vec<Standing> {
    let mut found = Vec::new();
    for (id, arn, what) in resources.filter(|(_, arn, _)| arn.starts_with("arn:")) {
        let read = async { Ok::<_, Fault>((session.pipeline(arn).await?, session.images(arn).await?)) };
        match read.await {
            Ok((pipeline, images)) => {
                let key = plan.at(id).and_then(|planned| planned.origin.as_ref()?.name());
                let recipe = key.and_then(|key| plan.of(Table::Pipeline, key, Part::Recipe));
                let wanted = recipe.and_then(|it| subjects.get(&it.handle.address.cloudformation)?.version.clone());
                let next = match (&pipeline.next_run, &pipeline.schedule) {
                    _ if !pipeline.is_enabled => None,
                    (Some(told), _) => Some(Next::At(told.clone())),
                    (None, schedule) => schedule
                        .as_deref()
                        .map(|schedule| runs::next(schedule, pipeline.timezone.as_deref(), Timestamp::now())),
                };
                found.push(Standing { what, wanted, pipeline, next, last: images.into_iter().next() });
            }
            // It was deleted by hand, or is being made.
            Err(fault) if fault.kind == FaultKind::Missing => {}
            Err(fault) => {
                ui.note(format!("how pipelines stand is not known: {}", words::fault(&fault).message));
                break;
            }
        }
    }
    found
}

impl Standing {
    fn text(&self) -> String {
        let Self { what, wanted, pipeline, next, last } = self;
        let mut text = format!("{what}: recipe {}", pipeline.recipe_version().unwrap_or("of any version"));
        if let Some(wanted) =
            wanted.as_deref().filter(|wanted| pipeline.recipe_version().is_some_and(|it| it != *wanted))
        {
            text.push_str(&format!(" (the spec says {wanted}: `kiln deploy`)"));
        }
        match last {
            Some(last) => {
                let state = last.state.word().to_lowercase();
                text.push_str(&format!("; last build {} {state}, {} ago", last.version, age(&last.created)));
            }
            None => text.push_str("; nothing was built yet"),
        }
        if pipeline.was_disabled() {
            text.push_str(&format!("; disabled after {} failures", pipeline.failures));
        } else if !pipeline.is_enabled {
            text.push_str("; disabled");
        }
        match next {
            Some(Next::At(moment)) => text.push_str(&format!("; runs next on {}", runs::local(moment))),
            Some(Next::Never) => text.push_str("; never runs again: the years of its schedule are over"),
            Some(Next::By(words)) => text.push_str(&format!("; runs {words}")),
            None => {}
        }
        text
    }

    fn json(&self) -> serde_json::Value {
        let Self { what, wanted, pipeline, next, last } = self;
        let next_run = if let Some(Next::At(moment)) = next { Some(moment) } else { None };
        let last = last.as_ref().map(|it| {
            json!({ "image": it.arn, "version": it.version, "state": it.state.word(), "reason": it.reason, "created": it.created })
        });
        json!({
            "what": what, "pipeline": pipeline.arn, "recipe_version": pipeline.recipe_version(), "wanted_version": wanted,
            "enabled": pipeline.is_enabled, "disabled_after_failures": pipeline.was_disabled(),
            "failures": pipeline.failures, "schedule": pipeline.schedule, "next_run": next_run, "last_build": last,
        })
    }
}

async fn status_terraform(args: &StatusArgs, project: &Project, ui: &Ui) -> Outcome {
    let place = (args.place.region.as_deref(), args.place.profile.as_deref());
    let terraform = terraform::ready(&args.terraform, project, place).await?;
    let running = terraform.running();
    if let Some(run) = &running {
        ui.note(format!("{} runs in this folder: `kiln deploy` follows it to its end", run.words()));
    }
    let state = terraform.json(&["show", "-json"]).await?;
    let found = state["values"]["root_module"]["resources"].as_array().map(Vec::as_slice).unwrap_or_default();
    let resources: Vec<(&str, &str, String)> = found
        .iter()
        .filter(|resource| resource["mode"] == "managed")
        .map(|resource| {
            let address = resource["address"].as_str().unwrap_or_default();
            let subject = project.subjects.at_address(address);
            let words = subject.map_or_else(|| format!("`{address}`"), |subject| subject.words.clone());
            (address, resource["type"].as_str().unwrap_or_default(), words)
        })
        .collect();
    let outputs = kiln::deploy::terraform::outputs(&state["values"]["outputs"]);
    let own = found.iter().filter(|it| it["type"] == "aws_imagebuilder_image_pipeline").filter_map(|it| {
        let address = it["address"].as_str()?;
        let words = project.subjects.at_address(address).map_or_else(|| address.to_owned(), |it| it.words.clone());
        Some((project.subjects.id_at(address).unwrap_or(address), it["values"]["arn"].as_str()?, words))
    });
    let pipelines = match own.clone().next() {
        Some(_) => {
            let own_plan = (&project.planned.plan, &project.subjects);
            pipelines(&args.place.connect().await?, own, own_plan, ui).await
        }
        None => Vec::new(),
    };
    match args.format {
        Shape::Json => {
            let resources: Vec<_> =
                resources.iter().map(|(id, kind, what)| json!({ "id": id, "type": kind, "what": what })).collect();
            let outputs: serde_json::Map<_, _> =
                outputs.into_iter().map(|output| (output.name, json!(output.value))).collect();
            let pipelines: Vec<_> = pipelines.iter().map(Standing::json).collect();
            let shown = json!({
                "v": 1, "project": project.name, "resources": resources, "outputs": outputs, "pipelines": pipelines,
                "running": running.as_ref().map(|run| json!({ "command": run.command, "process": run.process })),
            });
            ui.product(&format!("{shown}\n"))?;
        }
        Shape::Text => {
            let mut page = Page::from(format!("{}: {} resources in Terraform's state", project.name, resources.len()));
            pipelines.iter().for_each(|it| _ = page.line(it.text()));
            resources.iter().for_each(|(address, _, what)| _ = page.line(format!("  {what} ({address})")));
            let rows = outputs.iter().map(|output| [output.name.clone(), output.value.clone()]);
            page.columns(&rows.collect::<Vec<_>>());
            ui.print(&page)?;
        }
    }
    Ok(if running.is_some() { Exit::StillRunning } else { Exit::Success })
}
