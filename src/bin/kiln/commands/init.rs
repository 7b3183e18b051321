//! `kiln init`

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use kiln::project::suggest::closest;
use kiln::synth::Format;
use kiln::synth::marker::is_generated;

use super::schema::{Of, text};
use crate::disk::{self, Destination};
use crate::exit::{Exit, Failure};
use crate::output::{Page, Ui};
use crate::specs::shown;
use crate::{Outcome, completing};

/// Write a commented starter spec.
///
/// Also writes its schema for editors, marks generated files in .gitattributes, and lists temporary files in .gitignore.
/// No file is overwritten: lines that are missing are appended.
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

/// Lines for Git about the files of a spec: reviews fold what is generated, and what belongs to one machine, or holds
/// values that only some may read, is not committed.
const GIT: [(&str, &[&str]); 2] = [
    (
        ".gitattributes",
        &[
            "/template.yaml linguist-generated",
            "/template.json linguist-generated",
            "/main.tf linguist-generated",
            "/main.tf.json linguist-generated",
            "/target-account/* linguist-generated",
            "/kiln.lock linguist-generated",
            "/kiln.schema.json linguist-generated",
        ],
    ),
    (".gitignore", &[".kiln-*", ".kiln.tfplan", "/*.plan", ".terraform/", "*.tfstate", "*.tfstate.*"]),
];

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

/// A file with the lines that it lacks appended; `None` if it lacks none.
fn with_lines(path: &Path, lines: &[&str]) -> Result<Option<(Destination, String)>, Failure> {
    let target = Destination::find(path)?;
    let Ok(mut text) = String::from_utf8(target.content().unwrap_or_default().to_vec()) else {
        return Err(Failure::new(format!("`{}` is not UTF-8 text", shown(path))).help("save it as UTF-8"));
    };
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let missing: Vec<&str> =
        lines.iter().copied().filter(|line| text.lines().all(|there| there.trim_end() != *line)).collect();
    if missing.is_empty() {
        return Ok(None);
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str(end);
    }
    missing.iter().for_each(|line| text.extend([line, end]));
    Ok(Some((target, text)))
}

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
            None => {
                let names: Vec<String> = TEMPLATES.iter().map(|template| format!("`{}`", template.name)).collect();
                failure.help(format!("the templates are {}; `--dir` names a folder", names.join(", ")))
            }
        });
    };
    // A file of this name that kiln has not generated is nothing to fold.
    let is_meant = |line: &&str| {
        let formats = [Format::Yaml, Format::Json, Format::Hcl, Format::TfJson];
        let format =
            formats.into_iter().find(|format| line.split(' ').next() == Some(&format!("/{}", format.file_name())));
        let text = format.and_then(|it| Some((it, disk::read(&args.dir.join(it.file_name()), disk::HEAD).ok()?)));
        text.is_none_or(|(format, text)| is_generated(&String::from_utf8_lossy(&text), format))
    };
    let git = GIT.iter().map(|(name, lines)| {
        let lines: Vec<&str> = lines.iter().copied().filter(is_meant).collect();
        with_lines(&args.dir.join(name), &lines)
    });
    let git = git.collect::<Result<Vec<_>, _>>()?;
    let paths: Vec<(PathBuf, &str)> = template.files.iter().map(|(name, text)| (args.dir.join(name), *text)).collect();
    if let Some((path, _)) = paths.iter().find(|(path, _)| fs::symlink_metadata(path).is_ok()) {
        return Err(Failure::new(format!("`{}` exists, and nothing is overwritten", shown(path)))
            .help("choose another folder with --dir"));
    }
    for (path, content) in &paths {
        // Editors complete and explain the keys of a spec whose first line names its schema.
        let is_spec = path.extension().is_some_and(|extension| extension == "toml");
        let text = if is_spec { format!("#:schema ./{SCHEMA}\n\n{content}") } else { (*content).to_owned() };
        disk::write(path, &text)?;
        ui.note(format!("wrote {}", shown(path)));
    }
    let schema = args.dir.join(SCHEMA);
    // It is the same for all specs of a folder, and one that is there may be meant to stay.
    if fs::symlink_metadata(&schema).is_err() {
        disk::write(&schema, &text(Of::Spec))?;
        ui.note(format!("wrote {}", shown(&schema)));
    }
    for (target, content) in git.into_iter().flatten() {
        target.stage(content.as_bytes())?.place()?;
        ui.note(format!("wrote {}", shown(target.named())));
    }
    let spec = args.dir.join("kiln.toml");
    let here = args.dir == Path::new(".");
    let call = if here { "kiln synth".to_owned() } else { format!("kiln synth {}", shown(&spec)) };
    ui.note(format!("next: edit it, then `{call}`"));
    Ok(Exit::Success)
}
