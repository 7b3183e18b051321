//! `kiln destroy`

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use kiln::aws::Session;
use kiln::build::remains;
use kiln::deploy::flow::{self, Trouble};
use kiln::deploy::owner::{Owner, owner};
use kiln::deploy::{Fault, Message, Operation, Phase, Remains, Service as _, Stack, StackResource, Subjects};
use kiln::render::cloudformation;
use kiln::review::loss;

use super::deploy::terraform::{self, Writes};
use super::deploy::{FollowArgs, consent};
use super::watch::{Named, named, recipes};
use crate::Outcome;
use crate::deploying::deadline::Deadline;
use crate::deploying::interrupt::Signals;
use crate::deploying::place::{self, PlaceArgs};
use crate::deploying::project::Project;
use crate::deploying::stack::{self, Followed};
use crate::deploying::terraform::TerraformArgs;
use crate::deploying::terraform::child::Bounds;
use crate::deploying::view::{Told1, View};
use crate::deploying::words;
use crate::exit::{Exit, Failure};
use crate::output::Ui;

/// Delete a stack and what it made, and follow that to the end.
///
/// Asks for the project's name; in CI, pass --yes. A stack that is not marked as this project's is refused without
/// --adopt. Finished images and the bucket of the build logs stay, and are listed at the end. A stack that is not there
/// is no error.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln destroy                     the stack of the kiln.toml of this folder
  kiln destroy --stack web --yes   in CI
  kiln destroy --adopt             a stack that an older kiln made
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

    /// Do not ask for the project's name.
    #[arg(long, short)]
    pub yes: bool,

    /// Destroy a stack that another tool, another project or an older kiln made; --yes does not answer this.
    #[arg(long)]
    pub adopt: bool,

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
    let named = named(args.spec.as_ref(), args.stack.as_deref())?;
    crate::deploying::run(destroy_stack(args, &named, ui))
}

async fn destroy_stack(args: &DestroyArgs, named: &Named, ui: &Ui) -> Outcome {
    let Named { name, subjects, .. } = named;
    let deadline = args.follow.deadline();
    let view = View::new(ui, args.follow.format, &[name]);
    let told = view.of(name, subjects);
    let Some(target) = deadline.bound("nothing was destroyed", look_first(args, named, (&told, ui))).await? else {
        return Ok(Exit::Success);
    };
    let Doomed { session, stack, stays, recipes } = target;
    let is_going = stack.status.word() == "DELETE_IN_PROGRESS";
    let begun = async {
        if is_going {
            return Ok(None);
        }
        let fault = |fault| words::fault(&fault);
        let bookmark = flow::newest(&session, &stack.id).await.map_err(fault)?;
        let token = format!("kiln-destroy-{}", place::nonce());
        session.delete_stack(&stack.id, &token, &args.retain).await.map_err(fault)?;
        Ok(bookmark)
    };
    let unknown = format!("`kiln watch --stack {name}` shows whether the deletion has begun");
    let bookmark = deadline.bound(&unknown, begun).await?;
    let followed = Followed {
        session: &session,
        stack: (&stack.id, name),
        operation: if is_going { Operation::Latest } else { Operation::After(bookmark.as_deref()) },
        poll: args.follow.poll,
        deadline,
        is_ours: true,
        success: "destroyed",
    };
    let outcome = stack::follow(&followed, &told, &view, &mut Signals::listen()).await;
    if outcome.exit == Exit::Success {
        told.tell(&Message::Remains(look(retained(&stays, subjects), &session, &recipes, deadline).await));
    }
    told.end(&outcome, session.calls().made())?;
    Ok(outcome.exit)
}

/// A stack that is to be destroyed.
struct Doomed {
    session: Session,
    stack: Stack,
    /// What outlives it.
    stays: Vec<StackResource>,
    /// The names of its recipes, and of those that the spec and its lock have.
    recipes: BTreeSet<String>,
}

/// Finds the stack, shows what goes and what stays, and asks; `None` if there is none.
async fn look_first(
    args: &DestroyArgs,
    Named { name, subjects, project, recipes, .. }: &Named,
    (told, ui): (&Told1<'_>, &Ui),
) -> Result<Option<Doomed>, Failure> {
    let fault = |fault| words::fault(&fault);
    let session = args.place.connect().await?;
    let found = session.stack(name).await.map_err(fault)?.filter(|found| found.status.phase() != Phase::Gone);
    let Some(stack) = found else {
        ui.note(format!("there is no stack `{name}` in {}: nothing to destroy", session.region));
        return Ok(None);
    };
    let owner = owned(&session, &stack, project.as_deref(), args.adopt).await?;
    if stack.is_protected {
        return Err(Failure::new(format!("the termination protection of the stack `{name}` is on"))
            .help("switch it off in the console, or with `aws cloudformation update-termination-protection`")
            .exit(Exit::NeedsHand));
    }
    let status = stack.status.word();
    if !args.retain.is_empty() && status != "DELETE_FAILED" {
        return Err(Failure::new(format!("--retain is for a deletion that has failed, and `{name}` is {status}"))
            .help("destroy without it first"));
    }
    told.tell(&Message::Started {
        target: "cloudformation",
        region: Some(session.region.clone()),
        account: Some(session.account.clone()),
    });
    let resources = session.resources(&stack.id).await.map_err(fault)?;
    let kept = kept(&session, &stack.id).await;
    let ids = resources.iter().filter_map(|it| it.physical_id.as_deref());
    let recipes = ids.filter_map(remains::recipe_name).map(str::to_owned).chain(recipes.iter().cloned()).collect();
    let there = resources.into_iter().filter(|resource| resource.status.word() != "DELETE_COMPLETE");
    let (stays, goes): (Vec<_>, Vec<_>) =
        there.partition(|it| kept.contains(&it.logical_id) || args.retain.contains(&it.logical_id));
    if status != "DELETE_IN_PROGRESS" {
        for (heading, resources) in [("to delete", &goes), ("left behind", &stays)] {
            let is_lost = heading == "to delete";
            let heading = (!resources.is_empty()).then(|| format!("{heading}:"));
            let lines = resources.iter().map(|it| line(it, subjects, is_lost));
            for text in heading.into_iter().chain(lines) {
                told.tell(&Message::Notice { text });
            }
        }
        if !args.yes {
            let project = project.as_deref().or(owner.as_deref()).unwrap_or(name);
            confirm(&format!("the stack `{name}`"), project, ui).await?;
            unmoved(&session, &stack).await?;
        }
    }
    Ok(Some(Doomed { session, stack, stays, recipes }))
}

/// The project that a stack is marked with. One that is not this project's is refused, unless it is to be adopted.
async fn owned(
    session: &Session,
    stack: &Stack,
    project: Option<&str>,
    adopt: bool,
) -> Result<Option<String>, Failure> {
    // What is going already is only followed.
    if stack.status.word() == "DELETE_IN_PROGRESS" {
        return Ok(None);
    }
    match owner(session, stack).await {
        Err(fault) if !adopt => Err(words::fault(&fault)),
        Ok(owner) if !adopt && !owner.is(project) => Err(words::foreign(&stack.name, &owner)),
        Ok(Owner::Project(owner)) => Ok(Some(owner)),
        Ok(_) | Err(_) => Ok(None),
    }
}

/// What outlives its stack.
fn retained(stay: &[StackResource], subjects: &Subjects) -> Remains {
    let mut remains = Remains::default();
    for it in stay {
        let id = it.physical_id.clone().unwrap_or_else(|| it.logical_id.clone());
        match it.resource_type.as_str() {
            "AWS::S3::Bucket" => remains.buckets.push(id),
            "AWS::ECR::Repository" => remains.repositories.push(id),
            other => remains.others.push(format!("{}: {id}", subjects.words(&it.logical_id, other))),
        }
    }
    remains
}

/// Adds the images of recipes with these names, and what belongs to them.
async fn look(mut remains: Remains, session: &Session, names: &BTreeSet<String>, deadline: Deadline) -> Remains {
    let words = |fault: &Fault| words::fault(fault).message;
    let is_done = tokio::select! {
        () = remains::look(&mut remains, session, (names, &session.account), &words) => true,
        () = deadline.passed() => false,
    };
    if !is_done {
        remains.unknown.push("the time of --timeout is up".to_owned());
    }
    remains
}

/// Asks for the name to be typed.
async fn confirm(what: &str, name: &str, ui: &Ui) -> Result<(), Failure> {
    match consent::typed(&format!("to destroy {what}, type the project's name, `{name}`:"), name, ui).await {
        true => Ok(()),
        false => Err(Failure::new("nothing was destroyed: it was not confirmed").exit(Exit::NotConfirmed)),
    }
}

/// Refuses a stack that changed while its destruction was confirmed.
async fn unmoved(session: &Session, shown: &Stack) -> Result<(), Failure> {
    let now = session.stack(&shown.id).await.map_err(|fault| words::fault(&fault))?;
    match now.is_some_and(|now| now.status == shown.status && now.changed == shown.changed) {
        true => Ok(()),
        false => Err(words::trouble(&shown.name, &Trouble::Moved)),
    }
}

/// A resource of a list, with the data that is lost with it.
fn line(it: &StackResource, subjects: &Subjects, is_deleted: bool) -> String {
    let words = subjects.words(&it.logical_id, &it.resource_type);
    match loss(&it.resource_type).filter(|_| is_deleted) {
        Some(what) => format!("  - {words}: loses data: {what}"),
        None => format!("  - {words}"),
    }
}

/// The ids of what the deployed template keeps when its stack goes; none where it cannot be read.
async fn kept(session: &Session, stack: &str) -> BTreeSet<String> {
    let Ok(text) = session.template(stack).await else { return BTreeSet::new() };
    let template = cloudformation::read(&text).unwrap_or_default();
    let resources = template["Resources"].as_object().into_iter().flatten();
    let stays = |it: &serde_json::Value| it.as_str().is_some_and(|policy| policy.starts_with("Retain"));
    let kept = resources.filter(|(_, resource)| stays(&resource["DeletionPolicy"]));
    kept.map(|(id, _)| id.clone()).collect()
}

async fn destroy_terraform(args: &DestroyArgs, project: &Project, ui: &Ui) -> Outcome {
    let bounds = Bounds::new(args.follow.timeout);
    let place = (args.place.region.as_deref(), args.place.profile.as_deref());
    let view = View::new(ui, args.follow.format, &[&project.name]);
    let told = view.of(&project.name, &project.subjects);
    told.tell(&Message::Started { target: "terraform", region: None, account: None });
    let terraform = terraform::claimed(&args.terraform, (project, Writes::Nothing), place, (&bounds, &told)).await?;
    let Some((file, review)) = terraform::plan_destroy(&terraform, (project, args.adopt), &told).await? else {
        ui.note("Terraform's state is empty: nothing to destroy");
        return Ok(Exit::Success);
    };
    told.tell(&Message::Review(review));
    if !args.yes {
        bounds.within(confirm("everything in Terraform's state", &project.name, ui)).await??;
    }
    let outcome = terraform::apply(&terraform, &file, "destroyed", (&told, &view)).await?;
    if outcome.exit == Exit::Success {
        let mut remains = Remains::default();
        let deadline = args.follow.deadline();
        match deadline.bound("what remains is not known", args.place.connect()).await {
            Ok(session) => {
                remains = look(remains, &session, &recipes(&project.planned), deadline).await;
            }
            Err(failure) => remains.unknown.push(failure.message),
        }
        told.tell(&Message::Remains(remains));
    }
    Ok(outcome.exit)
}
