//! What is wrong with a spec, or suspicious: plain data, worded by the rule that found it.
//!
//! A diagnostic holds no position and no layout. [`mod@format`] writes it for people and for programs; all formats look places up
//! through [`Sources`]. To add a kind of diagnostic, add a [`code`] and word it where it is found.

pub mod code;
pub mod comment;
pub mod explain;
pub mod fix;
pub mod format;
pub mod github;
pub mod gitlab;
pub(crate) mod hidden;
pub mod json;
pub mod junit;
pub mod place;
mod report;
pub mod sarif;
pub mod text;

use std::ops::Range;

pub use code::{Basis, Code};
pub use place::{Located, Sources};
pub use report::Report;

use crate::source::{At, FieldPath, floor_char_boundary};

/// Whether a diagnostic stops kiln.
///
/// ```
/// use kiln::diagnostic::{Severity, code};
/// use kiln::source::Source;
///
/// let (_, report) = kiln::spec::read(&Source::new("kiln.toml", "naem = \"web\""));
/// let worst = report.iter().map(|found| found.code.severity).min();
/// assert_eq!(worst.map(Severity::word), Some("error"));
/// assert_eq!(code::UNUSED.severity, Severity::Warning);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is written.
    Error,
    /// Work goes on.
    Warning,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One finding.
///
/// ```
/// use kiln::diagnostic::{Diagnostic, Report, code};
/// use kiln::source::At;
///
/// let found = Diagnostic::new(code::MISSING_KEY, "the project has no tag `team`")
///     .at_key(At::ROOT.key("tags"), "")
///     .help("add it: the bill is split by teams");
/// let report: Report = [found].into_iter().collect();
/// assert!(report.has_errors());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// Which kind of finding.
    pub code: Code,
    /// What is wrong, with what the user wrote in backticks.
    pub message: String,
    /// The places concerned; the first is where it is shown.
    pub labels: Vec<Label>,
    /// What is allowed, and what to do next.
    pub help: Vec<String>,
    /// The field that has no value because of this, so that nobody calls it missing.
    pub spoiled: Option<FieldPath>,
    /// The key or the word that the first place should have instead, where that is beyond much doubt: see [`fix`].
    pub fix: Option<String>,
    /// Whether the spec made a warning of it.
    pub downgraded: bool,
    /// A place, and the text to write there instead of what is there: where only one text can be right. See [`fix`].
    pub edit: Option<Label>,
}

/// A place and what there is to say about it.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").instance_type("m7i.large");
/// let spec = Spec::named("web").pipeline("web", web.component("aws:update-linux"));
/// let report = check(Request::new(&spec, &InMemory::default())).report;
/// let mut labels = report.iter().flat_map(|found| &found.labels);
/// assert!(labels.any(|label| label.text == "the base" && label.file.is_none()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    /// The file, if it is not the spec.
    pub file: Option<String>,
    /// Where in it.
    pub place: Place,
    /// A short phrase; may be empty.
    pub text: String,
}

/// Where something stands.
///
/// ```
/// use kiln::diagnostic::{Diagnostic, Place, code};
/// use kiln::source::At;
///
/// let name = At::ROOT.key("name");
/// let found = Diagnostic::new(code::BAD_NAME, "`web` is taken").at_value(name, "by another team");
/// let Place::Value(field) = &found.labels[0].place else { panic!("it is at a value") };
/// assert_eq!(field.to_string(), "name");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// The file as a whole.
    File,
    /// A range of bytes.
    Span(Range<usize>),
    /// A field of the spec: its name.
    Key(FieldPath),
    /// A field of the spec: its value.
    Value(FieldPath),
    /// A piece of a string in the spec, by its bytes.
    Within(FieldPath, Range<usize>),
}

impl Diagnostic {
    /// A finding without a place yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: brief(message.into()),
            labels: Vec::new(),
            help: Vec::new(),
            spoiled: None,
            fix: None,
            downgraded: false,
            edit: None,
        }
    }

    /// Adds a place.
    #[must_use]
    pub fn label(mut self, file: Option<&str>, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { file: file.map(str::to_owned), place, text: brief(text.into()) });
        self
    }

    /// Adds the place of a field's name.
    #[must_use]
    pub fn at_key(self, at: At<'_>, text: impl Into<String>) -> Self {
        self.label(None, Place::Key(at.path()), text)
    }

    /// Adds the place of a field's value.
    #[must_use]
    pub fn at_value(self, at: At<'_>, text: impl Into<String>) -> Self {
        self.label(None, Place::Value(at.path()), text)
    }

    /// Adds what is allowed, or what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(brief(text.into()));
        self
    }

    /// Says what the first place should have instead.
    #[must_use]
    pub fn fix(mut self, text: Option<impl Into<String>>) -> Self {
        self.fix = text.map(Into::into);
        self
    }

    /// Says what to write at a place of the spec.
    #[must_use]
    pub fn edit(mut self, place: Place, text: impl Into<String>) -> Self {
        self.edit = Some(Label { file: None, place, text: text.into() });
        self
    }

    /// Makes a warning of it: the service takes it.
    #[must_use]
    pub fn warns(mut self) -> Self {
        self.code.severity = Severity::Warning;
        self
    }

    /// Says which field has no value because of this.
    #[must_use]
    pub fn spoils(mut self, field: FieldPath) -> Self {
        self.spoiled = Some(field);
        self
    }

    /// Whether it stops kiln.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code.severity == Severity::Error
    }
}

/// No text of a finding is longer, in bytes: the beginning and the end of a longer one say enough.
const LONGEST: usize = 4096;

/// A text without its middle, if it is long.
fn brief(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let start = floor_char_boundary(&text, LONGEST / 2);
    let end = floor_char_boundary(&text, text.len() - LONGEST / 4);
    format!("{}…{}", &text[..start], &text[end..])
}
