//! Diagnostics for programs: one JSON object a line.
//!
//! The shape is stable: `code`, `severity`, `message`, `help` (a list), `labels`, `fix` and `documentation`. A label has
//! `file`, `line`, `column`, `endLine`, `endColumn` (counted from 1; the end is behind the last character), `field` and
//! `text`. A fix has the file and range that it replaces, and the `text` that replaces it. What is not known is `null`. The
//! first label is the place.

use serde::Serialize;

use super::{Diagnostic, Located, Report, Sources, fix};

#[derive(Serialize)]
struct Line<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    labels: Vec<LabelLine<'a>>,
    help: &'a [String],
    fix: Option<FixLine<'a>>,
    documentation: String,
}

#[derive(Serialize)]
struct LabelLine<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    #[serde(rename = "endLine")]
    end_line: Option<usize>,
    #[serde(rename = "endColumn")]
    end_column: Option<usize>,
    field: Option<String>,
    text: &'a str,
}

#[derive(Serialize)]
struct FixLine<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    #[serde(rename = "endLine")]
    end_line: usize,
    #[serde(rename = "endColumn")]
    end_column: usize,
    text: String,
}

/// Writes all diagnostics, each report in the order of its places.
#[must_use]
pub fn render(findings: &[(Report, Sources)]) -> String {
    let mut out = String::new();
    for (report, sources) in findings {
        for (diagnostic, labels) in sources.locate(report) {
            // Strings and numbers always serialize.
            let edit = diagnostic.edit.as_ref().map(|edit| sources.place(edit));
            out.push_str(&serde_json::to_string(&line(diagnostic, &labels, edit.as_ref())).unwrap_or_default());
            out.push('\n');
        }
    }
    out
}

fn line<'a>(diagnostic: &'a Diagnostic, labels: &[Located<'a>], edit: Option<&Located<'a>>) -> Line<'a> {
    Line {
        code: diagnostic.code.id,
        severity: diagnostic.code.severity.word(),
        message: &diagnostic.message,
        labels: labels.iter().map(label_line).collect(),
        help: &diagnostic.help,
        fix: match edit {
            Some(place) => fix_at(place, place.label.to_owned()),
            None => labels.first().and_then(|place| fix_at(place, fix::edit(diagnostic, place)?)),
        },
        documentation: diagnostic.code.documentation(),
    }
}

fn label_line<'a>(label: &Located<'a>) -> LabelLine<'a> {
    let ((line, column), (end_line, end_column)) = (label.position.unzip(), label.end.unzip());
    let field = label.field.map(ToString::to_string);
    LabelLine { file: label.file, line, column, end_line, end_column, field, text: label.label }
}

fn fix_at<'a>(place: &Located<'a>, text: String) -> Option<FixLine<'a>> {
    let ((line, column), (end_line, end_column)) = (place.position?, place.end?);
    Some(FixLine { file: place.file?, line, column, end_line, end_column, text })
}
