//! From the places of diagnostics to lines and columns.

use std::ops::Range;

use indexmap::IndexMap;

use super::{Diagnostic, Label, Place, Report};
use crate::source::{FieldPath, Lines, Locator, Source};

/// The texts that diagnostics speak of: the spec, if there is a text of it, and the files that it names.
///
/// ```
/// use kiln::diagnostic::Sources;
/// use kiln::source::Source;
///
/// let mut sources = Sources::spec(Source::new("images/kiln.toml", "name = \"web\""));
/// sources.add("components/nginx.yaml", "schemaVersion: 1.0\n");
/// let names: Vec<&str> = sources.texts().map(|(name, _)| name).collect();
/// assert_eq!(names, ["images/kiln.toml", "images/components/nginx.yaml"]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Sources {
    spec: Option<Source>,
    /// By the path in the spec: the path as it is shown, and the text.
    files: IndexMap<String, (String, String)>,
}

/// A label with its place found.
///
/// ```
/// use kiln::diagnostic::Sources;
/// use kiln::source::Source;
///
/// let source = Source::new("kiln.toml", "name = \"web\"\npipelin = {}\n");
/// let (_, report) = kiln::spec::read(&source);
/// let sources = Sources::spec(source);
/// let located = sources.locate(&report);
/// let (_, labels) = &located[0];
/// assert_eq!((labels[0].file, labels[0].position), (Some("kiln.toml"), Some((2, 1))));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<'a> {
    /// The file's name; `None` for a spec that was built in code.
    pub file: Option<&'a str>,
    /// The file's text, if it can be shown.
    pub text: Option<&'a str>,
    /// The bytes concerned.
    pub span: Option<Range<usize>>,
    /// Line and column, counted from 1.
    pub position: Option<(usize, usize)>,
    /// Line and column of what follows the place.
    pub end: Option<(usize, usize)>,
    /// The field of the spec, if it is one.
    pub field: Option<&'a FieldPath>,
    /// What there is to say about it.
    pub label: &'a str,
}

impl Sources {
    /// Only the spec.
    #[must_use]
    pub fn spec(source: Source) -> Self {
        Self { spec: Some(source), files: IndexMap::new() }
    }

    /// The spec, if there is a text of it.
    #[must_use]
    pub fn source(&self) -> Option<&Source> {
        self.spec.as_ref()
    }

    /// All texts: the name that each is shown by, and the text.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let spec = self.spec.iter().map(|spec| (spec.name.as_str(), spec.text.as_str()));
        spec.chain(self.files.values().map(|(name, text)| (name.as_str(), text.as_str())))
    }

    /// Adds a file that the spec names.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) {
        let name = name.into();
        // Paths in a spec are relative to its folder; what is shown is relative to where the spec's name is.
        let folder = self.spec.as_ref().and_then(|spec| spec.name.rsplit_once('/')).map(|(folder, _)| folder);
        let shown = match folder {
            Some(folder) if !name.starts_with('/') => format!("{folder}/{name}"),
            _ => name.clone(),
        };
        self.files.insert(name, (shown, text.into()));
    }

    /// The findings with their labels located, in the order of their places.
    #[must_use]
    pub fn locate<'a>(&'a self, report: &'a Report) -> Vec<(&'a Diagnostic, Vec<Located<'a>>)> {
        if report.is_empty() {
            return Vec::new();
        }
        let known = self.known();
        let mut located: Vec<_> = report
            .iter()
            .map(|diagnostic| {
                (diagnostic, diagnostic.labels.iter().map(|label| known.locate(label)).collect::<Vec<_>>())
            })
            .collect();
        located.sort_by_cached_key(|(diagnostic, labels)| {
            let file = diagnostic.labels.first().and_then(|label| label.file.as_deref());
            (file.and_then(|file| self.files.get_index_of(file)), labels.first().and_then(|label| label.position))
        });
        located.extend(report.rest().map(|rest| (rest, rest.labels.iter().map(|label| known.locate(label)).collect())));
        located
    }

    /// The findings that say what to write where: each with that place.
    pub(super) fn edits<'a>(&'a self, report: &'a Report) -> Vec<Located<'a>> {
        let edits = report.iter().filter_map(|diagnostic| diagnostic.edit.as_ref());
        let known = self.known();
        edits.map(|edit| known.locate(edit)).collect()
    }

    /// A place of these texts.
    pub(super) fn place<'a>(&'a self, label: &'a Label) -> Located<'a> {
        self.known().locate(label)
    }

    fn known(&self) -> Known<'_> {
        let spec = self.spec.as_ref();
        Known {
            spec: spec
                .map(|spec| (spec.name.as_str(), spec.text.as_str(), Locator::new(&spec.text), Lines::new(&spec.text))),
            files: self
                .files
                .iter()
                .map(|(path, (shown, text))| (path.as_str(), (shown.as_str(), text.as_str(), Lines::new(text))))
                .collect(),
        }
    }
}

/// The texts with what is needed to find places in them.
struct Known<'a> {
    spec: Option<(&'a str, &'a str, Locator<'a>, Lines<'a>)>,
    /// By the path in the spec.
    files: IndexMap<&'a str, (&'a str, &'a str, Lines<'a>)>,
}

impl<'a> Known<'a> {
    fn locate(&self, label: &'a Label) -> Located<'a> {
        let spec = self.spec.as_ref();
        let (file, text, lines) = match &label.file {
            Some(path) => match self.files.get(path.as_str()) {
                Some((shown, text, lines)) => (Some(*shown), Some(*text), Some(lines)),
                None => (Some(path.as_str()), None, None),
            },
            None => (spec.map(|spec| spec.0), spec.map(|spec| spec.1), spec.map(|spec| &spec.3)),
        };
        let locator = spec.map(|spec| &spec.2);
        let (span, field) = match &label.place {
            Place::File => (None, None),
            Place::Span(span) => (Some(span.clone()), None),
            Place::Key(path) => (locator.and_then(|locator| locator.key(path)), Some(path)),
            Place::Value(path) => (locator.and_then(|locator| locator.value(path)), Some(path)),
            Place::Within(path, piece) => (locator.and_then(|locator| locator.within(path, piece)), Some(path)),
        };
        let ends = span.as_ref().zip(lines).map(|(span, lines)| (lines.position(span.start), lines.position(span.end)));
        let (position, end) = ends.unzip();
        Located { file, text, span, position, end, field, label: &label.text }
    }
}
