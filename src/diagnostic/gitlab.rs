//! Diagnostics for GitLab: one report in the format of Code Quality, which merge requests show beside the changed lines.
//!
//! Source: GitLab's documentation, "Code Quality: implement a custom tool". A finding keeps its fingerprint when it moves to
//! another line, so that GitLab does not call it new.

use std::collections::HashMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Diagnostic, Located, Report, Severity, Sources};
use crate::source::visible;

/// Writes all reports as one array.
#[must_use]
pub fn render(findings: &[(Report, Sources)]) -> String {
    let mut seen = HashMap::new();
    let located = findings.iter().flat_map(|(report, sources)| sources.locate(report));
    let all: Vec<Value> = located.map(|(diagnostic, labels)| entry(diagnostic, &labels, &mut seen)).collect();
    // Strings and numbers always serialize.
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}

/// How often each finding was met: equal ones at several places have fingerprints of their own.
type Seen = HashMap<String, usize>;

fn entry(diagnostic: &Diagnostic, labels: &[Located<'_>], seen: &mut Seen) -> Value {
    let place = labels.first();
    let file = place.and_then(|place| place.file).unwrap_or("kiln.toml");
    let (begin, _) = place.and_then(|it| it.position).unwrap_or((1, 1));
    let (end, _) = place.and_then(|it| it.end).unwrap_or((begin, 1));
    let identity = format!("{}\n{file}\n{}", diagnostic.code.id, diagnostic.message);
    let count = seen.entry(identity.clone()).or_insert(0);
    *count += 1;
    let fingerprint: String =
        Sha256::digest(format!("{identity}\n{count}")).iter().map(|byte| format!("{byte:02x}")).collect();
    let labels = labels.iter().map(|label| label.label).filter(|text| !text.is_empty());
    let body: Vec<_> = labels.chain(diagnostic.help.iter().map(String::as_str)).map(visible).collect();
    json!({
        "description": format!("{}: {}", diagnostic.code.id, visible(&diagnostic.message)),
        "content": { "body": body.join("\n") },
        "check_name": diagnostic.code.id,
        "fingerprint": fingerprint,
        "severity": match diagnostic.code.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
        },
        "location": {
            "path": file,
            "lines": { "begin": begin, "end": end },
        },
    })
}
