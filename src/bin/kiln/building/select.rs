//! Which pipelines are meant, and where they are in AWS.

use std::collections::BTreeMap;

use kiln::aws::Session;
use kiln::build::{Builder as _, Pipeline};
use kiln::deploy::{FaultKind, Service as _};
use kiln::diagnostic::Report;
use kiln::matrix;
use kiln::project::Key;
use kiln::project::definition::Target;
use kiln::project::suggest::closest;

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

/// The pipelines with these keys, as they are deployed.
pub async fn deployed(
    args: &OriginArgs,
    project: &Project,
    session: &Session,
    keys: &[String],
) -> Result<Vec<Chosen>, Failure> {
    let arns = match project.target {
        Target::CloudFormation => of_stack(args, project, session).await?,
        Target::Terraform => of_state(args, project).await?,
    };
    let mut chosen = Vec::new();
    for key in keys {
        let absent = || {
            Failure::new(format!("the pipeline `{key}` is not deployed"))
                .help("`kiln deploy` makes it")
                .exit(Exit::Refused)
        };
        let parsed = Key::parse(key).map_err(|_| absent())?;
        let address = match project.target {
            Target::CloudFormation => format!("{}Pipeline", parsed.pascal()),
            Target::Terraform => format!("aws_imagebuilder_image_pipeline.{}", parsed.snake()),
        };
        let arn = arns.get(&address).ok_or_else(absent)?;
        let pipeline = session.pipeline(arn).await.map_err(|fault| match fault.kind {
            FaultKind::Missing => absent().help("something outside of kiln has deleted it; deploy again"),
            _ => words::fault(&fault),
        })?;
        let recipe = format!("{}Recipe", parsed.pascal());
        let wanted = project.subjects.get(&recipe).and_then(|subject| subject.version.clone());
        chosen.push(Chosen { key: key.clone(), pipeline, wanted });
    }
    Ok(chosen)
}

/// Physical ids of the stack's resources.
async fn of_stack(
    args: &OriginArgs,
    project: &Project,
    session: &Session,
) -> Result<BTreeMap<String, String>, Failure> {
    let fault = |fault| words::fault(&fault);
    let name = args.stack.as_deref().unwrap_or(&project.name);
    let Some(stack) = session.stack(name).await.map_err(fault)? else {
        let failure = unknown(name, &session.region);
        return Err(failure.help("`kiln deploy` makes it; --stack names another, --region another Region"));
    };
    let resources = session.resources(&stack.id).await.map_err(fault)?;
    let arns = resources.into_iter().filter_map(|it| Some((it.logical_id, it.physical_id?)));
    Ok(arns.filter(|(_, id)| id.starts_with("arn:")).collect())
}

/// ARNs of Terraform's state by address.
async fn of_state(args: &OriginArgs, project: &Project) -> Result<BTreeMap<String, String>, Failure> {
    let place = (args.place.region.as_deref(), args.place.profile.as_deref());
    let terraform = terraform::ready(&args.terraform, project, place).await?;
    let state = terraform.json(&["show", "-json"]).await?;
    let found = state["values"]["root_module"]["resources"].as_array().map(Vec::as_slice).unwrap_or_default();
    let arn =
        |it: &serde_json::Value| Some((it["address"].as_str()?.to_owned(), it["values"]["arn"].as_str()?.to_owned()));
    Ok(found.iter().filter_map(arn).collect())
}
