//! `kiln list`

use clap::{Args, ValueEnum};
use kiln::project::listing::{self, Entry, Filter};
use kiln::project::{Architecture, Platform};
use serde_json::json;

use crate::Outcome;
use crate::exit::{Exit, Failure};
use crate::output::{Page, Ui};

/// List what a spec can name: bases, components, workflows, Regions.
///
/// The lists are part of kiln and need no network. AWS adds names without notice: a name that is missing here may exist.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln list bases                                   every base with a name
  kiln list bases --platform linux --arch arm64     those for Linux on arm64
  kiln list components --platform windows           what Amazon manages for Windows
  kiln list regions --format json                   for programs")]
pub struct ListArgs {
    /// What to list.
    #[arg(value_enum)]
    pub what: What,

    /// Only what is for this platform.
    #[arg(long, value_enum)]
    pub platform: Option<PlatformArg>,

    /// Only what is for this architecture.
    #[arg(long, alias = "architecture", value_enum)]
    pub arch: Option<ArchArg>,

    /// How the list is written.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub format: Form,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Values of `base`: the catalogue of public images.
    Bases,
    /// Values of `components` that Amazon manages.
    Components,
    /// Values of `workflows` that Amazon manages.
    Workflows,
    /// Names of Regions.
    Regions,
}

/// A platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlatformArg {
    Linux,
    Windows,
    Macos,
}

/// An architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ArchArg {
    #[value(name = "x86_64")]
    X86,
    Arm64,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people: a line each.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Runs the command.
pub fn run(args: &ListArgs, ui: &Ui) -> Exit {
    list(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn list(args: &ListArgs, ui: &Ui) -> Outcome {
    let filter = Filter { platform: args.platform.map(Into::into), architecture: args.arch.map(Into::into) };
    let all = match args.what {
        What::Bases => listing::bases(),
        What::Components => listing::components(),
        What::Workflows => listing::workflows(),
        What::Regions => listing::regions(),
    };
    has_effect(filter, &all, args.what)?;
    let chosen: Vec<Entry> = all.into_iter().filter(|entry| filter.takes(entry)).collect();
    match args.format {
        Form::Text => ui.print(&table(&chosen)),
        Form::Json => ui.product(&chosen.iter().map(line).collect::<String>()),
    }?;
    Ok(Exit::Success)
}

/// Refuses a filter by something that no entry has: the whole list would look like an answer.
fn has_effect(filter: Filter, all: &[Entry], what: What) -> Result<(), Failure> {
    let no_platform = filter.platform.is_some() && all.iter().all(|entry| entry.platform.is_none());
    let no_architecture = filter.architecture.is_some() && all.iter().all(|entry| entry.architecture.is_none());
    let option = match (no_platform, no_architecture) {
        (true, _) => "--platform",
        (_, true) => "--arch",
        _ => return Ok(()),
    };
    let what = what.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    Err(Failure::new(format!("`{option}` has no effect on {what}")).help(format!("leave out `{option}`")))
}

/// A line for each entry, with the columns that have something in them.
fn table(entries: &[Entry]) -> Page {
    let name = entries.iter().map(|entry| entry.name.len()).max().unwrap_or_default();
    let mut page = Page::new();
    for entry in entries {
        let platform = entry.platform.map_or_else(String::new, |platform| platform.to_string());
        let architecture = entry.architecture.map_or_else(String::new, |architecture| architecture.to_string());
        let mut line = format!("{:name$}", entry.name);
        if entries.iter().any(|entry| entry.platform.is_some()) {
            line.push_str(&format!("  {platform:7}"));
        }
        if entries.iter().any(|entry| entry.architecture.is_some()) {
            line.push_str(&format!("  {architecture:6}"));
        }
        page.line(format!("{line}  {}", entry.about).trim_end());
    }
    page
}

fn line(entry: &Entry) -> String {
    let platform = entry.platform.map(|platform| platform.to_string());
    let architecture = entry.architecture.map(|architecture| architecture.to_string());
    let about = Some(&entry.about).filter(|about| !about.is_empty());
    let value = json!({ "name": entry.name, "platform": platform, "architecture": architecture, "about": about });
    format!("{value}\n")
}

impl From<PlatformArg> for Platform {
    fn from(platform: PlatformArg) -> Self {
        match platform {
            PlatformArg::Linux => Self::Linux,
            PlatformArg::Windows => Self::Windows,
            PlatformArg::Macos => Self::MacOs,
        }
    }
}

impl From<ArchArg> for Architecture {
    fn from(architecture: ArchArg) -> Self {
        match architecture {
            ArchArg::X86 => Self::X86_64,
            ArchArg::Arm64 => Self::Arm64,
        }
    }
}
