//! Deploying through Terraform: plan to a file, review, apply exactly that.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kiln::deploy::terraform::{foreign, outputs, review};
use kiln::deploy::{Message, Review};
use kiln::synth::Format;

use super::{DeployArgs, consent};
use crate::commands::synth::refuse_foreign;
use crate::deploying::interrupt::Signals;
use crate::deploying::place::PlacesArgs;
use crate::deploying::project::{self, Project};
use crate::deploying::stack::Outcome;
use crate::deploying::terraform::{Terraform, TerraformArgs};
use crate::deploying::view::{Told1, View};
use crate::deploying::{upload, words};
use crate::disk::{Destination, hold};
use crate::exit::{Exit, Failure};
use crate::output::Ui;

/// Where the plan is kept between review and apply; it may hold values that nobody else should read.
const PLAN: &str = ".kiln.tfplan";

/// Deploys projects one after the other: Terraform's state knows no two at once in one folder.
pub async fn deploy(args: &DeployArgs, projects: &[&Project], ui: &Ui) -> crate::Outcome {
    let given = project::given(&args.parameters, projects)?;
    let names: Vec<&str> = projects.iter().map(|project| project.name.as_str()).collect();
    let view = View::new(ui, args.follow.format, &names);
    let mut worst = Exit::Success;
    for project in projects {
        let told = view.of(&project.name, &project.subjects);
        told.tell(&Message::Started { target: "terraform", region: None, account: None });
        write_configuration(project)?;
        let terraform = Terraform::find(&args.terraform, &project.folder, place(&args.places)?).await?;
        let file = match (&args.plan, &args.out) {
            (Some(plan), _) | (None, Some(plan)) => absolute(plan)?,
            (None, None) => project.folder.join(PLAN),
        };
        let file = absolute(&file)?;
        let planned = match args.plan {
            Some(_) => Some(terraform.json(&["show", "-json", &file.display().to_string()]).await?),
            None => terraform.plan(&file, &variables(project, &given), &told).await?,
        };
        let exit = match planned {
            None => {
                let outcome = Outcome {
                    outputs: outputs(&terraform.json(&["output", "-json"]).await?),
                    ..ended("unchanged", Exit::Success)
                };
                told.end(&outcome, 0)?;
                Exit::Success
            }
            Some(planned) => {
                owned(&planned, project, args.adopt).inspect_err(|_| {
                    if args.plan.is_none() {
                        let _ = fs::remove_file(&file);
                    }
                })?;
                let review = review(&planned, &project.subjects);
                told.tell(&Message::Review(review));
                if args.no_execute {
                    let path = crate::specs::shown(args.out.as_deref().unwrap_or(&file));
                    told.tell(&Message::Notice {
                        text: format!("wrote {path}; `kiln deploy --target terraform --plan {path}` executes it"),
                    });
                    continue;
                }
                if args.plan.is_none() && !args.yes && !consent::ask(&format!("deploy `{}`?", project.name), ui).await {
                    let _ = fs::remove_file(&file);
                    return Err(Failure::new("nothing was deployed: it was not confirmed").exit(Exit::NotConfirmed));
                }
                project.record()?;
                let uploads = &project.planned.plan.uploads;
                if let Some(session) = if uploads.is_empty() { None } else { args.places.connect().await?.pop() } {
                    upload::documents(&session, uploads).await?;
                }
                apply(&terraform, &file, "deployed", (&told, &view)).await?.exit
            }
        };
        if args.plan.is_none() && args.out.is_none() && !args.no_execute {
            let _ = fs::remove_file(&file);
        }
        worst = worst.max(exit);
    }
    Ok(worst)
}

/// Applies a plan, and tells how that ended.
pub async fn apply(
    terraform: &Terraform,
    file: &Path,
    success: &'static str,
    (told, view): (&Told1<'_>, &View<'_>),
) -> Result<Outcome, Failure> {
    let began = Instant::now();
    // Terraform hears Ctrl-C as well and ends in order; we wait for that.
    let mut signals = Signals::listen();
    let is_good = {
        let mut applying = Box::pin(terraform.apply(file, told));
        let mut was_interrupted = false;
        loop {
            tokio::select! {
                done = &mut applying => break done.map(|good| (good, was_interrupted))?,
                _ = signals.next() => {
                    was_interrupted = true;
                    told.tell(&Message::Notice { text: "interrupted: Terraform finishes what it has begun".to_owned() });
                }
                () = tokio::time::sleep(Duration::from_millis(120)) => view.tick(),
            }
        }
    };
    let outcome = match is_good {
        (true, _) => {
            Outcome { outputs: outputs(&terraform.json(&["output", "-json"]).await?), ..ended(success, Exit::Success) }
        }
        (false, true) => ended("interrupted", Exit::Interrupted),
        // Terraform rolls nothing back: what was made stays, and the next run goes on from there.
        (false, false) => ended("failed", Exit::NeedsHand),
    };
    let outcome = Outcome { time: began.elapsed(), ..outcome };
    told.end(&outcome, 0)?;
    Ok(outcome)
}

fn ended(word: &'static str, exit: Exit) -> Outcome {
    Outcome { word, exit, status: None, outputs: Vec::new(), time: Duration::ZERO }
}

/// Refuses to destroy what is not this project's, unless it is to be adopted.
fn owned(planned: &serde_json::Value, project: &Project, adopt: bool) -> Result<(), Failure> {
    match foreign(planned, &project.planned.plan).filter(|_| !adopt) {
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
    let file = absolute(&project.folder.join(PLAN))?;
    let planned = terraform.plan(&file, &["-destroy".to_owned()], told).await?;
    let Some(planned) = planned else { return Ok(None) };
    owned(&planned, project, adopt).inspect_err(|_| drop(fs::remove_file(&file)))?;
    Ok(Some((file, review(&planned, &project.subjects))))
}

/// Terraform, ready to be used for a project as it stands in its folder.
pub async fn ready(
    args: &TerraformArgs,
    project: &Project,
    place: (Option<&str>, Option<&str>),
) -> Result<Terraform, Failure> {
    write_configuration(project)?;
    Terraform::find(args, &project.folder, place).await
}

fn write_configuration(project: &Project) -> Result<(), Failure> {
    let target = Destination::find(&project.folder.join("main.tf"))?;
    let _held = hold([target.folder()])?;
    refuse_foreign(&target, Format::Hcl, &project.text)?;
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
