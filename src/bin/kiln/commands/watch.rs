//! `kiln watch`

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use kiln::aws::Session;
use kiln::build::remains;
use kiln::deploy::owner::owner;
use kiln::deploy::{Message, Operation, Phase, Service as _, Stack, Subjects};
use kiln::plan::Plan;
use kiln::project::definition::Target;
use kiln::versions::Kind;

use super::deploy::FollowArgs;
use super::synth::TargetArg;
use crate::Outcome;
use crate::building::run::{self, Followed as Build};
use crate::building::view::{Told, table};
use crate::deploying::interrupt::Signals;
use crate::deploying::place::PlaceArgs;
use crate::deploying::project::{self, Project};
use crate::deploying::stack::{self, Followed};
use crate::deploying::view::{TellArg, View};
use crate::deploying::words;
use crate::exit::{Exit, Failure};
use crate::output::Ui;
use crate::specs::{self, Planned};

/// Follow a stack's operation or an image build from its beginning.
///
/// Where nothing is under way, the last operation is told once more.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln watch                       the stack of the kiln.toml of this folder
  kiln watch --stack web           a stack by its name
  kiln watch arn:aws:imagebuilder:eu-west-1:123456789012:image/web/1.0.3/1
                                   the build of an image, and its log
  kiln watch --format ndjson       one JSON object a line")]
pub struct WatchArgs {
    /// The spec, or the ARN of an image; the kiln.toml of this folder otherwise, if there is one.
    #[arg(value_name = "SPEC|ARN")]
    pub spec: Option<PathBuf>,

    /// The stack's name; the project's otherwise.
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,

    #[command(flatten)]
    pub place: PlaceArgs,

    #[command(flatten)]
    pub follow: FollowArgs,
}

/// Runs the command.
pub fn run(args: &WatchArgs, ui: &Ui) -> Exit {
    watch(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn watch(args: &WatchArgs, ui: &Ui) -> Outcome {
    let image = args.spec.as_ref().and_then(|spec| spec.to_str()).filter(|spec| spec.starts_with("arn:"));
    if let Some(image) = image {
        return watch_build(args, image, ui);
    }
    let Named { name, subjects, project, .. } = named(args.spec.as_ref(), args.stack.as_deref())?;
    crate::deploying::run(async {
        let deadline = args.follow.deadline();
        let found = async {
            let session = args.place.connect().await?;
            let found = session.stack(&name).await.map_err(|fault| words::fault(&fault))?;
            let Some(found) = found else { return Err(unknown(&name, &session.region)) };
            let is_ours = is_ours(&session, &found, project.as_deref()).await;
            Ok((session, found, is_ours))
        };
        let (session, found, is_ours) = deadline.bound("nothing was followed yet", found).await?;
        let view = View::new(ui, args.follow.format, &[&name]);
        let told = view.of(&name, &subjects);
        told.tell(&Message::Started {
            target: "cloudformation",
            region: Some(session.region.clone()),
            account: Some(session.account.clone()),
        });
        if found.status.phase() == Phase::Review {
            return Err(Failure::new(format!("the stack `{name}` was never deployed: there is only a change set")));
        }
        let followed = Followed {
            session: &session,
            stack: (&found.id, &name),
            operation: Operation::Latest,
            poll: args.follow.poll,
            deadline,
            is_ours,
            success: "done",
        };
        let outcome = stack::follow(&followed, &told, &view, &mut Signals::listen()).await;
        told.end(&outcome, session.calls().made())?;
        Ok(outcome.exit)
    })
}

/// Whether a stack is of this project, or of any where there is no spec. What cannot be known is not ours.
async fn is_ours(session: &Session, stack: &Stack, project: Option<&str>) -> bool {
    owner(session, stack).await.is_ok_and(|owner| owner.is(project))
}

/// Follows a build. The spec of this folder gives the places of steps, if it is there and right.
fn watch_build(args: &WatchArgs, image: &str, ui: &Ui) -> Outcome {
    let parts: Vec<&str> = image.split(':').collect();
    let name = parts.get(5).and_then(|path| path.strip_prefix("image/"));
    let Some(name) = name.filter(|name| parts.get(2) == Some(&"imagebuilder") && name.split('/').count() == 3) else {
        return Err(Failure::new(format!("`{image}` is not the ARN of a build")).help(
            "it looks like arn:aws:imagebuilder:REGION:ACCOUNT:image/NAME/VERSION/BUILD; `kiln images` lists them",
        ));
    };
    let name = name.split('/').next().unwrap_or_default();
    let project = specs::find(&[]).ok().and_then(|paths| project::read(&paths, None, ui).ok());
    let project = project.and_then(|projects| projects.into_iter().next());
    let mut place = args.place.clone();
    place.region = place.region.or_else(|| parts.get(3).map(|region| (*region).to_owned()));
    crate::deploying::run(async {
        let deadline = args.follow.deadline();
        let session = deadline.bound("nothing was followed yet", place.connect()).await?;
        let view = View::new(ui, args.follow.format, &[name]);
        let told = Told::new(&view, name);
        let poll = args.follow.poll;
        let followed = Build { session: &session, image, name, project: project.as_ref(), poll, deadline };
        let outcome = run::follow(&followed, &told, &view, &mut Signals::listen()).await;
        told.tell(&outcome.message(session.calls().made()));
        if let Some(output) = outcome.output.filter(|_| args.follow.format == TellArg::Text) {
            ui.print(&table(&output))?;
        }
        Ok(outcome.exit)
    })
}

/// A stack that is looked at.
pub struct Named {
    /// Its name.
    pub name: String,
    /// The project that the spec names, if there is one.
    pub project: Option<String>,
    /// The names of the recipes that the spec and its lock have.
    pub recipes: BTreeSet<String>,
    /// The words for its resources, if there is a spec that is right.
    pub subjects: Subjects,
    /// The template that the spec gives now.
    pub text: Option<String>,
    /// The plan that it is made from.
    pub plan: Plan,
}

impl Named {
    fn only(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            project: None,
            recipes: BTreeSet::new(),
            subjects: Subjects::default(),
            text: None,
            plan: Plan::default(),
        }
    }
}

/// Which stack is meant: that of the spec, or the one with this name.
pub fn named(spec: Option<&PathBuf>, stack: Option<&str>) -> Result<Named, Failure> {
    let paths: Vec<PathBuf> = spec.into_iter().cloned().collect();
    let found = match specs::find(&paths) {
        Ok(found) => found,
        // A stack can be followed from anywhere.
        Err(_) if spec.is_none() && stack.is_some() => Vec::new(),
        Err(failure) => return Err(failure),
    };
    let Some(path) = found.into_iter().next() else {
        return Ok(Named::only(stack.unwrap_or_default()));
    };
    let shown = specs::shown(&path);
    let loaded = specs::load(path)?;
    let project = loaded.spec.name.clone();
    let (worked, planned) = loaded.plan(None)?;
    match (planned, stack) {
        (Some(planned), stack) => {
            let subjects = Subjects::new(&planned.plan, planned.source.as_ref());
            let name = stack.map_or_else(|| planned.plan.name.clone(), str::to_owned);
            Ok(Named {
                name,
                project,
                recipes: recipes(&planned),
                subjects,
                text: worked.ready.map(|ready| ready.text),
                plan: planned.plan,
            })
        }
        (None, Some(stack)) => Ok(Named { project, ..Named::only(stack) }),
        (None, None) => Err(Failure::new(format!("`{shown}` has errors, so its stack's name is not known"))
            .help("`kiln check` shows them; --stack names the stack")
            .exit(Exit::CheckFailed)),
    }
}

/// The names of all recipes that a project has, or had.
pub fn recipes(planned: &Planned) -> BTreeSet<String> {
    let recorded = planned.recorded.names(Kind::Recipe).map(str::to_owned);
    remains::recipes(&planned.plan).into_values().chain(recorded).collect()
}

/// The project, if Terraform is its back end.
pub fn terraform_project(
    spec: Option<&PathBuf>,
    target: Option<TargetArg>,
    names_stack: bool,
    ui: &Ui,
) -> Result<Option<Project>, Failure> {
    let target = target.map(Target::from);
    if target == Some(Target::CloudFormation) || (target.is_none() && names_stack) {
        return Ok(None);
    }
    let paths: Vec<PathBuf> = spec.into_iter().cloned().collect();
    let projects = project::read(&paths, target, ui)?;
    Ok(projects.into_iter().find(|project| project.target == Target::Terraform))
}

/// There is no such stack.
pub fn unknown(name: &str, region: &str) -> Failure {
    Failure::new(format!("there is no stack `{name}` in {region}"))
        .help("`kiln deploy` makes it; if it has another name or Region, say so with --stack or --region")
        .exit(Exit::Refused)
}
