//! `kiln status`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kiln::deploy::{Phase, Service as _};
use serde_json::json;

use super::deploy::terraform;
use super::watch::{named, unknown};
use crate::Outcome;
use crate::deploying::place::PlaceArgs;
use crate::deploying::project::Project;
use crate::deploying::terraform::TerraformArgs;
use crate::deploying::words;
use crate::exit::Exit;
use crate::output::Ui;

/// Show where a stack stands: its state, its resources in the words of the spec, its outputs.
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
    let (name, subjects) = named(args.spec.as_ref(), args.stack.as_deref())?;
    let fault = |fault| words::fault(&fault);
    crate::deploying::run(async {
        let session = args.place.connect().await?;
        let Some(stack) = session.stack(&name).await.map_err(fault)? else {
            return Err(unknown(&name, &session.region));
        };
        let resources = session.resources(&stack.id).await.map_err(fault)?;
        let text = match args.format {
            Shape::Json => {
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
                    "resources": resources, "outputs": outputs,
                });
                format!("{stack}\n")
            }
            Shape::Text => {
                let mut text = format!("{}: {} ({})\n", stack.name, stack.status.word(), session.region);
                for it in &resources {
                    let what = subjects.words(&it.logical_id, &it.resource_type);
                    text.push_str(&format!("  {:15} {what}\n", it.status.meaning().0));
                }
                for output in &stack.outputs {
                    text.push_str(&format!("{}  {}\n", output.name, output.value));
                }
                text
            }
        };
        ui.product(&text)?;
        Ok(match stack.status.phase() {
            Phase::Running => Exit::StillRunning,
            Phase::RollbackStuck | Phase::Stuck => Exit::NeedsHand,
            _ => Exit::Success,
        })
    })
}

async fn status_terraform(args: &StatusArgs, project: &Project, ui: &Ui) -> Outcome {
    let place = (args.place.region.as_deref(), args.place.profile.as_deref());
    let terraform = terraform::ready(&args.terraform, project, place).await?;
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
    let text = match args.format {
        Shape::Json => {
            let resources: Vec<_> =
                resources.iter().map(|(id, kind, what)| json!({ "id": id, "type": kind, "what": what })).collect();
            let outputs: serde_json::Map<_, _> =
                outputs.into_iter().map(|output| (output.name, json!(output.value))).collect();
            format!("{}\n", json!({ "v": 1, "project": project.name, "resources": resources, "outputs": outputs }))
        }
        Shape::Text => {
            let mut text = format!("{}: {} resources in Terraform's state\n", project.name, resources.len());
            resources.iter().for_each(|(address, _, what)| text.push_str(&format!("  {what} ({address})\n")));
            outputs.iter().for_each(|output| text.push_str(&format!("{}  {}\n", output.name, output.value)));
            text
        }
    };
    ui.product(&text)?;
    Ok(Exit::Success)
}
