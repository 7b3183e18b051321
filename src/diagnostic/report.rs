//! The findings of a run. Of a text with very many faults the first are kept and the rest are counted: no text can make
//! kiln fill the memory with them.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::comment::Comment;
use super::{Code, Diagnostic, Place, Severity, code};
use crate::source::{FieldPath, FieldPaths};

/// So many errors of one run are kept, and so many findings are listed in the end.
const MOST: usize = 2_000;

/// So many warnings are kept: the spec may suppress some of them.
const MOST_WARNINGS: usize = 10 * MOST;

/// The findings of a run, in the order in which they were made, each once.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Component, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let unused = Component::new().build(["dnf -y install nginx"]).platform("linux");
/// let spec = Spec::named("web").pipeline("web", web).component("nginx", unused);
/// let report = check(Request::new(&spec, &InMemory::default())).report;
/// assert_eq!((report.counts(), report.deny_warnings().counts()), ((0, 1), (1, 0)));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Diagnostic>,
    /// How many errors and warnings are kept.
    kept: (usize, usize),
    /// How many more there are.
    more: (usize, usize),
    /// What says so, once all are found.
    rest: Option<Diagnostic>,
    /// Hashes of all findings. Only asked, never walked.
    known: HashSet<u64>,
    /// The fields that could not be read.
    spoiled: FieldPaths,
    /// Whether that may be any.
    spoils_all: bool,
    /// What the spec allows in comments.
    comments: Vec<Comment>,
}

impl Report {
    /// Nothing found yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding, unless it is there already.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let mut hasher = DefaultHasher::new();
        diagnostic.hash(&mut hasher);
        if !self.known.insert(hasher.finish()) {
            return;
        }
        let (kept, more, most) = match diagnostic.code.severity {
            Severity::Error => (&mut self.kept.0, &mut self.more.0, MOST),
            Severity::Warning => (&mut self.kept.1, &mut self.more.1, MOST_WARNINGS),
        };
        if *kept == most {
            *more += 1;
            // Nobody can say any more what else is wrong because of what is not kept.
            self.spoils_all |= diagnostic.is_error();
            return;
        }
        *kept += 1;
        const ANY: [Code; 4] = [code::SYNTAX, code::EMPTY, code::FILE_TOO_LARGE, code::FILE_NOT_UTF8];
        self.spoils_all |= ANY.contains(&diagnostic.code);
        if let Some(path) = &diagnostic.spoiled {
            self.spoiled.insert(path.clone());
        }
        self.findings.push(diagnostic);
    }

    /// Adds the findings of another stage.
    pub fn extend(&mut self, other: Self) {
        other.findings.into_iter().for_each(|finding| self.push(finding));
        self.more.0 += other.more.0;
        self.more.1 += other.more.1;
        self.spoils_all |= other.spoils_all;
        self.comments.extend(other.comments);
    }

    /// Takes over how many findings of another report are not in it.
    pub(crate) fn count_more(&mut self, (errors, warnings): (usize, usize)) {
        self.more.0 += errors;
        self.more.1 += warnings;
    }

    /// How many errors and warnings were found and are not in the report.
    #[must_use]
    pub fn more(&self) -> (usize, usize) {
        self.more
    }

    /// Whether further errors are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.kept.0 >= MOST
    }

    /// Keeps as many findings as are listed, and counts the rest.
    #[must_use]
    pub(crate) fn listed(mut self) -> Self {
        for finding in self.findings.drain(MOST.min(self.findings.len())..) {
            let (kept, more) = match finding.code.severity {
                Severity::Error => (&mut self.kept.0, &mut self.more.0),
                Severity::Warning => (&mut self.kept.1, &mut self.more.1),
            };
            *kept -= 1;
            *more += 1;
        }
        self.rest = rest(self.more);
        self
    }

    /// The finding that there are more than are listed.
    pub(crate) fn rest(&self) -> Option<&Diagnostic> {
        self.rest.as_ref()
    }

    /// Adds the comments of a spec that allow findings.
    pub(crate) fn allow(&mut self, comments: Vec<Comment>) {
        self.comments.extend(comments);
    }

    /// The comments of the spec that allow findings.
    #[must_use]
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// Makes errors of all warnings but those that the spec made of errors.
    #[must_use]
    pub fn deny_warnings(mut self) -> Self {
        let (allowed, denied): (Vec<_>, Vec<_>) = self.findings.iter_mut().partition(|finding| finding.downgraded);
        self.kept = (denied.len(), allowed.len());
        denied.into_iter().for_each(|finding| finding.code.severity = Severity::Error);
        self.more = (self.more.0 + self.more.1, 0);
        self.rest = self.rest.and_then(|_| rest(self.more));
        self
    }

    /// The findings that are kept.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.findings.iter()
    }

    /// Whether a field, something in it or something around it could not be read. After a syntax error that may be any.
    #[must_use]
    pub fn spoils(&self, field: &FieldPath) -> bool {
        self.spoils_all || self.spoiled.touch(field)
    }

    /// The findings themselves.
    #[must_use]
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.findings
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.counts().0 > 0
    }

    /// How many errors and how many warnings there are, with those that are not kept.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.kept.0 + self.more.0, self.kept.1 + self.more.1)
    }
}

fn rest((errors, warnings): (usize, usize)) -> Option<Diagnostic> {
    let (count, what) = match (errors, warnings) {
        (0, 0) => return None,
        (errors, 0) => (errors, "errors"),
        (0, warnings) => (warnings, "warnings"),
        (errors, warnings) => (errors + warnings, "errors and warnings"),
    };
    let mut code = code::NOT_LISTED;
    if errors == 0 {
        code.severity = Severity::Warning;
    }
    let finding = Diagnostic::new(code, format!("{count} more {what} are not listed"));
    Some(finding.label(None, Place::File, "").help("correct the first ones: many may have one cause"))
}

impl FromIterator<Diagnostic> for Report {
    fn from_iter<T: IntoIterator<Item = Diagnostic>>(findings: T) -> Self {
        let mut report = Self::new();
        findings.into_iter().for_each(|finding| report.push(finding));
        report
    }
}
