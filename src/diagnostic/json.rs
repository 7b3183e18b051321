//! Diagnostics for programs: one JSON object a line.
//!
//! The shape is stable: `code`, `severity`, `message`, `help` (a list), and `labels`, each with `file`, `line`,
//! `column` (both counted from 1), `field` and `text`. What is not known is `null`. The first label is the place.

use serde::Serialize;

use super::{Report, Sources};

#[derive(Serialize)]
struct Line<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    labels: Vec<LabelLine<'a>>,
    help: &'a [String],
}

#[derive(Serialize)]
struct LabelLine<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    field: Option<String>,
    text: &'a str,
}

/// Writes all diagnostics, in the order of their places.
#[must_use]
pub fn render(report: &Report, sources: &Sources) -> String {
    let mut out = String::new();
    for (diagnostic, labels) in sources.locate(report) {
        let line = Line {
            code: diagnostic.code.id,
            severity: diagnostic.code.severity.word(),
            message: &diagnostic.message,
            labels: labels
                .iter()
                .map(|label| LabelLine {
                    file: label.file,
                    line: label.position.map(|(line, _)| line),
                    column: label.position.map(|(_, column)| column),
                    field: label.field.map(ToString::to_string),
                    text: label.label,
                })
                .collect(),
            help: &diagnostic.help,
        };
        // Strings and numbers always serialize.
        out.push_str(&serde_json::to_string(&line).unwrap_or_default());
        out.push('\n');
    }
    out
}
