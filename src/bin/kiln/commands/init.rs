//! `kiln init`

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use kiln::project::suggest::closest;

use super::schema::{Of, text};
use crate::exit::{Exit, Failure};
use crate::output::{Page, Ui};
use crate::specs::shown;
use crate::{Outcome, completing};

/// Write a commented starter spec.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln init                      a spec with the least that a pipeline needs
  kiln init al2023-web           a web server on Amazon Linux 2023
  kiln init windows --dir images images/kiln.toml and its files
  kiln init --list               all templates")]
pub struct InitArgs {
    /// The template.
    #[arg(value_name = "TEMPLATE", default_value = "minimal", add = ArgValueCompleter::new(names))]
    pub template: String,

    /// The folder to write to.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,

    /// List all templates.
    #[arg(long)]
    pub list: bool,
}

/// The schema of specs, beside a spec.
const SCHEMA: &str = "kiln.schema.json";

/// A starter spec and its files.
struct Template {
    name: &'static str,
    about: &'static str,
    files: &'static [(&'static str, &'static str)],
}

/// Declares templates from their files in `templates/`.
macro_rules! templates {
    ($($name:literal $about:literal [$($file:literal),*];)*) => {
        &[$(Template {
            name: $name,
            about: $about,
            files: &[$(($file, include_str!(concat!("../../../../templates/", $name, "/", $file)))),*],
        }),*]
    };
}

static TEMPLATES: &[Template] = templates! {
    "minimal" "The least that a pipeline needs" ["kiln.toml"];
    "al2023-web" "A web server on Amazon Linux 2023, on Graviton, every week" ["kiln.toml", "components/nginx.yaml"];
    "ubuntu" "Ubuntu 24.04 for both architectures" ["kiln.toml"];
    "windows" "Windows Server 2022 with PowerShell steps and updates" ["kiln.toml", "components/web-server.yaml"];
    "hardened" "A base by the STIG rules, scanned, in a network of yours" ["kiln.toml"];
    "cross-account" "Images for an organization, copied to its accounts" ["kiln.toml", "components/agent.yaml"];
};

fn names(typed: &OsStr) -> Vec<CompletionCandidate> {
    completing::among(typed, TEMPLATES.iter().map(|template| template.name))
}

/// Runs the command.
pub fn run(args: &InitArgs, ui: &Ui) -> Exit {
    init(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn init(args: &InitArgs, ui: &Ui) -> Outcome {
    if args.list {
        let mut page = Page::new();
        TEMPLATES.iter().for_each(|it| _ = page.line(format!("{:<14} {}", it.name, it.about)));
        ui.print(&page)?;
        return Ok(Exit::Success);
    }
    let Some(template) = TEMPLATES.iter().find(|template| template.name == args.template) else {
        let failure = Failure::new(format!("there is no template `{}`", args.template));
        return Err(match closest(&args.template, TEMPLATES.iter().map(|template| template.name)) {
            Some(near) => failure.help(format!("did you mean `{near}`? `kiln init --list` shows all")),
            None => failure.help("`kiln init --list` shows all"),
        });
    };
    let paths: Vec<(PathBuf, &str)> = template.files.iter().map(|(name, text)| (args.dir.join(name), *text)).collect();
    if let Some((path, _)) = paths.iter().find(|(path, _)| path.exists()) {
        return Err(Failure::new(format!("`{}` exists, and nothing is overwritten", shown(path)))
            .help("choose another folder with --dir"));
    }
    for (path, content) in &paths {
        // Editors complete and explain the keys of a spec whose first line names its schema.
        let is_spec = path.extension().is_some_and(|extension| extension == "toml");
        let text = if is_spec { format!("#:schema ./{SCHEMA}\n\n{content}") } else { (*content).to_owned() };
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|error| Failure::file("create the folder", folder, &error))?;
        fs::write(path, text).map_err(|error| Failure::file("write", path, &error))?;
        ui.note(&format!("wrote {}", shown(path)));
    }
    let schema = args.dir.join(SCHEMA);
    // It is the same for all specs of a folder, and one that is there may be meant to stay.
    if !schema.exists() {
        fs::write(&schema, text(Of::Spec)).map_err(|error| Failure::file("write", &schema, &error))?;
        ui.note(&format!("wrote {}", shown(&schema)));
    }
    let spec = args.dir.join("kiln.toml");
    let here = args.dir == Path::new(".");
    let call = if here { "kiln synth".to_owned() } else { format!("kiln synth {}", shown(&spec)) };
    ui.note(&format!("next: edit it, then `{call}`"));
    Ok(Exit::Success)
}
