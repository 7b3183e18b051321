//! Diagnostics for GitHub Actions: one workflow command a line, which becomes an annotation of the changed file.
//!
//! Source: GitHub Actions, "Workflow commands", and `toolkit/packages/core/src/command.ts` for what is escaped.

use super::{Diagnostic, Located, Report, Sources};
use crate::source::visible;

/// Writes all diagnostics, each report in the order of its places.
#[must_use]
pub fn render(findings: &[(Report, Sources)]) -> String {
    let located = findings.iter().flat_map(|(report, sources)| sources.locate(report));
    located.map(|(diagnostic, labels)| line(diagnostic, &labels)).collect()
}

fn line(diagnostic: &Diagnostic, labels: &[Located<'_>]) -> String {
    let mut properties = Vec::new();
    if let Some(place) = labels.first() {
        if let Some(file) = place.file {
            properties.push(format!("file={}", property(&visible(file))));
        }
        if let (Some((line, column)), Some((end_line, end_column))) = (place.position, place.end) {
            properties.push(format!("line={line},endLine={end_line}"));
            // GitHub takes columns only of a single line.
            if line == end_line {
                properties.push(format!("col={column},endColumn={end_column}"));
            }
        }
    }
    properties.push(format!("title={}", property(diagnostic.code.id)));
    let mut text = visible(&diagnostic.message).into_owned();
    for label in labels.iter().filter(|label| !label.label.is_empty()) {
        text.push('\n');
        if let (Some(file), Some((line, column))) = (label.file, label.position) {
            text.push_str(&format!("{}:{line}:{column}: ", visible(file)));
        }
        text.push_str(&visible(label.label));
    }
    for help in &diagnostic.help {
        text.push_str("\nhelp: ");
        text.push_str(&visible(help));
    }
    format!("::{} {}::{}\n", diagnostic.code.severity.word(), properties.join(","), data(&text))
}

/// What stands after the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Place, code};
    use crate::source::Source;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let mut report = Report::new();
        let found = Diagnostic::new(code::UNKNOWN_KEY, "100 %\r\n::error::x").label(None, Place::Span(2..4), "here");
        report.push(found.help("a, b: c"));
        let sources = Sources::spec(Source::new("a,b:c%.toml", "x\nabc\n"));
        let expected = "::error file=a%2Cb%3Ac%25.toml,line=2,endLine=2,col=1,endColumn=3,title=KILN-S002\
                        ::100 %25\\r\\n::error::x%0Aa,b:c%25.toml:2:1: here%0Ahelp: a, b: c\n";
        assert_eq!(render(&[(report, sources)]), expected);
    }
}
