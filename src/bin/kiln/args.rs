//! The arguments of the command; their doc comments are its help.

use clap::{Parser, Subcommand, ValueEnum};
use kiln::render::terraform::{PROVIDER, TERRAFORM};

#[cfg(feature = "deploy")]
use crate::commands::{build, deploy, destroy, images, logs, policy, promote, prune, status, watch};
use crate::commands::{check, completions, diff, document, explain, graph, init, key_policy, man, schema, synth};
use crate::exit;

/// Golden images as code: EC2 Image Builder pipelines from a TOML spec to CloudFormation and Terraform.
#[derive(Debug, Parser)]
#[command(name = "kiln", version, long_version = long_version(), after_help = exit::HELP, max_term_width = 100)]
pub struct Args {
    /// When to use colours; `auto` follows the terminal and NO_COLOR.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,

    /// End at this operation on a file, as if killed: for tests of what an interrupted run leaves.
    #[cfg(debug_assertions)]
    #[arg(long, global = true, hide = true, value_name = "N")]
    pub end_at: Option<usize>,

    #[command(subcommand)]
    pub command: Command,
}

/// What `--version` says, and `-V` does not: what is written, and what is built in.
fn long_version() -> String {
    let features =
        if cfg!(feature = "deploy") { "cli, deploy" } else { "cli; without deploy, build and what follows them" };
    format!(
        "{}\ntargets: cloudformation; terraform {TERRAFORM}, hashicorp/aws {PROVIDER}\nfeatures: {features}",
        env!("CARGO_PKG_VERSION")
    )
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    Init(init::InitArgs),
    Check(check::CheckArgs),
    Explain(explain::ExplainArgs),
    Synth(synth::SynthArgs),
    Diff(diff::DiffArgs),
    Graph(graph::GraphArgs),
    Document(document::DocumentArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    KeyPolicy(key_policy::KeyPolicyArgs),
    #[cfg(feature = "deploy")]
    Deploy(deploy::DeployArgs),
    #[cfg(feature = "deploy")]
    Build(build::BuildArgs),
    #[cfg(feature = "deploy")]
    Logs(logs::LogsArgs),
    #[cfg(feature = "deploy")]
    Images(images::ImagesArgs),
    #[cfg(feature = "deploy")]
    Promote(promote::PromoteArgs),
    #[cfg(feature = "deploy")]
    Prune(prune::PruneArgs),
    #[cfg(feature = "deploy")]
    Watch(watch::WatchArgs),
    #[cfg(feature = "deploy")]
    Status(status::StatusArgs),
    #[cfg(feature = "deploy")]
    Destroy(destroy::DestroyArgs),
    #[cfg(feature = "deploy")]
    Policy(policy::PolicyArgs),
}
