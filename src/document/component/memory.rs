//! Files that are gone when they are wanted: what lies in memory does not outlive a restart, nor the build instance.

use super::expression::Stage;
use super::phases::stage;
use crate::diagnostic::code;
use crate::document::finding::{Finding, Findings};
use crate::document::yaml::{Node, Value};

/// Folders that are in memory on Amazon Linux 2023 and others.
const IN_MEMORY: [&str; 3] = ["/tmp/", "/run/", "/dev/shm/"];

/// So many paths of a document are compared.
const MOST_PATHS: usize = 200;

/// A path in a text.
struct Mention<'a> {
    path: &'a str,
    node: &'a Node,
    start: usize,
    /// How many restarts came before.
    restarts: usize,
    stage: Option<Stage>,
    makes: bool,
}

/// Checks the steps of all phases in their order.
pub(super) fn check(text: &str, phases: &[Node], findings: &mut Findings) {
    let mut restarts: Vec<&Node> = Vec::new();
    let mut mentions: Vec<Mention<'_>> = Vec::new();
    for phase in phases {
        let stage = stage(phase.get("name").and_then(Node::as_str).unwrap_or_default());
        for step in phase.get("steps").and_then(Node::as_list).unwrap_or_default() {
            let Some(action) = step.get("action") else { continue };
            let name = action.as_str().unwrap_or_default();
            if name == "Reboot" {
                restarts.push(action);
            }
            let makes = name.ends_with("Download") || name.starts_with("Create");
            let context = Mention { path: "", node: action, start: 0, restarts: restarts.len(), stage, makes };
            if let Some(inputs) = step.get("inputs") {
                collect(inputs, &context, &mut mentions);
            }
        }
    }
    for (index, mention) in mentions.iter().enumerate() {
        let earlier = mentions.get(..index).unwrap_or_default().iter();
        let Some(before) = earlier.rev().find(|other| is_same_or_below(mention.path, other.path)) else { continue };
        let moved = before.stage.is_some() && mention.stage.is_some() && before.stage != mention.stage;
        if mention.makes || !(moved || before.restarts < mention.restarts) {
            continue;
        }
        let span = mention.node.piece(text, &(mention.start..mention.start + mention.path.len()));
        let first = before.node.piece(text, &(before.start..before.start + before.path.len()));
        let (message, after) = match moved {
            true => (format!("`{}` is not in the image: it lies in memory or is cleaned", mention.path), None),
            false => (
                format!("`{}` may be gone after the restart: it lies in memory", mention.path),
                restarts.get(before.restarts),
            ),
        };
        let finding = Finding::new(code::IN_MEMORY, message, span).says("wanted here").also(first, "made here");
        let finding = match after {
            Some(restart) => finding.also(restart.span.clone(), "the restart"),
            None => finding,
        };
        findings.push(finding.help("keep it in /var/tmp or /opt"));
        return;
    }
}

fn is_same_or_below(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn collect<'a>(node: &'a Node, context: &Mention<'a>, mentions: &mut Vec<Mention<'a>>) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| collect(item, context, mentions)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| collect(value, context, mentions)),
        Value::Scalar { text, .. } => {
            for folder in IN_MEMORY {
                for (start, _) in text.match_indices(folder) {
                    let is_whole = !text.get(..start).is_some_and(|before| before.ends_with(is_of_path));
                    let rest = text.get(start..).unwrap_or_default();
                    let end = rest.find(|c: char| !is_of_path(c) && c != '/').unwrap_or(rest.len());
                    let path = rest.get(..end).unwrap_or_default().trim_end_matches(['/', '.']);
                    if is_whole && path.len() > folder.len() && mentions.len() < MOST_PATHS {
                        mentions.push(Mention { path, node, start, ..*context });
                    }
                }
            }
        }
    }
}

fn is_of_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}
