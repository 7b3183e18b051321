//! Paths: `$.stepOutputs.STEP.OUTPUT`, `$.parameters.NAME`, `$.workflowOutputs.NAME` and `$.imagebuilder.NAME`.

use std::ops::Range;

use super::Parameter;
use super::actions::VARIABLES;
use super::step::Target;
use crate::diagnostic::code;
use crate::document::finding::{Finding, Findings};
use crate::document::grammar::listed;
use crate::document::yaml::{Node, Value};
use crate::project::suggest::closest;

/// What a path may lead to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// The parameters of the document.
    pub(super) parameters: &'a [Parameter],
    /// The steps that are done before.
    pub(super) steps: &'a [Target<'a>],
    /// The name of the step in which the path stands.
    pub(super) here: Option<&'a str>,
}

/// Checks all paths in the texts below a node: texts that are paths, and those in `{{ … }}`.
pub(super) fn in_texts(document: &str, node: &Node, known: Known<'_>, findings: &mut Findings) {
    match &node.value {
        Value::Scalar { text, .. } => in_text(document, node, text, known, findings),
        Value::List(items) => items.iter().for_each(|item| in_texts(document, item, known, findings)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| in_texts(document, value, known, findings)),
    }
}

fn in_text(document: &str, node: &Node, text: &str, known: Known<'_>, findings: &mut Findings) {
    // Where a path stands is looked up only if there is something to say about it.
    let mut place = |span: Range<usize>| {
        let path = text.get(span.clone()).unwrap_or_default();
        if !findings.is_full()
            && let Some(finding) = check(path, span, known)
        {
            findings.push(finding.moved(|span| node.piece(document, &span)));
        }
    };
    if text.starts_with("$.") {
        return place(0..text.len());
    }
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("{{")).map(|at| from + at + 2) {
        let inside = text.get(start..).unwrap_or_default();
        let Some(length) = inside.find("}}") else { return };
        let inner = inside.get(..length).unwrap_or_default();
        let begin = start + inner.len() - inner.trim_start().len();
        place(begin..begin + inner.trim().len());
        from = start + length + 2;
    }
}

/// Checks one path.
fn check(path: &str, span: Range<usize>, known: Known<'_>) -> Option<Finding> {
    const ROOTS: [&str; 4] = ["stepOutputs", "parameters", "workflowOutputs", "imagebuilder"];
    let bad = |message: String| Finding::new(code::BAD_PATH, message, span.clone());
    let shapes = "a path is `$.stepOutputs.STEP.OUTPUT`, `$.parameters.NAME`, `$.workflowOutputs.NAME` or \
                  `$.imagebuilder.NAME`";
    let parts: Vec<&str> = path.split('.').map(|part| part.split('[').next().unwrap_or(part)).collect();
    match parts.as_slice() {
        ["$", "stepOutputs", step, output, ..] if !step.is_empty() && !output.is_empty() => {
            step_output((step, output), span.clone(), known)
        }
        ["$", "parameters", name] if !name.is_empty() => {
            known.parameters.iter().all(|known| known.name != *name).then(|| {
                let names = known.parameters.iter().map(|parameter| parameter.name.as_str());
                let finding = bad(format!("there is no parameter `{name}`")).did_you_mean(closest(name, names.clone()));
                match known.parameters {
                    [] => finding.help("the document declares none: add it under `parameters`"),
                    _ => finding.help(format!("declared: {}", listed(names))),
                }
            })
        }
        ["$", "imagebuilder", name] => (!VARIABLES.contains(name)).then(|| {
            let finding = bad(format!("Image Builder has no variable `{name}`"));
            let near = closest(name, VARIABLES.iter().copied());
            finding.did_you_mean(near).help(format!("variables: {}", listed(VARIABLES.iter().copied())))
        }),
        ["$", "workflowOutputs", name] if !name.is_empty() => None,
        ["$", root, ..] if !ROOTS.contains(root) => {
            let near = closest(root, ROOTS);
            Some(bad(format!("`{path}` leads nowhere: there is no `{root}`")).did_you_mean(near).help(shapes))
        }
        _ => Some(bad(format!("`{path}` is not a path")).help(shapes)),
    }
}

fn step_output((step, output): (&str, &str), span: Range<usize>, known: Known<'_>) -> Option<Finding> {
    let bad = |message: String| Finding::new(code::BAD_PATH, message, span.clone());
    if known.here == Some(step) {
        return Some(bad(format!("the step `{step}` has no output before it has run")));
    }
    let Some(found) = known.steps.iter().find(|known| known.name == step) else {
        let names = known.steps.iter().map(|step| step.name);
        let finding = bad(format!("no step `{step}` runs before")).did_you_mean(closest(step, names.clone()));
        return Some(match known.steps {
            [] => finding.help("it is the first step"),
            _ => finding.help(format!("steps before it: {}", listed(names))),
        });
    };
    let action = &found.action?.action;
    let outputs = action.outputs;
    if outputs.contains(&output) {
        return None;
    }
    let message = format!("the step `{step}` has no output `{output}`: its action is `{}`", action.name);
    let finding = bad(message).did_you_mean(closest(output, outputs.iter().copied()));
    Some(match outputs {
        [] => finding.help("the action has no outputs"),
        _ => finding.help(format!("outputs: {}", listed(outputs.iter().copied()))),
    })
}
