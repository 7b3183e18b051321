//! The steps of a workflow: names, actions with their inputs, conditions, and what several steps do together.

use indexmap::IndexMap;

use super::actions::{ACTIONS, CONDITIONS, STEP, StepAction};
use super::path::{self, Known};
use super::{MOST_STEPS, Parameter, Step, twice};
use crate::diagnostic::code;
use crate::document::condition;
use crate::document::finding::{Finding, Findings};
use crate::document::grammar::check::{self, INPUTS, KEYS, PATH_SUFFIX, Rules, StandIns};
use crate::document::grammar::listed;
use crate::document::yaml::{Node, Scalar};
use crate::project::suggest::closest;

/// A step that paths may lead to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) name: &'a str,
    /// Its action, if it exists.
    pub(super) action: Option<&'static StepAction>,
}

/// Checks all steps; gives those whose actions exist, and all as paths see them.
pub(super) fn all<'a>(
    document: &str,
    node: &'a Node,
    parameters: &[Parameter],
    findings: &mut Findings,
) -> (Vec<Step>, Vec<Target<'a>>) {
    let items = check::items(node, "`steps`", "a list of steps", findings);
    if items.len() > MOST_STEPS {
        let message = format!("{} steps, a workflow has {MOST_STEPS} at most", items.len());
        findings.push(Finding::new(code::TOO_MANY_STEPS, message, node.start()));
    }
    let mut steps: Vec<Step> = Vec::new();
    let mut names: Vec<&Node> = Vec::new();
    let mut targets: Vec<Target<'_>> = Vec::new();
    for item in items {
        let name = item.get("name");
        let what = match name.and_then(Node::as_str) {
            Some(name) => format!("the step `{name}`"),
            None => "a step".to_owned(),
        };
        check::map(item, Rules { what: &what, fields: STEP, codes: KEYS, stand_ins: StandIns::None }, findings);
        if let Some(name) = name {
            check_name(name, &mut names, findings);
        }
        let known = Known { parameters, steps: &targets, here: name.and_then(Node::as_str) };
        if let Some(node) = item.get("if") {
            condition::check(node, &CONDITIONS, findings);
            path::in_texts(document, node, known, findings);
        }
        let found = item.get("action").and_then(|node| Some((node, action(node, findings)?)));
        let inputs = found.map(|(_, found)| {
            timeout(item, found, findings);
            inputs(document, item, &what, (found, known), findings)
        });
        let name = name.and_then(Node::as_str).unwrap_or_default();
        targets.push(Target { name, action: found.map(|(_, found)| found) });
        let (Some((node, known_action)), Some(inputs)) = (found, inputs) else { continue };
        let name = name.to_owned();
        steps.push(Step { name, action: known_action.action.name, inputs, span: node.span.clone() });
    }
    exclusive(&steps, findings);
    left_running(&steps, findings);
    (steps, targets)
}

fn check_name<'a>(name: &'a Node, names: &mut Vec<&'a Node>, findings: &mut Findings) {
    let Some(text) = name.as_str() else { return };
    let is_name = (3..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if !is_name {
        let message = format!("`{text}` cannot be the name of a step");
        let finding = Finding::new(code::BAD_DOCUMENT_NAME, message, name.span.clone());
        findings.push(finding.says("3 to 128 letters, digits and `_`"));
    }
    match names.iter().find(|known| known.as_str() == Some(text)) {
        Some(first) => findings.push(twice("step", name, first)),
        None => names.push(name),
    }
}

fn action(node: &Node, findings: &mut Findings) -> Option<&'static StepAction> {
    let written = check::text(node, "`action`", findings)?;
    let found = ACTIONS.iter().find(|known| known.action.name == written);
    if found.is_none() {
        let names = ACTIONS.iter().map(|known| known.action.name);
        // The API of Step Functions has the word that is looked for here.
        let near =
            if written == "StartStateMachine" { Some("ExecuteStateMachine") } else { closest(written, names.clone()) };
        let finding = Finding::new(code::UNKNOWN_ACTION, format!("there is no action `{written}`"), node.span.clone());
        findings.push(match near {
            Some(near) => finding.did_you_mean(Some(near)),
            None => finding.help(format!("actions: {}", listed(names))),
        });
    }
    found
}

fn timeout(step: &Node, known: &StepAction, findings: &mut Findings) {
    let Some(node) = step.get("timeoutSeconds") else { return };
    let (_, most) = known.timeout;
    if let Some(Scalar::Integer(seconds)) = node.scalar()
        && seconds > most
    {
        let message = format!("{seconds} seconds are too long: `{}` takes {most} at most", known.action.name);
        findings.push(Finding::new(code::FIELD_VALUE, message, node.span.clone()));
    }
}

/// Checks the inputs of a step; gives those that are known texts.
fn inputs(
    document: &str,
    step: &Node,
    what: &str,
    (known, paths): (&'static StepAction, Known<'_>),
    findings: &mut Findings,
) -> IndexMap<String, String> {
    let name = known.action.name;
    let Some(node) = step.get("inputs") else {
        if known.action.needs_inputs() {
            let names = listed(known.action.inputs.iter().filter(|field| field.required).map(|field| field.name));
            let message = format!("{what} has no `inputs`: `{name}` needs {names}");
            findings.push(Finding::new(code::INPUT_MISSING, message, step.start()));
        }
        return IndexMap::new();
    };
    if node.scalar() == Some(Scalar::Nothing) && !known.action.needs_inputs() {
        return IndexMap::new();
    }
    let what = format!("`{name}`");
    let rules = Rules { what: &what, fields: known.action.inputs, codes: INPUTS, stand_ins: StandIns::Paths };
    check::map(node, rules, findings);
    let mut texts = IndexMap::new();
    for (key, value) in node.as_map().unwrap_or_default() {
        let written = key.as_str().unwrap_or_default();
        match (written.strip_suffix(PATH_SUFFIX), value.as_str()) {
            (Some(_), Some(text)) if text.starts_with("$.") => path::in_texts(document, value, paths, findings),
            (Some(input), _) => {
                let message = format!("`{written}` is not a path: its value begins with `$.`");
                let finding = Finding::new(code::BAD_PATH, message, value.span.clone());
                findings.push(finding.help(format!("write `{input}` for a value that is none")));
            }
            (None, Some(text)) => {
                if text.starts_with("$.") {
                    findings.push(plain_path(written, text, key));
                } else if !text.contains("{{") {
                    texts.insert(written.to_owned(), text.to_owned());
                }
                path::in_texts(document, value, paths, findings);
            }
            (None, None) => path::in_texts(document, value, paths, findings),
        }
    }
    texts
}

/// Three official examples leave the suffix out, so it may work; with it, it does.
fn plain_path(name: &str, path: &str, key: &Node) -> Finding {
    let message = format!("`{path}` is taken for a text: the key does not end in `.$`");
    let finding = Finding::new(code::PLAIN_PATH, message, key.span.clone());
    finding.help(format!("write `{name}.$: {path}`")).edit(key.span.clone(), format!("{name}.$"))
}

fn exclusive(steps: &[Step], findings: &mut Findings) {
    const FOR_AMIS: [&str; 3] = ["DistributeImage", "ModifyImageAttributes", "ApplyImageConfigurations"];
    let container = steps.iter().find(|step| step.action == "DistributeContainerImage");
    let ami = steps.iter().find(|step| FOR_AMIS.contains(&step.action));
    if let (Some(container), Some(ami)) = (container, ami) {
        let message = format!("`{}` and `{}` exclude each other", container.action, ami.action);
        let finding = Finding::new(code::WORKFLOW_CONFLICT, message, ami.span.clone()).says("for AMIs");
        findings.push(finding.also(container.span.clone(), "for containers"));
    }
}

fn left_running(steps: &[Step], findings: &mut Findings) {
    let launched = steps.iter().rposition(|step| step.action == "LaunchInstance");
    let Some((launch, after)) = launched.and_then(|at| steps.get(at..)?.split_first()) else { return };
    if after.iter().all(|step| step.action != "TerminateInstance") {
        let message = format!("nothing ends the instance of the step `{}`", launch.name);
        let help = "end the workflow with a step whose action is `TerminateInstance`";
        findings.push(Finding::new(code::INSTANCE_LEFT, message, launch.span.clone()).help(help));
    }
}
