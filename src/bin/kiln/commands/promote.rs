//! `kiln promote`

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use kiln::aws::Session;
use kiln::build::places::{self, Places as _};
use kiln::build::promote::{self, Change, Promotion};
use kiln::build::{Builder as _, Image};
use serde_json::json;

use super::deploy::consent;
use super::status::Shape;
use crate::Outcome;
use crate::building::select::{self, Use};
use crate::building::{ConsentArgs, OriginArgs};
use crate::completing;
use crate::deploying::words;
use crate::exit::{Exit, Failure};
use crate::output::{Page, Ui};

/// Point the SSM parameters of a pipeline to a certain image.
///
/// The image must be available. Everything is looked at first, and shown; then all parameters are written, or none if
/// one of them cannot be. Going back is the same command with the version of before.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln promote web@1.0.3             the newest build of a version
  kiln promote web@1.0.3/2 --yes     a certain build, without being asked
  kiln promote web@1.0.2 --dry-run   look only")]
pub struct PromoteArgs {
    /// The pipeline by its key in the spec, and the version: PIPELINE@VERSION or PIPELINE@VERSION/BUILD.
    #[arg(value_name = "PIPELINE@VERSION", add = ArgValueCompleter::new(completing::pipelines_at))]
    pub image: String,

    #[command(flatten)]
    pub consent: ConsentArgs,

    #[command(flatten)]
    pub origin: OriginArgs,

    /// How it is written.
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    pub format: Shape,
}

/// Runs the command.
pub fn run(args: &PromoteArgs, ui: &Ui) -> Exit {
    promote(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn promote(args: &PromoteArgs, ui: &Ui) -> Outcome {
    let Some((pipeline, version)) = args.image.split_once('@').filter(|(_, version)| !version.is_empty()) else {
        return Err(Failure::new(format!("`{}` names no version of a pipeline", args.image))
            .help("write PIPELINE@VERSION, such as web@1.0.3; `kiln images` lists them"));
    };
    let project = select::project(&args.origin, ui)?;
    let keys = select::named(&project, &[pipeline.to_owned()])?;
    args.consent.possible("promote")?;
    let fault = |fault| words::fault(&fault);
    crate::deploying::run(async {
        let session = args.origin.place.connect().await?;
        let mut outcome = Exit::Success;
        for it in select::deployed(&args.origin, &project, (&session, Use::Change), &keys).await? {
            let images = session.images(&it.pipeline.arn).await.map_err(fault)?;
            let image = available(&it.key, &images, version)?;
            let parameters = places::published(&session, &images).await.map_err(fault)?;
            let promotion = promote::plan(&session, image, (&parameters, &session.account)).await.map_err(fault)?;
            refuse((&it.key, image), &promotion)?;
            if select::deletes(&project, &it.key) {
                let text = "the retention rules of `{}` go on, and delete an image whatever names it; `keep` or `except` spare more";
                ui.note(text.replace("{}", &it.key));
            }
            outcome = outcome.max(carry_out(args, (&session, ui), (&it.key, image, &images), &promotion).await?);
        }
        Ok(outcome)
    })
}

/// The image that is meant, which must be available.
fn available<'a>(key: &str, images: &'a [Image], version: &str) -> Result<&'a Image, Failure> {
    let good: Vec<&Image> = images.iter().filter(|image| image.state.is_good()).collect();
    let is_meant = |image: &&Image| select::is_meant(image, version);
    if let Some(image) = good.iter().find(|image| is_meant(image)) {
        return Ok(image);
    }
    // What there is not at all has words for that; what is left is there, and not available.
    let image = select::image(key, images, Some(version))?;
    let known: Vec<&str> = good.iter().take(10).map(|image| image.version.as_str()).collect();
    let state = image.state.word().to_lowercase();
    Err(Failure::new(format!("the build {} of `{key}` is {state}, not available", image.version))
        .help(if known.is_empty() {
            "no build of it is available: `kiln build` makes one".to_owned()
        } else {
            format!("available are: {}", known.join(", "))
        })
        .exit(Exit::Refused))
}

/// What stands in the way of a promotion.
fn refuse(
    (key, image): (&str, &Image),
    Promotion { changes, elsewhere, obstacles }: &Promotion,
) -> Result<(), Failure> {
    if !image.containers.is_empty() {
        return Err(Failure::new(format!("`{key}` makes container images, which no SSM parameter names"))
            .help("deploy the image by its tag; `kiln images` lists them")
            .exit(Exit::Refused));
    }
    if !obstacles.is_empty() {
        return Err(Failure::new(format!("nothing was changed: {}", obstacles.join("; ")))
            .help("kiln overwrites parameters that hold the id of an AMI, or do not exist, and no others")
            .exit(Exit::Refused));
    }
    if changes.is_empty() {
        let failure = Failure::new(format!("the pipeline `{key}` publishes to no SSM parameter of this account"));
        let help = match elsewhere.first() {
            Some(it) => format!("`{}` is in the account {}", it.name, it.account.as_deref().unwrap_or_default()),
            None => "write `publish` for it in the spec, deploy, and build".to_owned(),
        };
        return Err(failure.help(help).exit(Exit::Refused));
    }
    Ok(())
}

async fn carry_out(
    args: &PromoteArgs,
    (session, ui): (&Session, &Ui),
    (key, image, images): (&str, &Image, &[Image]),
    promotion: &Promotion,
) -> Outcome {
    for it in &promotion.elsewhere {
        let owner = it.account.as_deref().unwrap_or_default();
        ui.note(format!("left as it is: `{}` in {} of the account {owner}", it.name, it.region));
    }
    let todo: Vec<&Change> =
        promotion.changes.iter().filter(|it| it.before.as_deref() != Some(it.after.as_str())).collect();
    let asks = args.consent.is_missing() && !todo.is_empty();
    if asks {
        ui.note(shown(key, image, &promotion.changes));
        if !consent::ask(&format!("promote {key} {}?", image.version), ui).await {
            ui.note("nothing was changed");
            return Ok(Exit::NotConfirmed);
        }
    }
    let is_done = !args.consent.dry_run && !todo.is_empty();
    if is_done {
        for (count, it) in todo.iter().enumerate() {
            let to = (it.after.as_str(), it.data_type.as_deref());
            session.point(&it.region, &it.name, to).await.map_err(|fault| {
                let failure = words::fault(&fault);
                let help =
                    format!("{count} of {} parameters were written; the same command writes the rest", todo.len());
                Failure { help: Some(help), ..failure }
            })?;
        }
    }
    match args.format {
        Shape::Json => {
            let parameters: Vec<_> = promotion
                .changes
                .iter()
                .map(|it| json!({ "region": it.region, "name": it.name, "before": it.before, "after": it.after }))
                .collect();
            let image = json!({ "pipeline": key, "image": image.arn, "version": image.version });
            let told = json!({ "v": 1, "image": image, "promoted": is_done, "parameters": parameters });
            ui.product(&format!("{told}\n"))?;
        }
        Shape::Text if asks => {}
        Shape::Text => ui.print(&shown(key, image, &promotion.changes))?,
    }
    if todo.is_empty() {
        ui.note("all of them name it already");
    } else if is_done {
        ui.note(format!("promoted{}", back(key, &todo, images)));
    } else {
        ui.note("nothing was changed: this was a dry run");
    }
    Ok(Exit::Success)
}

/// How to go back, if all parameters named one image before.
fn back(key: &str, todo: &[&Change], images: &[Image]) -> String {
    let of = |change: &&Change| {
        let before = change.before.as_deref()?;
        images.iter().find(|image| image.amis.iter().any(|ami| ami.id == before))
    };
    let earlier: Option<Vec<&Image>> = todo.iter().map(of).collect();
    match earlier.as_deref() {
        Some([first, rest @ ..]) if rest.iter().all(|it| it.arn == first.arn) => {
            format!("; `kiln promote {key}@{}` goes back", first.version)
        }
        _ => String::new(),
    }
}

fn shown(key: &str, image: &Image, changes: &[Change]) -> Page {
    let rows: Vec<[String; 4]> = changes
        .iter()
        .map(|it| {
            let what = match it.before.as_deref() {
                Some(before) if before == it.after => format!("{before} (as it is)"),
                Some(before) => format!("{before} -> {}", it.after),
                None => format!("{} (new)", it.after),
            };
            ["parameter".to_owned(), it.region.clone(), it.name.clone(), what]
        })
        .collect();
    let mut page = Page::from(format!("{key} {}", image.version));
    page.columns(&rows);
    page
}
