//! Finding specs and reading them with their locks.

use std::fs;
use std::path::{Path, PathBuf};

use kiln::diagnostic::{Diagnostic, Place, Report, Sources, code};
use kiln::files::{Folder, not_utf8};
use kiln::plan::{KeyNeeds, Lowered, Plan};
use kiln::project::KmsKey;
use kiln::source::{Source, decode};
use kiln::spec::{self, Spec};
use kiln::synth::marker::is_generated;
use kiln::synth::{Basis, Format, Request, check, synth};
use kiln::versions::{Lock, Move};

use crate::commands::check::Denied;
use crate::disk;
use crate::exit::Failure;
use crate::output::Ui;
use crate::runs::Scheduled;

/// No lock file may be larger, in bytes: that are some 100,000 versions.
const MAX_LOCK: u64 = 16 * 1024 * 1024;

/// The file name of a spec that is looked for in folders.
pub const SPEC: &str = "kiln.toml";

/// Folders that hold no specs of their user.
pub const SKIPPED: [&str; 3] = ["target", "node_modules", "vendor"];

/// What was found, with the texts that it is about.
pub type Findings = Vec<(Report, Sources)>;

/// What there is to say about a spec without errors.
#[derive(Default)]
pub struct Notes {
    /// Its pipelines that run by themselves.
    pub scheduled: Vec<Scheduled>,
    /// How many keys need statements for services in their policies.
    pub keys: usize,
}

/// A spec that was read.
pub struct Loaded {
    /// Where it stands.
    pub path: PathBuf,
    /// What was read of it.
    pub spec: Spec,
    /// What was found on the way.
    pub report: Report,
    /// The text, for those who draw what was found.
    pub sources: Sources,
}

impl Loaded {
    /// The folder that its paths are relative to.
    fn folder(&self) -> &Path {
        folder(&self.path)
    }

    /// Finds everything that is wrong with it, and which of its pipelines run by themselves.
    pub fn check(mut self, format: Option<Format>, verbose: bool) -> Result<(Findings, Notes), Failure> {
        let source = self.lock_source()?;
        let is_missing = source.is_none();
        let (recorded, mut lock_report, mut lock_sources) = source.map(read_lock).unwrap_or_default();
        let files = Folder::new(self.folder());
        let request = Request { spec: &self.spec, read: self.report, files: &files, recorded: &recorded, format };
        let checked = check(request);
        checked.texts.add_to(&mut self.sources);
        if is_missing && checked.planned.as_ref().is_some_and(|planned| !planned.lowered.moves.is_empty()) {
            (lock_report, lock_sources) = missing_lock(&self.path);
        }
        let pipelines = checked.planned.iter().flat_map(|planned| &planned.project.pipelines);
        let scheduled = pipelines.filter_map(Scheduled::of).collect();
        let keys = checked.planned.iter().flat_map(|planned| &planned.lowered.keys);
        // What an alias names may be made elsewhere, with its policy: that is told on request.
        let keys =
            keys.filter(|needs| needs.is_used_by_services() && (verbose || !matches!(needs.key, KmsKey::Alias(_))));
        let keys = keys.count();
        let scheduled = Notes { scheduled, keys };
        Ok((told([(lock_report, lock_sources), (checked.report, self.sources)]), scheduled))
    }

    /// Runs all stages on it, and keeps the plan and the spec that it was made from.
    pub fn plan(mut self, format: Option<Format>) -> Result<(Worked, Option<Planned>), Failure> {
        let source = self.lock_source()?;
        let lock_text = source.as_ref().map(|source| source.text.to_string());
        let (recorded, mut lock_report, mut lock_sources) = source.map(read_lock).unwrap_or_default();
        let files = Folder::new(self.folder());
        let request = Request { spec: &self.spec, read: self.report, files: &files, recorded: &recorded, format };
        let synthesis = synth(request);
        synthesis.texts.add_to(&mut self.sources);
        let mut planned = None;
        let ready = synthesis.output.filter(|_| !lock_report.has_errors()).map(|output| {
            let output = output.from_spec(&self.path.file_name().unwrap_or_default().to_string_lossy());
            let Lowered { plan, target_account: _, keys, lock, moves, report: _ } = output.lowered;
            if lock_text.is_none() && !moves.is_empty() {
                (lock_report, lock_sources) = missing_lock(&self.path);
            }
            let lock = lock.filter(|lock| *lock != recorded);
            let (project, format) = (plan.name.clone(), output.format);
            let (text, target_account) = (output.text, output.target_account);
            let pipelines = self.spec.pipeline.keys().cloned().collect();
            let source = self.sources.source().cloned();
            planned = Some(Planned { spec: self.spec, plan, source, recorded: recorded.clone() });
            Ready { project, format, text, target_account, pipelines, keys, lock, moves }
        });
        let worked = Worked {
            lock_path: self.path.with_extension("lock"),
            path: self.path,
            lock_text,
            findings: told([(lock_report, lock_sources), (synthesis.report, self.sources)]),
            ready,
        };
        Ok((worked, planned))
    }

    /// The text of the lock, if there is one.
    pub fn lock_source(&self) -> Result<Option<Source>, Failure> {
        let path = self.path.with_extension("lock");
        Ok(lock_text(&path)?.map(|text| Source::new(shown(&path), text)))
    }
}

/// The text of a lock file; `None` if there is no file.
pub fn lock_text(path: &Path) -> Result<Option<String>, Failure> {
    let there = fs::symlink_metadata(path).is_ok();
    if !there || (fs::read_link(path).is_ok() && !path.exists()) {
        return Ok(None);
    }
    let content = disk::read(path, MAX_LOCK)?;
    if content.len() as u64 > MAX_LOCK {
        return Err(Failure::new(format!("`{}` is larger than {} MiB", shown(path), MAX_LOCK >> 20))
            .help("restore it from your repository"));
    }
    String::from_utf8(content).map(Some).map_err(|_| {
        Failure::new(format!("`{}` is not UTF-8 text", shown(path))).help("restore it from your repository")
    })
}

/// A warning where a template was generated and its lock is missing: versions would start again.
fn missing_lock(spec: &Path) -> (Report, Sources) {
    let lock = shown(&spec.with_extension("lock"));
    let mut report = Report::new();
    let formats = [Format::Yaml, Format::Json, Format::Hcl, Format::TfJson];
    let generated = formats.into_iter().find_map(|format| {
        let path = beside(spec).join(format.file_name());
        let text = disk::read(&path, disk::HEAD).ok()?;
        is_generated(&String::from_utf8_lossy(&text), format).then(|| shown(&path))
    });
    if let Some(template) = generated {
        let message = format!("`{template}` was generated before, and `{lock}` is missing: versions start again");
        report.push(
            Diagnostic::new(code::LOCK_MISSING, message)
                .label(None, Place::File, "")
                .help(format!("restore it, such as with `git checkout HEAD -- {lock}`")),
        );
    }
    (report, Sources::spec(Source::new(lock, "")))
}

/// `kiln.toml` has its templates beside it; `web.toml` in a folder `web`, so that specs can lie side by side.
pub fn beside(spec: &Path) -> PathBuf {
    let folder = folder(spec);
    match spec.file_stem().and_then(|stem| stem.to_str()) {
        None | Some("kiln") => folder.to_owned(),
        Some(stem) => folder.join(stem),
    }
}

/// Where there is something to tell.
fn told(findings: [(Report, Sources); 2]) -> Findings {
    findings.into_iter().filter(|(report, _)| !report.is_empty()).collect()
}

/// Reads the text of a lock.
pub fn read_lock(source: Source) -> (Lock, Report, Sources) {
    let (lock, report) = Lock::read(&source);
    (lock, report, Sources::spec(source))
}

/// A plan, and the spec that it was made from.
#[cfg_attr(not(feature = "deploy"), allow(dead_code, reason = "only deployments look at them"))]
pub struct Planned {
    /// The spec.
    pub spec: Spec,
    /// The plan.
    pub plan: Plan,
    /// The spec's text.
    pub source: Option<Source>,
    /// The versions on record.
    pub recorded: Lock,
}

/// A spec that went through all stages.
pub struct Worked {
    /// Where it stands.
    pub path: PathBuf,
    /// Its lock file: `kiln.lock` for `kiln.toml`.
    pub lock_path: PathBuf,
    /// The text of the lock that the versions continue, if there was one.
    pub lock_text: Option<String>,
    /// What was found, with the texts that it is about.
    pub findings: Findings,
    /// What is to be written, if there was no error.
    pub ready: Option<Ready>,
}

/// Findings with warnings as errors, if they are denied.
pub fn denying(denied: Option<Denied>, findings: Findings) -> Findings {
    match denied {
        Some(Denied::Warnings) => {
            findings.into_iter().map(|(report, sources)| (report.deny_warnings(), sources)).collect()
        }
        None => findings,
    }
}

/// What is left of a spec once its template is made. With a thousand specs in one call, only this is kept of each.
pub struct Ready {
    /// The project's name.
    pub project: String,
    /// What `text` is written in.
    pub format: Format,
    /// The template.
    pub text: String,
    /// The template of the accounts that images are copied to.
    pub target_account: Option<String>,
    /// The names of its pipelines.
    pub pipelines: Vec<String>,
    /// What the policies of its keys need.
    pub keys: Vec<KeyNeeds>,
    /// The lock, if it is not what is on record.
    pub lock: Option<Lock>,
    /// The versions that moved.
    pub moves: Vec<Move>,
}

/// The folder of a file; `.` for a bare name.
pub fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// A path as it is shown: relative to the working directory if it is below, with forward slashes.
pub fn shown(path: &Path) -> String {
    let here = if path.is_absolute() { std::env::current_dir().ok() } else { None };
    let path = here.and_then(|here| path.strip_prefix(here).ok()).filter(|path| *path != Path::new("")).unwrap_or(path);
    let text = path.to_string_lossy().replace('\\', "/");
    text.strip_prefix("./").map(str::to_owned).unwrap_or(text)
}

/// Finds the specs that are meant: files as they are, folders searched for `kiln.toml`; the current folder otherwise.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    if paths.is_empty() {
        let here = PathBuf::from(SPEC);
        return match here.exists() {
            true => Ok(vec![here]),
            false => Err(Failure::new(format!("there is no `{SPEC}` in this folder"))
                .help("name a spec or a folder, or start with `kiln init`")),
        };
    }
    let mut specs = Vec::new();
    for path in paths {
        let data = fs::metadata(path).map_err(|error| Failure::file("read", path, &error))?;
        if data.is_dir() {
            let before = specs.len();
            search(path, &mut specs)?;
            if specs.len() == before {
                return Err(Failure::new(format!("there is no `{SPEC}` in or below `{}`", path.display())));
            }
        } else {
            specs.push(path.clone());
        }
    }
    // Only several arguments can name one spec twice.
    if paths.len() > 1 {
        let mut seen = std::collections::BTreeSet::new();
        specs.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    }
    Ok(specs)
}

/// The one spec that is meant, by a command that takes no more.
pub fn one(path: Option<&Path>) -> Result<PathBuf, Failure> {
    let paths: Vec<PathBuf> = path.into_iter().map(Path::to_owned).collect();
    let mut found = find(&paths)?;
    match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(only),
        (_, others) => Err(Failure::new(format!("this takes one spec, and there are {}", others + 1))
            .help("name one of them: the folder of its `kiln.toml`, or the file")),
    }
}

/// The same, checked: what was found is shown, and nothing comes of a spec with errors.
pub fn checked(path: Option<&Path>, ui: &Ui) -> Result<(PathBuf, Option<Basis>), Failure> {
    let path = one(path)?;
    let mut loaded = load(path.clone())?;
    let files = Folder::new(folder(&path));
    let checked = check(Request { read: loaded.report, ..Request::new(&loaded.spec, &files) });
    checked.texts.add_to(&mut loaded.sources);
    ui.diagnostics(&checked.report, &loaded.sources);
    Ok((path, checked.planned))
}

fn search(folder: &Path, specs: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::file("read", folder, &error))?;
    let mut entries: Vec<fs::DirEntry> = entries.filter_map(Result::ok).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        // A link to a folder may lead back to where it stands, so none is followed.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let is_skipped = SKIPPED.iter().any(|skipped| name == *skipped);
            if !is_skipped && !name.as_encoded_bytes().starts_with(b".") {
                search(&entry.path(), specs)?;
            }
        } else if name == SPEC {
            specs.push(entry.path());
        }
    }
    Ok(())
}

/// Reads a spec. Faults of its text are found, not failed on.
pub fn load(path: PathBuf) -> Result<Loaded, Failure> {
    let content = disk::read(&path, spec::MAX_BYTES as u64)?;
    let name = shown(&path);
    if content.len() > spec::MAX_BYTES {
        let size = fs::metadata(&path).map_or(content.len() as u64, |data| data.len());
        let report = spec::too_large(size);
        return Ok(Loaded { path, spec: Spec::default(), report, sources: Sources::spec(Source::new(name, "")) });
    }
    Ok(parse(path, name, content))
}

/// Reads the content of a spec. `name` is what findings call it.
pub fn parse(path: PathBuf, name: String, content: Vec<u8>) -> Loaded {
    match decode(content) {
        Ok(text) => {
            let source = Source::new(name, text);
            let (spec, report) = spec::read(&source);
            Loaded { path, spec, report, sources: Sources::spec(source) }
        }
        Err(error) => {
            let mut report = Report::new();
            report.push(not_utf8(None, &error));
            Loaded { path, spec: Spec::default(), report, sources: Sources::spec(Source::new(name, error.text)) }
        }
    }
}
