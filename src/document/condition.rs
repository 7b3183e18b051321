//! The conditions of `if` and of `Assert`: one comparison, or `and`, `or` and `not` over conditions.
//!
//! Component and workflow documents have the same shape and other operators. A comparison is `value OP baseline`, where the
//! baseline stands under the operator's name (EC2 Image Builder User Guide, "Use comparison operators in AWSTOE component
//! documents" and "Use conditional statements in your workflow steps").

use super::finding::{Finding, Findings};
use super::grammar::check::wrong_type;
use super::grammar::listed;
use super::yaml::{Node, Scalar};
use crate::diagnostic::code;
use crate::project::suggest::closest;

/// How deep `and`, `or` and `not` may nest.
pub(crate) const MOST_LEVELS: usize = 4;

/// The operators of one kind of document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grammar {
    /// Its comparisons.
    pub(crate) operators: &'static [Operator],
    /// How many conditions stand under one `and` or `or`.
    pub(crate) most_children: usize,
    /// Whether `then` and `else` stand beside the outermost condition.
    pub(crate) has_branches: bool,
}

/// A comparison.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operator {
    /// Its name, and the key of its baseline.
    pub(crate) name: &'static str,
    /// What it is compared with.
    pub(crate) baseline: Baseline,
    /// The key of what is compared, if there is one.
    pub(crate) tested: Option<&'static str>,
}

/// What stands under an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Baseline {
    /// A text, or what reads as one.
    Text,
    /// A number, or a text that is one.
    Number,
    /// `true` or `false`.
    Flag,
    /// A checksum of so many hexadecimal digits.
    Checksum(usize),
}

/// The logical operators; the last takes one condition, the others a list.
pub(crate) const LOGICAL: [&str; 3] = ["and", "or", "not"];

/// What happens to a step when its condition is decided, in component documents.
pub(crate) const BRANCHES: [&str; 3] = ["Abort", "Execute", "Skip"];

/// Checks a condition.
pub(crate) fn check(node: &Node, grammar: &Grammar, findings: &mut Findings) {
    condition(node, grammar, 0, findings);
}

fn condition(node: &Node, grammar: &Grammar, levels: usize, findings: &mut Findings) {
    let Some(entries) = node.as_map() else {
        return findings.push(wrong_type("a condition", node, "a map with one operator").help(operators(grammar)));
    };
    let (mut found, mut others) = (Vec::new(), Vec::new());
    for (key, value) in entries {
        let name = key.as_str().unwrap_or_default();
        let operator = grammar.operators.iter().find(|operator| operator.name == name);
        match operator {
            Some(operator) => found.push((key, value, Some(operator))),
            None if LOGICAL.contains(&name) => found.push((key, value, None)),
            None => others.push((key, value, name)),
        }
    }
    let (Some((key, value, operator)), 1) = (found.first().copied(), found.len()) else {
        return not_one(node, &found, &others, grammar, findings);
    };
    match operator {
        Some(operator) => {
            comparison(node, (key, value), operator, findings);
            // A workflow knows nothing but paths; components are public whose conditions are constants.
            if !grammar.has_branches {
                constant(node, (key, value), operator, findings);
            }
        }
        None => logical((key, value), grammar, levels, findings),
    }
    let tested = operator.and_then(|operator| operator.tested);
    let mut nested = false;
    for (other, value, name) in others {
        if Some(name) == tested {
            continue;
        }
        if grammar.has_branches && matches!(name, "then" | "else") {
            branch(name, value, findings);
            if levels > 0 && !nested {
                nested = true;
                let message = format!("`{name}` below another operator is not documented: it may have no effect");
                let finding = Finding::new(code::BAD_CONDITION, message, other.span.clone());
                findings.push(finding.help("put it directly under `if`, beside the outermost operator").warns());
            }
            continue;
        }
        let known: Vec<&str> =
            tested.into_iter().chain(["then", "else"].into_iter().filter(|_| grammar.has_branches)).collect();
        let message = format!("there is no key `{name}` beside `{}`", key.as_str().unwrap_or_default());
        let near = closest(name, known);
        let finding = Finding::new(code::BAD_CONDITION, message, other.span.clone()).did_you_mean(near);
        findings.push(if near.is_some() { finding } else { finding.warns() });
    }
}

type Found<'a> = (&'a Node, &'a Node, Option<&'static Operator>);

fn not_one(
    node: &Node,
    found: &[Found<'_>],
    others: &[(&Node, &Node, &str)],
    grammar: &Grammar,
    findings: &mut Findings,
) {
    if let [(first, ..), (second, ..), ..] = found {
        let finding = Finding::new(code::BAD_CONDITION, "a condition has two operators", second.span.clone())
            .also(first.span.clone(), "the first")
            .help("join them with `and:` or `or:`, as items of a list");
        return findings.push(finding);
    }
    let known = grammar.operators.iter().map(|operator| operator.name).chain(LOGICAL);
    let slip = others.iter().find_map(|(key, _, name)| Some((key, name, closest(name, known.clone())?)));
    let finding = match (slip, others.iter().find(|(_, _, name)| !matches!(*name, "value" | "path" | "then" | "else")))
    {
        (Some((key, name, near)), _) => {
            let message = format!("there is no operator `{name}`");
            let finding = Finding::new(code::BAD_CONDITION, message, key.span.clone());
            return findings.push(finding.did_you_mean(Some(near)));
        }
        (None, Some((key, _, name))) => {
            Finding::new(code::BAD_CONDITION, format!("there is no operator `{name}`"), key.span.clone())
        }
        (None, None) => Finding::new(code::BAD_CONDITION, "a condition has no operator", node.start()),
    };
    findings.push(finding.help(operators(grammar)));
}

fn operators(grammar: &Grammar) -> String {
    format!("operators: {}", listed(grammar.operators.iter().map(|operator| operator.name).chain(LOGICAL)))
}

fn branch(name: &str, value: &Node, findings: &mut Findings) {
    let written = value.as_str().unwrap_or_default();
    if !BRANCHES.contains(&written) {
        let message = format!("`{name}` is `{written}`, allowed are {}", listed(BRANCHES));
        let near = closest(written, BRANCHES);
        findings.push(Finding::new(code::BAD_CONDITION, message, value.span.clone()).did_you_mean(near));
    }
}

fn logical((key, value): (&Node, &Node), grammar: &Grammar, levels: usize, findings: &mut Findings) {
    let name = key.as_str().unwrap_or_default();
    if levels >= MOST_LEVELS {
        let message = format!("conditions nest more than {MOST_LEVELS} levels deep");
        return findings.push(Finding::new(code::BAD_CONDITION, message, key.span.clone()));
    }
    if name == "not" {
        if value.as_list().is_some() {
            let finding = wrong_type("`not`", value, "one condition");
            return findings.push(finding.help("remove the `- ` before it"));
        }
        return condition(value, grammar, levels + 1, findings);
    }
    let Some(items) = value.as_list() else {
        let finding = wrong_type(&format!("`{name}`"), value, "a list of conditions");
        return findings.push(finding.help("begin each condition with `- `"));
    };
    if items.is_empty() || items.len() > grammar.most_children {
        let message = match items.len() {
            0 => format!("`{name}` has no conditions"),
            count => format!("`{name}` has {count} conditions, {} are allowed", grammar.most_children),
        };
        findings.push(Finding::new(code::BAD_CONDITION, message, key.span.clone()));
    }
    for item in items {
        condition(item, grammar, levels + 1, findings);
    }
}

fn comparison(node: &Node, (key, value): (&Node, &Node), operator: &Operator, findings: &mut Findings) {
    let name = operator.name;
    baseline(value, name, operator.baseline, findings);
    let Some(tested) = operator.tested else { return };
    match node.get(tested) {
        None => {
            let message = format!("`{name}` has no `{tested}`");
            let help = format!("the condition is `{tested}` compared with what stands under `{name}`");
            findings.push(Finding::new(code::BAD_CONDITION, message, key.span.clone()).help(help));
        }
        Some(value) if value.scalar().is_none() => {
            findings.push(wrong_type(&format!("`{tested}`"), value, "a single value"));
        }
        Some(value) if operator.baseline == Baseline::Number => number(value, tested, findings),
        Some(_) => {}
    }
}

/// A comparison of what is known before anything runs: mostly the two sides are swapped.
fn constant(node: &Node, (key, value): (&Node, &Node), operator: &Operator, findings: &mut Findings) {
    let Some((tested, other)) = operator.tested.and_then(|tested| Some((tested, node.get(tested)?))) else { return };
    let (name, text) = (operator.name, value.as_str().unwrap_or_default());
    let Some(written) = other.as_str().filter(|text| !is_dynamic(text)) else { return };
    let finding = |message: String| Finding::new(code::CONSTANT_CONDITION, message, key.span.clone());
    if text.starts_with("$.") {
        let message = format!("the sides of `{name}` are swapped: `{tested}` is the constant `{written}`");
        findings.push(finding(message).help(format!("write `{name}: {written}` and `{tested}: {text}`")));
    } else if !is_dynamic(text) {
        let message = format!("`{name}` compares the constants `{text}` and `{written}`");
        findings
            .push(finding(message).help(format!("`{tested}` is what is compared: a path such as `$.parameters.NAME`")));
    }
}

fn baseline(node: &Node, name: &str, baseline: Baseline, findings: &mut Findings) {
    let Some(scalar) = node.scalar() else {
        return findings.push(wrong_type(&format!("`{name}`"), node, "a single value"));
    };
    let text = node.as_str().unwrap_or_default();
    if is_dynamic(text) {
        return;
    }
    match baseline {
        Baseline::Text if scalar == Scalar::Nothing => {
            findings.push(wrong_type(&format!("`{name}`"), node, "a text").help("an empty text is \"\""));
        }
        Baseline::Text => {}
        Baseline::Number => number(node, name, findings),
        Baseline::Flag => {
            if !matches!(scalar, Scalar::Flag(_)) && !matches!(text, "true" | "false") {
                findings.push(wrong_type(&format!("`{name}`"), node, "true or false"));
            }
        }
        Baseline::Checksum(digits) => {
            if text.len() != digits || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let message = format!("`{name}` is no checksum of its kind: it has {digits} hexadecimal digits");
                findings.push(Finding::new(code::BAD_CONDITION, message, node.span.clone()));
            }
        }
    }
}

/// A number, or a text that is one (`^[-+]?([0-9]+[.])?[0-9]+$`): any other text makes the comparison false.
fn number(node: &Node, name: &str, findings: &mut Findings) {
    let text = node.as_str().unwrap_or_default();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if !is_number && !is_dynamic(text) {
        findings.push(wrong_type(&format!("`{name}`"), node, "a number"));
    }
}

/// Whether a value is known only when the document runs.
fn is_dynamic(text: &str) -> bool {
    text.contains("{{") || text.starts_with("$.")
}
