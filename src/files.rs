//! The files that a spec names: read through a small trait, so that a project can also live in memory.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Place, Report, Sources, code};
use crate::matrix::Fanned;
use crate::project::suggest::closest;
use crate::source::{At, NotUtf8, decode};

/// No file that a spec names may be larger, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// Where files are read from. Paths are as in the spec: relative to its folder.
///
/// ```
/// use kiln::files::{Files, InMemory};
///
/// let files = InMemory::default().with("scripts/boot.sh", "#!/bin/sh\n");
/// assert_eq!(files.read("scripts/boot.sh", 1024)?, b"#!/bin/sh\n");
/// // There is no such file, and another one is probably meant.
/// assert!(files.read("scripts/boto.sh", 1024).is_err());
/// assert_eq!(files.beside("scripts/boto.sh"), ["scripts/boot.sh"]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub trait Files {
    /// The content of a file, or of its first `limit` + 1 bytes if it is larger.
    fn read(&self, path: &str, limit: u64) -> io::Result<Vec<u8>>;

    /// The names beside this path, for suggestions.
    fn beside(&self, path: &str) -> Vec<String>;
}

/// The files of a folder on disk.
///
/// ```
/// use kiln::files::Folder;
/// use kiln::source::Source;
/// use kiln::synth::{Request, check};
///
/// let text = std::fs::read_to_string("examples/golden-ami/kiln.toml")?;
/// let (spec, read) = kiln::spec::read(&Source::new("kiln.toml", text));
/// let files = Folder::new("examples/golden-ami");
/// assert!(check(Request { read, ..Request::new(&spec, &files) }).planned.is_some());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder that paths are relative to.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }
}

impl Files for Folder {
    fn read(&self, path: &str, limit: u64) -> io::Result<Vec<u8>> {
        let whole = self.0.join(path);
        let data = std::fs::metadata(&whole)?;
        if data.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // Opening a pipe would wait for somebody to write to it.
        if !data.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        let file = std::fs::File::open(whole)?;
        let mut content = Vec::with_capacity(data.len().min(limit).try_into().unwrap_or_default());
        file.take(limit.saturating_add(1)).read_to_end(&mut content)?;
        Ok(content)
    }

    fn beside(&self, path: &str) -> Vec<String> {
        let folder = Path::new(path).parent().unwrap_or(Path::new(""));
        let Ok(entries) = std::fs::read_dir(self.0.join(folder)) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut paths: Vec<String> = names.map(|name| folder.join(name).to_string_lossy().replace('\\', "/")).collect();
        paths.sort();
        paths
    }
}

/// Files that exist in memory alone, by path.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, synth};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.user_data("boot.sh"));
/// let files = InMemory::default().with("boot.sh", "#!/bin/sh\n");
/// assert!(synth(Request::new(&spec, &files)).output.is_some());
/// ```
#[derive(Debug, Clone, Default)]
pub struct InMemory(BTreeMap<String, Vec<u8>>);

impl InMemory {
    /// With one more file.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        self.0.insert(path.into(), content.into());
        self
    }
}

impl Files for InMemory {
    fn read(&self, path: &str, _: u64) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn beside(&self, _: &str) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

/// The texts of the files that a spec names.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.user_data("boot.sh"));
/// let files = InMemory::default().with("boot.sh", "#!/bin/sh\n");
/// let checked = check(Request::new(&spec, &files));
/// assert_eq!(checked.texts.get("boot.sh"), Some("#!/bin/sh\n"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Texts(BTreeMap<String, String>);

impl Texts {
    /// The text of a file; `None` where it could not be read, which has been reported.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The text of one file.
    pub fn one(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self(BTreeMap::from([(path.into(), text.into())]))
    }

    /// All texts, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Makes the texts known to those who draw diagnostics.
    pub fn add_to(&self, sources: &mut Sources) {
        for (path, text) in &self.0 {
            sources.add(path, text);
        }
    }
}

/// Reads every file that the spec names, reporting those that cannot be read.
#[must_use]
pub fn load(fanned: &Fanned<'_>, files: &dyn Files) -> (Texts, Report) {
    let spec = fanned.spec();
    let (mut texts, mut report) = (Texts::default(), Report::new());
    let component = At::ROOT.key("component");
    for (name, table) in &spec.component {
        if let Some(path) = table.source.as_deref().filter(|source| !source.starts_with("s3://")) {
            let table = component.key(name);
            load_one(path, table.key("source"), files, (&mut texts, &mut report));
        }
    }
    let workflow = At::ROOT.key("workflow");
    for (name, table) in &spec.workflow {
        if let Some(path) = table.source.as_deref().filter(|source| !source.starts_with("s3://")) {
            let table = workflow.key(name);
            load_one(path, table.key("source"), files, (&mut texts, &mut report));
        }
    }
    let pipeline = At::ROOT.key("pipeline");
    for (name, table) in &spec.pipeline {
        let at = pipeline.key(name);
        if let Some(path) = &table.user_data {
            load_one(path, at.key("user-data"), files, (&mut texts, &mut report));
        }
        let dockerfile = table.container.as_ref().and_then(|container| container.dockerfile.as_deref());
        if let Some(path) = dockerfile.filter(|source| !source.starts_with("s3://")) {
            let container = at.key("container");
            load_one(path, container.key("dockerfile"), files, (&mut texts, &mut report));
        }
    }
    (texts, report)
}

fn load_one(path: &str, at: At<'_>, files: &dyn Files, (texts, report): (&mut Texts, &mut Report)) {
    if texts.0.contains_key(path) {
        return;
    }
    if path.trim().is_empty() {
        return report.push(Diagnostic::new(code::BAD_TEXT, "the path is empty").at_value(at, "a path of a file"));
    }
    let content = match files.read(path, MAX_BYTES) {
        Ok(content) => content,
        Err(error) => return report.push(unreadable(path, at, &error, files)),
    };
    if content.len() as u64 > MAX_BYTES {
        let message = format!("`{path}` is larger than {} KiB", MAX_BYTES / 1024);
        return report.push(Diagnostic::new(code::FILE_TOO_LARGE, message).at_value(at, "too large"));
    }
    match decode(content) {
        Ok(text) => _ = texts.0.insert(path.to_owned(), text),
        Err(error) => {
            let (line, column) = error.position();
            let message = format!("`{path}` is not UTF-8 text: at line {line}, column {column} is no character");
            report
                .push(Diagnostic::new(code::FILE_NOT_UTF8, message).at_value(at, "this file").help("save it as UTF-8"));
        }
    }
}

fn unreadable(path: &str, at: At<'_>, error: &io::Error, files: &dyn Files) -> Diagnostic {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            let diagnostic = Diagnostic::new(code::FILE_MISSING, format!("there is no file `{path}`"))
                .at_value(at, "relative to the spec's folder");
            let beside = files.beside(path);
            match closest(path, beside.iter().map(String::as_str)) {
                Some(wanted) => diagnostic.help(format!("did you mean `{wanted}`?")),
                None => diagnostic,
            }
        }
        io::ErrorKind::IsADirectory => {
            Diagnostic::new(code::FILE_UNREADABLE, format!("`{path}` is a folder, not a file")).at_value(at, "a folder")
        }
        _ => Diagnostic::new(code::FILE_UNREADABLE, format!("`{path}` cannot be read: {error}"))
            .at_value(at, "this file"),
    }
}

/// The finding that a file which is looked at by itself is not UTF-8 text; `None` for a spec.
#[must_use]
pub fn not_utf8(file: Option<&str>, error: &NotUtf8) -> Diagnostic {
    let what = file.map_or_else(|| "the spec".to_owned(), |file| format!("`{file}`"));
    let place = Place::Span(error.at..error.at + '\u{fffd}'.len_utf8());
    Diagnostic::new(code::FILE_NOT_UTF8, format!("{what} is not UTF-8 text"))
        .label(file, place, "no character")
        .help("save it as UTF-8")
}
