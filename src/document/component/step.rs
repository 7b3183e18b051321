//! A step: its name, its action with the inputs, when and how often it runs, and what its texts refer to.

use std::collections::HashMap;

use super::actions::{CONDITIONS, STEP, find};
use super::declared::Declared;
use super::expression::{Scope, Stage, Targets};
use super::{Bound, Document, looping, script, source, texts};
use crate::diagnostic::code;
use crate::document::condition;
use crate::document::finding::{Finding, Findings};
use crate::document::grammar::check::{self, INPUTS, KEYS, Rules, StandIns};
use crate::document::grammar::{Action, EVERYWHERE, listed};
use crate::document::yaml::{Node, Scalar, Value};
use crate::project::suggest::closest;

/// The phase of a step, with the names that were given in it.
#[derive(Debug)]
pub(super) struct Phase<'a> {
    name: &'a str,
    stage: Option<Stage>,
    steps: HashMap<&'a str, &'a Node>,
    loops: HashMap<&'a str, &'a Node>,
}

impl<'a> Phase<'a> {
    pub(super) fn new(name: &'a str, stage: Option<Stage>) -> Self {
        Self { name, stage, steps: HashMap::new(), loops: HashMap::new() }
    }
}

/// Checks one step, the `number`th of the document; gives whether its own keys and inputs are right.
pub(super) fn check<'a>(
    (text, node): (&str, &'a Node),
    (phase, number): (&mut Phase<'a>, usize),
    (declared, targets, faulty): (&mut Declared<'a>, &Targets<'a>, &[usize]),
    document: &mut Document,
    findings: &mut Findings,
) -> bool {
    let before = findings.len();
    let name = node.get("name").filter(|name| name.as_str().is_some());
    let what = match name.and_then(Node::as_str) {
        Some(name) => format!("the step `{name}`"),
        None => "a step".to_owned(),
    };
    let stray = stray(node);
    let mut keys = Findings::default();
    check::map(node, Rules { what: &what, fields: STEP, codes: KEYS, stand_ins: StandIns::None }, &mut keys);
    keys.retain(|finding| finding.labels.iter().all(|(span, _)| stray.iter().all(|(key, _)| key.span != *span)));
    findings.extend(keys);
    if let Some(name) = name {
        check_name(name, "step", &mut phase.steps, findings);
    }
    timeout(node, findings);
    goes_on(node, phase, findings);
    let looped = node.get("loop").map(|node| looping::check(node, findings));
    if let Some(Some(name)) = looped {
        check_name(name, "loop", &mut phase.loops, findings);
    }
    if let Some(node) = node.get("if") {
        condition::check(node, &CONDITIONS, findings);
    }
    let action = node.get("action").and_then(|node| action(node, document, findings));
    if let (Some(action), [(first, _), ..]) = (action, &stray[..]) {
        let key = first.as_str().unwrap_or_default();
        let message = format!("`{key}` is an input of `{}`, and is not under `inputs`", action.name);
        let finding = Finding::new(code::INPUT_MISSING, message, first.span.clone());
        findings.push(finding.help("write `inputs:` above it, and indent it by two spaces more than that"));
    } else if let Some(action) = action {
        inputs(text, node, (&what, action), document, findings);
    }
    // What is wrong with an expression changes nothing of what others may refer to.
    let is_right = !findings.has_errors_after(before);
    let looped = looped.map(|name| name.and_then(Node::as_str).unwrap_or("loop"));
    let mut scope = Scope { declared, targets, here: number, stage: phase.stage, looped, faulty };
    let stray = stray.iter().map(|(_, value)| value);
    for node in ["inputs", "if"].into_iter().filter_map(|key| node.get(key)).chain(stray) {
        expressions(text, node, &mut scope, findings);
    }
    if let Some(items) = node.get("loop").and_then(|node| node.get("forEach")) {
        // The items are known before the loop begins.
        scope.looped = None;
        expressions(text, items, &mut scope, findings);
    }
    is_right
}

/// The inputs of a step's action that are beside an `inputs` without them, and not in it.
fn stray(step: &Node) -> Vec<&(Node, Node)> {
    let action = step.get("action").and_then(Node::as_str).and_then(find);
    let is_empty = step.get("inputs").is_none_or(|inputs| inputs.scalar() == Some(Scalar::Nothing));
    let Some(action) = action.filter(|_| is_empty) else { return Vec::new() };
    let is_input = |key: &Node| action.inputs.iter().any(|field| key.as_str() == Some(field.name));
    let is_key = |key: &Node| STEP.iter().any(|field| key.as_str() == Some(field.name));
    step.as_map().unwrap_or_default().iter().filter(|(key, _)| is_input(key) && !is_key(key)).collect()
}

/// Checks a name and that it is the only one of its kind. Source of the characters: what AWSTOE says of a wrong one.
pub(super) fn check_name<'a>(
    node: &'a Node,
    kind: &str,
    known: &mut HashMap<&'a str, &'a Node>,
    findings: &mut Findings,
) {
    let Some(name) = node.as_str() else { return };
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if !is_name {
        let message = format!("`{name}` cannot be the name of a {kind}");
        let finding = Finding::new(code::BAD_DOCUMENT_NAME, message, node.span.clone());
        findings.push(finding.says("letters, digits, `-` and `_`"));
    }
    if let Some(first) = known.get(name) {
        let message = format!("the {kind} `{name}` is there twice");
        let finding = Finding::new(code::DUPLICATE_IN_DOCUMENT, message, node.span.clone());
        findings.push(finding.also(first.span.clone(), "the first"));
    } else {
        known.insert(name, node);
    }
}

fn timeout(step: &Node, findings: &mut Findings) {
    if let Some(node) = step.get("timeoutSeconds")
        && node.scalar() == Some(Scalar::Integer(0))
    {
        let finding = Finding::new(code::FIELD_VALUE, "`timeoutSeconds` is 0, so no step could run", node.span.clone());
        findings.push(finding.help("at least 1, or -1 for as long as it likes"));
    }
}

/// `Continue` in the build phase: mostly `Ignore` is meant, since nothing comes of a build that failed.
fn goes_on(step: &Node, phase: &Phase<'_>, findings: &mut Findings) {
    if let Some(node) = step.get("onFailure")
        && node.as_str() == Some("Continue")
        && phase.name.eq_ignore_ascii_case("build")
    {
        let message = "with `Continue` the other steps run, and the build still fails";
        let finding = Finding::new(code::CONTINUE_FAILS, message, node.span.clone());
        findings.push(finding.help("write `Ignore` if the step may fail, or `Abort` to save the time"));
    }
}

fn action(node: &Node, document: &mut Document, findings: &mut Findings) -> Option<&'static Action> {
    let written = check::text(node, "`action`", findings)?;
    let Some(action) = find(written) else {
        let names = super::actions::ACTIONS.iter().map(|action| action.name);
        let finding = Finding::new(code::UNKNOWN_ACTION, format!("there is no action `{written}`"), node.span.clone());
        findings.push(match closest(written, names.clone()) {
            Some(near) => finding.did_you_mean(Some(near)),
            None => finding.help(format!("actions: {}", listed(names))),
        });
        return None;
    };
    if action.platforms != EVERYWHERE {
        let what = format!("the action `{}`", action.name);
        document.bound.push(Bound { what, platforms: action.platforms, span: node.span.clone() });
    }
    Some(action)
}

fn inputs(
    text: &str,
    step: &Node,
    (what, action): (&str, &'static Action),
    document: &mut Document,
    findings: &mut Findings,
) {
    let name = action.name;
    let Some(node) = step.get("inputs").filter(|node| node.scalar() != Some(Scalar::Nothing)) else {
        if action.needs_inputs() || name == "Assert" {
            let needed = action.inputs.iter().filter(|field| field.required).map(|field| field.name);
            let needed = if name == "Assert" { "a condition".to_owned() } else { listed(needed) };
            let help = if needed.is_empty() { String::new() } else { format!(": `{name}` needs {needed}") };
            let message = format!("{what} has no `inputs`{help}");
            findings.push(Finding::new(code::INPUT_MISSING, message, step.start()));
        }
        return;
    };
    if name == "Assert" {
        return condition::check(node, &CONDITIONS, findings);
    }
    if action.is_list && node.as_map().is_some() {
        let finding = check::wrong_type(&format!("`inputs` of `{name}`"), node, "a list of maps");
        return findings.push(finding.help("put `- ` before the first input, and two spaces before the others"));
    }
    if !action.is_list && node.as_list().is_some() {
        let finding = check::wrong_type(&format!("`inputs` of `{name}`"), node, "a map");
        return findings.push(finding.help("remove the `- ` before the inputs"));
    }
    let entries = match action.is_list {
        true => check::items(node, &format!("`inputs` of `{name}`"), "a list of maps", findings),
        false => std::slice::from_ref(node),
    };
    let what = format!("`{name}`");
    for entry in entries {
        let rules = Rules { what: &what, fields: action.inputs, codes: INPUTS, stand_ins: StandIns::Expressions };
        check::map(entry, rules, findings);
        check::together(entry, &what, action.rules, findings);
        bound(entry, action, document);
        script::check(text, entry, action, findings);
        texts::check(text, entry, action, findings);
        source::check(entry, action, findings);
    }
    if name == "ExecuteDocument" {
        source::nested(step, node, findings);
    }
    if name == "SetRegistry" {
        for entry in entries {
            registry(entry, findings);
        }
    }
}

/// Inputs that exist on some platforms only, of actions that exist on more.
fn bound(entry: &Node, action: &'static Action, document: &mut Document) {
    for (key, _) in entry.as_map().unwrap_or_default() {
        let field = action.inputs.iter().find(|field| key.as_str() == Some(field.name));
        if let Some(field) = field.filter(|field| field.platforms.len() < action.platforms.len()) {
            let what = format!("the input `{}` of `{}`", field.name, action.name);
            document.bound.push(Bound { what, platforms: field.platforms, span: key.span.clone() });
        }
    }
}

/// Source of the roots: the user guide's table of `SetRegistry`.
fn registry(entry: &Node, findings: &mut Findings) {
    const ROOTS: [&str; 10] = [
        "HKEY_CLASSES_ROOT:",
        "HKCR:",
        "HKEY_USERS:",
        "HKU:",
        "HKEY_LOCAL_MACHINE:",
        "HKLM:",
        "HKEY_CURRENT_CONFIG:",
        "HKCC:",
        "HKEY_CURRENT_USER:",
        "HKCU:",
    ];
    let Some(node) = entry.get("path") else { return };
    let path = node.as_str().unwrap_or_default();
    if !path.contains("{{") && !ROOTS.iter().any(|root| path.starts_with(root)) {
        let message = format!("`{path}` does not begin with a root of the registry");
        let finding = Finding::new(code::FIELD_VALUE, message, node.span.clone());
        findings.push(finding.help(format!("roots: {}", listed(ROOTS))));
    }
}

fn expressions(text: &str, node: &Node, scope: &mut Scope<'_, '_>, findings: &mut Findings) {
    match &node.value {
        Value::Scalar { text: value, .. } => {
            for finding in scope.check(value) {
                if findings.is_full() {
                    break;
                }
                findings.push(finding.moved(|span| node.piece(text, &span)));
            }
        }
        Value::List(items) => items.iter().for_each(|item| expressions(text, item, scope, findings)),
        // Without quotes it is a map, which has been reported; it is a use all the same.
        Value::Map(_) if check::braces(node).is_some() => {
            let inner = check::braces(node).unwrap_or_default();
            let _ = scope.check(&format!("{{{{ {inner} }}}}"));
        }
        Value::Map(entries) => entries.iter().for_each(|(_, value)| expressions(text, value, scope, findings)),
    }
}
