//! `kiln document`

use std::path::PathBuf;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use kiln::project::definition::{Content, Project};
use kiln::project::suggest::closest;

use crate::exit::{Exit, Failure};
use crate::output::Ui;
use crate::{Outcome, completing, specs};

/// Print the document of a component or workflow as the service gets it.
///
/// Commands of a spec become a document, and this is it. AWS's own `awstoe` runs it on any machine, without a build.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln document firewall > firewall.yaml
  sudo awstoe run --documents firewall.yaml --phases build,validate
  kiln document workflow.scan        where a component has the same name")]
pub struct DocumentArgs {
    /// The name of a component or a workflow of the spec; `component.NAME` or `workflow.NAME` where both have it.
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(completing::documents))]
    pub name: String,

    /// The spec; the kiln.toml of this folder otherwise.
    #[arg(long, value_name = "SPEC")]
    pub spec: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &DocumentArgs, ui: &Ui) -> Exit {
    print(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn print(args: &DocumentArgs, ui: &Ui) -> Outcome {
    let Some(planned) = specs::checked(args.spec.as_deref(), ui)?.1 else { return Ok(Exit::CheckFailed) };
    match content(&planned.project, &args.name)? {
        Content::Inline { text, .. } => ui.product(text)?,
        Content::S3(uri) => {
            let failure =
                Failure::new(format!("the document of `{}` is in S3, and the service reads it there", args.name));
            return Err(failure.help(format!("`aws s3 cp {uri} -` prints it")));
        }
    }
    Ok(Exit::Success)
}

fn content<'a>(project: &'a Project, name: &str) -> Result<&'a Content, Failure> {
    let components = project.components.iter().map(|it| ("component", it.key.as_str(), &it.content));
    let workflows = project.workflows.iter().map(|it| ("workflow", it.key.as_str(), &it.content));
    let all: Vec<_> = components.chain(workflows).collect();
    let is_meant = |table: &str, key: &str| key == name || name.strip_prefix(table) == Some(&format!(".{key}"));
    let meant: Vec<_> = all.iter().filter(|(table, key, _)| is_meant(table, key)).collect();
    match meant.as_slice() {
        [(_, _, content)] => Ok(content),
        [] => {
            let failure = Failure::new(format!("the spec has no component and no workflow `{name}`"));
            let known: Vec<&str> = all.iter().map(|(_, key, _)| *key).collect();
            Err(match closest(name, known.iter().copied()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None if known.is_empty() => {
                    failure.help("it has neither; documents of Amazon's components are not public")
                }
                None => failure.help(format!("there are: {}", known.join(", "))),
            })
        }
        _ => Err(Failure::new(format!("a component and a workflow are called `{name}`"))
            .help(format!("name one of them: `component.{name}`, `workflow.{name}`"))),
    }
}
