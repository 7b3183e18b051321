//! `kiln logs`

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use kiln::build::Builder as _;

use crate::Outcome;
use crate::building::OriginArgs;
use crate::building::select::{self, Use};
use crate::completing;
use crate::deploying::words;
use crate::exit::{Exit, Failure};
use crate::output::Ui;

/// Print the log of a build: the newest one, or another.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln logs                      of the newest build of the only pipeline
  kiln logs web --build 2        of the second build of the newest version
  kiln logs web --build 1.0.3/1  of a certain build; `kiln images` lists them")]
pub struct LogsArgs {
    /// The pipeline by its key in the spec; may be left out if there is one.
    #[arg(value_name = "PIPELINE", add = ArgValueCompleter::new(completing::pipelines))]
    pub pipeline: Option<String>,

    /// The build: VERSION/N, VERSION for its newest, or N of the newest version.
    #[arg(long, value_name = "BUILD")]
    pub build: Option<String>,

    #[command(flatten)]
    pub origin: OriginArgs,
}

/// Runs the command.
pub fn run(args: &LogsArgs, ui: &Ui) -> Exit {
    logs(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn logs(args: &LogsArgs, ui: &Ui) -> Outcome {
    let project = select::project(&args.origin, ui)?;
    let names: Vec<String> = args.pipeline.iter().cloned().collect();
    let keys = select::named(&project, &names)?;
    if keys.len() > 1 {
        return Err(
            Failure::new(format!("the spec has {} pipelines: {}", keys.len(), keys.join(", "))).help("name one")
        );
    }
    let fault = |fault| words::fault(&fault);
    crate::deploying::run(async {
        let session = args.origin.place.connect().await?;
        for it in select::deployed(&args.origin, &project, (&session, Use::Look), &keys).await? {
            let images = session.images(&it.pipeline.arn).await.map_err(fault)?;
            let image = select::image(&it.key, &images, args.build.as_deref())?;
            let (group, stream) = image.log();
            let mut next: Option<String> = None;
            let mut count = 0;
            loop {
                let page = session.log(&group, &stream, next.as_deref()).await.map_err(fault)?;
                count += page.lines.len();
                // A page at a time: a log may be larger than memory.
                ui.log(page.lines.iter().map(|line| line.text.as_str()))?;
                if page.next.is_none() || page.next == next {
                    break;
                }
                next = page.next;
            }
            if count == 0 {
                ui.note(format!("there is nothing in the log: group {group}, stream {stream}"));
            }
        }
        Ok(Exit::Success)
    })
}
