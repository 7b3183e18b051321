//! `kiln.lock`: which version has which content.
//!
//! The file merges well: entries are sorted, each is a group of lines, and nothing in it depends on when it was made.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use toml::de::DeTable;

use super::Hash;
use crate::diagnostic::{Diagnostic, Place, Report, code};
use crate::project::Version;
use crate::source::{At, FieldPath, Source};

/// The versions on record: all that there ever were.
///
/// ```
/// use kiln::source::Source;
/// use kiln::versions::{Kind, Lock};
///
/// let entry = "[[recipe]]\nname = \"web\"\nversion = \"1.0.3\"";
/// let text = format!("format = 1\n{entry}\nsha256 = \"{}\"\n", "0123abcd".repeat(8));
/// let (lock, report) = Lock::read(&Source::new("kiln.lock", text));
/// let versions = lock.versions(Kind::Recipe, "web").map(|(version, _)| version.to_string());
/// assert!(report.is_empty());
/// assert_eq!(versions.collect::<Vec<_>>(), ["1.0.3"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lock(BTreeMap<(Kind, String), BTreeMap<Version, Hash>>);

/// What has versions.
///
/// ```
/// use kiln::versions::{Kind, Lock};
///
/// // Components and recipes of one name have versions of their own.
/// let kinds = [Kind::Component, Kind::Recipe, Kind::Workflow];
/// assert_eq!(kinds.map(Kind::word), ["component", "recipe", "workflow"]);
/// assert!(kinds.iter().all(|kind| Lock::EMPTY.versions(*kind, "web").next().is_none()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A component.
    Component,
    /// A recipe.
    Recipe,
    /// A workflow.
    Workflow,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Recipe => "recipe",
            Self::Workflow => "workflow",
        }
    }
}

/// The format that is written, and the only one that is read.
const FORMAT: i64 = 1;

const HEADER: &str = "\
# The versions of this project's components, recipes and workflows, and the hash of what each is.
# Written by `kiln synth`. Commit it: a version that was deployed must never be given to other content.
";

/// The tables of the file.
mod file {
    #![allow(
        dead_code,
        unreachable_pub,
        reason = "`table!` also makes builder methods, and a lock file is not built by hand"
    )]

    use crate::table::table;

    table! {
        /// A lock file.
        File {
            /// The format of the file.
            one "format" format: i64,
            /// Components.
            list "component" component: Line,
            /// Recipes.
            list "recipe" recipe: Line,
            /// Workflows.
            list "workflow" workflow: Line,
        }
    }

    table! {
        /// A version on record.
        Line {
            /// The physical name.
            one "name" name: String,
            /// The version.
            one "version" version: String,
            /// The hash of its content.
            one "sha256" sha256: String,
        }
    }
}

impl Lock {
    /// Nothing on record.
    pub const EMPTY: Self = Self(BTreeMap::new());

    /// Reads a lock file.
    #[must_use]
    pub fn read(source: &Source) -> (Self, Report) {
        let mut report = Report::new();
        let (table, errors) = DeTable::parse_recoverable(&source.text);
        // The file is written by kiln: one fault has spoiled it, and the first place shows which.
        if let Some(error) = errors.first() {
            report.push(not_toml(error, &source.text));
            return (Self::default(), report);
        }
        let mut read = Report::new();
        let file = file::File::read_table(table.get_ref(), At::ROOT, &mut read);
        if file.format != Some(FORMAT) {
            let message = format!("the lock file is not of format {FORMAT}");
            let help = "use the kiln that wrote it, or restore it from your repository";
            report.push(unreadable(&message, Place::Value(At::ROOT.key("format").path())).help(help));
            return (Self::default(), report);
        }
        report.extend(read);
        let mut lock = Self::default();
        let mut places = BTreeMap::new();
        let tables =
            [(Kind::Component, &file.component), (Kind::Recipe, &file.recipe), (Kind::Workflow, &file.workflow)];
        for (kind, lines) in tables {
            let list = At::ROOT.key(kind.word());
            for (index, line) in lines.iter().enumerate() {
                let version = line.version.as_deref().and_then(|text| Version::parse(text).ok());
                let hash = line.sha256.as_deref().and_then(Hash::parse);
                match (&line.name, version, hash) {
                    (Some(name), Some(version), Some(hash)) => {
                        let place = list.index(index).key("sha256").path();
                        let first = places.entry((kind, name, version)).or_insert_with(|| place.clone());
                        if lock.versions(kind, name).any(|(other, known)| other == version && *known != hash) {
                            report.push(conflict((kind, name, version), [first.clone(), place]));
                        }
                        lock.record(kind, name, version, hash);
                    }
                    _ => {
                        let place = Place::Key(list.index(index).path());
                        let help = "restore the file from your repository";
                        report.push(unreadable("an entry needs a name, a version and a sha256", place).help(help));
                    }
                }
            }
        }
        (lock, report)
    }

    /// All versions of a component or recipe with the hash of each, in order.
    pub fn versions(&self, kind: Kind, name: &str) -> impl DoubleEndedIterator<Item = (Version, &Hash)> {
        self.0.get(&(kind, name.to_owned())).into_iter().flatten().map(|(version, hash)| (*version, hash))
    }

    /// The names of all components, recipes or workflows that ever had a version, in order.
    pub fn names(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.0.keys().filter(move |(of, _)| *of == kind).map(|(_, name)| name.as_str())
    }

    /// Records a version.
    pub fn record(&mut self, kind: Kind, name: &str, version: Version, hash: Hash) {
        self.0.entry((kind, name.to_owned())).or_default().insert(version, hash);
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}format = {FORMAT}")?;
        for ((kind, name), versions) in &self.0 {
            for (version, hash) in versions {
                // A physical name holds nothing that TOML would escape.
                let kind = kind.word();
                write!(f, "\n[[{kind}]]\nname = \"{name}\"\nversion = \"{version}\"\nsha256 = \"{hash}\"\n")?;
            }
        }
        Ok(())
    }
}

/// Reads the text of a lock file.
///
/// ```
/// use kiln::versions::Lock;
///
/// let lock: Lock = "format = 1\n".parse().expect("a lock with nothing on record");
/// assert_eq!(lock.to_string().parse::<Lock>(), Ok(lock));
/// assert!("format = 2\n".parse::<Lock>().is_err());
/// ```
impl FromStr for Lock {
    type Err = Report;

    fn from_str(text: &str) -> Result<Self, Report> {
        let (lock, report) = Self::read(&Source::new("kiln.lock", text));
        if report.has_errors() { Err(report) } else { Ok(lock) }
    }
}

fn unreadable(message: &str, place: Place) -> Diagnostic {
    Diagnostic::new(code::LOCK_UNREADABLE, message).label(None, place, "")
}

/// Two branches gave one version to two contents, and their merge kept both.
fn conflict((kind, name, version): (Kind, &str, Version), [first, second]: [FieldPath; 2]) -> Diagnostic {
    let message = format!("{} `{name}` {version} has two contents", kind.word());
    Diagnostic::new(code::LOCK_CONFLICT, message)
        .label(None, Place::Value(second), "another content here")
        .label(None, Place::Value(first), "one content here")
        .help(format!(
            "delete the entry of {version} that was not deployed, then run `kiln synth`: its content gets the next version"
        ))
}

/// A merge that Git left to people is the usual reason.
fn not_toml(error: &toml::de::Error, text: &str) -> Diagnostic {
    let place = Place::Span(error.span().unwrap_or(0..0));
    match text.find("<<<<<<<") {
        Some(start) => unreadable("the lock file has a merge conflict", Place::Span(start..start + 7))
            .help("take the side of the merge conflict that was deployed, then run `kiln synth`"),
        None => Diagnostic::new(code::LOCK_UNREADABLE, "the lock file is not valid TOML")
            .label(None, place, error.message())
            .help("restore it from your repository"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_read_as_it_was_written() {
        let hash = Hash::parse(&"ab".repeat(32)).unwrap();
        let mut lock = Lock::default();
        let version = Version::parse("1.2.3").unwrap();
        lock.record(Kind::Recipe, "web", version, hash.clone());
        lock.record(Kind::Component, "nginx", version, hash);
        let text = lock.to_string();
        let (read, report) = Lock::read(&Source::new("kiln.lock", text.as_str()));
        assert_eq!((read, report), (lock, Report::new()));
        assert!(text.find("nginx") < text.find("web"));
    }

    #[test]
    fn a_version_with_two_contents_is_refused_and_one_that_is_listed_twice_is_not() {
        let entry =
            |hash: &str| format!("[[recipe]]\nname = \"web\"\nversion = \"1.0.1\"\nsha256 = \"{}\"\n", hash.repeat(32));
        let read = |second: &str| {
            let text = format!("format = 1\n{}{}", entry("ab"), entry(second));
            Lock::read(&Source::new("kiln.lock", text)).1
        };
        assert!(read("ab").is_empty());
        let codes: Vec<_> = read("cd").iter().map(|found| found.code).collect();
        assert_eq!(codes, [code::LOCK_CONFLICT]);
    }

    #[test]
    fn what_is_no_lock_is_refused() {
        for text in ["", "format = 2", "<<<<<<< HEAD", "format = 1\n[[recipe]]\nname = \"x\""] {
            assert!(Lock::read(&Source::new("kiln.lock", text)).1.has_errors(), "{text}");
        }
    }
}
