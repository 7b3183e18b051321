//! Phases: their names, the stages in which they run, and their steps in order.

use std::collections::HashMap;

use super::actions::{PHASE, find};
use super::declared::Declared;
use super::expression::{Stage, Target, Targets};
use super::{Document, memory, step};
use crate::diagnostic::code;
use crate::document::finding::{Finding, Findings};
use crate::document::grammar::check::{self, KEYS, Rules, StandIns};
use crate::document::grammar::listed;
use crate::document::yaml::Node;
use crate::project::suggest::closest;

/// The phases that Image Builder runs, and where. `container-host-test` runs beside the others of the test stage.
const KNOWN: [(&str, Stage); 4] =
    [("build", Stage::Build), ("validate", Stage::Build), ("test", Stage::Test), ("container-host-test", Stage::Test)];

/// Those of which a document needs one.
const NEEDED: [&str; 3] = ["build", "validate", "test"];

/// Checks all phases.
pub(super) fn check<'a>(
    text: &str,
    node: &'a Node,
    declared: &mut Declared<'a>,
    document: &mut Document,
    findings: &mut Findings,
) {
    let phases = check::items(node, "`phases`", "a list of phases", findings);
    let targets = targets(phases);
    let mut faulty = Vec::new();
    let mut names: HashMap<&str, &Node> = HashMap::new();
    let mut number = 0;
    for phase in phases {
        let name = phase.get("name").filter(|name| name.as_str().is_some());
        let what = match name.and_then(Node::as_str) {
            Some(name) => format!("the phase `{name}`"),
            None => "a phase".to_owned(),
        };
        check::map(phase, Rules { what: &what, fields: PHASE, codes: KEYS, stand_ins: StandIns::None }, findings);
        if let Some(name) = name {
            step::check_name(name, "phase", &mut names, findings);
        }
        let Some(steps) = phase.get("steps") else { continue };
        if steps.as_list().is_some_and(<[Node]>::is_empty) {
            let finding = check::empty(&format!("`steps` of {what}"), steps).warns();
            findings.push(finding.help("the phase does nothing: add a step, or remove the phase"));
            continue;
        }
        let steps = check::items(steps, &format!("`steps` of {what}"), "a list of steps", findings);
        let written = name.and_then(Node::as_str).unwrap_or_default();
        let mut phase = step::Phase::new(written, stage(written));
        for node in steps {
            let known = (&mut *declared, &targets, &faulty[..]);
            if !step::check((text, node), (&mut phase, number), known, document, findings) {
                faulty.push(number);
            }
            number += 1;
        }
    }
    if !phases.is_empty() && !names.is_empty() {
        runs(node, &names, document, findings);
    }
    memory::check(text, phases, findings);
}

/// The stage of a phase, if Image Builder runs it at all.
pub(super) fn stage(name: &str) -> Option<Stage> {
    KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, stage)| *stage)
}

/// All steps, looked at before any is checked: what refers to a later one is told so.
fn targets(phases: &[Node]) -> Targets<'_> {
    let mut targets = Targets::default();
    for phase in phases {
        let name = phase.get("name").and_then(Node::as_str).unwrap_or_default();
        targets.phases.push(name);
        if stage(name).is_none() {
            targets.meant.extend(closest(name, KNOWN.map(|(known, _)| known)));
        }
        for node in phase.get("steps").and_then(Node::as_list).unwrap_or_default() {
            if let Some(step) = node.get("name").and_then(Node::as_str) {
                targets.by_name.entry((name, step)).or_insert(targets.steps.len());
            }
            let inputs = node.get("inputs");
            let entries = inputs.and_then(Node::as_list).unwrap_or_default();
            let maps = inputs.into_iter().filter_map(Node::as_map).chain(entries.iter().filter_map(Node::as_map));
            targets.steps.push(Target {
                action: node.get("action").and_then(Node::as_str).and_then(find),
                entries: entries.len(),
                stage: stage(name),
                inputs: maps.flatten().filter_map(|(key, _)| key.as_str()).collect(),
            });
        }
    }
    targets
}

/// That phases run at all.
fn runs(node: &Node, names: &HashMap<&str, &Node>, document: &mut Document, findings: &mut Findings) {
    let has = |wanted: &str| names.keys().any(|name| wanted.eq_ignore_ascii_case(name));
    let mut dead: Vec<(&str, &Node)> =
        names.iter().filter(|(name, _)| stage(name).is_none()).map(|(name, node)| (*name, *node)).collect();
    dead.sort_by_key(|(_, node)| node.span.start);
    let help = "Image Builder runs `build` and `validate`, and `test` on an instance of the new image";
    if !NEEDED.iter().any(|needed| has(needed)) {
        let near = dead.iter().find_map(|(name, node)| Some((node, closest(name, NEEDED)?)));
        let message = format!("no phase is named {}", listed(NEEDED));
        let finding = match near {
            Some((name, near)) => {
                Finding::new(code::NO_KNOWN_PHASE, message, name.span.clone()).did_you_mean(Some(near))
            }
            None => Finding::new(code::NO_KNOWN_PHASE, message, node.start()),
        };
        findings.push(finding.help(help));
        return;
    }
    for (name, node) in dead {
        let message = format!("Image Builder never runs the phase `{name}`");
        let finding = Finding::new(code::DEAD_PHASE, message, node.span.clone());
        let free = KNOWN.map(|(known, _)| known).into_iter().filter(|known| !has(known));
        findings.push(finding.did_you_mean(closest(name, free)).help(help));
    }
    document.builds = has("build");
    document.tests = ["validate", "test", "container-host-test"].into_iter().any(has);
}
