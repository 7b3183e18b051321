//! `kiln diff`

#[cfg(feature = "deploy")]
mod deployed;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use kiln::diagnostic::{Report, Sources};
use kiln::document::lint::Kind;
use kiln::files::{Files, Folder, Texts};
use kiln::plan::{Lowered, Plan};
use kiln::project::definition::Target;
use kiln::review::{Review, SCHEMA, Side, markdown::markdown};
use kiln::source::Source;
use kiln::synth::{Format, Request, check};
use kiln::versions::Lock;
use serde_json::{Value, json};

use crate::Outcome;
use crate::exit::{Exit, Failure};
use crate::git::Git;
use crate::output::{Page, Ui};
use crate::review;
use crate::specs::{self, Loaded, shown};

/// Show what a change means: versions, replacements, permissions, costs.
///
/// A spec with its lock file and documents is compared with what is committed: git's HEAD, or another revision with
/// --git. --deployed compares with what is in the account instead. Two paths without --git are an old and a new spec, or two folders of specs. The review is the same for
/// CloudFormation and Terraform, and without --deployed it needs no network.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln diff                                   the kiln.toml of this folder against HEAD
  kiln diff --git origin/main images/         all specs below a folder against a branch
  kiln diff old/kiln.toml new/kiln.toml       two specs
  kiln diff --git origin/main --format markdown > comment.md
  kiln diff --fail-on replace,iam             in CI: fail where somebody has to look
  kiln diff --deployed                        against the stack, or Terraform's state
  kiln diff --deployed --drift                also what was changed behind its back")]
pub struct DiffArgs {
    /// Specs, or folders that are searched for kiln.toml; the kiln.toml of this folder otherwise.
    #[arg(value_name = "SPEC")]
    pub specs: Vec<PathBuf>,

    /// The revision that is compared with; HEAD otherwise.
    #[arg(long, value_name = "REV")]
    pub git: Option<String>,

    /// How the review is written.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReviewFormat::Text)]
    pub format: ReviewFormat,

    /// Fail with exit code 14 if the change does one of these.
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    pub fail_on: Vec<FailOn>,

    #[cfg(feature = "deploy")]
    #[command(flatten)]
    pub deployed: deployed::DeployedArgs,
}

/// How a review is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReviewFormat {
    /// For people.
    Text,
    /// For programs: one JSON document.
    Json,
    /// For a comment on a pull request.
    Markdown,
}

/// What a review can fail on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A resource is replaced; a new version is no replacement.
    Replace,
    /// A right is given or taken.
    Iam,
    /// The deployment builds an image.
    Build,
    /// A resource goes.
    Remove,
    /// With --deployed: something in the account is not as it was deployed.
    #[cfg(feature = "deploy")]
    Drift,
}

impl FailOn {
    fn word(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Iam => "iam",
            Self::Build => "build",
            Self::Remove => "remove",
            #[cfg(feature = "deploy")]
            Self::Drift => "drift",
        }
    }

    fn is_met(self, review: &Review) -> bool {
        match self {
            Self::Replace => review.replaces(),
            Self::Iam => review.changes_rights(),
            Self::Build => review.builds_image,
            Self::Remove => review.removes(),
            #[cfg(feature = "deploy")]
            Self::Drift => review.drifts(),
        }
    }
}

/// A spec that went through all stages, and what a review wants of it.
struct Half {
    source: Option<Source>,
    texts: Texts,
    plan: Plan,
    target: Target,
    target_account: Option<Plan>,
    lock: Lock,
}

impl Half {
    fn side(&self) -> Side<'_> {
        Side {
            source: self.source.as_ref(),
            texts: &self.texts,
            plan: &self.plan,
            target: self.target,
            target_account: self.target_account.as_ref(),
        }
    }
}

/// A spec of one side: what was read, its lock, and where its documents are.
struct Read<'a> {
    loaded: Loaded,
    lock: Option<Source>,
    files: Box<dyn Files + 'a>,
    /// What is written; the spec's own choice otherwise.
    format: Option<Format>,
}

/// What was found, with the texts that it is about.
type Findings = Vec<(Report, Sources)>;

/// Runs the command.
pub fn run(args: &DiffArgs, ui: &Ui) -> Exit {
    diff(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn diff(args: &DiffArgs, ui: &Ui) -> Outcome {
    #[cfg(feature = "deploy")]
    if args.deployed.deployed {
        let compared = deployed::compare(&args.specs, &args.deployed, ui)?;
        return compared.map_or(Ok(Exit::CheckFailed), |compared| told(args, compared, ui));
    }
    let compared = match (args.specs.as_slice(), &args.git) {
        ([old, new], None) => two(old, new, ui)?,
        (paths, revision) => committed(paths, revision.as_deref().unwrap_or("HEAD"), ui)?,
    };
    compared.map_or(Ok(Exit::CheckFailed), |compared| told(args, compared, ui))
}

/// Shows what was compared, and ends as --fail-on says.
fn told(args: &DiffArgs, Compared { from, to, reviews }: Compared, ui: &Ui) -> Outcome {
    let failed = |review: &Review| args.fail_on.iter().any(|what| what.is_met(review));
    let met: Vec<&str> = args
        .fail_on
        .iter()
        .filter(|what| reviews.iter().any(|(_, review)| what.is_met(review)))
        .map(|what| what.word())
        .collect();
    match args.format {
        ReviewFormat::Text => {
            let shown =
                reviews.iter().filter(|(_, review)| reviews.len() == 1 || !review.is_empty() || review.drifts());
            let mut page = Page::new();
            for (index, (name, review)) in shown.enumerate() {
                if index > 0 {
                    page.end();
                }
                page.add(&review::text(&format!("{name}: {from} → {to}"), review));
            }
            if page == Page::new() {
                page.line(format!("{from} → {to}")).line("nothing changes");
            }
            ui.print(&page)?;
        }
        ReviewFormat::Markdown => ui.product(&markdown(&format!("{from} → {to}"), &reviews))?,
        ReviewFormat::Json => ui.product(&as_json((&from, &to), &reviews, &met)?)?,
    }
    if met.is_empty() {
        return Ok(Exit::Success);
    }
    let specs: Vec<&str> = reviews.iter().filter(|(_, review)| failed(review)).map(|(name, _)| name.as_str()).collect();
    ui.note(format!("--fail-on {}: {}", met.join(","), specs.join(", ")));
    Ok(Exit::ReviewFailed)
}

fn as_json((from, to): (&str, &str), reviews: &[(String, Review)], met: &[&str]) -> Result<String, Failure> {
    let failed = |error: serde_json::Error| Failure::new(format!("the review cannot be written: {error}"));
    let mut specs = Vec::with_capacity(reviews.len());
    for (name, review) in reviews {
        let mut entry = json!({ "spec": name, "changes": !review.is_empty() });
        if let (Value::Object(entry), Value::Object(review)) =
            (&mut entry, serde_json::to_value(review).map_err(failed)?)
        {
            entry.extend(review);
        }
        specs.push(entry);
    }
    let whole = json!({ "version": SCHEMA, "from": from, "to": to, "failed_on": met, "specs": specs });
    Ok(serde_json::to_string_pretty(&whole).map_err(failed)? + "\n")
}

/// What is not as in a revision, of one spec. `None` if there are errors, which have been told.
pub fn since(revision: &str, spec: &Path, ui: &Ui) -> Result<Option<Review>, Failure> {
    let compared = committed(&[spec.to_owned()], revision, ui)?;
    Ok(compared.and_then(|compared| compared.reviews.into_iter().next()).map(|(_, review)| review))
}

/// The reviews of all specs, by name.
struct Compared {
    from: String,
    to: String,
    reviews: Vec<(String, Review)>,
}

/// The working tree against a revision. `None` if there are errors, which have been told.
fn committed(paths: &[PathBuf], revision: &str, ui: &Ui) -> Result<Option<Compared>, Failure> {
    let here = [PathBuf::from(specs::SPEC)];
    let paths = if paths.is_empty() { here.as_slice() } else { paths };
    paths.iter().try_for_each(|path| is_spec(path))?;
    let mut reviews = Vec::new();
    let mut from = String::new();
    let mut is_good = true;
    for path in paths {
        let git = Git::open(path, revision)?;
        for spec in specs_of(path, &git)? {
            let name = shown(&spec);
            let old = match git.read(&spec)? {
                None => None,
                Some(content) => {
                    let loaded = specs::parse(spec.clone(), format!("{}:{name}", git.revision), content);
                    let lock = git.read(&spec.with_extension("lock"))?;
                    let lock_name = format!("{}:{}", git.revision, shown(&spec.with_extension("lock")));
                    let lock = lock.map(|text| Source::new(lock_name, String::from_utf8_lossy(&text)));
                    Some(Read { loaded, lock, files: Box::new(git.files(&spec)), format: None })
                }
            };
            let new = if spec.is_file() { Some(on_disk(spec)?) } else { None };
            match compare(old, new, (&git.name, ui))? {
                Some(review) => reviews.push((name, review)),
                None => is_good = false,
            }
        }
        from.clone_from(&git.name);
    }
    Ok(is_good.then_some(Compared { from, to: "the working tree".to_owned(), reviews }))
}

/// Two specs, or the specs of two folders.
fn two(old: &Path, new: &Path, ui: &Ui) -> Result<Option<Compared>, Failure> {
    is_spec(old)?;
    is_spec(new)?;
    let both = [old, new].map(|path| specs::find(&[path.to_owned()]));
    let [of_old, of_new] = both;
    let (of_old, of_new) = (of_old?, of_new?);
    let below = |path: &PathBuf, root: &Path| path.strip_prefix(root).unwrap_or(path).to_owned();
    let pairs: Vec<(Option<PathBuf>, Option<PathBuf>)> = if let ([old], [new]) = (of_old.as_slice(), of_new.as_slice())
    {
        vec![(Some(old.clone()), Some(new.clone()))]
    } else {
        let counterpart = |spec: &PathBuf| of_old.iter().find(|it| below(it, old) == below(spec, new)).cloned();
        let kept = of_new.iter().map(|spec| (counterpart(spec), Some(spec.clone())));
        let gone = of_old.iter().filter(|spec| of_new.iter().all(|it| below(it, new) != below(spec, old)));
        kept.chain(gone.map(|spec| (Some(spec.clone()), None))).collect()
    };
    let mut reviews = Vec::new();
    let mut is_good = true;
    for (old, new) in pairs {
        let name = new.as_deref().or(old.as_deref()).map(shown).unwrap_or_default();
        let side = old.as_deref().map(shown).unwrap_or_default();
        let old = old.map(on_disk).transpose()?;
        let new = new.map(on_disk).transpose()?;
        match compare(old, new, (&side, ui))? {
            Some(review) => reviews.push((name, review)),
            None => is_good = false,
        }
    }
    Ok(is_good.then_some(Compared { from: shown(old), to: shown(new), reviews }))
}

/// The specs below a path, on disk or in the revision.
fn specs_of(path: &Path, git: &Git) -> Result<Vec<PathBuf>, Failure> {
    if path.is_dir() {
        let mut specs = git.specs(path)?;
        match specs::find(&[path.to_owned()]) {
            Ok(found) => specs.extend(found),
            Err(failure) if specs.is_empty() => return Err(failure),
            Err(_) => {}
        }
        specs.sort();
        specs.dedup();
        return Ok(specs);
    }
    if !path.exists() && git.read(path)?.is_none() {
        let message = format!("there is no `{}`, neither on disk nor in {}", shown(path), git.name);
        return Err(Failure::new(message).help("name a spec or a folder, or start with `kiln init`"));
    }
    Ok(vec![path.to_owned()])
}

/// Refuses what is no spec by its name.
fn is_spec(path: &Path) -> Result<(), Failure> {
    let extension = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
    let is_template = ["yaml", "yml", "json", "tf"].contains(&extension);
    if path.is_dir() || !(is_template || Kind::is_document(&shown(path))) {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` is no spec: kiln diff compares specs, not templates or documents", shown(path)))
        .help("name the kiln.toml that the template is made from; its templates and documents are part of the review"))
}

fn on_disk(path: PathBuf) -> Result<Read<'static>, Failure> {
    let files = Box::new(Folder::new(specs::folder(&path)));
    let loaded = specs::load(path)?;
    let lock = loaded.lock_source()?;
    Ok(Read { loaded, lock, files, format: None })
}

/// Reviews one spec. `None` if a side has errors, which are told.
fn compare(old: Option<Read<'_>>, new: Option<Read<'_>>, (from, ui): (&str, &Ui)) -> Result<Option<Review>, Failure> {
    let old = old.map(|read| half(read, None)).transpose();
    let recorded = old.as_ref().ok().and_then(|old| old.as_ref()).map(|old| &old.lock);
    let new = new.map(|read| half(read, recorded)).transpose();
    if let Err(findings) = &old {
        tell(findings, ui);
        ui.note(format!("the old side, {from}, has errors: there is nothing to compare with"));
        ui.note("  help: compare with a revision that `kiln check` passes, by --git REV");
    }
    if let Err(findings) = &new {
        tell(findings, ui);
        ui.note("the new side has errors: `kiln check` finds them too");
    }
    let (Ok(old), Ok(new)) = (old, new) else { return Ok(None) };
    Ok(Some(Review::new(old.as_ref().map(Half::side), new.as_ref().map(Half::side))))
}

fn tell(findings: &Findings, ui: &Ui) {
    findings.iter().for_each(|(report, sources)| ui.diagnostics(report, sources));
}

/// Runs all stages. A spec without a lock file continues the versions of the old side.
fn half(read: Read<'_>, before: Option<&Lock>) -> Result<Half, Findings> {
    let Read { loaded, lock, files, format } = read;
    let Loaded { path: _, spec, report, mut sources } = loaded;
    let (recorded, lock_report, lock_sources) = match lock {
        Some(source) => specs::read_lock(source),
        None => (before.cloned().unwrap_or_default(), Report::new(), Sources::default()),
    };
    let request = Request { spec: &spec, read: report, files: files.as_ref(), recorded: &recorded, format };
    let checked = check(request);
    checked.texts.add_to(&mut sources);
    let source = sources.source().cloned();
    match checked.planned.filter(|_| !lock_report.has_errors()) {
        Some(planned) => {
            let Lowered { plan, target_account, lock, .. } = planned.lowered;
            let lock = lock.unwrap_or(recorded);
            let is_terraform = spec.target.as_deref() == Some(Target::Terraform.word());
            let written = if is_terraform { Target::Terraform } else { Target::CloudFormation };
            let target = format.map_or(written, Format::target);
            Ok(Half { source, texts: checked.texts, plan, target, target_account, lock })
        }
        None => Err(vec![(lock_report, lock_sources), (checked.report, sources)]),
    }
}
