//! `kiln synth`

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::mem;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use kiln::diagnostic::{Diagnostic, Place, Report, Sources, code};
use kiln::project::definition::Target;
use kiln::source::{Source, plain};
use kiln::synth::{Format, TARGET_ACCOUNT};
use kiln::versions::Move;

use super::check::{Denied, Findings};
use crate::exit::{Exit, Failure};
use crate::output::Ui;
use crate::specs::{self, Worked, shown};
use crate::{Outcome, diff};

/// Write the templates of specs, and record their versions.
///
/// A template stands beside its spec: template.yaml, template.json, main.tf or main.tf.json. The versions of components
/// and recipes are recorded in kiln.lock. Where images are copied to other accounts, the folder target-account gets a
/// template that those accounts deploy. Nothing is written if anything is wrong in any of the specs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln synth                            the kiln.toml of this folder, for its own target
  kiln synth --target terraform images/ all specs below a folder, as main.tf beside each
  kiln synth --format json --out build  build/template.json
  kiln synth --check .                  in CI: fail with a diff where committed files differ
  kiln synth --locked                   in CI: fail where versions would move
  kiln synth --stdout | less            look, and write nothing")]
pub struct SynthArgs {
    /// Specs, or folders that are searched for kiln.toml; the kiln.toml of this folder otherwise.
    #[arg(value_name = "SPEC")]
    pub specs: Vec<PathBuf>,

    /// The back end to write for; what each spec says otherwise, or CloudFormation.
    #[arg(long, value_enum)]
    pub target: Option<TargetArg>,

    /// The syntax to write; the one that people read otherwise.
    #[arg(long, value_enum)]
    pub format: Option<FormatArg>,

    /// The folder to write to; of several specs, each gets a folder in it, named after the project.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Write nothing: show how the files on disk differ from what the specs give, and fail if they do.
    #[arg(long)]
    pub check: bool,

    /// Fail if the version of a component or recipe would move.
    #[arg(long)]
    pub locked: bool,

    /// Write nothing: print the template of the one spec.
    #[arg(long, conflicts_with_all = ["check", "out"])]
    pub stdout: bool,

    /// What is an error here, although it is none elsewhere.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub deny: Option<Denied>,

    /// How findings are written: as text on stderr, otherwise on stdout.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Findings::Text, conflicts_with_all = ["check", "stdout"])]
    pub findings: Findings,
}

/// A back end, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TargetArg {
    /// An AWS CloudFormation template.
    Cloudformation,
    /// A Terraform configuration.
    Terraform,
}

impl From<TargetArg> for Target {
    fn from(target: TargetArg) -> Self {
        match target {
            TargetArg::Cloudformation => Self::CloudFormation,
            TargetArg::Terraform => Self::Terraform,
        }
    }
}

/// A syntax, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// CloudFormation in YAML.
    Yaml,
    /// CloudFormation in JSON.
    Json,
    /// Terraform's own syntax.
    Hcl,
    /// Terraform's JSON syntax.
    TfJson,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Yaml => Self::Yaml,
            FormatArg::Json => Self::Json,
            FormatArg::Hcl => Self::Hcl,
            FormatArg::TfJson => Self::TfJson,
        }
    }
}

/// Runs the command.
pub fn run(args: &SynthArgs, ui: &Ui) -> Exit {
    synth(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn synth(args: &SynthArgs, ui: &Ui) -> Outcome {
    let format = format(args)?;
    let paths = specs::find(&args.specs)?;
    let several = paths.len() > 1;
    if several && args.stdout {
        return Err(Failure::new(format!("--stdout prints one template, and there are {} specs", paths.len()))
            .help("name one spec, or write to a folder with --out"));
    }
    let mut worked = Vec::with_capacity(paths.len());
    for path in paths {
        let (mut spec, planned) = specs::load(path)?.plan(format)?;
        if !several {
            // The process ends with this spec, and to give its memory back piece by piece would be a tenth of the work.
            mem::forget(planned);
        }
        spec.findings = specs::denying(args.deny, spec.findings);
        worked.push(spec);
    }
    let (mut errors, mut warnings) = (0, 0);
    let mut logged = Vec::new();
    for spec in &mut worked {
        for (report, sources) in &spec.findings {
            if args.findings == Findings::Text {
                ui.diagnostics(report, sources);
            }
            let counts = report.counts();
            errors += counts.0;
            warnings += counts.1;
        }
        logged.append(&mut spec.findings);
    }
    if args.findings != Findings::Text {
        super::check::write(&logged, args.findings, ui)?;
    }
    if errors > 0 {
        ui.note(&format!(
            "{}; nothing was written",
            super::check::summary(&[(worked.len(), "spec")], errors, warnings)
        ));
        return Ok(Exit::CheckFailed);
    }
    if args.locked && !check_locked(&worked, ui) {
        return Ok(Exit::LockMoved);
    }
    if args.stdout {
        let text = worked.iter().find_map(|spec| spec.ready.as_ref()).map_or("", |ready| ready.text.as_str());
        ui.product(text)?;
        return Ok(Exit::Success);
    }
    let moves: Vec<String> =
        worked.iter().filter_map(|spec| spec.ready.as_ref()).flat_map(|ready| &ready.moves).map(in_words).collect();
    let files = files(worked, args.out.as_deref(), several)?;
    if args.check { compare(&files, ui) } else { write(files, &moves, ui) }
}

/// The syntax that was asked for, if any.
fn format(args: &SynthArgs) -> Result<Option<Format>, Failure> {
    let (Some(format), target) = (args.format.map(Format::from), args.target.map(Target::from)) else {
        return Ok(args.target.map(|target| Format::of(target.into())));
    };
    if let Some(target) = target
        && format.target() != target
    {
        let file = format.file_name();
        return Err(Failure::new(format!("{file} is not for {}", target.word()))
            .help("CloudFormation takes yaml and json, Terraform hcl and tf-json"));
    }
    Ok(Some(format))
}

/// A file that is to stand on disk.
struct Wanted {
    path: PathBuf,
    text: String,
    is_lock: bool,
}

fn files(worked: Vec<Worked>, out: Option<&Path>, several: bool) -> Result<Vec<Wanted>, Failure> {
    let mut files: Vec<Wanted> = Vec::new();
    let mut owners: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    for spec in worked {
        let Some(ready) = spec.ready else { continue };
        let folder = match out {
            Some(out) if several => out.join(&ready.project),
            Some(out) => out.to_owned(),
            None => beside(&spec.path),
        };
        let path = folder.join(ready.format.file_name());
        if let Some(other) = owners.insert(path.clone(), spec.path.clone()) {
            let (path, other, this) = (shown(&path), shown(&other), shown(&spec.path));
            return Err(Failure::new(format!("`{this}` and `{other}` would both be written to `{path}`"))
                .help("give the projects names of their own"));
        }
        files.push(Wanted { path, text: ready.text, is_lock: false });
        if let Some(text) = ready.target_account {
            let path = folder.join(TARGET_ACCOUNT).join(ready.format.file_name());
            files.push(Wanted { path, text, is_lock: false });
        }
        if let Some(lock) = ready.lock {
            files.push(Wanted { path: spec.lock_path, text: lock.to_string(), is_lock: true });
        }
    }
    Ok(files)
}

/// `kiln.toml` has its templates beside it; `web.toml` in a folder `web`, so that specs can stand side by side.
pub fn beside(spec: &Path) -> PathBuf {
    let folder = specs::folder(spec);
    match spec.file_stem().and_then(|stem| stem.to_str()) {
        None | Some("kiln") => folder.to_owned(),
        Some(stem) => folder.join(stem),
    }
}

fn check_locked(worked: &[Worked], ui: &Ui) -> bool {
    let mut is_good = true;
    for spec in worked {
        let moves = spec.ready.as_ref().map(|ready| ready.moves.as_slice()).unwrap_or_default();
        if moves.is_empty() {
            continue;
        }
        is_good = false;
        let mut report = Report::new();
        for moved in moves {
            report.push(
                Diagnostic::new(code::LOCK_WOULD_MOVE, would_move(moved))
                    .label(None, Place::File, "")
                    .help("run `kiln synth` and commit the lock file"),
            );
        }
        ui.diagnostics(&report, &Sources::spec(Source::new(shown(&spec.lock_path), "")));
    }
    is_good
}

fn would_move(Move { kind, name, from, to }: &Move) -> String {
    match from {
        Some(from) => format!("the {} `{name}` would move from {from} to {to}", kind.word()),
        None => format!("the {} `{name}` has no version on record", kind.word()),
    }
}

fn in_words(Move { kind, name, from, to }: &Move) -> String {
    match from {
        Some(from) => format!("{} {name} {from} → {to}", kind.word()),
        None => format!("{} {name} {to} (new)", kind.word()),
    }
}

/// Prints how files on disk differ.
fn compare(files: &[Wanted], ui: &Ui) -> Outcome {
    let mut differing = 0;
    for Wanted { path, text, .. } in files {
        let committed = match fs::read(path) {
            // On Windows, git may have written other line ends than those that are committed.
            Ok(content) => plain(String::from_utf8_lossy(&content).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Failure::file("read", path, &error)),
        };
        if committed != *text {
            differing += 1;
            ui.print(&diff::unified(&shown(path), &committed, (text, "from the spec")))?;
        }
    }
    if differing == 0 {
        return Ok(Exit::Success);
    }
    let files = if differing == 1 { "1 file differs".to_owned() } else { format!("{differing} files differ") };
    ui.note(&format!("{files} from what the specs give; run `kiln synth` and commit the result"));
    Ok(Exit::Differs)
}

/// Writes all files under temporary names first, then renames them: a file is whole or as it was.
fn write(files: Vec<Wanted>, moves: &[String], ui: &Ui) -> Outcome {
    let mut staged = Vec::new();
    let mut unchanged = 0;
    for file in files {
        let Wanted { path, is_lock, .. } = &file;
        if fs::read(path).is_ok_and(|content| content == file.text.as_bytes()) {
            unchanged += usize::from(!is_lock);
            continue;
        }
        let folder = specs::folder(path);
        fs::create_dir_all(folder).map_err(|error| Failure::file("create the folder", folder, &error))?;
        let temporary = stage(folder, &file.text).map_err(|error| Failure::file("write", path, &error))?;
        staged.push((temporary, file.path));
    }
    ui.list(moves);
    let mut written = Vec::with_capacity(staged.len());
    for (temporary, path) in staged {
        temporary.persist(&path).map_err(|error| Failure::file("write", &path, &error.error))?;
        written.push(format!("wrote {}", shown(&path)));
    }
    ui.list(&written);
    match unchanged {
        0 => {}
        1 => ui.note("1 template unchanged"),
        count => ui.note(&format!("{count} templates unchanged")),
    }
    Ok(Exit::Success)
}

/// Writes a file under a temporary name and closes it: there may be more files than a process may hold open. It is a
/// file like any other, readable by all within the umask.
pub fn stage(folder: &Path, text: &str) -> io::Result<tempfile::TempPath> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".kiln-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temporary = builder.tempfile_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    Ok(temporary.into_temp_path())
}
