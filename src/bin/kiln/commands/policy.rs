//! `kiln policy`

use std::path::PathBuf;

use clap::Args;
use kiln::deploy::policy::{Scope, document};
use kiln::project::definition::Target;

use crate::Outcome;
use crate::deploying::project;
use crate::exit::{Exit, Failure};
use crate::output::Ui;

/// Print the IAM policy that CI needs to deploy and destroy a spec.
///
/// Nothing is asked of AWS. What is not given is a wildcard; the narrower, the better.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln policy --account 123456789012 --region eu-west-1 > policy.json
  aws iam put-role-policy --role-name ci --policy-name kiln --policy-document file://policy.json")]
pub struct PolicyArgs {
    /// The spec; the kiln.toml of this folder otherwise.
    #[arg(value_name = "SPEC")]
    pub spec: Option<PathBuf>,

    /// The stack's name; the project's otherwise.
    #[arg(long, value_name = "NAME")]
    pub stack: Option<String>,

    /// The account, 12 digits.
    #[arg(long, value_name = "ACCOUNT", default_value = "*")]
    pub account: String,

    /// The Region.
    #[arg(long, value_name = "REGION", default_value = "*")]
    pub region: String,

    /// The partition.
    #[arg(long, value_name = "PARTITION", default_value = "aws")]
    pub partition: String,

    /// The bucket for templates of more than 51,200 bytes, if there is one.
    #[arg(long, value_name = "BUCKET")]
    pub bucket: Option<String>,

    /// Also what `kiln build`, `kiln logs` and `kiln images` need.
    #[arg(long)]
    pub build: bool,

    /// Also what `kiln promote` and `kiln prune` need, with all that building needs.
    #[arg(long)]
    pub images: bool,
}

/// Runs the command.
pub fn run(args: &PolicyArgs, ui: &Ui) -> Exit {
    policy(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn policy(args: &PolicyArgs, ui: &Ui) -> Outcome {
    let paths: Vec<PathBuf> = args.spec.iter().cloned().collect();
    let projects = project::read(&paths, Some(Target::CloudFormation), ui)?;
    let [project] = projects.as_slice() else {
        return Err(Failure::new(format!("a policy is for one spec, and there are {}", projects.len())));
    };
    let scope = Scope {
        stack: args.stack.clone().unwrap_or_else(|| project.name.clone()),
        partition: args.partition.clone(),
        account: args.account.clone(),
        region: args.region.clone(),
        bucket: args.bucket.clone(),
        builds: args.build || args.images,
        manages: args.images,
    };
    // Texts always serialize.
    let text = serde_json::to_string_pretty(&document(&project.planned.plan, &scope)).unwrap_or_default();
    ui.product(&format!("{text}\n"))?;
    Ok(Exit::Success)
}
