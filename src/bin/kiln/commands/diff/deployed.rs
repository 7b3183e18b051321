//! `kiln diff --deployed`: the spec against the account.

use std::path::PathBuf;

use clap::Args;
use kiln::aws::Session;
use kiln::deploy::drift;
use kiln::deploy::terraform::compared;
use kiln::deploy::{Fault, Phase, Service as _, Subjects};
use kiln::project::definition::Target;
use kiln::render::cloudformation;
use kiln::review::{Drifts, deployed};

use super::{Compared, Format, Half, Review, Side, Texts, half, on_disk, tell};
use crate::commands::deploy::terraform::{ready, variables};
use crate::commands::synth::TargetArg;
use crate::deploying::place::PlaceArgs;
use crate::deploying::project::{self, Project};
use crate::deploying::terraform::TerraformArgs;
use crate::deploying::view::{TellArg, View};
use crate::deploying::words;
use crate::exit::{Exit, Failure};
use crate::output::Ui;
use crate::specs::{self, shown};

/// What is compared with in the account.
#[derive(Debug, Args)]
pub struct DeployedArgs {
    /// Compare with what is deployed: the stack's template, or what Terraform's state says.
    #[arg(long, conflicts_with = "git", help_heading = "Deployed")]
    pub deployed: bool,

    /// Also have CloudFormation look for what was changed in the account behind the stack's back; Terraform always does.
    #[arg(long, requires = "deployed", help_heading = "Deployed")]
    pub drift: bool,

    /// The back end; what each spec says otherwise, or CloudFormation.
    #[arg(long, value_enum, requires = "deployed", help_heading = "Deployed")]
    pub target: Option<TargetArg>,

    /// The stack's name; the project's otherwise.
    #[arg(long, value_name = "NAME", requires = "deployed", help_heading = "Deployed")]
    pub stack: Option<String>,

    /// With Terraform: a variable's value.
    #[arg(long = "parameter", value_name = "NAME=VALUE", requires = "deployed", help_heading = "Deployed")]
    pub parameters: Vec<String>,

    #[command(flatten, next_help_heading = "Deployed")]
    pub place: PlaceArgs,

    #[command(flatten)]
    pub terraform: TerraformArgs,
}

/// The specs against what is deployed. `None` if there are errors, which have been told.
pub fn compare(paths: &[PathBuf], args: &DeployedArgs, ui: &Ui) -> Result<Option<Compared>, Failure> {
    let found = specs::find(paths)?;
    if args.stack.is_some() && found.len() > 1 {
        return Err(Failure::new(format!("--stack is for one spec, and there are {}", found.len())));
    }
    let format = args.target.map(|target| Format::of(target.into()));
    let mut halves = Vec::new();
    let mut is_good = true;
    for path in &found {
        let mut read = on_disk(path.clone())?;
        read.format = format;
        let is_terraform = format.map_or_else(
            || read.loaded.spec.target.as_deref() == Some(Target::Terraform.word()),
            |format| format.target() == Target::Terraform,
        );
        match half(read, None) {
            Ok(half) => halves.push((path, half, is_terraform)),
            Err(findings) => {
                tell(&findings, ui);
                is_good = false;
            }
        }
    }
    if !is_good {
        return Ok(None);
    }
    crate::deploying::run(async {
        let mut reviews = Vec::new();
        let mut session = None;
        let mut from = String::new();
        for (path, half, is_terraform) in &halves {
            let review = if *is_terraform {
                "Terraform's state".clone_into(&mut from);
                state(path, args, ui).await?
            } else {
                let session = match &session {
                    Some(session) => session,
                    None => session.insert(args.place.connect().await?),
                };
                from = format!("what is deployed in {}", session.region);
                stack(half, args, session, ui).await?
            };
            reviews.push((shown(path), review));
        }
        Ok(Some(Compared { from, to: "the working tree".to_owned(), reviews }))
    })
}

/// The review of a spec against its stack.
async fn stack(new: &Half, args: &DeployedArgs, session: &Session, ui: &Ui) -> Result<Review, Failure> {
    let fault = |fault: Fault| words::fault(&fault);
    let name = args.stack.as_deref().unwrap_or(&new.plan.name);
    let found = session.stack(name).await.map_err(fault)?;
    let found = found.filter(|stack| !matches!(stack.status.phase(), Phase::Gone | Phase::Review));
    // What the spec hands on as it is stands in the template too, in its place.
    let own = read(&cloudformation::json(&new.plan), name)?;
    let own = deployed::plan(&own, &new.plan);
    let target = Target::CloudFormation;
    let side = Side { plan: &own, target, target_account: None, ..new.side() };
    let Some(found) = found else {
        ui.note(format!("there is no stack `{name}` in {}: all would be new", session.region));
        return Ok(Review::new(None, Some(side)));
    };
    let template = read(&session.template(&found.id).await.map_err(fault)?, name)?;
    let mut old = deployed::plan(&template, &own);
    let resources = session.resources(&found.id).await.map_err(fault)?;
    let uploads = drift::uploads(session, (&old, &resources)).await.map_err(fault)?;
    old.uploads.extend(uploads);
    if old.resources.iter().all(|it| own.resources.iter().all(|other| other.handle != it.handle)) {
        ui.note(format!("nothing in the stack `{name}` is of this spec: --stack names another"));
    }
    let texts = Texts::default();
    let before = Side { source: None, texts: &texts, plan: &old, target, target_account: None };
    let mut review = Review::new(Some(before), Some(side));

    let subjects = Subjects::new(&old, new.source.as_ref());
    let mut drifts = Drifts::default();
    if args.drift {
        let seen = drift::detect(session, session.calls().timer(), &found.id).await.map_err(fault)?;
        drifts = drift::told(&seen, &resources, &subjects);
    }
    let documents = drift::documents(session, (&old, &resources), &subjects).await.map_err(fault)?;
    // What is gone has been told.
    drifts.resources.extend(
        documents.into_iter().filter(|it| drifts.resources.iter().all(|told| told.id != it.id)).collect::<Vec<_>>(),
    );
    review.drift = (args.drift || !drifts.resources.is_empty()).then_some(drifts);
    Ok(review)
}

/// A template as JSON.
fn read(text: &str, stack: &str) -> Result<serde_json::Value, Failure> {
    cloudformation::read(text).map_err(|why| {
        Failure::new(format!("the template of the stack `{stack}` cannot be read: {why}"))
            .help("name the stack that kiln has deployed, with --stack")
            .exit(Exit::Refused)
    })
}

/// The review of a spec against Terraform's state.
async fn state(path: &std::path::Path, args: &DeployedArgs, ui: &Ui) -> Result<Review, Failure> {
    let projects = project::read(&[path.to_owned()], Some(Target::Terraform), ui)?;
    let Some(project) = projects.first() else { return Ok(Review::default()) };
    let given = project::given(&args.parameters, &[project])?;
    let view = View::new(ui, TellArg::Text, &[&project.name]);
    let told = view.of(&project.name, &project.subjects);
    let place = (args.place.region.as_deref(), args.place.profile.as_deref());
    let terraform = ready(&args.terraform, project, place).await?;
    // A plan may hold values that nobody else should read: it goes with its folder.
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(format!("there is no place for Terraform's plan: {error}")))?;
    let file = folder.path().join("plan");
    let planned = terraform.plan_always(&file, &variables(project, &given), &told).await?;
    let Project { planned: own, subjects, .. } = project;
    Ok(compared(&planned, &own.plan, subjects))
}
