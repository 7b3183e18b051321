//! `kiln build`

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use kiln::aws::Session;
use kiln::build::base::{self, Moved};
use kiln::build::scan::{self, Scan, Severity};
use kiln::build::{Builder as _, Image, Message, Pipeline};
use kiln::deploy::follow::Options;
use kiln::deploy::{FaultKind, flow};
use serde_json::json;

use super::deploy::FollowArgs;
use crate::Outcome as Ended;
use crate::building::OriginArgs;
use crate::building::run::{self, Followed, Outcome};
use crate::building::select::{self, Chosen, Use};
use crate::building::view::{Told, table};
use crate::completing;
use crate::deploying::interrupt::Signals;
use crate::deploying::project::Project;
use crate::deploying::view::{TellArg, View};
use crate::deploying::{place, stack, words};
use crate::disk;
use crate::exit::{Exit, Failure};
use crate::output::Ui;

/// Build images of deployed pipelines, and follow the builds.
///
/// Tells states, workflow steps and the log, then what came out: AMIs or container images, SSM parameters and launch
/// templates. If a build fails, the failing step comes first, with its place in your document and what to do. Ctrl-C
/// leaves it running, and `kiln watch ARN` follows it again; a second Ctrl-C cancels it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln build                                  the pipeline of the kiln.toml of this folder
  kiln build web db                           two pipelines at once
  kiln build --all --if-changed               in CI: what has a new recipe or a new base
  kiln build web --outputs-file images.json   for what comes after
  kiln build web --fail-on critical           exit code 13 if the scan finds something critical
  kiln build web --no-wait                    begin only; `kiln watch ARN` follows")]
pub struct BuildArgs {
    /// Pipelines by their keys in the spec; may be left out if there is one.
    #[arg(value_name = "PIPELINE", add = ArgValueCompleter::new(completing::pipelines))]
    pub pipelines: Vec<String>,

    /// All pipelines of the spec.
    #[arg(long, conflicts_with = "pipelines")]
    pub all: bool,

    #[command(flatten)]
    pub origin: OriginArgs,

    /// Build only if the recipe's version is another one than that of the last good image, or its base has moved since.
    #[arg(long)]
    pub if_changed: bool,

    /// Fail, with exit code 13, if the scan of the image has findings so bad or worse, or its findings do not come.
    #[arg(long, value_enum, value_name = "SEVERITY", conflicts_with = "no_wait")]
    pub fail_on: Option<SeverityArg>,

    /// Follow the builds to their end, which is what happens without it.
    #[arg(long, overrides_with = "no_wait")]
    pub wait: bool,

    /// Do not follow: end when the builds have begun.
    #[arg(long)]
    pub no_wait: bool,

    /// Write what came out to a file, as JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "no_wait")]
    pub outputs_file: Option<PathBuf>,

    #[command(flatten)]
    pub follow: FollowArgs,
}

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeverityArg {
    Critical,
    High,
    Medium,
    /// Any finding at all.
    Any,
}

impl From<SeverityArg> for Severity {
    fn from(severity: SeverityArg) -> Self {
        match severity {
            SeverityArg::Critical => Self::Critical,
            SeverityArg::High => Self::High,
            SeverityArg::Medium => Self::Medium,
            SeverityArg::Any => Self::Any,
        }
    }
}

/// Runs the command.
pub fn run(args: &BuildArgs, ui: &Ui) -> Exit {
    build(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn build(args: &BuildArgs, ui: &Ui) -> Ended {
    args.outputs_file.as_deref().map(refuse_foreign).transpose()?;
    let project = select::project(&args.origin, ui)?;
    let keys = select::named(&project, &args.pipelines)?;
    if keys.len() > 1 && args.pipelines.is_empty() && !args.all {
        return Err(Failure::new(format!("the spec has {} pipelines: {}", keys.len(), keys.join(", ")))
            .help("name those to build, or build all of them with --all"));
    }
    crate::deploying::run(async {
        let chosen = async {
            let session = args.origin.place.connect().await?;
            let chosen = select::deployed(&args.origin, &project, (&session, Use::Build), &keys).await?;
            Ok((session, chosen))
        };
        let (session, chosen) = args.follow.deadline().bound("nothing was built", chosen).await?;
        let names: Vec<&str> = chosen.iter().map(|it| it.key.as_str()).collect();
        let view = View::new(ui, args.follow.format, &names);
        let signals = Signals::listen();
        let works = chosen.iter().map(|it| one(args, (&project, &session), it, &view, signals.clone())).collect();
        let results = stack::at_once(works, chosen.len()).await;
        view.rest();
        finish(args, &chosen, results, &view, (&session, ui))
    })
}

/// Builds one pipeline.
async fn one(
    args: &BuildArgs,
    (project, session): (&Project, &Session),
    Chosen { key, pipeline, wanted }: &Chosen,
    view: &View<'_>,
    mut signals: Signals,
) -> Result<Outcome, Failure> {
    let told = Told::new(view, key);
    let notice = |text: String| told.tell(&Message::Notice { text });
    if let (Some(wanted), Some(current)) = (wanted, pipeline.recipe_version())
        && wanted != current
    {
        notice(format!("the spec's recipe is {wanted}, and {current} is deployed: `kiln deploy` brings it there"));
    }
    if !pipeline.is_enabled {
        let why = if pipeline.was_disabled() {
            format!("disabled after {} failures", pipeline.failures)
        } else {
            "disabled".to_owned()
        };
        notice(format!("the pipeline `{key}` is {why}: it does not run by its schedule"));
    }
    let unknown = "`kiln images` shows whether the build has begun";
    let image = match args.follow.deadline().bound(unknown, begin(args, (session, pipeline), &notice)).await? {
        Begun::Unchanged(last) => {
            let output = run::output(&last, key);
            let outcome = Outcome { output: Some(output), ..Outcome::new("unchanged", Exit::Success) };
            let outcome = scanned(args, (project, pipeline, session), outcome, (&told, &mut signals)).await;
            told.tell(&outcome.message(session.calls().made()));
            return Ok(outcome);
        }
        Begun::Build(image) => image,
    };
    let version = image.splitn(3, '/').nth(2).unwrap_or_default().to_owned();
    told.tell(&Message::Started { image: image.clone(), version });
    let outcome = if args.no_wait {
        notice(format!("begun; `kiln watch {image} --region {}` follows it", session.region));
        Outcome::new("started", Exit::Success)
    } else {
        let (poll, deadline) = (args.follow.poll, args.follow.deadline());
        let followed = Followed { session, image: &image, name: key, project: Some(project), poll, deadline };
        let outcome = run::follow(&followed, &told, view, &mut signals).await;
        scanned(args, (project, pipeline, session), outcome, (&told, &mut signals)).await
    };
    told.tell(&outcome.message(session.calls().made()));
    Ok(outcome)
}

/// What there is to follow.
enum Begun {
    /// Nothing: this image is current.
    Unchanged(Box<Image>),
    /// The build of this image, begun now or before.
    Build(String),
}

/// Starts a build, unless none is needed or one is running already.
async fn begin(
    args: &BuildArgs,
    (session, pipeline): (&Session, &Pipeline),
    notice: &impl Fn(String),
) -> Result<Begun, Failure> {
    let Some(current) = pipeline.recipe_version().filter(|_| args.if_changed) else {
        let token = token(&[&pipeline.arn, &place::nonce()]);
        return session.start(&pipeline.arn, &token).await.map(Begun::Build).map_err(|fault| words::fault(&fault));
    };
    let images = session.images(&pipeline.arn).await.map_err(|fault| words::fault(&fault))?;
    if let Some(image) = running(session, &images, current, notice).await? {
        notice(format!("a build of the current recipe is already running: following {image}"));
        return Ok(Begun::Build(image));
    }
    let last = images.iter().find(|image| image.state.is_good());
    if let Some(last) = last.filter(|image| select::is_meant(image, current))
        && !has_new_base(session, last, notice).await?
        && !goes_further((session, pipeline), last, notice).await?
    {
        notice(format!("unchanged: {} is of the current recipe {current}", last.version));
        return Ok(Begun::Unchanged(Box::new(last.clone())));
    }
    start(session, pipeline, &token_after(pipeline, current, &images)).await.map(Begun::Build)
}

/// The service takes tokens of up to 36 characters (`clientToken`).
fn token(parts: &[&str]) -> String {
    format!("kiln-{}", &flow::digest(parts.iter().copied())[..24])
}

/// The token of a build of this recipe after these images: whoever sees the same asks for the same build.
fn token_after(pipeline: &Pipeline, recipe: &str, images: &[Image]) -> String {
    token(&[&pipeline.arn, recipe, images.first().map_or("", |newest| &newest.arn)])
}

/// The build of this recipe that is running, unless the base has moved since it began.
async fn running(
    session: &Session,
    images: &[Image],
    recipe: &str,
    notice: &impl Fn(String),
) -> Result<Option<String>, Failure> {
    let running = images.iter().find(|image| !image.state.is_final() && select::is_meant(image, recipe));
    Ok(match running {
        Some(image) if !has_new_base(session, image, notice).await? => Some(image.arn.clone()),
        _ => None,
    })
}

/// Starts a build. A token that was used before names the build of then; if that is deleted, another one is needed.
async fn start(session: &Session, pipeline: &Pipeline, token: &str) -> Result<String, Failure> {
    let fault = |fault| words::fault(&fault);
    let image = session.start(&pipeline.arn, token).await.map_err(fault)?;
    let is_there = session.image(&image).await.map_err(fault)?.is_some_and(|image| image.state.word() != "DELETED");
    if is_there {
        return Ok(image);
    }
    session.start(&pipeline.arn, &self::token(&[token, &place::nonce()])).await.map_err(fault)
}

/// Whether the pipeline's images go to Regions where this one is not.
async fn goes_further(
    (session, pipeline): (&Session, &Pipeline),
    image: &Image,
    notice: &impl Fn(String),
) -> Result<bool, Failure> {
    let Some(distribution) = pipeline.distribution.as_deref().filter(|_| !image.amis.is_empty()) else {
        return Ok(false);
    };
    let regions = match session.regions(distribution).await {
        Ok(regions) => regions,
        Err(fault) if matches!(fault.kind, FaultKind::Denied { .. }) => {
            notice(format!("whether it goes to other Regions now is not known: {}", words::fault(&fault).message));
            return Ok(false);
        }
        Err(fault) => return Err(words::fault(&fault)),
    };
    let is_missing = |region: &&String| image.amis.iter().all(|ami| ami.region != **region);
    let missing: Vec<&str> = regions.iter().filter(is_missing).map(String::as_str).collect();
    if !missing.is_empty() {
        notice(format!("images go to {} now, where {} is not", missing.join(", "), image.version));
    }
    Ok(!missing.is_empty())
}

/// Whether the base of an image has moved since. The list of images does not tell what they are built on.
async fn has_new_base(session: &Session, image: &Image, notice: &impl Fn(String)) -> Result<bool, Failure> {
    let fault = |fault| words::fault(&fault);
    let Some(image) = session.image(&image.arn).await.map_err(fault)? else { return Ok(false) };
    Ok(match base::moved(session, &session.region, &image).await.map_err(fault)? {
        Moved::Yes(what) => {
            notice(what);
            true
        }
        Moved::No => false,
        Moved::Unknown(why) => {
            notice(format!("whether the base has moved is not known: {why}"));
            false
        }
    })
}

/// Findings that do not come within this time are not known.
const SCAN_LIMIT: Duration = Duration::from_secs(30 * 60);

/// Adds what the scan has found to what came out. Only who wants to fail on findings waits for a scan that goes on.
async fn scanned(
    args: &BuildArgs,
    (project, pipeline, session): (&Project, &Pipeline, &Session),
    mut outcome: Outcome,
    (told, signals): (&Told<'_>, &mut Signals),
) -> Outcome {
    let notice = |text: String| told.tell(&Message::Notice { text });
    let Some(output) = &mut outcome.output else { return outcome };
    if !pipeline.is_scanned {
        if args.fail_on.is_some() {
            notice("the pipeline's images are not scanned: write `scan = true` for it, and deploy".to_owned());
            outcome.exit = Exit::ScanFailed;
        }
        return outcome;
    }
    let left = args.follow.deadline().left();
    let limit = if args.fail_on.is_some() { left.unwrap_or(SCAN_LIMIT) } else { Duration::ZERO };
    let options = Options { interval: args.follow.poll, limit: Some(limit) };
    let scan = tokio::select! {
        scan = scan::wait(session, session.calls().timer(), (&output.image, options)) => scan,
        () = args.follow.deadline().passed() => Ok(Scan::Unknown("scanning".to_owned())),
        _ = signals.next() => {
            notice("interrupted: the image is there, and what its scan has found is not known".to_owned());
            outcome.exit = Exit::Interrupted;
            return outcome;
        }
    };
    let scan = match scan {
        Ok(Scan::Done(_)) if scan::is_on_demand(&project.planned.plan, pipeline) => {
            scan::of_amis(session, &output.amis, &session.region).await.map(Scan::Done)
        }
        scan => scan,
    };
    let unknown = match scan {
        Ok(Scan::Done(findings)) => {
            output.findings = Some(findings);
            let bad = args.fail_on.map_or(0, |severity| findings.at_least(severity.into()));
            notice(format!("the scan found: {}", findings.words()));
            if bad > 0 {
                outcome.exit = Exit::ScanFailed;
            }
            return outcome;
        }
        Ok(Scan::Unknown(state)) => format!("it is {}", state.to_lowercase()),
        Err(fault) => words::fault(&fault).message,
    };
    notice(format!("what the scan has found is not known: {unknown}"));
    if args.fail_on.is_some() {
        outcome.exit = Exit::ScanFailed;
    }
    outcome
}

/// Refuses to write over a file that no earlier build has written.
fn refuse_foreign(path: &std::path::Path) -> Result<(), Failure> {
    let target = disk::Destination::find(path)?;
    let content: serde_json::Value = match target.content() {
        None | Some([]) => return Ok(()),
        Some(content) => serde_json::from_slice(content).unwrap_or_default(),
    };
    match content["v"].is_number() && content["builds"].is_array() {
        true => Ok(()),
        false => {
            Err(Failure::new(format!("`{}` is not the outputs of a build, and is not overwritten", path.display()))
                .help("name another file with --outputs-file, or remove it"))
        }
    }
}

/// Tells what came out of all builds.
fn finish(
    args: &BuildArgs,
    chosen: &[Chosen],
    results: Vec<Result<Outcome, Failure>>,
    view: &View<'_>,
    (session, ui): (&Session, &Ui),
) -> Ended {
    let mut worst = Exit::Success;
    let mut outputs = Vec::new();
    for (it, result) in chosen.iter().zip(results) {
        match result {
            Ok(outcome) => {
                worst = worst.max(outcome.exit);
                outputs.extend(outcome.output);
            }
            Err(failure) => {
                let Failure { message, help, exit } = failure.clone();
                let told = Told::new(view, &it.key);
                told.tell(&Message::Error { message, help });
                if args.follow.format == TellArg::Ndjson {
                    told.tell(&Outcome::new("failed", exit).message(session.calls().made()));
                }
                ui.failure(&failure);
                worst = worst.max(exit);
            }
        }
    }
    if let Some(path) = &args.outputs_file {
        // Texts always serialize.
        let text = serde_json::to_string_pretty(&json!({ "v": 1, "builds": outputs })).unwrap_or_default();
        disk::write(path, &format!("{text}\n"))?;
    }
    if args.follow.format == TellArg::Text {
        for output in &outputs {
            ui.print(&table(output))?;
        }
    }
    Ok(worst)
}
