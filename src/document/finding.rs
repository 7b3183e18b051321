//! What is wrong in a document: places are byte ranges of its text, until somebody knows where the text stands.

use std::ops::Range;

use super::yaml::{Fault, in_ticks, quoted};
use crate::diagnostic::{Code, Diagnostic, Label, Place, Severity};

/// So many findings of one document are kept: nobody reads more, and the first cause most of the rest.
pub(crate) const MOST: usize = 500;

/// Something wrong in a document, or suspicious.
///
/// ```
/// use kiln::document::dockerfile;
///
/// let text = "FORM {{{ imagebuilder:parentImage }}}\n";
/// let (_, findings) = dockerfile::read(text);
/// let (span, label) = &findings[0].labels[0];
/// assert_eq!((&text[span.clone()], label.as_str()), ("FORM", "did you mean `FROM`?"));
/// // For a reader it becomes a diagnostic, which names the file.
/// let diagnostic = findings[0].clone().in_file("Dockerfile");
/// assert_eq!(diagnostic.labels[0].file.as_deref(), Some("Dockerfile"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which kind.
    pub code: Code,
    /// What is wrong, with what the user wrote in backticks.
    pub message: String,
    /// The bytes concerned and what there is to say about them; the first is where it is shown.
    pub labels: Vec<(Range<usize>, String)>,
    /// What is allowed, and what to do next.
    pub help: Vec<String>,
    /// The word that was probably meant at the first place.
    pub meant: Option<String>,
    /// The bytes to replace, and what to write there, where only one text can be right.
    pub edit: Option<(Range<usize>, String)>,
    /// Whether the text at the first place only needs quotes.
    needs_quotes: bool,
}

impl Finding {
    /// A finding at these bytes.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            code,
            message: message.into(),
            labels: vec![(span, String::new())],
            help: Vec::new(),
            meant: None,
            edit: None,
            needs_quotes: false,
        }
    }

    /// The finding for a fault of the text.
    pub(crate) fn of_fault(code: Code, fault: Fault) -> Self {
        let finding = Self { edit: fault.edit, ..Self::new(code, fault.message, fault.span) };
        match fault.help {
            Some(help) => finding.help(help),
            None => finding,
        }
    }

    /// Says what to write in the place of these bytes.
    #[must_use]
    pub(crate) fn edit(mut self, span: Range<usize>, text: impl Into<String>) -> Self {
        self.edit = Some((span, text.into()));
        self
    }

    /// Makes a warning of it: what the service does with it is not documented, or it is known to take it.
    #[must_use]
    pub(crate) fn warns(mut self) -> Self {
        self.code.severity = Severity::Warning;
        self
    }

    /// Says that the text at its place needs quotes.
    #[must_use]
    pub(crate) fn needs_quotes(mut self) -> Self {
        self.needs_quotes = true;
        self
    }

    /// With the text to write, where it needs quotes in this document.
    fn complete(mut self, document: &str) -> Self {
        let span = self.labels.first().map_or(0..0, |(span, _)| span.clone());
        let source = document.get(span.clone()).map(str::trim_end).unwrap_or_default();
        if !self.needs_quotes || source.is_empty() || source.contains('\n') {
            return self;
        }
        let (end, text) = (span.start + source.len(), quoted(source));
        self.help.push(format!("write {}", in_ticks(&text)));
        self.edit = Some((span.start..end, text));
        self
    }

    /// Says something at the place itself.
    #[must_use]
    pub fn says(mut self, text: impl Into<String>) -> Self {
        if let Some((_, label)) = self.labels.first_mut() {
            *label = text.into();
        }
        self
    }

    /// Names what was probably meant.
    #[must_use]
    pub fn did_you_mean(self, wanted: Option<&str>) -> Self {
        match wanted {
            Some(wanted) => {
                let told = self.says(format!("did you mean `{wanted}`?"));
                Self { meant: Some(wanted.to_owned()), ..told }
            }
            None => self,
        }
    }

    /// Shows another place that has to do with it.
    #[must_use]
    pub fn also(mut self, span: Range<usize>, text: impl Into<String>) -> Self {
        self.labels.push((span, text.into()));
        self
    }

    /// Says what is allowed, or what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// The finding with its places moved: those of a piece of text, to where the piece stands.
    #[must_use]
    pub(crate) fn moved(mut self, place: impl Fn(Range<usize>) -> Range<usize>) -> Self {
        for (span, _) in &mut self.labels {
            *span = place(span.clone());
        }
        // A piece that is not found word for word is not replaced.
        self.edit = self
            .edit
            .map(|(span, text)| (span.len(), place(span), text))
            .and_then(|(length, span, text)| (span.len() == length && length > 0).then_some((span, text)));
        self
    }

    /// Whether it stops kiln.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code.severity == Severity::Error
    }

    /// The finding for a reader: its bytes are those of this file.
    #[must_use]
    pub fn in_file(self, file: &str) -> Diagnostic {
        self.placed(Some(file), Place::Span)
    }

    /// The finding for a reader, with each byte range turned into a place of the spec or of a file.
    #[must_use]
    pub fn placed(self, file: Option<&str>, place: impl Fn(Range<usize>) -> Place) -> Diagnostic {
        let edit = self.edit.map(|(span, text)| Label { file: file.map(str::to_owned), place: place(span), text });
        let diagnostic = Diagnostic { edit, ..Diagnostic::new(self.code, self.message).fix(self.meant) };
        let labels = self.labels.into_iter();
        let diagnostic = labels.fold(diagnostic, |found, (span, text)| found.label(file, place(span), text));
        self.help.into_iter().fold(diagnostic, Diagnostic::help)
    }
}

/// The findings of one document, as they are made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    /// Adds a finding.
    pub(crate) fn push(&mut self, finding: Finding) {
        if self.0.len() < MOST {
            self.0.push(finding);
        }
    }

    /// Adds those of a part.
    pub(crate) fn extend(&mut self, part: Self) {
        part.0.into_iter().for_each(|finding| self.push(finding));
    }

    /// Whether one of them stops kiln.
    pub(crate) fn has_errors(&self) -> bool {
        self.0.iter().any(Finding::is_error)
    }

    /// Whether nothing more is kept, so that nobody needs to look for it.
    pub(crate) fn is_full(&self) -> bool {
        self.0.len() >= MOST
    }

    /// All of them, in the document of this text.
    pub(crate) fn into_vec(self, document: &str) -> Vec<Finding> {
        self.0.into_iter().map(|finding| finding.complete(document)).collect()
    }

    /// Keeps the first of this code, which says how many more there are: all have one cause.
    pub(crate) fn once(&mut self, code: Code) {
        let count = self.0.iter().filter(|finding| finding.code == code).count();
        let Some(first) = self.0.iter().position(|finding| finding.code == code) else { return };
        let mut index = 0;
        self.0.retain(|finding| {
            index += 1;
            finding.code != code || index == first + 1
        });
        if let (Some(finding), 2..) = (self.0.get_mut(first), count) {
            let places = if count == 2 { "1 more place".to_owned() } else { format!("{} more places", count - 1) };
            finding.help.push(format!("the same in {places} of this document"));
        }
    }

    /// Keeps those for which this holds.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Finding) -> bool) {
        self.0.retain(keep);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether one of those after the first `count` stops kiln.
    pub(crate) fn has_errors_after(&self, count: usize) -> bool {
        self.0.iter().skip(count).any(Finding::is_error)
    }
}
