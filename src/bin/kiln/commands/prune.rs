//! `kiln prune`

use std::time::Duration;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use kiln::aws::Session;
use kiln::build::places;
use kiln::build::prune::{self, Rules, Verdict};
use kiln::build::{Builder as _, Execution, Image};
use kiln::deploy::Clock as _;
use serde_json::json;

use super::deploy::consent;
use super::images::age;
use super::status::Shape;
use crate::Outcome;
use crate::building::select::{self, Made, Resources, Use};
use crate::building::{ConsentArgs, OriginArgs};
use crate::completing;
use crate::deploying::project::Project;
use crate::deploying::{place, words};
use crate::exit::{Exit, Failure};
use crate::output::{Page, Ui};

/// Delete images that no retention rule covers and nothing uses.
///
/// What stays is told with the reason: the newest good images of a pipeline, what a retention rule (`keep`) deletes in its
/// time, and what instances, launch templates, SSM parameters or recipes of this account use. Auto Scaling groups are known
/// by their launch templates; launch configurations, and who uses an AMI that is shared with other accounts, are not.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln prune --dry-run     look only
  kiln prune web --keep 3  the newest three good images stay
  kiln prune --yes         without being asked")]
pub struct PruneArgs {
    /// Pipelines by their keys in the spec; all otherwise.
    #[arg(value_name = "PIPELINE", add = ArgValueCompleter::new(completing::pipelines))]
    pub pipelines: Vec<String>,

    /// So many of the newest good images of each pipeline stay.
    #[arg(long, value_name = "COUNT", default_value_t = 2)]
    pub keep: usize,

    /// Container images as well: what runs them cannot be asked, so be sure yourself.
    #[arg(long)]
    pub containers: bool,

    /// The role that deletes, by name or ARN; that of the retention rules otherwise.
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,

    #[command(flatten)]
    pub consent: ConsentArgs,

    #[command(flatten)]
    pub origin: OriginArgs,

    /// How it is written.
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    pub format: Shape,
}

/// An image with what is to become of it.
struct Judged {
    key: String,
    image: Image,
    verdict: Verdict,
}

/// Runs the command.
pub fn run(args: &PruneArgs, ui: &Ui) -> Exit {
    prune(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn prune(args: &PruneArgs, ui: &Ui) -> Outcome {
    let project = select::project(&args.origin, ui)?;
    select::named(&project, &args.pipelines)?;
    args.consent.possible("delete images")?;
    crate::deploying::run(async {
        let session = args.origin.place.connect().await?;
        let (resources, found) = judged(args, &project, &session, ui).await?;
        let mut todo: Vec<&Judged> = found.iter().filter(|it| it.verdict == Verdict::Loose).collect();
        let asks = args.consent.is_missing() && !todo.is_empty();
        let role = args.role.clone().or_else(|| select::retention_role(&resources, &project));
        if !args.consent.dry_run && role.is_none() && todo.iter().any(|it| prune::is_built(&it.image)) {
            return Err(Failure::new("there is no role that may delete images, and nothing was deleted")
                .help(
                    "name one with --role that imagebuilder.amazonaws.com may assume, with the policy \
                     EC2ImageBuilderLifecycleExecutionPolicy; a stack with a `keep` has one",
                )
                .exit(Exit::Refused));
        }
        let shown = shown(&found);
        if asks {
            ui.note(shown.clone());
            if !consent::ask(&format!("delete {}?", count(todo.len())), ui).await {
                ui.note("nothing was deleted");
                return Ok(Exit::NotConfirmed);
            }
            // While this was confirmed, something may have come to use them.
            let now = judged(args, &project, &session, ui).await?.1;
            todo.retain(|it| {
                let verdict = now.iter().find(|other| other.image.arn == it.image.arn).map(|other| &other.verdict);
                let why = match verdict {
                    Some(Verdict::Loose) => return true,
                    Some(verdict) => meaning(verdict).1,
                    None => "it is gone".to_owned(),
                };
                ui.note(format!("{} {}: {why}", it.key, it.image.version));
                false
            });
        }
        let mut worst = Exit::Success;
        let mut deleted = 0;
        if !args.consent.dry_run {
            for it in &todo {
                match delete(&session, it, role.as_deref().unwrap_or_default()).await {
                    Ok(()) => deleted += 1,
                    Err(failure) => worst = worst.max(ui.failure(&failure)),
                }
            }
        }
        match args.format {
            Shape::Json => {
                let images: Vec<_> = found.iter().map(Judged::json).collect();
                ui.product(&format!("{}\n", json!({ "v": 1, "deleted": deleted, "images": images })))?;
            }
            Shape::Text if asks => {}
            Shape::Text => ui.print(&shown)?,
        }
        if args.format == Shape::Text {
            ui.note(match (args.consent.dry_run, todo.len()) {
                (_, 0) => "there is nothing to delete".to_owned(),
                (true, some) => format!("{} would be deleted", count(some)),
                (false, _) => format!("{} deleted", count(deleted)),
            });
        }
        Ok(worst)
    })
}

/// What is deployed, and all images with what is to become of each.
async fn judged(
    args: &PruneArgs,
    project: &Project,
    session: &Session,
    ui: &Ui,
) -> Result<(Resources, Vec<Judged>), Failure> {
    let fault = |fault| words::fault(&fault);
    let names = (args.pipelines.as_slice(), ui);
    let (resources, made) = select::made(&args.origin, project, (session, Use::Change), names).await?;
    let mut found: Vec<Judged> = Vec::new();
    for Made { key, images, is_deployed } in made {
        let parameters = places::published(session, &images).await.map_err(fault)?;
        let uses = places::uses(session, &images, (&parameters, &session.account)).await.map_err(fault)?;
        let rules = Rules {
            covered: is_deployed && select::deletes(project, &key),
            keep: args.keep,
            containers: args.containers,
            account: &session.account,
            uses: &uses,
        };
        let judged = prune::judge(&images, &rules).into_iter();
        found.extend(judged.map(|(image, verdict)| Judged { key: key.clone(), image: image.clone(), verdict }));
    }
    Ok((resources, found))
}

/// Deletes one image, and waits until that is done.
async fn delete(session: &Session, it: &Judged, role: &str) -> Result<(), Failure> {
    /// The time between two looks.
    const PAUSE: Duration = Duration::from_secs(2);
    let fault = |fault| words::fault(&fault);
    let Judged { key, image, .. } = it;
    if !prune::is_built(image) {
        return session.forget(&image.arn).await.map_err(fault);
    }
    let token = format!("kiln-prune-{}", place::nonce());
    let Some(execution) = session.delete(image, role, &token).await.map_err(fault)? else { return Ok(()) };
    loop {
        match session.execution(&execution).await.map_err(fault)? {
            Execution::Done => return Ok(()),
            Execution::Running => session.calls().timer().sleep(PAUSE).await,
            Execution::Failed(reason) => {
                let reason = reason.trim_end_matches('.');
                return Err(Failure::new(format!("{key} {} was not deleted: {reason}", image.version))
                    .help("what it has deleted is gone; the same command tries the rest again")
                    .exit(Exit::Refused));
            }
        }
    }
}

fn count(images: usize) -> String {
    if images == 1 { "1 image".to_owned() } else { format!("{images} images") }
}

fn shown(found: &[Judged]) -> Page {
    let rows: Vec<[String; 5]> = found
        .iter()
        .map(|Judged { key, image, verdict }| {
            let state = image.state.word().to_lowercase();
            [key.clone(), image.version.clone(), state, age(&image.created), meaning(verdict).1]
        })
        .collect();
    let mut page = Page::new();
    page.columns(&rows);
    page
}

/// A verdict as a word and in words.
fn meaning(verdict: &Verdict) -> (&'static str, String) {
    let plain = |word, text: &str| (word, text.to_owned());
    match verdict {
        Verdict::Running => plain("running", "stays: its build goes on"),
        Verdict::Newest => plain("newest", "stays: among the newest good ones"),
        Verdict::Covered(by) if by.is_empty() => plain("covered", "stays until its retention rule deletes it"),
        Verdict::Covered(by) => {
            ("covered", format!("its retention rule deletes it one day, although it is used by {}", by.join(", ")))
        }
        Verdict::Used(by) => ("used", format!("stays: used by {}", by.join(", "))),
        Verdict::Elsewhere(account) => {
            ("elsewhere", format!("stays: it has an AMI in the account {account}, which cannot be asked from here"))
        }
        Verdict::Container => plain("container", "stays: what runs it cannot be asked (--containers)"),
        Verdict::Loose => plain("loose", "nothing holds it"),
    }
}

impl Judged {
    fn json(&self) -> serde_json::Value {
        let Self { key, image, verdict } = self;
        let by = if let Verdict::Used(by) | Verdict::Covered(by) = verdict { by.as_slice() } else { &[] };
        json!({
            "pipeline": key, "image": image.arn, "version": image.version, "state": image.state.word(),
            "created": image.created, "verdict": meaning(verdict).0, "used_by": by,
        })
    }
}
