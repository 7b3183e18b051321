//! Which pipelines are meant, and where they are in AWS.

use std::collections::BTreeMap;

use kiln::aws::Session;
use kiln::build::{Builder as _, Image, Pipeline, prune, remains};
use kiln::deploy::owner::{Owner, owner};
use kiln::deploy::{FaultKind, Phase, Service as _, Stack};
use kiln::diagnostic::Report;
use kiln::matrix;
use kiln::plan::{Part, Planned, Table};
use kiln::project::definition::Target;
use kiln::project::suggest::closest;
use kiln::versions::Kind;

use super::OriginArgs;
use crate::commands::deploy::terraform;
use crate::commands::watch::unknown;
use crate::deploying::project::{self, Project};
use crate::deploying::words;
use crate::exit::{Exit, Failure};
use crate::output::Ui;

/// A pipeline of the spec that is deployed.
pub struct Chosen {
    /// Its key in the spec.
    pub key: String,
    /// What the service says of it.
    pub pipeline: Pipeline,
    /// The version that the spec gives its recipe, if it says one.
    pub wanted: Option<String>,
}

/// Reads the one spec that is meant.
pub fn project(args: &OriginArgs, ui: &Ui) -> Result<Project, Failure> {
    let paths: Vec<_> = args.spec.iter().cloned().collect();
    let mut projects = project::read(&paths, args.target.map(Into::into), ui)?;
    match projects.len() {
        1 => Ok(projects.remove(0)),
        count => Err(Failure::new(format!("this is for one spec, and there are {count}")).help("name one with --spec")),
    }
}

/// The keys of all pipelines, those that a matrix stands for included.
fn keys(project: &Project) -> Vec<String> {
    let nothing = Report::new();
    let (fanned, _) = matrix::fan_out(&project.planned.spec, &nothing);
    fanned.spec().pipeline.keys().cloned().collect()
}

/// The keys that are meant; all if none is named.
pub fn named(project: &Project, names: &[String]) -> Result<Vec<String>, Failure> {
    let known = keys(project);
    for name in names {
        if !known.contains(name) {
            let failure = Failure::new(format!("the spec has no pipeline `{name}`"));
            return Err(match closest(name, known.iter().map(String::as_str)) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help(format!("there are: {}", known.join(", "))),
            });
        }
    }
    Ok(if names.is_empty() { known } else { known.into_iter().filter(|key| names.contains(key)).collect() })
}

/// What is deployed: physical ids by logical id, or ARNs by Terraform's address.
pub type Resources = BTreeMap<String, String>;

/// Finds what is deployed; `None` if nothing is.
async fn find(
    args: &OriginArgs,
    project: &Project,
    (session, purpose): (&Session, Use),
) -> Result<Option<Resources>, Failure> {
    match project.target {
        Target::CloudFormation => of_stack(args, project, (session, purpose)).await,
        Target::Terraform => Ok(Some(of_state(args, project).await?).filter(|found| !found.is_empty())),
    }
}

/// The images of a pipeline.
pub struct Made {
    /// The pipeline's key, or the name of a recipe that the spec no longer has.
    pub key: String,
    /// Its images, newest first.
    pub images: Vec<Image>,
    /// Whether the pipeline is deployed, and its retention rules with it.
    pub is_deployed: bool,
}

/// The images of the pipelines that are named, or of all. Where nothing is deployed, they are found by the names of the
/// recipes that the spec and the lock have: images outlive their stack.
pub async fn made(
    args: &OriginArgs,
    project: &Project,
    (session, purpose): (&Session, Use),
    (names, ui): (&[String], &Ui),
) -> Result<(Resources, Vec<Made>), Failure> {
    let keys = named(project, names)?;
    let fault = |fault| words::fault(&fault);
    let mut made = Vec::new();
    if let Some(resources) = find(args, project, (session, purpose)).await? {
        for it in pipelines(&resources, project, session, &keys).await? {
            let images = session.images(&it.pipeline.arn).await.map_err(fault)?;
            made.push(Made { key: it.key, images, is_deployed: true });
        }
        return Ok((resources, made));
    }
    ui.note("nothing is deployed: images are found by the names of their recipes");
    for (key, recipe) in recipes(project, &keys, names.is_empty()) {
        let images = session.images_of_recipe(&recipe).await.map_err(fault)?;
        made.push(Made { key, images, is_deployed: false });
    }
    Ok((Resources::new(), made))
}

/// The names of the recipes of pipelines, by their keys, and those that only the lock has, by themselves.
pub fn recipes(project: &Project, keys: &[String], with_lock: bool) -> Vec<(String, String)> {
    let planned = remains::recipes(&project.planned.plan);
    let of_key = |key: &String| {
        let own = project.planned.plan.of(Table::Pipeline, key.as_str(), Part::Recipe)?;
        let recipe = planned.get(&own.handle.address.cloudformation)?;
        Some((key.clone(), recipe.clone()))
    };
    let mut found: Vec<(String, String)> = keys.iter().filter_map(of_key).collect();
    let others = project.planned.recorded.names(Kind::Recipe).filter(|_| with_lock);
    for name in others {
        if planned.values().all(|planned| planned != name) {
            found.push((name.to_owned(), name.to_owned()));
        }
    }
    found
}

/// The pipelines with these keys, as they are deployed.
pub async fn deployed(
    args: &OriginArgs,
    project: &Project,
    (session, purpose): (&Session, Use),
    keys: &[String],
) -> Result<Vec<Chosen>, Failure> {
    let resources = find(args, project, (session, purpose)).await?.ok_or_else(|| match project.target {
        Target::CloudFormation => {
            let name = args.stack.as_deref().unwrap_or(&project.name);
            let help = "`kiln deploy` makes it; --stack names another, --region another Region";
            unknown(name, &session.region).help(help)
        }
        Target::Terraform => Failure::new("Terraform's state is empty: nothing is deployed")
            .help("`kiln deploy` deploys it")
            .exit(Exit::Refused),
    })?;
    pipelines(&resources, project, session, keys).await
}

/// Those of what is deployed that are the pipelines with these keys.
pub async fn pipelines(
    resources: &Resources,
    project: &Project,
    session: &Session,
    keys: &[String],
) -> Result<Vec<Chosen>, Failure> {
    let mut chosen = Vec::new();
    for key in keys {
        let absent = || {
            Failure::new(format!("the pipeline `{key}` is not deployed"))
                .help("`kiln deploy` makes it")
                .exit(Exit::Refused)
        };
        let plan = &project.planned.plan;
        let planned = plan.of(Table::Pipeline, key.as_str(), Part::Main).ok_or_else(absent)?;
        let arn = resources.get(&address(project, planned)).filter(|id| id.starts_with("arn:")).ok_or_else(absent)?;
        let pipeline = session.pipeline(arn).await.map_err(|fault| match fault.kind {
            FaultKind::Missing => absent().help("something outside of kiln has deleted it; deploy again"),
            _ => words::fault(&fault),
        })?;
        let recipe = plan.of(Table::Pipeline, key.as_str(), Part::Recipe).map(|it| &it.handle.address.cloudformation);
        let wanted = recipe.and_then(|id| project.subjects.get(id)?.version.clone());
        chosen.push(Chosen { key: key.clone(), pipeline, wanted });
    }
    Ok(chosen)
}

/// What a resource is called in the project's back end.
fn address(project: &Project, planned: &Planned) -> String {
    match project.target {
        Target::CloudFormation => planned.handle.address.cloudformation.clone(),
        Target::Terraform => planned.terraform_address(),
    }
}

/// What kiln does with a stack's pipelines, and what that needs to know of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Looks at them, whoever they belong to.
    Look,
    /// Starts builds: not in another project's stack.
    Build,
    /// Deletes images, or moves what names them: only in a stack that is marked as this project's.
    Change,
}

/// Refuses a stack that belongs to others, as far as its use matters.
async fn check_owner(session: &Session, stack: &Stack, project: &Project, purpose: Use) -> Result<(), Failure> {
    if purpose == Use::Look {
        return Ok(());
    }
    match owner(session, stack).await.map_err(|fault| words::fault(&fault))? {
        Owner::Unmarked if purpose == Use::Build => Ok(()),
        owner if owner.is(Some(&project.name)) => Ok(()),
        owner => Err(words::foreign(&stack.name, &owner).help("`kiln deploy --adopt` takes it over, once")),
    }
}

/// Physical ids of the stack's resources.
async fn of_stack(
    args: &OriginArgs,
    project: &Project,
    (session, purpose): (&Session, Use),
) -> Result<Option<Resources>, Failure> {
    let fault = |fault| words::fault(&fault);
    let name = args.stack.as_deref().unwrap_or(&project.name);
    let Some(stack) = session.stack(name).await.map_err(fault)? else {
        return Ok(None);
    };
    if matches!(stack.status.phase(), Phase::Review | Phase::Gone) {
        return Ok(None);
    }
    check_owner(session, &stack, project, purpose).await?;
    let resources = session.resources(&stack.id).await.map_err(fault)?;
    Ok(Some(resources.into_iter().filter_map(|it| Some((it.logical_id, it.physical_id?))).collect()))
}

/// ARNs of Terraform's state by address.
async fn of_state(args: &OriginArgs, project: &Project) -> Result<Resources, Failure> {
    let place = (args.place.region.as_deref(), args.place.profile.as_deref());
    let terraform = terraform::ready(&args.terraform, project, place).await?;
    let state = terraform.json(&["show", "-json"]).await?;
    let found = state["values"]["root_module"]["resources"].as_array().map(Vec::as_slice).unwrap_or_default();
    let arn =
        |it: &serde_json::Value| Some((it["address"].as_str()?.to_owned(), it["values"]["arn"].as_str()?.to_owned()));
    Ok(found.iter().filter_map(arn).collect())
}

/// The role that carries out the project's retention rules, by name or ARN.
pub fn retention_role(resources: &Resources, project: &Project) -> Option<String> {
    let role = project.planned.plan.of(Table::Project, None, Part::LifecycleRole)?;
    resources.get(&address(project, role)).cloned()
}

/// Whether a retention rule of the spec deletes the images of this pipeline.
pub fn deletes(project: &Project, key: &str) -> bool {
    prune::is_covered(&project.planned.plan, key)
}

/// The build that is meant, of images that stand newest first: `1.0.3/2`, `1.0.3` for its newest, `2` for that build of
/// the newest version, or nothing for the newest of all.
pub fn image<'a>(key: &str, images: &'a [Image], build: Option<&str>) -> Result<&'a Image, Failure> {
    let Some(newest) = images.first() else {
        return Err(Failure::new(format!("the pipeline `{key}` has built nothing yet"))
            .help("`kiln build` starts a build")
            .exit(Exit::Refused));
    };
    let Some(build) = build else { return Ok(newest) };
    let version = newest.version.split('/').next().unwrap_or_default();
    let wanted = if build.contains(['.', '/']) { build.to_owned() } else { format!("{version}/{build}") };
    images.iter().find(|image| is_meant(image, &wanted)).ok_or_else(|| {
        let known: Vec<&str> = images.iter().take(10).map(|image| image.version.as_str()).collect();
        Failure::new(format!("the pipeline `{key}` has no build {wanted}"))
            .help(format!("there are: {}", known.join(", ")))
            .exit(Exit::Refused)
    })
}

/// Whether an image is this build, or one of this version.
pub fn is_meant(image: &Image, wanted: &str) -> bool {
    image.version == wanted || image.version.split('/').next() == Some(wanted)
}
