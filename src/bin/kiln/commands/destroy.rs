//! `kiln destroy`

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use kiln::aws::Session;
use kiln::deploy::{Message, Operation, Phase, Service as _, StackResource, flow};
use kiln::render::cloudformation;

use super::deploy::{FollowArgs, consent, terraform};
use super::watch::{Named, named};
use crate::Outcome;
use crate::deploying::interrupt::Signals;
use crate::deploying::place::{self, PlaceArgs};
use crate::deploying::project::Project;
use crate::deploying::stack::{self, Followed};
use crate::deploying::terraform::TerraformArgs;
use crate::deploying::terraform::child::Bounds;
use crate::deploying::view::View;
use crate::deploying::words;
use crate::exit::{Exit, Failure};
use crate::output::Ui;

/// Delete a stack and what it made, and follow that to the end.
///
/// The bucket of the build logs and finished images stay. A stack that is not there is no error.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln destroy                     the stack of the kiln.toml of this folder
  kiln destroy --stack web --yes   in CI
  kiln destroy --retain LogBucket  leave a resource alone that cannot be deleted")]
pub struct DestroyArgs {
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

    /// A resource that is left alone, by its id; only after a deletion has failed.
    #[arg(long, value_name = "ID")]
    pub retain: Vec<String>,

    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,

    #[command(flatten)]
    pub follow: FollowArgs,

    #[command(flatten)]
    pub terraform: TerraformArgs,
}

/// Runs the command.
pub fn run(args: &DestroyArgs, ui: &Ui) -> Exit {
    destroy(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn destroy(args: &DestroyArgs, ui: &Ui) -> Outcome {
    consent::possible(args.yes, "destroy", "`kiln status`")?;
    if let Some(project) = super::watch::terraform_project(args.spec.as_ref(), args.target, args.stack.is_some(), ui)? {
        return crate::deploying::run(destroy_terraform(args, &project, ui));
    }
    let Named { name, subjects, .. } = named(args.spec.as_ref(), args.stack.as_deref())?;
    let fault = |fault| words::fault(&fault);
    crate::deploying::run(async {
        let session = args.place.connect().await?;
        let Some(found) =
            session.stack(&name).await.map_err(fault)?.filter(|found| found.status.phase() != Phase::Gone)
        else {
            ui.note(&format!("there is no stack `{name}` in {}: nothing to destroy", session.region));
            return Ok(Exit::Success);
        };
        if found.is_protected {
            return Err(Failure::new(format!("the termination protection of the stack `{name}` is on"))
                .help("switch it off in the console, or with `aws cloudformation update-termination-protection`")
                .exit(Exit::NeedsHand));
        }
        if !args.retain.is_empty() && found.status.word() != "DELETE_FAILED" {
            return Err(Failure::new(format!(
                "--retain is for a deletion that has failed, and `{name}` is {}",
                found.status.word()
            ))
            .help("destroy without it first"));
        }
        let view = View::new(ui, args.follow.format, &[&name]);
        let told = view.of(&name, &subjects);
        told.tell(&Message::Started {
            target: "cloudformation",
            region: Some(session.region.clone()),
            account: Some(session.account.clone()),
        });
        let is_going = found.status.word() == "DELETE_IN_PROGRESS";
        let bookmark = match is_going {
            true => None,
            false => {
                let resources = session.resources(&found.id).await.map_err(fault)?;
                let kept = kept(&session, &found.id).await;
                let there = resources.iter().filter(|resource| resource.status.word() != "DELETE_COMPLETE");
                let (stay, go): (Vec<_>, Vec<_>) = there.partition(|resource| {
                    kept.contains(&resource.logical_id) || args.retain.contains(&resource.logical_id)
                });
                for (heading, resources) in [("to delete", go), ("left behind", stay)] {
                    let line =
                        |it: &&StackResource| format!("  - {}\n", subjects.words(&it.logical_id, &it.resource_type));
                    let lines: String = resources.iter().map(line).collect();
                    if !lines.is_empty() {
                        told.tell(&Message::Notice { text: format!("{heading}:\n{lines}") });
                    }
                }
                if !args.yes && !consent::ask(&format!("destroy `{name}`?"), ui).await {
                    return Err(Failure::new("nothing was destroyed: it was not confirmed").exit(Exit::NotConfirmed));
                }
                let bookmark = flow::newest(&session, &found.id).await.map_err(fault)?;
                let token = format!("kiln-destroy-{}", place::nonce());
                session.delete_stack(&found.id, &token, &args.retain).await.map_err(fault)?;
                bookmark
            }
        };
        let followed = Followed {
            session: &session,
            stack: (&found.id, &name),
            operation: if is_going { Operation::Latest } else { Operation::After(bookmark.as_deref()) },
            options: args.follow.options(),
            subjects: &subjects,
            success: "destroyed",
        };
        let outcome = stack::follow(&followed, &told, &view, &mut Signals::listen()).await;
        told.end(&outcome, session.calls().made())?;
        Ok(outcome.exit)
    })
}

/// The ids of what the deployed template keeps when its stack goes; none where it cannot be read.
async fn kept(session: &Session, stack: &str) -> BTreeSet<String> {
    let Ok(text) = session.template(stack).await else { return BTreeSet::new() };
    let template = cloudformation::read(&text).unwrap_or_default();
    let resources = template["Resources"].as_object().into_iter().flatten();
    let kept = resources.filter(|(_, resource)| resource["DeletionPolicy"] == "Retain");
    kept.map(|(id, _)| id.clone()).collect()
}

async fn destroy_terraform(args: &DestroyArgs, project: &Project, ui: &Ui) -> Outcome {
    let bounds = Bounds::new(args.follow.timeout);
    let place = (args.place.region.as_deref(), args.place.profile.as_deref());
    let view = View::new(ui, args.follow.format, &[&project.name]);
    let told = view.of(&project.name, &project.subjects);
    told.tell(&Message::Started { target: "terraform", region: None, account: None });
    let terraform = terraform::claimed(&args.terraform, project, place, (&bounds, &told)).await?;
    let Some((file, review)) = terraform::plan_destroy(&terraform, project, &told).await? else {
        ui.note("Terraform's state is empty: nothing to destroy");
        return Ok(Exit::Success);
    };
    told.tell(&Message::Review(review));
    let question = format!("destroy `{}`?", project.name);
    if !args.yes && !bounds.within(consent::ask(&question, ui)).await? {
        return Err(Failure::new("nothing was destroyed: it was not confirmed").exit(Exit::NotConfirmed));
    }
    Ok(terraform::apply(&terraform, &file, "destroyed", (&told, &view)).await?.exit)
}
