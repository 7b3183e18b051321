//! `kiln check`

use std::cell::RefCell;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use kiln::diagnostic::format::{self, Format as FindingsFormat};
use kiln::diagnostic::text::Style;
use kiln::diagnostic::{Report, Sources, fix};
use kiln::synth::Format;

use super::synth::TargetArg;
use crate::exit::{Exit, Failure};
use crate::fixing::{self, Mode};
use crate::output::Ui;
use crate::specs::Notes;
use crate::{Outcome, documents, specs};

/// Find everything wrong with specs and the documents they name, offline.
///
/// Component documents, workflow documents and Dockerfile templates can also be checked on their own. All faults are shown in one run, each with its place, what is allowed and what to do. Files are written only with `--fix`, and not with `--dry-run`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln check                          the kiln.toml of this folder
  kiln check images/ base/kiln.toml   all specs below a folder, and one more
  kiln check *.yaml Dockerfile        documents on their own, without a spec
  kiln check --target terraform       also what Terraform's provider cannot express
  kiln check -v                       also when each pipeline runs next
  kiln check --format json            one JSON object a finding, for programs
  kiln check --format sarif . > kiln.sarif  for code scanning
  kiln check --deny warnings .        in CI: warnings fail too
  kiln check --fix --dry-run          show what `--fix` would write, and write nothing
  kiln check --format github .        in GitHub Actions: findings as annotations of the change
  kiln check --format gitlab . > quality.json  in GitLab: a Code Quality report
  kiln check --format junit . > kiln.xml       where test results are shown")]
pub struct CheckArgs {
    /// Specs, folders that are searched for kiln.toml, or documents: *.yaml, *.yml, *.json, Dockerfile, Dockerfile.*,
    /// *.Dockerfile; the kiln.toml of this folder otherwise.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The back end that the specs must be expressible in; what each spec says otherwise.
    #[arg(long, value_enum)]
    pub target: Option<TargetArg>,

    /// How findings are written.
    #[arg(long, value_enum, default_value_t = Findings::Text)]
    pub format: Findings,

    /// Write the files where one text can be right: misspelt keys and words, quotes, colons, columns. Show what
    /// changes, and check again.
    #[arg(long)]
    pub fix: bool,

    /// Only show what `--fix` would change.
    #[arg(long, requires = "fix")]
    pub dry_run: bool,

    /// Also tell when each pipeline with a schedule runs next: three runs, in the time zone of the schedule.
    #[arg(long, short)]
    pub verbose: bool,

    /// What is an error here, although it is none elsewhere.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub deny: Option<Denied>,
}

/// What can be denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Denied {
    /// All warnings, for CI: a warning ends as an error does.
    Warnings,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Findings {
    /// For people: the line, a caret and help.
    Text,
    /// For programs: one JSON object a line.
    Json,
    /// For code scanning: one log of SARIF 2.1.0.
    Sarif,
    /// For GitHub Actions: workflow commands, which become annotations.
    Github,
    /// For GitLab: one Code Quality report.
    Gitlab,
    /// For CI systems that show test results: one JUnit document.
    Junit,
}

impl From<Findings> for FindingsFormat {
    fn from(findings: Findings) -> Self {
        match findings {
            Findings::Text => Self::Text,
            Findings::Json => Self::Json,
            Findings::Sarif => Self::Sarif,
            Findings::Github => Self::Github,
            Findings::Gitlab => Self::Gitlab,
            Findings::Junit => Self::Junit,
        }
    }
}

/// Runs the command.
pub fn run(args: &CheckArgs, ui: &Ui) -> Exit {
    check(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn check(args: &CheckArgs, ui: &Ui) -> Outcome {
    let (specs, documents) = documents::part(&args.files);
    // Documents alone need no spec, and nothing at all means the spec of this folder.
    let specs = if specs.is_empty() && !documents.is_empty() { specs } else { specs::find(&specs)? };
    let mode = args.fix.then_some(if args.dry_run { Mode::Show } else { Mode::Write });
    let (mut errors, mut warnings, mut fixable) = (0, 0, 0);
    let mut logged = Vec::new();
    let now = Timestamp::now();
    let mut tell = |findings: Vec<(Report, Sources)>| {
        for (report, sources) in &findings {
            let (found_errors, found_warnings) = report.counts();
            fixable += fix::count(report, sources);
            errors += found_errors;
            warnings += found_warnings;
        }
        if FindingsFormat::from(args.format).is_one_document() {
            logged.extend(findings);
            Ok(())
        } else {
            write(&findings, args.format, ui)
        }
    };
    let checked = [(specs.len(), "spec"), (documents.len(), "document")];
    for path in specs {
        let format = args.target.map(|target| Format::of(target.into()));
        let notes = RefCell::<Notes>::default();
        let check = || {
            let (findings, found) = specs::load(path.clone())?.check(format, args.verbose)?;
            notes.replace(found);
            Ok(findings)
        };
        tell(specs::denying(args.deny, fixing::checked(mode, ui, check)?))?;
        let Notes { scheduled, keys } = notes.take();
        if args.verbose {
            scheduled.iter().for_each(|it| ui.note(it.next(now)));
        }
        if keys > 0 && args.format == Findings::Text {
            let what = if keys == 1 {
                "the policy of 1 KMS key needs".to_owned()
            } else {
                format!("the policies of {keys} KMS keys need")
            };
            ui.note(format!("{what} statements: `kiln key-policy {}` prints them", specs::shown(&path)));
        }
    }
    for path in documents {
        let check = || Ok(vec![documents::check(&path)?]);
        tell(specs::denying(args.deny, fixing::checked(mode, ui, check)?))?;
    }
    if FindingsFormat::from(args.format).is_one_document() {
        write(&logged, args.format, ui)?;
    } else if args.format == Findings::Text {
        let fixes = format!("; `kiln check --fix` fixes {fixable}");
        let of_fixes = if fixable > 0 { fixes.as_str() } else { "" };
        ui.note(summary(&checked, errors, warnings) + of_fixes);
    }
    Ok(if errors > 0 { Exit::CheckFailed } else { Exit::Success })
}

/// Writes findings to stdout.
pub fn write(findings: &[(Report, Sources)], format: Findings, ui: &Ui) -> Result<(), Failure> {
    match format {
        Findings::Text => ui.findings(findings),
        other => ui.product(&format::render(other.into(), findings, Style::PLAIN)),
    }
}

/// A line such as `2 specs checked: 1 error, 3 warnings`.
pub fn summary(checked: &[(usize, &str)], errors: usize, warnings: usize) -> String {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let checked = checked.iter().filter(|(count, _)| *count > 0).map(|(count, word)| plural(*count, word));
    let checked = checked.collect::<Vec<_>>().join(" and ");
    match (errors, warnings) {
        (0, 0) => format!("{checked} checked: no findings"),
        (0, warnings) => format!("{checked} checked: {}", plural(warnings, "warning")),
        (errors, 0) => format!("{checked} checked: {}", plural(errors, "error")),
        (errors, warnings) => {
            format!("{checked} checked: {}, {}", plural(errors, "error"), plural(warnings, "warning"))
        }
    }
}
