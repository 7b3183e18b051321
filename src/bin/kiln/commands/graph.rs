//! `kiln graph`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kiln::files::Folder;
use kiln::graph::{Format, Graph};
use kiln::synth::{Request, synth};

use crate::exit::{Exit, Failure};
use crate::output::Ui;
use crate::{Outcome, specs};

/// Draw the pipelines of a spec: bases, components in order, infrastructure, where images go, and the cascade.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln graph --format svg > images.svg   a picture; it follows light and dark
  kiln graph                             for a Markdown file, in a block of `mermaid`
  kiln graph --format dot | dot -Tpdf > images.pdf")]
pub struct GraphArgs {
    /// The spec; the kiln.toml of this folder otherwise.
    #[arg(value_name = "SPEC")]
    pub spec: Option<PathBuf>,

    /// What the picture is written in.
    #[arg(long, value_enum, default_value_t = Form::Mermaid)]
    pub format: Form,
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
    let paths: Vec<PathBuf> = args.spec.iter().cloned().collect();
    let found = specs::find(&paths)?;
    let [path] = found.as_slice() else {
        return Err(Failure::new(format!("a picture is of one spec, and there are {}", found.len())));
    };
    let mut loaded = specs::load(path.clone())?;
    let files = Folder::new(specs::folder(path));
    let synthesis = synth(Request { read: loaded.report, ..Request::new(&loaded.spec, &files) });
    synthesis.texts.add_to(&mut loaded.sources);
    ui.diagnostics(&synthesis.report, &loaded.sources);
    let Some(output) = synthesis.output else { return Ok(Exit::CheckFailed) };
    let format = match args.format {
        Form::Mermaid => Format::Mermaid,
        Form::Dot => Format::Dot,
        Form::Svg => Format::Svg,
    };
    ui.product(&Graph::of(&output.project).draw(format))?;
    Ok(Exit::Success)
}
