//! `kiln graph`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kiln::graph::{Format, Graph, Mark, Part};
use kiln::review::{Action, Review};

use crate::exit::Exit;
use crate::output::Ui;
use crate::{Outcome, specs};

/// Draw pipelines: bases, components, infrastructure, destinations.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln graph --format svg > images.svg   a picture; it follows light and dark
  kiln graph                             for a Markdown file, in a block of `mermaid`
  kiln graph --changes origin/main       what a branch touches, in colour
  kiln graph --format dot | dot -Tpdf > images.pdf")]
pub struct GraphArgs {
    /// The spec; the kiln.toml of this folder otherwise.
    #[arg(value_name = "SPEC")]
    pub spec: Option<PathBuf>,

    /// What the picture is written in.
    #[arg(long, value_enum, default_value_t = Form::Mermaid)]
    pub format: Form,

    /// Colour what is not as in git's HEAD, or in another revision.
    #[arg(long, value_name = "REV", num_args = 0..=1, default_missing_value = "HEAD")]
    pub changes: Option<String>,
}

/// What a picture is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// A flowchart, which GitHub, GitLab and others draw.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A picture for browsers and documents.
    Svg,
}

/// Runs the command.
pub fn run(args: &GraphArgs, ui: &Ui) -> Exit {
    graph(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn graph(args: &GraphArgs, ui: &Ui) -> Outcome {
    let (path, planned) = specs::checked(args.spec.as_deref(), ui)?;
    let Some(planned) = planned else { return Ok(Exit::CheckFailed) };
    let format = match args.format {
        Form::Mermaid => Format::Mermaid,
        Form::Dot => Format::Dot,
        Form::Svg => Format::Svg,
    };
    let mut graph = Graph::of(&planned.project);
    if let Some(revision) = &args.changes {
        let Some(review) = super::diff::since(revision, &path, ui)? else { return Ok(Exit::CheckFailed) };
        mark(&mut graph, &review);
    }
    ui.product(&graph.draw(format))?;
    Ok(Exit::Success)
}

/// Marks what a change touches.
fn mark(graph: &mut Graph, review: &Review) {
    let what = |action| if action == Action::Add { Mark::New } else { Mark::Changed };
    for pipeline in &review.pipelines {
        graph.mark(&pipeline.name, Part::Pipeline, what(pipeline.action));
    }
    for item in review.resources.iter().filter(|item| !item.in_target_accounts) {
        let part = match item.resource_type.as_str() {
            "AWS::ImageBuilder::InfrastructureConfiguration" => Part::Infrastructure,
            "AWS::ImageBuilder::DistributionConfiguration" => Part::Distribution,
            _ => continue,
        };
        item.pipelines.iter().for_each(|pipeline| graph.mark(pipeline, part, what(item.action)));
    }
}
