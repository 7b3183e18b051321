//! The formats of findings, and the one way to write them.
//!
//! To add a format, add a file with `render`, a variant here, and its arm in [`render`]. `tests/offline/formats.rs` has a
//! snapshot of each.

use super::text::Style;
use super::{Report, Sources, github, gitlab, json, junit, sarif, text};

/// How findings are written.
///
/// ```
/// use kiln::diagnostic::format::{Format, render};
/// use kiln::diagnostic::text::Style;
/// use kiln::diagnostic::Sources;
/// use kiln::source::Source;
///
/// let source = Source::new("kiln.toml", "nmae = \"web\"\n");
/// let (_, report) = kiln::spec::read(&source);
/// let findings = [(report, Sources::spec(source))];
/// let shown = render(Format::Github, &findings, Style::PLAIN);
/// assert!(shown.starts_with("::error file=kiln.toml,line=1,"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// For people: the line, a caret and help.
    Text,
    /// For programs: one JSON object a line.
    Json,
    /// For code scanning: one log of SARIF 2.1.0.
    Sarif,
    /// For GitHub Actions: workflow commands, which become annotations.
    Github,
    /// For GitLab: one Code Quality report.
    Gitlab,
    /// For CI systems that show test results: one JUnit document.
    Junit,
}

impl Format {
    /// Whether all findings of a run belong into one document, so that they are written together at its end.
    #[must_use]
    pub const fn is_one_document(self) -> bool {
        matches!(self, Self::Sarif | Self::Gitlab | Self::Junit)
    }
}

/// Writes findings, each report in the order of its places. Only text has a style.
#[must_use]
pub fn render(format: Format, findings: &[(Report, Sources)], style: Style) -> String {
    match format {
        Format::Text => findings.iter().map(|(report, sources)| text::render(report, sources, style)).collect(),
        Format::Json => json::render(findings),
        Format::Sarif => sarif::render(findings),
        Format::Github => github::render(findings),
        Format::Gitlab => gitlab::render(findings),
        Format::Junit => junit::render(findings),
    }
}
