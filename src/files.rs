//! The files that a spec names: read through a small trait, so that a project can also live in memory.

mod folder;

use std::collections::BTreeMap;
use std::io;

pub use folder::Folder;

use crate::diagnostic::{Diagnostic, Place, Report, Sources, code};
use crate::matrix::Fanned;
use crate::project::suggest::closest;
use crate::source::{At, NotUtf8, decode};

/// No file that a spec names may be larger, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// Where files are read from. Paths are as in the spec: relative to its folder.
///
/// ```
/// use kiln::files::{Files, InMemory, ReadError};
///
/// let files = InMemory::default().with("scripts/boot.sh", "#!/bin/sh\n");
/// assert_eq!(files.read("scripts/boot.sh", &[], 1024)?, b"#!/bin/sh\n");
/// // There is no such file, and another one is probably meant.
/// assert!(matches!(files.read("scripts/boto.sh", &[], 1024), Err(ReadError::Missing)));
/// assert_eq!(files.beside("scripts/boto.sh", &[]), ["scripts/boot.sh"]);
/// # Ok::<(), ReadError>(())
/// ```
pub trait Files {
    /// The content of a file, or of its first `limit` + 1 bytes if it is larger. `folders` are those that the spec names:
    /// files are read from there as well, and from nowhere else outside the repository.
    ///
    /// # Errors
    /// Why there is no content.
    fn read(&self, path: &str, folders: &[String], limit: u64) -> Result<Vec<u8>, ReadError>;

    /// The names beside this path, for suggestions.
    fn beside(&self, path: &str, folders: &[String]) -> Vec<String>;
}

/// Why a file that a spec names is not read.
///
/// ```
/// use kiln::files::{Files, Folder, ReadError};
///
/// let files = Folder::new("examples/golden-ami");
/// assert!(matches!(files.read("/etc/passwd", &[], 1024), Err(ReadError::Outside { .. })));
/// assert!(matches!(files.read("components", &[], 1024), Err(ReadError::IsFolder)));
/// ```
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is none.
    #[error("there is no such file")]
    Missing,
    /// It is a folder.
    #[error("it is a folder, not a file")]
    IsFolder,
    /// It is a pipe, a socket or a device.
    #[error("it is a pipe, a socket or a device, not a file")]
    NotAFile,
    /// It leads out of the repository, or of the spec's folder where there is no repository.
    #[error("it leads out of the {}", if *is_repository { "repository" } else { "spec's folder" })]
    Outside {
        /// Whether the spec is in a repository.
        is_repository: bool,
        /// Where links lead, if that is not what is written.
        target: Option<String>,
    },
    /// It leads into a folder with data of git or of the system, which is never read: `.git`, `/proc`.
    #[error("it leads into `{0}`, which is never read")]
    NeverRead(&'static str),
    /// The system refuses to read it.
    #[error(transparent)]
    Io(io::Error),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            io::ErrorKind::IsADirectory => Self::IsFolder,
            _ => Self::Io(error),
        }
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
    fn read(&self, path: &str, _: &[String], _: u64) -> Result<Vec<u8>, ReadError> {
        self.0.get(path).cloned().ok_or(ReadError::Missing)
    }

    fn beside(&self, _: &str, _: &[String]) -> Vec<String> {
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
    let folders = spec.files.as_ref().map_or(&[][..], |table| &table.folders);
    let mut loader = Loader { files, folders, texts: Texts::default(), report: Report::new() };
    let component = At::ROOT.key("component");
    for (name, table) in &spec.component {
        let at = component.key(name);
        loader.load(table.source.as_deref(), at.key("source"));
    }
    let workflow = At::ROOT.key("workflow");
    for (name, table) in &spec.workflow {
        let at = workflow.key(name);
        loader.load(table.source.as_deref(), at.key("source"));
    }
    let pipeline = At::ROOT.key("pipeline");
    for (name, table) in &spec.pipeline {
        let at = pipeline.key(name);
        loader.load(table.user_data.as_deref(), at.key("user-data"));
        let container = at.key("container");
        let dockerfile = table.container.as_ref().and_then(|container| container.dockerfile.as_deref());
        loader.load(dockerfile, container.key("dockerfile"));
    }
    (loader.texts, loader.report)
}

struct Loader<'a> {
    files: &'a dyn Files,
    /// The folders that the spec names.
    folders: &'a [String],
    texts: Texts,
    report: Report,
}

impl Loader<'_> {
    fn load(&mut self, path: Option<&str>, at: At<'_>) {
        let Some(path) = path.filter(|path| !path.starts_with("s3://") && !self.texts.0.contains_key(*path)) else {
            return;
        };
        match self.text(path, at) {
            Ok(text) => _ = self.texts.0.insert(path.to_owned(), text),
            Err(finding) => self.report.push(*finding),
        }
    }

    fn text(&self, path: &str, at: At<'_>) -> Result<String, Box<Diagnostic>> {
        if path.trim().is_empty() {
            let finding = Diagnostic::new(code::BAD_TEXT, "the path is empty");
            return Err(finding.at_value(at, "a path of a file").into());
        }
        let content = self.files.read(path, self.folders, MAX_BYTES);
        let content = content.map_err(|error| Box::new(self.unreadable(path, at, &error)))?;
        if content.len() as u64 > MAX_BYTES {
            let message = format!("`{path}` is larger than {} KiB", MAX_BYTES / 1024);
            return Err(Diagnostic::new(code::FILE_TOO_LARGE, message).at_value(at, "too large").into());
        }
        decode(content).map_err(|error| {
            let (line, column) = error.position();
            let message = format!("`{path}` is not UTF-8 text: at line {line}, column {column} is no character");
            let finding = Diagnostic::new(code::FILE_NOT_UTF8, message).at_value(at, "this file");
            finding.help("save it as UTF-8").into()
        })
    }

    fn unreadable(&self, path: &str, at: At<'_>, error: &ReadError) -> Diagnostic {
        match error {
            ReadError::Missing => {
                let diagnostic = Diagnostic::new(code::FILE_MISSING, format!("there is no file `{path}`"))
                    .at_value(at, "relative to the spec's folder");
                let beside = self.files.beside(path, self.folders);
                match closest(path, beside.iter().map(String::as_str)) {
                    Some(wanted) => diagnostic.help(format!("did you mean `{wanted}`?")),
                    None => diagnostic,
                }
            }
            ReadError::IsFolder => {
                let message = format!("`{path}` is a folder, not a file");
                Diagnostic::new(code::FILE_UNREADABLE, message).at_value(at, "a folder")
            }
            ReadError::NotAFile => {
                let message = format!("`{path}` is a pipe, a socket or a device, not a file");
                let finding = Diagnostic::new(code::FILE_UNREADABLE, message).at_value(at, "not a file");
                finding.help("write the content to a file, and name that")
            }
            ReadError::Outside { is_repository, target } => {
                let place = if *is_repository { "repository" } else { "spec's folder" };
                let to = target.as_ref().map_or_else(String::new, |target| format!(", to `{target}`"));
                let leads = target.as_deref().unwrap_or(path);
                let folder =
                    leads.rsplit_once('/').map_or("..", |(folder, _)| if folder.is_empty() { "/" } else { folder });
                Diagnostic::new(code::FILE_OUTSIDE, format!("`{path}` leads out of the {place}{to}"))
                    .at_value(at, format!("outside the {place}"))
                    .help(format!(
                        "copy the file into the {place}, or name its folder in `[files]`: `folders = [\"{folder}\"]`"
                    ))
            }
            ReadError::NeverRead(folder) => {
                let message = format!("`{path}` leads into `{folder}`, which is never read");
                let finding = Diagnostic::new(code::FILE_OUTSIDE, message).at_value(at, "not a file of the project");
                finding.help("name a file that is committed")
            }
            ReadError::Io(error) => Diagnostic::new(code::FILE_UNREADABLE, format!("`{path}` cannot be read: {error}"))
                .at_value(at, "this file"),
        }
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
