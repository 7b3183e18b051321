//! `kiln policy`

use std::path::PathBuf;

use clap::Args;
use kiln::deploy::policy::{Scope, document, unknown};
use kiln::project::definition::Target;
use kiln::resource::permission::{Deployer, Place};
use serde_json::Value;

use super::synth::TargetArg;
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

    /// The back end that deploys; the spec's own `target` otherwise, and CloudFormation where it has none.
    #[arg(long, value_enum)]
    pub target: Option<TargetArg>,

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

/// The characters, without spaces, that IAM takes in all inline policies of a role, and in a managed policy.
const INLINE: usize = 10_240;
const MANAGED: usize = 6_144;

/// Runs the command.
pub fn run(args: &PolicyArgs, ui: &Ui) -> Exit {
    policy(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn policy(args: &PolicyArgs, ui: &Ui) -> Outcome {
    let paths: Vec<PathBuf> = args.spec.iter().cloned().collect();
    let projects = project::read(&paths, args.target.map(Target::from), ui)?;
    let [project] = projects.as_slice() else {
        return Err(Failure::new(format!("a policy is for one spec, and there are {}", projects.len())));
    };
    let deployer = match project.target {
        Target::CloudFormation => {
            Deployer::CloudFormation { stack: args.stack.clone().unwrap_or_else(|| project.name.clone()) }
        }
        Target::Terraform => Deployer::Terraform,
    };
    let plan = &project.planned.plan;
    for of in unknown(plan, &deployer) {
        ui.note(format!("warning: the permissions of `{of}`, which `[raw]` adds, are not known: add them yourself"));
    }
    let place = Place {
        partition: args.partition.clone(),
        account: args.account.clone(),
        region: args.region.clone(),
        deployer,
    };
    let scope = Scope { place, bucket: args.bucket.clone(), builds: args.build || args.images, manages: args.images };
    let policy = document(plan, &scope).text();
    // There is no reference in it, and texts always serialize.
    let policy: Value = serde_json::from_str(policy.as_literal().unwrap_or_default()).unwrap_or_default();
    let text = serde_json::to_string_pretty(&policy).unwrap_or_default();
    let length = policy.to_string().chars().filter(|char| !char.is_whitespace()).count();
    if length > INLINE {
        ui.note(format!(
            "warning: the policy has {length} characters; the inline policies of a role take {INLINE} together, and a \
             managed policy {MANAGED}. Attach its statements as several managed policies"
        ));
    }
    ui.product(&format!("{text}\n"))?;
    Ok(Exit::Success)
}
