//! `kiln check`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kiln::diagnostic::{Report, Sources, json, text};
use kiln::synth::Format;

use super::synth::TargetArg;
use crate::exit::{Exit, Failure};
use crate::output::Ui;
use crate::{Outcome, specs};

/// Find everything wrong with specs and the documents they name, offline.
///
/// All faults are shown in one run, each with its place, what is allowed and what to do. Nothing is written.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln check                          the kiln.toml of this folder
  kiln check images/ base/kiln.toml   all specs below a folder, and one more
  kiln check --target terraform       also what Terraform's provider cannot express
  kiln check --format json            one JSON object a finding, for programs")]
pub struct CheckArgs {
    /// Specs, or folders that are searched for kiln.toml; the kiln.toml of this folder otherwise.
    #[arg(value_name = "SPEC")]
    pub specs: Vec<PathBuf>,

    /// The back end that the specs must be expressible in; what each spec says otherwise.
    #[arg(long, value_enum)]
    pub target: Option<TargetArg>,

    /// How findings are written.
    #[arg(long, value_enum, default_value_t = Findings::Text)]
    pub format: Findings,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Findings {
    /// For people: the line, a caret and help.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Runs the command.
pub fn run(args: &CheckArgs, ui: &Ui) -> Exit {
    check(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn check(args: &CheckArgs, ui: &Ui) -> Outcome {
    let paths = specs::find(&args.specs)?;
    let count = paths.len();
    let (mut errors, mut warnings) = (0, 0);
    for path in paths {
        let format = args.target.map(|target| Format::of(target.into()));
        for (report, sources) in specs::load(path)?.synth(format)?.findings {
            write(&report, &sources, args.format, ui)?;
            let (found_errors, found_warnings) = report.counts();
            errors += found_errors;
            warnings += found_warnings;
        }
    }
    if args.format == Findings::Text {
        ui.note(&summary(count, errors, warnings));
    }
    Ok(if errors > 0 { Exit::CheckFailed } else { Exit::Success })
}

fn write(report: &Report, sources: &Sources, format: Findings, ui: &Ui) -> Result<(), Failure> {
    match format {
        Findings::Text => ui.product(&text::render(report, sources, ui.style(&std::io::stdout()))),
        Findings::Json => ui.product(&json::render(report, sources)),
    }
}

/// A line such as `2 specs: 1 error, 3 warnings`.
pub fn summary(specs: usize, errors: usize, warnings: usize) -> String {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let specs = plural(specs, "spec");
    match (errors, warnings) {
        (0, 0) => format!("{specs} checked: no findings"),
        (0, warnings) => format!("{specs} checked: {}", plural(warnings, "warning")),
        (errors, 0) => format!("{specs} checked: {}", plural(errors, "error")),
        (errors, warnings) => format!("{specs} checked: {}, {}", plural(errors, "error"), plural(warnings, "warning")),
    }
}
