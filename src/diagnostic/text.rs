//! Diagnostics for people: the source line with a caret, the labels and the help.

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Located, Report, Severity, Sources};
use crate::source::{clamp, line_and_column};

/// More than so many are counted, not drawn: nobody reads them, and the first cause most of the rest.
pub const MOST_SHOWN: usize = 200;

/// How diagnostics are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// With colours.
    pub colour: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Style {
    /// Without colours, for files and tests.
    pub const PLAIN: Self = Self { colour: false, width: 120 };
}

/// Draws all diagnostics, in the order of their places, with an empty line after each.
#[must_use]
pub fn render(report: &Report, sources: &Sources, style: Style) -> String {
    let renderer = if style.colour { Renderer::styled() } else { Renderer::plain() }.term_width(style.width);
    let located = sources.locate(report);
    let mut out = String::new();
    for (diagnostic, labels) in located.iter().take(MOST_SHOWN) {
        out.push_str(&renderer.render(&groups(diagnostic, labels)));
        out.push_str("\n\n");
    }
    if let Some(more) = located.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
        out.push_str(&format!("… and {more} more\n\n"));
    }
    out
}

fn groups<'a>(diagnostic: &'a Diagnostic, labels: &'a [Located<'a>]) -> Vec<Group<'a>> {
    let level = match diagnostic.code.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code.id)
        .elements(labels.iter().enumerate().filter_map(|(index, label)| element(label, index == 0)));
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    vec![group]
}

fn element<'a>(label: &'a Located<'a>, primary: bool) -> Option<Element<'a>> {
    let (Some(text), Some(span)) = (label.text, &label.span) else {
        return unseen(label);
    };
    // Only the lines concerned are handed on: drawing stays cheap in a file of any size.
    let span = clamp(text, span);
    let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let first_line_end = text[span.start..].find('\n').map_or(text.len(), |at| span.start + at);
    let shown = span.start - start..span.end.min(first_line_end).max(span.start) - start;
    let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
    let mut annotation: Annotation<'a> = kind.span(shown);
    if !label.label.is_empty() {
        annotation = annotation.label(label.label);
    }
    let snippet = Snippet::source(&text[start..first_line_end])
        .line_start(line_and_column(text, span.start).0)
        .path(label.file)
        .annotation(annotation);
    Some(snippet.into())
}

/// A place whose text cannot be shown: the file's name, or the field's where a spec was built in code.
fn unseen<'a>(label: &'a Located<'a>) -> Option<Element<'a>> {
    let name = match (label.file, label.field) {
        (Some(file), _) => file.to_owned(),
        (None, Some(field)) => field.to_string(),
        (None, None) => return None,
    };
    Some(Origin::path(name).into())
}
