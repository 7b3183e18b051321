//! `kiln synth`

mod write;

use std::collections::BTreeMap;
use std::mem;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use kiln::diagnostic::{Diagnostic, Place, Report, Sources, code};
use kiln::project::definition::Target;
use kiln::source::Source;
use kiln::synth::Format;
use kiln::versions::Move;

use self::write::Job;
#[cfg(feature = "deploy")]
pub use self::write::refuse_foreign;
use super::check::{Denied, Findings};
use crate::Outcome;
use crate::exit::{Exit, Failure};
use crate::output::Ui;
use crate::specs::{self, Worked, shown};

/// Write the templates of specs, and record their versions.
///
/// A template stands beside its spec: template.yaml, template.json, main.tf or main.tf.json. The versions of components
/// and recipes are recorded in kiln.lock. Where images are copied to other accounts, the folder target-account gets a
/// template that those accounts deploy. Nothing is written if anything is wrong in any of the specs, or if a file is
/// in the way that kiln has not generated.
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

    /// Overwrite files that kiln has not generated.
    #[arg(long, conflicts_with_all = ["check", "stdout"])]
    pub force: bool,

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
        ui.note(format!("{}; nothing was written", super::check::summary(&[(worked.len(), "spec")], errors, warnings)));
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
    let jobs = jobs(worked, args.out.as_deref(), several)?;
    if args.check {
        return write::compare(&jobs, ui);
    }
    // For a spec whose lock another run has changed since it was read.
    let again = |spec: &Path| {
        let (worked, _) = specs::load(spec.to_owned())?.plan(format)?;
        if args.locked && !check_locked(std::slice::from_ref(&worked), ui) {
            return Err(Failure::new("versions would move").exit(Exit::LockMoved));
        }
        Job::new(worked, args.out.as_deref(), several).ok_or_else(|| {
            Failure::new(format!("`{}` has changed and has errors now", shown(spec))).help("run `kiln check`")
        })
    };
    write::write(jobs, again, args.force, ui)
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

/// What comes of each spec; two never go to one file.
fn jobs(worked: Vec<Worked>, out: Option<&Path>, several: bool) -> Result<Vec<Job>, Failure> {
    let mut jobs = Vec::with_capacity(worked.len());
    let mut owners: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    for spec in worked {
        let path = spec.path.clone();
        let Some(job) = Job::new(spec, out, several) else { continue };
        let file = job.template().to_owned();
        if let Some(other) = owners.insert(file.clone(), path.clone()) {
            let (file, other, this) = (shown(&file), shown(&other), shown(&path));
            return Err(Failure::new(format!("`{this}` and `{other}` would both be written to `{file}`"))
                .help("give the projects names of their own"));
        }
        jobs.push(job);
    }
    Ok(jobs)
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
