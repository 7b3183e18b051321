//! Diagnostics for people: the source line with a caret, the labels and the help.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Located, Report, Severity, Sources, code, fix};
use crate::source::{Shown, clamp, visible};

/// More than so many are counted, not drawn: nobody reads them, and the first cause most of the rest.
pub const MOST_SHOWN: usize = 200;

/// How diagnostics are drawn.
///
/// ```
/// use kiln::diagnostic::Sources;
/// use kiln::diagnostic::text::{Style, render};
/// use kiln::source::Source;
///
/// let source = Source::new("kiln.toml", "nmae = \"web\"\n");
/// let (_, report) = kiln::spec::read(&source);
/// let drawn = render(&report, &Sources::spec(source), Style { width: 80, ..Style::PLAIN });
/// assert!(drawn.starts_with("error[KILN-S002]"));
/// ```
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
    let secrets = secrets(&located);
    let mut out = String::new();
    for (diagnostic, labels) in located.iter().take(MOST_SHOWN) {
        out.push_str(&renderer.render(&groups(diagnostic, labels, &secrets)));
        out.push_str("\n\n");
    }
    let (errors, warnings) = report.counts();
    if let Some(more) = (errors + warnings).checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
        out.push_str(&format!("… and {more} more\n\n"));
    }
    out
}

/// A file's name, and the bytes in it that nobody may see: logs of CI outlive the mistake.
type Secret<'a> = (Option<&'a str>, Range<usize>);

fn secrets<'a>(located: &[(&Diagnostic, Vec<Located<'a>>)]) -> Vec<Secret<'a>> {
    let of_secrets = [code::SECRET_IN_SPEC.id, code::SECRET.id];
    let findings = located.iter().filter(|(diagnostic, _)| of_secrets.contains(&diagnostic.code.id));
    findings.flat_map(|(_, labels)| labels).filter_map(|label| Some((label.file, label.span.clone()?))).collect()
}

fn groups<'a>(diagnostic: &'a Diagnostic, labels: &'a [Located<'a>], secrets: &[Secret<'_>]) -> Vec<Group<'a>> {
    let level = match diagnostic.code.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(visible(&diagnostic.message)).id(diagnostic.code.id);
    let mut group = title.elements(elements(labels, secrets));
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    if fix::is_fixable(diagnostic, labels) {
        group = group.element(Level::NOTE.message("`kiln check --fix` fixes this"));
    }
    vec![group]
}

/// So many bytes of a text are drawn for one finding: of more, only the place is named.
const MOST_DRAWN: usize = 64 * 1024;

/// Lines between two labels up to which they are drawn in one piece; what lies between is folded.
const MOST_BETWEEN: usize = 100;

/// The places: those of one file that are near each other in one piece, in the order in which they were given.
fn elements<'a>(labels: &'a [Located<'a>], secrets: &[Secret<'_>]) -> Vec<Element<'a>> {
    let mut pieces: Vec<Vec<(usize, &Located<'a>)>> = Vec::new();
    for label in labels.iter().enumerate() {
        match pieces.last_mut() {
            Some(piece) if piece.iter().any(|other| are_near(other.1, label.1)) => piece.push(label),
            _ => pieces.push(vec![label]),
        }
    }
    pieces.iter().filter_map(|piece| element(piece, secrets)).collect()
}

fn are_near(one: &Located<'_>, other: &Located<'_>) -> bool {
    match (one.position, other.position) {
        (Some((one_line, _)), Some((other_line, _))) => {
            one.file == other.file && one_line.abs_diff(other_line) <= MOST_BETWEEN
        }
        _ => false,
    }
}

fn element<'a>(piece: &[(usize, &Located<'a>)], secrets: &[Secret<'_>]) -> Option<Element<'a>> {
    let (_, first) = piece.first()?;
    let Some(text) = first.text else { return unseen(first) };
    let spans: Option<Vec<_>> =
        piece.iter().map(|(_, label)| label.span.as_ref().map(|span| first_line(text, &clamp(text, span)))).collect();
    let Some(spans) = spans else { return unseen(first) };
    // Only the lines concerned are handed on: drawing stays cheap in a file of any size.
    let start = spans.iter().map(|span| span.start).min()?;
    let start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let end = spans.iter().map(|span| span.end).max()?;
    let end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    if end - start > MOST_DRAWN {
        return unseen(first);
    }
    let mut lines = Cow::Borrowed(&text[start..end]);
    // The line ends of Windows are no part of a line; a space in their place keeps every column.
    if lines.contains("\r\n") || lines.ends_with('\r') {
        lines = Cow::Owned(lines.replace("\r\n", " \n"));
        if lines.ends_with('\r') {
            let last = lines.len() - 1;
            lines.to_mut().replace_range(last.., " ");
        }
    }
    for (_, secret) in
        secrets.iter().filter(|(file, secret)| *file == first.file && secret.start < end && secret.end > start)
    {
        let secret = clamp(text, secret);
        let range = secret.start.max(start) - start..secret.end.min(end) - start;
        let stars = lines[range.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }).collect::<String>();
        lines.to_mut().replace_range(range, &stars);
    }
    let shown = Shown::lines(&lines);
    let annotations = piece.iter().zip(spans).map(|((index, label), span)| {
        let kind = if *index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(shown.at(span.start - start)..shown.at(span.end - start));
        if label.label.is_empty() { annotation } else { annotation.label(visible(label.label)) }
    });
    let annotations: Vec<_> = annotations.collect();
    let snippet = Snippet::source(shown.text.into_owned())
        .line_start(piece.iter().filter_map(|(_, label)| label.position).map(|(line, _)| line).min()?)
        .path(first.file.map(visible))
        .annotations(annotations);
    Some(snippet.into())
}

/// What a span covers of its first line: a caret under a table of many lines says nothing.
fn first_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let end = text[span.start..].find('\n').map_or(text.len(), |at| span.start + at);
    span.start..span.end.min(end).max(span.start)
}

/// A place whose text cannot be shown: the file's name, or the field's where a spec was built in code.
fn unseen<'a>(label: &Located<'a>) -> Option<Element<'a>> {
    let name = match (label.file, label.field) {
        (Some(file), _) => file.to_owned(),
        (None, Some(field)) => field.to_string(),
        (None, None) => return None,
    };
    let origin = Origin::path(visible(&name).into_owned());
    Some(match label.position.filter(|_| label.file.is_some()) {
        Some((line, column)) => origin.line(line).char_column(column).into(),
        None => origin.into(),
    })
}
