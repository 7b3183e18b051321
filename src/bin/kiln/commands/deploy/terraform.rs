//! Deploying through Terraform: plan to a file, review, apply exactly that.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kiln::deploy::terraform::{foreign, outputs, review};
use kiln::deploy::{Message, Review};
use kiln::synth::Format;

use super::{DeployArgs, consent};
use crate::commands::synth::refuse_foreign;
use crate::deploying::place::PlacesArgs;
use crate::deploying::project::{self, Project};
use crate::deploying::stack::Outcome;
use crate::deploying::terraform::child::{Bounds, Stop};
use crate::deploying::terraform::{Applied, Terraform, TerraformArgs, left};
use crate::deploying::view::{Told1, View};
use crate::deploying::{upload, words};
use crate::disk::{Destination, hold};
use crate::exit::{Exit, Failure};
use crate::output::Ui;

/// What `--no-execute` writes.
const PLAN: &str = ".kiln.tfplan";

/// Deploys projects one after the other: Terraform's state knows no two at once in one folder.
pub async fn deploy(args: &DeployArgs, projects: &[&Project], ui: &Ui) -> crate::Outcome {
    args.out.as_deref().map(refuse_other_than_plan).transpose()?;
    let bounds = Bounds::new(args.follow.timeout);
    let given = project::given(&args.parameters, projects)?;
    let names: Vec<&str> = projects.iter().map(|project| project.name.as_str()).collect();
    let view = View::new(ui, args.follow.format, &names);
    let mut worst = Exit::Success;
    for project in projects {
        let told = view.of(&project.name, &project.subjects);
        told.tell(&Message::Started { target: "terraform", region: None, account: None });
        let looks_first = args.no_execute || args.plan.is_some();
        let writes = if looks_first { Writes::Nothing } else { Writes::Configuration };
        let mut terraform = claimed(&args.terraform, (project, writes), place(&args.places)?, (&bounds, &told)).await?;
        // A plan that is executed later is its reviewer's; any other is gone when this ends.
        let file = match args.plan.as_ref().or(args.out.as_ref()) {
            Some(file) => file.clone(),
            None if args.no_execute => project.folder.join(PLAN),
            None => terraform.plan_file(),
        };
        let (shown, file) = (crate::specs::shown(&file), absolute(&file)?);
        let planned = match &args.plan {
            Some(path) => {
                let planned = terraform.json(&["show", "-json", &file.display().to_string()]).await?;
                is_current(&terraform, &planned, &told)
                    .await?
                    .then_some(Some(planned))
                    .ok_or_else(|| words::stale(path, "the spec has changed since"))?
            }
            None => terraform.plan(&file, &variables(project, &given), &told).await?,
        };
        let Some(planned) = planned else {
            let outputs = outputs(&terraform.json(&["output", "-json"]).await?);
            told.end(&Outcome { outputs, ..ended("unchanged", Exit::Success) }, 0)?;
            continue;
        };
        owned(&terraform, &planned, (project, args.adopt)).await.inspect_err(|_| {
            if args.plan.is_none() {
                let _ = fs::remove_file(&file);
            }
        })?;
        told.tell(&Message::Review(review(&planned, &project.subjects)));
        if args.no_execute {
            told.tell(&Message::Notice {
                text: format!("wrote {shown}; `kiln deploy --target terraform --plan {shown}` executes it"),
            });
            continue;
        }
        let question = format!("deploy `{}`?", project.name);
        if args.plan.is_none() && !args.yes && !bounds.within(consent::ask(&question, ui)).await? {
            return Err(Failure::new("nothing was deployed: it was not confirmed").exit(Exit::NotConfirmed));
        }
        if looks_first {
            write_configuration(project)?;
            terraform.leave_mirror();
            terraform.init(&args.terraform, Some(&told)).await?;
        }
        bounds.within(upload(args, project)).await??;
        worst = worst.max(apply(&terraform, &file, "deployed", (&told, &view)).await?.exit);
    }
    Ok(worst)
}

/// Whether a plan is made from what the spec says now: otherwise its versions may have got other content since.
async fn is_current(terraform: &Terraform, planned: &serde_json::Value, told: &Told1<'_>) -> Result<bool, Failure> {
    let set = |(name, variable): (&String, &serde_json::Value)| {
        let value = &variable["value"];
        format!("-var={name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let variables = planned["variables"].as_object().into_iter().flatten().map(set);
    let arguments: Vec<String> = std::iter::once("-refresh=false".to_owned()).chain(variables).collect();
    let now = terraform.plan_always(&absolute(&terraform.plan_file())?, &arguments, told).await?;
    Ok(now["configuration"] == planned["configuration"])
}

/// Refuses to write a plan over a file that is none.
fn refuse_other_than_plan(path: &Path) -> Result<(), Failure> {
    // A plan is an archive whose first file is this one.
    const START: (&[u8], std::ops::Range<usize>, &[u8]) = (b"PK\x03\x04", 30..36, b"tfplan");
    let target = Destination::find(path)?;
    let (start, place, name) = START;
    let is_plan =
        |content: &[u8]| content.is_empty() || (content.starts_with(start) && content.get(place) == Some(name));
    match target.content().is_none_or(is_plan) {
        true => Ok(()),
        false => Err(Failure::new(format!(
            "`{}` is not a plan of Terraform, and is not overwritten",
            crate::specs::shown(path)
        ))
        .help("name another file with --out, or remove it")),
    }
}

/// Uploads the documents that are too long to be inline.
async fn upload(args: &DeployArgs, project: &Project) -> Result<(), Failure> {
    let uploads = &project.planned.plan.uploads;
    if let Some(session) = if uploads.is_empty() { None } else { args.places.connect().await?.pop() } {
        upload::documents(&session, uploads).await?;
    }
    Ok(())
}

/// Applies a plan, and reports how that ended.
pub async fn apply(
    terraform: &Terraform,
    file: &Path,
    success: &'static str,
    (told, view): (&Told1<'_>, &View<'_>),
) -> Result<Outcome, Failure> {
    let began = Instant::now();
    let applied = terraform.apply(file, told).await;
    view.rest();
    let applied = applied?;
    let notice = |text: &str| told.tell(&Message::Notice { text: text.to_owned() });
    let outcome = match applied {
        Applied::Done => {
            // A question that has no answer does not turn a good deployment into a failure.
            let shown = terraform.json(&["output", "-json"]).await;
            Outcome { outputs: shown.map(|shown| outputs(&shown)).unwrap_or_default(), ..ended(success, Exit::Success) }
        }
        // Terraform rolls nothing back: what was made stays, and the next run goes on from there.
        Applied::Failed => ended("failed", Exit::NeedsHand),
        Applied::Interrupted(stop) => {
            notice("what was done is in Terraform's state; the same command does the rest");
            ended(if stop == Stop::Signal { "interrupted" } else { "time limit reached" }, Exit::Interrupted)
        }
        Applied::Left(process) => {
            let Failure { message, help, .. } = left(process);
            notice(&format!("{message}; {}", help.unwrap_or_default()));
            ended("still running", Exit::StillRunning)
        }
    };
    if let Some(Failure { message, help, .. }) = terraform.unsaved_state().filter(|_| applied != Applied::Done) {
        notice(&format!("{message}: {}", help.unwrap_or_default()));
    }
    let outcome = Outcome { time: began.elapsed(), ..outcome };
    told.end(&outcome, 0)?;
    Ok(outcome)
}

fn ended(word: &'static str, exit: Exit) -> Outcome {
    Outcome { word, exit, status: None, outputs: Vec::new(), time: Duration::ZERO }
}

/// Refuses to destroy what is not this project's, unless it is to be adopted.
async fn owned(
    terraform: &Terraform,
    planned: &serde_json::Value,
    (project, adopt): (&Project, bool),
) -> Result<(), Failure> {
    if adopt {
        return Ok(());
    }
    let outputs = terraform.json(&["output", "-json"]).await?;
    match foreign(planned, &outputs, &project.planned.plan) {
        Some(foreign) => Err(words::foreign_state(&foreign)),
        None => Ok(()),
    }
}

/// The review of what destroying would do, and the plan's file.
pub async fn plan_destroy(
    terraform: &Terraform,
    (project, adopt): (&Project, bool),
    told: &Told1<'_>,
) -> Result<Option<(PathBuf, Review)>, Failure> {
    let file = absolute(&terraform.plan_file())?;
    let planned = terraform.plan(&file, &["-destroy".to_owned()], told).await?;
    let Some(planned) = planned else { return Ok(None) };
    owned(terraform, &planned, (project, adopt)).await?;
    Ok(Some((file, review(&planned, &project.subjects))))
}

/// What a command writes to a project's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// The lock, and then the configuration that has its versions.
    Configuration,
    /// Nothing: Terraform works in a mirror.
    Nothing,
}

/// Terraform, ready to change what a project has: nothing else works in its folder, and nothing was left there.
pub async fn claimed(
    args: &TerraformArgs,
    (project, writes): (&Project, Writes),
    place: (Option<&str>, Option<&str>),
    (bounds, told): (&Bounds, &Told1<'_>),
) -> Result<Terraform, Failure> {
    let mut terraform = Terraform::find(args, &project.folder, place, bounds).await?;
    terraform.claim(told).await?;
    match writes {
        Writes::Configuration => write_configuration(project)?,
        Writes::Nothing => terraform.mirror(&project.text)?,
    }
    terraform.init(args, Some(told)).await?;
    terraform.inspect(told).await?;
    Ok(terraform)
}

/// Terraform, ready to be asked about a project as it is in its folder.
pub async fn ready(
    args: &TerraformArgs,
    project: &Project,
    place: (Option<&str>, Option<&str>),
) -> Result<Terraform, Failure> {
    let mut terraform = Terraform::find(args, &project.folder, place, &Bounds::none()).await?;
    terraform.mirror(&project.text)?;
    terraform.init(args, None).await?;
    Ok(terraform)
}

/// Writes the lock and then the configuration, as `kiln synth` does.
fn write_configuration(project: &Project) -> Result<(), Failure> {
    let path = project.folder.join("main.tf");
    refuse_foreign(&Destination::find(&path)?, Format::Hcl, &project.text)?;
    project.record()?;
    let target = Destination::find(&path)?;
    let _held = hold([target.folder()])?;
    match target.content() == Some(project.text.as_bytes()) {
        true => Ok(()),
        false => target.stage(project.text.as_bytes())?.place(),
    }
}

/// The one place that Terraform can go to at once.
fn place(places: &PlacesArgs) -> Result<(Option<&str>, Option<&str>), Failure> {
    if places.region.len() > 1 || places.profile.len() > 1 {
        return Err(Failure::new("Terraform's state is for one Region and one profile at a time")
            .help("deploy to each with a backend of its own"));
    }
    Ok((places.region.first().map(String::as_str), places.profile.first().map(String::as_str)))
}

/// The values that are given for variables, as arguments.
pub fn variables(project: &Project, given: &std::collections::BTreeMap<String, String>) -> Vec<String> {
    let planned = &project.planned.plan.parameters;
    let values = project.parameters(given).into_iter().zip(planned);
    values
        .filter_map(|(parameter, planned)| {
            let value = parameter.value?;
            let value = match planned.terraform_type {
                "list(string)" => {
                    let items: Vec<&str> = value.split(',').map(str::trim).collect();
                    serde_json::to_string(&items).unwrap_or_default()
                }
                _ => value,
            };
            Some(format!("-var={}={value}", planned.address.terraform))
        })
        .collect()
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::file("find", path, &error))
}
