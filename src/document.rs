//! The documents that a spec names: AWSTOE components, workflows and Dockerfile templates. Parsed with positions, checked
//! against grammars that are declared as data, embedded word for word.

pub mod component;
mod condition;
pub mod dockerfile;
pub mod finding;
mod foreign;
mod grammar;
pub mod inline;
pub mod lint;
mod mistaken;
pub mod schema;
pub(crate) mod secret;
pub mod workflow;
pub mod yaml;

use crate::diagnostic::{Code, code};
pub use crate::project::NOT_INLINE_ABOVE;
pub use finding::Finding;
use finding::Findings;
use yaml::{Node, Parsed, Scalar};

/// The service reads documents of so many bytes from S3 (Image Builder quotas: 64 KB a component).
pub const MOST_UPLOADED: usize = 64 * 1024;

/// The map that a document is; what is none is reported, in words for what it should be.
fn root(parsed: Parsed, (kind, help): (Code, &str), findings: &mut Findings) -> Option<Node> {
    let Parsed { root, faults } = parsed;
    let is_empty = faults.is_empty() && root.is_none();
    for fault in faults {
        findings.push(Finding::of_fault(code::NOT_YAML, fault));
    }
    if is_empty {
        findings.push(Finding::new(kind, "the document is empty", 0..0).help(help));
    }
    let root = root?;
    if root.as_map().is_none() {
        findings.push(Finding::new(kind, "the document is not a map", root.span.clone()).help(help));
        return None;
    }
    Some(root)
}

/// Checks that the version of a document's language is the only one there is.
fn schema_version(root: &Node, findings: &mut Findings) {
    let Some(version) = root.get("schemaVersion") else { return };
    let is_version = match version.scalar() {
        Some(Scalar::Number(number)) => number.to_bits() == 1.0_f64.to_bits(),
        // What `yamlencode` of Terraform makes of 1.0, and the service takes.
        Some(Scalar::Integer(number)) => number == 1,
        Some(Scalar::Text(text)) => text == "1.0",
        _ => false,
    };
    if !is_version {
        let finding = Finding::new(code::FIELD_VALUE, "the only `schemaVersion` is 1.0", version.span.clone());
        findings.push(finding.help("write `1.0`").edit(version.span.clone(), "1.0"));
    }
}
