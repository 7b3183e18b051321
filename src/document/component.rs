//! AWSTOE component documents: what kiln needs to know of one.
//!
//! The rules are those of the AWSTOE document schema 1.0 (EC2 Image Builder User Guide, "Use the AWSTOE component
//! document framework").

use std::ops::Range;

use super::yaml::{self, Fault, Node};
use crate::diagnostic::{Code, code};

/// What a component document says that matters outside of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
    /// The `s3://` sources that its steps download, as they are written.
    pub downloads: Vec<String>,
}

/// A parameter that a recipe may give a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Whether there is a value if the recipe gives none.
    pub has_default: bool,
}

/// Something wrong in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which kind.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// Where in the document.
    pub span: Range<usize>,
    /// What to do.
    pub help: &'static str,
}

/// Reads a document. Findings do not keep the rest from being read.
#[must_use]
pub fn read(text: &str) -> (Document, Vec<Finding>) {
    let mut findings = Vec::new();
    let root = match yaml::parse(text) {
        Ok(Some(root)) => root,
        Ok(None) => {
            findings.push(not_a_component("the document is empty", 0..0));
            return (Document::default(), findings);
        }
        Err(Fault { message, span }) => {
            let help = "the service parses the document when the component is created, and refuses it";
            findings.push(Finding { code: code::NOT_YAML, message, span, help });
            return (Document::default(), findings);
        }
    };
    if root.as_map().is_none() {
        findings.push(not_a_component("the document is not a map", root.span.clone()));
        return (Document::default(), findings);
    }
    check_schema_version(&root, &mut findings);
    check_phases(&root, &mut findings);
    (Document { parameters: parameters(&root), downloads: downloads(&root) }, findings)
}

fn not_a_component(message: impl Into<String>, span: Range<usize>) -> Finding {
    let help = "a component document has `schemaVersion: 1.0` and `phases`, each with a `name` and `steps`";
    Finding { code: code::NOT_A_COMPONENT, message: message.into(), span, help }
}

fn check_schema_version(root: &Node, findings: &mut Vec<Finding>) {
    match root.get("schemaVersion") {
        None => findings.push(not_a_component("there is no `schemaVersion`", start_of(root))),
        Some(version) if version.as_str() != Some("1.0") => {
            findings.push(not_a_component("the only `schemaVersion` is 1.0", version.span.clone()));
        }
        Some(_) => {}
    }
}

fn check_phases(root: &Node, findings: &mut Vec<Finding>) {
    let Some(phases) = root.get("phases") else {
        findings.push(not_a_component("there are no `phases`", start_of(root)));
        return;
    };
    let Some(items) = phases.as_list().filter(|items| !items.is_empty()) else {
        findings.push(not_a_component("`phases` is not a list of phases", phases.span.clone()));
        return;
    };
    for phase in items {
        if phase.get("name").and_then(Node::as_str).is_none() {
            findings.push(not_a_component("a phase has no `name`", start_of(phase)));
        }
        if phase.get("steps").and_then(Node::as_list).is_none_or(<[Node]>::is_empty) {
            findings.push(not_a_component("a phase has no `steps`", start_of(phase)));
        }
    }
}

fn start_of(node: &Node) -> Range<usize> {
    node.span.start..node.span.start
}

fn parameters(root: &Node) -> Vec<Parameter> {
    let items = root.get("parameters").and_then(Node::as_list).unwrap_or_default();
    let entries = items.iter().filter_map(Node::as_map).flatten();
    entries
        .filter_map(|(name, definition)| {
            let has_default = definition.get("default").is_some();
            Some(Parameter { name: name.as_str()?.to_owned(), has_default })
        })
        .collect()
}

/// The sources of all `S3Download` steps, and documents that `ExecuteDocument` steps read from S3.
fn downloads(root: &Node) -> Vec<String> {
    let phases = root.get("phases").and_then(Node::as_list).unwrap_or_default();
    let steps = phases.iter().filter_map(|phase| phase.get("steps")?.as_list()).flatten();
    let mut sources: Vec<String> = Vec::new();
    for step in steps {
        let inputs = step.get("inputs");
        let found: Vec<&str> = match step.get("action").and_then(Node::as_str) {
            Some("S3Download") => {
                let entries = inputs.and_then(Node::as_list).unwrap_or_default();
                entries.iter().filter_map(|entry| entry.get("source")?.as_str()).collect()
            }
            Some("ExecuteDocument") => inputs.and_then(|inputs| inputs.get("document")?.as_str()).into_iter().collect(),
            _ => Vec::new(),
        };
        for source in found {
            if source.starts_with("s3://") && !sources.iter().any(|known| known == source) {
                sources.push(source.to_owned());
            }
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: &str = "schemaVersion: 1.0\nparameters:\n  - Port: {type: string, default: '80'}\n  - Token: {type: string}\nphases:\n  - name: build\n    steps:\n      - name: Get\n        action: S3Download\n        inputs:\n          - source: s3://tools/agent.rpm\n            destination: /tmp/agent.rpm\n";

    #[test]
    fn parameters_and_downloads_are_read() {
        let (document, findings) = read(VALID);
        assert_eq!(findings, []);
        let names: Vec<_> = document.parameters.iter().map(|p| (p.name.as_str(), p.has_default)).collect();
        assert_eq!(names, [("Port", true), ("Token", false)]);
        assert_eq!(document.downloads, ["s3://tools/agent.rpm"]);
    }

    fn refused(text: &str, expected: &str) {
        let (_, findings) = read(text);
        assert!(findings.iter().any(|finding| finding.message.contains(expected)), "{findings:?}");
    }

    #[test]
    fn what_is_no_component_is_refused() {
        refused("", "empty");
        refused("- a", "not a map");
        refused("a: b", "no `schemaVersion`");
        refused("schemaVersion: 2.0\nphases: []", "only `schemaVersion`");
        refused("schemaVersion: 1.0\nphases: []", "not a list of phases");
        refused("schemaVersion: 1.0\nphases: [{name: build}]", "no `steps`");
        refused("a: [", "");
    }
}
