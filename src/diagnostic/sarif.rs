//! Diagnostics for code scanning: one log of SARIF 2.1.0.
//!
//! Each code that was found is a rule with its explanation. Columns count characters, and paths are those of the
//! sources with what a URI cannot have escaped.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::explain::{self, explain};
use super::{Code, Diagnostic, Located, Report, Severity, Sources, code};
use crate::source::visible;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes all reports as one log, each in the order of its places.
#[must_use]
pub fn render(findings: &[(Report, Sources)]) -> String {
    let all = || findings.iter().flat_map(|(report, _)| report.iter().chain(report.rest()));
    let found: BTreeSet<&str> = all().map(|found| found.code.id).collect();
    let is_found = |code: &Code| found.contains(code.id);
    let codes: Vec<Code> = code::ALL.iter().copied().filter(is_found).collect();
    let located = findings.iter().flat_map(|(report, sources)| sources.locate(report));
    let results: Vec<Value> = located.map(|(diagnostic, labels)| result(diagnostic, &labels, &codes)).collect();
    let driver = json!({
        "name": "kiln",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": codes.iter().copied().map(rule).collect::<Vec<_>>(),
    });
    let run = json!({ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results });
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    // Strings and numbers always serialize.
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

fn rule(code: Code) -> Value {
    let explanation = explain(code);
    json!({
        "id": code.id,
        "shortDescription": { "text": code.title },
        "fullDescription": { "text": explanation.meaning },
        "help": { "text": explanation.reason, "markdown": explain::text(code) },
        "defaultConfiguration": { "level": level(code.severity) },
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn result(diagnostic: &Diagnostic, labels: &[Located<'_>], codes: &[Code]) -> Value {
    let mut text = inert(&diagnostic.message);
    for help in &diagnostic.help {
        text.push_str("\nhelp: ");
        text.push_str(&inert(help));
    }
    let mut result = json!({
        "ruleId": diagnostic.code.id,
        "ruleIndex": codes.iter().position(|code| code.id == diagnostic.code.id),
        "level": level(diagnostic.code.severity),
        "message": { "text": text },
        "locations": labels.first().map(location).into_iter().collect::<Vec<_>>(),
    });
    let related: Vec<Value> = labels.iter().skip(1).map(location).collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    result
}

fn location(label: &Located<'_>) -> Value {
    let mut location = json!({});
    if let Some(file) = label.file {
        location["physicalLocation"] = json!({ "artifactLocation": { "uri": uri(file) } });
        if let (Some((line, column)), Some((end_line, end_column))) = (label.position, label.end) {
            location["physicalLocation"]["region"] =
                json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column });
        }
    }
    if let Some(field) = label.field.filter(|field| !field.0.is_empty()) {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": field.to_string() }]);
    }
    if !label.label.is_empty() {
        location["message"] = json!({ "text": inert(label.label) });
    }
    location
}

/// A text that people read in a browser. Viewers make a link of `[words](target)`, unless its brackets are escaped (SARIF
/// 2.1.0, 3.11.6).
fn inert(text: &str) -> String {
    let text = visible(text);
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text.into_owned() }
}

/// A path as a reference of RFC 3986. One without a folder and with a colon would begin with a scheme.
fn uri(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
    path.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("images/web.toml"), "images/web.toml");
        assert_eq!(uri("a b/c:ü%.toml"), "a%20b/c%3A%C3%BC%25.toml");
    }
}
