//! `kiln deploy`

mod cloudformation;
pub mod consent;
pub mod terraform;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use kiln::project::definition::Target;

use super::synth::TargetArg;
use crate::Outcome;
use crate::deploying;
use crate::deploying::deadline::Deadline;
use crate::deploying::place::PlacesArgs;
use crate::deploying::project::{self, Project};
use crate::deploying::terraform::TerraformArgs;
use crate::deploying::view::TellArg;
use crate::exit::{Exit, Failure};
use crate::output::Ui;

/// Deploy specs, and follow their stacks to the end.
///
/// Shows what would be done in the words of the spec and asks; --yes answers where nobody can. What is recorded in
/// kiln.lock is written before anything is made, and a template that lies beside it anew. If the deployment fails, its first cause is told with its place in the
/// spec and what to do. Ctrl-C leaves it running, and `kiln watch` follows it again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln deploy                                    the kiln.toml of this folder
  kiln deploy --yes --format ndjson              in CI: no question, one JSON object a line
  kiln deploy --no-execute --out web.plan        review now …
  kiln deploy --plan web.plan                    … and execute exactly that later
  kiln deploy images/ --concurrency 8 --yes      all specs below a folder
  kiln deploy --region eu-west-1,us-east-1       one spec in two Regions
  kiln deploy --parameter subnet=subnet-0abc     a value of a parameter
  kiln deploy --adopt                            a stack that an older kiln made, once
  kiln deploy --recover                          go on with a rollback that failed, then deploy")]
pub struct DeployArgs {
    /// Specs, or folders that are searched for kiln.toml; the kiln.toml of this folder otherwise.
    #[arg(value_name = "SPEC")]
    pub specs: Vec<PathBuf>,

    /// The back end; what each spec says otherwise, or CloudFormation.
    #[arg(long, value_enum)]
    pub target: Option<TargetArg>,

    /// The stack's name; the project's otherwise.
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,

    #[command(flatten)]
    pub places: PlacesArgs,

    /// A parameter's value; once given, later deployments keep it.
    #[arg(long = "parameter", value_name = "NAME=VALUE")]
    pub parameters: Vec<String>,

    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,

    /// Review only: write a plan file that `--plan` executes.
    #[arg(long, conflicts_with_all = ["plan", "recover"])]
    pub no_execute: bool,

    /// The plan file that --no-execute writes.
    #[arg(long, value_name = "FILE", requires = "no_execute")]
    pub out: Option<PathBuf>,

    /// Execute a plan file, if the spec and the stack are still what it was made from.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,

    /// Take over a stack that another tool, another project or an older kiln made; --yes does not answer this.
    #[arg(long)]
    pub adopt: bool,

    /// Fail if the version of a component or recipe would move.
    #[arg(long)]
    pub locked: bool,

    /// The bucket for templates of more than 51,200 bytes; that of long documents stands in the spec.
    #[arg(long, value_name = "BUCKET")]
    pub bucket: Option<String>,

    /// Make a bucket for long templates where there is none: kiln-ACCOUNT-REGION.
    #[arg(long, conflicts_with = "bucket")]
    pub create_bucket: bool,

    /// Leave what was made where it is if the deployment fails.
    #[arg(long)]
    pub disable_rollback: bool,

    /// Go on with a rollback that failed, then deploy.
    #[arg(long)]
    pub recover: bool,

    /// With --recover: a resource that the rollback leaves as it is, by its id.
    #[arg(long, value_name = "ID", requires = "recover")]
    pub skip: Vec<String>,

    /// Do not follow: end when the deployment has begun.
    #[arg(long)]
    pub no_wait: bool,

    /// How many stacks are deployed at once.
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub concurrency: usize,

    #[command(flatten)]
    pub follow: FollowArgs,

    #[command(flatten)]
    pub terraform: TerraformArgs,
}

/// How an operation is followed.
#[derive(Debug, Clone, Copy, Args)]
pub struct FollowArgs {
    /// The time for the whole command, such as 90s, 30m or 2h; what was begun goes on after that.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,

    /// The longest time between two looks.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "2s")]
    pub poll: Duration,

    /// How it is told.
    #[arg(long, value_enum, default_value_t = TellArg::Text)]
    pub format: TellArg,

    /// When the command began.
    #[arg(skip = Instant::now())]
    began: Instant,
}

impl FollowArgs {
    /// When the command must have ended.
    pub fn deadline(&self) -> Deadline {
        Deadline::new(self.began, self.timeout)
    }
}

/// Runs the command.
pub fn run(args: &DeployArgs, ui: &Ui) -> Exit {
    deploy(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn deploy(args: &DeployArgs, ui: &Ui) -> Outcome {
    if !args.no_execute && args.plan.is_none() {
        consent::possible(args.yes, "deploy", "--no-execute")?;
    }
    let projects = project::read(&args.specs, args.target.map(Into::into), ui)?;
    if args.locked && projects.iter().any(|project| !project.moves.is_empty()) {
        let moved: Vec<&str> = projects.iter().flat_map(|project| &project.moves).map(|it| it.name.as_str()).collect();
        return Err(Failure::new(format!("versions would move: {}", moved.join(", ")))
            .help("run `kiln synth` and commit the lock file")
            .exit(Exit::LockMoved));
    }
    if projects.len() > 1 {
        let given = [("--stack", args.stack.is_some()), ("--plan", args.plan.is_some()), ("--out", args.out.is_some())];
        if let Some((flag, _)) = given.into_iter().find(|(_, is_given)| *is_given) {
            return Err(Failure::new(format!("{flag} is for one spec, and there are {}", projects.len())));
        }
    }
    let (stacks, roots): (Vec<&Project>, Vec<&Project>) =
        projects.iter().partition(|project| project.target == Target::CloudFormation);
    deploying::run(async {
        let mut worst = Exit::Success;
        if !stacks.is_empty() {
            worst = worst.max(cloudformation::deploy(args, &stacks, ui).await?);
        }
        if !roots.is_empty() {
            worst = worst.max(terraform::deploy(args, &roots, ui).await?);
        }
        Ok(worst)
    })
}

/// A time such as `500ms`, `90s`, `30m` or `2h`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write a number with ms, s, m or h, such as 90s".to_owned();
    let digits = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let count: u64 = text[..digits].parse().map_err(|_| wrong())?;
    let milliseconds = match &text[digits..] {
        "ms" => Some(count),
        "" | "s" => count.checked_mul(1000),
        "m" => count.checked_mul(60_000),
        "h" => count.checked_mul(3_600_000),
        _ => None,
    };
    milliseconds.map(Duration::from_millis).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7200)));
        for wrong in ["", "s", "-1s", "1d", "1.5h", "99999999999999999999h", "18446744073709551615h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
