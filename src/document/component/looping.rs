//! Loops: `for` over numbers, `forEach` over a list or over the pieces of a text.

use super::actions::{DELIMITERS, FOR, FOR_EACH, LOOP};
use crate::diagnostic::code;
use crate::document::finding::{Finding, Findings};
use crate::document::grammar::check::{self, KEYS, Rules, StandIns};
use crate::document::yaml::{Node, Scalar};

/// Checks a loop; gives its name.
pub(super) fn check<'a>(node: &'a Node, findings: &mut Findings) -> Option<&'a Node> {
    let rules = |what, fields| Rules { what, fields, codes: KEYS, stand_ins: StandIns::None };
    let meant = check::map(node, rules("a loop", LOOP), findings);
    node.as_map()?;
    match (node.entry("for"), node.entry("forEach")) {
        (Some((key, _)), Some((other, _))) => {
            let finding = Finding::new(code::BAD_LOOP, "a loop has both `for` and `forEach`", other.span.clone());
            findings.push(finding.says("remove this").also(key.span.clone(), "or this"));
        }
        (None, None) if meant.iter().any(|key| key.starts_with("for")) => {}
        (None, None) => {
            let finding = Finding::new(code::BAD_LOOP, "a loop has neither `for` nor `forEach`", node.start());
            findings.push(finding.help("write `forEach: [a, b]`, or `for` with `start`, `end` and `updateBy`"));
        }
        (Some((_, numbers)), None) => {
            check::map(numbers, rules("`for`", FOR), findings);
            steps(numbers, findings);
        }
        (None, Some((_, items))) if items.as_map().is_some() => {
            let what = Rules { stand_ins: StandIns::Expressions, ..rules("`forEach`", FOR_EACH) };
            check::map(items, what, findings);
            delimiter(items, findings);
        }
        (None, Some((_, items))) => {
            if matches!(items.scalar(), Some(Scalar::Text(_))) {
                let finding = check::wrong_type("`forEach`", items, "a list, or a map with `list` and `delimiter`");
                findings.push(finding.help("write the text under `list`"));
            } else {
                check_items(items, findings);
            }
        }
    }
    node.get("name")
}

fn check_items(node: &Node, findings: &mut Findings) {
    for item in check::items(node, "`forEach`", "a list, or a map with `list` and `delimiter`", findings) {
        if item.scalar().is_none_or(|scalar| scalar == Scalar::Nothing) {
            findings.push(check::wrong_type("an item of `forEach`", item, "a text"));
        }
    }
}

/// That the numbers of a loop come to its end.
fn steps(node: &Node, findings: &mut Findings) {
    let number = |key: &str| match node.get(key)?.scalar()? {
        Scalar::Integer(number) => Some(number),
        _ => None,
    };
    let Some(step) = number("updateBy") else { return };
    let span = node.get("updateBy").map_or_else(|| node.start(), |by| by.span.clone());
    if step == 0 {
        return findings.push(Finding::new(code::BAD_LOOP, "with `updateBy` 0 the loop never ends", span));
    }
    if let (Some(start), Some(end)) = (number("start"), number("end"))
        && start != end
        && (start < end) != (step > 0)
    {
        let message = format!("from {start}, adding {step} never comes to {end}");
        findings.push(Finding::new(code::BAD_LOOP, message, span));
    }
}

fn delimiter(node: &Node, findings: &mut Findings) {
    let Some(delimiter) = node.get("delimiter") else { return };
    let text = delimiter.as_str().unwrap_or_default();
    // Both the characters and the escapes that stand for them are seen in documents.
    if !DELIMITERS.contains(&text) && !matches!(text, "\\n" | "\\t") {
        let message = format!("`{text}` is not a delimiter");
        let finding = Finding::new(code::BAD_LOOP, message, delimiter.span.clone());
        findings.push(finding.help("delimiters: `.` `,` `;` `:` `-` `_`, a space, `\\n` and `\\t`"));
    }
}
