//! `kiln schema`

use clap::{Args, ValueEnum};
use kiln::document::schema;
use kiln::spec::schema::of_specs;

use crate::Outcome;
use crate::exit::Exit;
use crate::output::Ui;

/// Print the JSON Schema of specs or documents, for editors.
///
/// With it, an editor completes keys, explains them and underlines what is wrong. `kiln init` writes the schema of specs beside the spec.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln schema > kiln.schema.json            and `#:schema ./kiln.schema.json` as the first line of kiln.toml
  kiln schema component > component.json    of component documents
  kiln schema workflow > workflow.json      of workflow documents")]
pub struct SchemaArgs {
    /// What it describes.
    #[arg(value_enum, default_value_t = Of::Spec)]
    pub of: Of,
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Of {
    /// kiln.toml.
    Spec,
    /// AWSTOE component documents.
    Component,
    /// Workflow documents.
    Workflow,
}

/// Runs the command.
pub fn run(args: &SchemaArgs, ui: &Ui) -> Exit {
    print(args.of, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn print(of: Of, ui: &Ui) -> Outcome {
    ui.product(&text(of))?;
    Ok(Exit::Success)
}

/// The schema as it is written to a file.
pub fn text(of: Of) -> String {
    let schema = match of {
        Of::Spec => of_specs(),
        Of::Component => schema::of_components(),
        Of::Workflow => schema::of_workflows(),
    };
    format!("{schema:#}\n")
}
