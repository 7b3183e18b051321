//! From the places of diagnostics to lines and columns.

use std::ops::Range;

use indexmap::IndexMap;

use super::{Diagnostic, Label, Place, Report};
use crate::source::{FieldPath, Locator, Source, line_and_column};

/// The texts that diagnostics speak of: the spec, if there is a text of it, and the files that it names.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    spec: Option<Source>,
    files: IndexMap<String, String>,
}

/// A label with its place found.
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

    /// Adds a file that the spec names.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.files.insert(name.into(), text.into());
    }

    /// The findings with their labels located, in the order of their places.
    #[must_use]
    pub fn locate<'a>(&'a self, report: &'a Report) -> Vec<(&'a Diagnostic, Vec<Located<'a>>)> {
        let locator = self.spec.as_ref().map(|spec| Locator::new(&spec.text));
        let mut located: Vec<_> = report
            .iter()
            .map(|diagnostic| {
                let labels: Vec<_> =
                    diagnostic.labels.iter().map(|label| self.locate_label(label, locator.as_ref())).collect();
                (diagnostic, labels)
            })
            .collect();
        located.sort_by_key(|(_, labels)| {
            labels.first().map(|label| (label.file.is_some_and(|file| self.files.contains_key(file)), label.position))
        });
        located
    }

    fn locate_label<'a>(&'a self, label: &'a Label, locator: Option<&Locator<'_>>) -> Located<'a> {
        let spec = self.spec.as_ref();
        let (file, text) = match &label.file {
            Some(file) => (Some(file.as_str()), self.files.get(file).map(String::as_str)),
            None => (spec.map(|spec| spec.name.as_str()), spec.map(|spec| spec.text.as_str())),
        };
        let (span, field) = match &label.place {
            Place::File => (None, None),
            Place::Span(span) => (Some(span.clone()), None),
            Place::Key(path) => (locator.and_then(|locator| locator.key(path)), Some(path)),
            Place::Value(path) => (locator.and_then(|locator| locator.value(path)), Some(path)),
            Place::Within(path, piece) => (locator.and_then(|locator| locator.within(path, piece)), Some(path)),
        };
        let position = match (&span, text) {
            (Some(span), Some(text)) => Some(line_and_column(text, span.start)),
            _ => None,
        };
        Located { file, text, span, position, field, label: &label.text }
    }
}
