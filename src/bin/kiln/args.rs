//! The arguments of the command; their doc comments are its help.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use kiln::render::terraform::{PROVIDER, TERRAFORM};

#[cfg(feature = "deploy")]
use crate::commands::{build, deploy, destroy, images, logs, policy, promote, prune, status, watch};
use crate::commands::{check, completions, diff, document, explain, graph, init, key_policy, list, man, schema, synth};
use crate::{exit, output};

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
    List(list::ListArgs),
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

/// The commands as the help groups them. A command that is in no group is not in the list: a test finds it.
const GROUPS: &[(&str, &[&str])] = &[
    ("Write", &["init", "check", "explain", "list", "synth", "document", "schema", "completions", "man"]),
    ("Review", &["diff", "graph"]),
    ("Deploy", &["deploy", "watch", "status", "destroy", "policy", "key-policy"]),
    ("Images", &["build", "logs", "images", "promote", "prune"]),
];

/// Words that people know from other tools, and what answers them here.
const FAMILIAR: &[(&str, &str)] = &[
    (
        "plan",
        "`kiln diff --deployed` shows what a deployment would change, `kiln deploy --no-execute` also prepares it",
    ),
    ("apply", "`kiln deploy` deploys, after it has shown what changes"),
    ("up", "`kiln deploy` deploys, after it has shown what changes"),
    ("validate", "`kiln check` finds everything wrong with a spec and its documents"),
    ("lint", "`kiln check` finds everything wrong with a spec and its documents"),
    ("fmt", "`kiln check --fix` repairs; a TOML formatter such as taplo lays a spec out"),
    (
        "ls",
        "`kiln list bases` lists what a spec can name, `kiln status` what is deployed, `kiln images` what was built",
    ),
    ("new", "`kiln init` writes a starter spec"),
    ("generate", "`kiln synth` writes the templates"),
    ("rollback", "`kiln promote PIPELINE@VERSION` goes back to an earlier image"),
];

/// The command line, with its help.
pub fn command() -> clap::Command {
    let command = Args::command();
    let (groups, bold) = (groups(&command), output::BOLD);
    command.help_template(StyledStr::from(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{groups}{bold}Options:{bold:#}\n{{options}}{{after-help}}"
    )))
}

/// The commands, a line each, by groups.
fn groups(command: &clap::Command) -> String {
    let bold = output::BOLD;
    let mut out = String::new();
    for (title, names) in GROUPS {
        // What is not built in is not listed.
        let own = names.iter().filter_map(|name| command.find_subcommand(name));
        let lines: Vec<String> = own
            .map(|it| {
                format!("  {bold}{:11}{bold:#}  {}\n", it.get_name(), it.get_about().cloned().unwrap_or_default())
            })
            .collect();
        if !lines.is_empty() {
            out.push_str(&format!("{bold}{title}:{bold:#}\n{}\n", lines.concat()));
        }
    }
    out
}

/// Reads the command line; tells how to end where it asks for help or is not one.
pub fn parse() -> Result<Args, exit::Exit> {
    let parsed = command().try_get_matches().and_then(|matches| Args::from_arg_matches(&matches));
    parsed.map_err(|error| match familiar(&error) {
        Some((word, answer)) => {
            let failure = exit::Failure::new(format!("there is no command `{word}`"));
            output::Ui::new(Color::Auto).failure(&failure.help(answer))
        }
        None => output::usage(&error),
    })
}

/// What answers a word of other tools.
fn familiar(error: &clap::Error) -> Option<(&'static str, &'static str)> {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    let is_command = error.kind() == ErrorKind::InvalidSubcommand;
    FAMILIAR.iter().copied().find(|(word, _)| is_command && word == typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_one_group() {
        let listed: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        for it in Args::command().get_subcommands() {
            assert_eq!(listed.iter().filter(|name| **name == it.get_name()).count(), 1, "{}", it.get_name());
            let about = it.get_about().cloned().unwrap_or_default().to_string();
            let length = about.len();
            assert!((1..=72).contains(&length), "`{}` is described in {length} characters", it.get_name());
        }
    }

    #[test]
    fn words_of_other_tools_are_no_commands() {
        let command = Args::command();
        for (word, help) in FAMILIAR {
            assert!(command.find_subcommand(word).is_none(), "{word}");
            let named = help.split("`kiln ").nth(1).and_then(|rest| rest.split([' ', '`']).next()).unwrap();
            assert!(!cfg!(feature = "deploy") || command.find_subcommand(named).is_some(), "{word}: {named}");
        }
    }
}
