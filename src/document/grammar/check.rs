//! A map of a document against its declaration: keys, types, ranges, and what the keys must be together.

use std::ops::Range;

use super::{Field, Kind, Rule, listed};
use crate::diagnostic::{Code, code};
use crate::document::finding::{Finding, Findings};
use crate::document::yaml::{Node, Scalar};
use crate::project::suggest::closest;

/// How one kind of map is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    /// What the map is, in words: ``the step `Install` ``.
    pub(crate) what: &'a str,
    /// Its keys.
    pub(crate) fields: &'static [Field],
    /// What a key is called when it means nothing, and when it is missing.
    pub(crate) codes: Codes,
    /// What may stand for a value.
    pub(crate) stand_ins: StandIns,
}

/// The codes of findings about keys.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Codes {
    unknown: Code,
    missing: Code,
    /// The word for a key.
    word: &'static str,
}

/// Of the keys of a document.
pub(crate) const KEYS: Codes = Codes { unknown: code::UNKNOWN_FIELD, missing: code::FIELD_MISSING, word: "key" };
/// Of the inputs of an action.
pub(crate) const INPUTS: Codes = Codes { unknown: code::UNKNOWN_INPUT, missing: code::INPUT_MISSING, word: "input" };

/// What may stand for a value until the document runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StandIns {
    /// Nothing: values are as they are written.
    None,
    /// `{{ … }}` in a text.
    Expressions,
    /// `{{ … }}` in a text, and `key.$` for `key` with a path as its value.
    Paths,
}

/// What a key of a workflow's map ends in when its value is a path.
pub(crate) const PATH_SUFFIX: &str = ".$";

/// The value under a key, or what stands for it.
pub(crate) fn given<'a>(map: &'a Node, name: &str) -> Option<&'a (Node, Node)> {
    let entries = map.as_map()?;
    entries.iter().find(|(key, _)| key.as_str().is_some_and(|key| key.strip_suffix(PATH_SUFFIX).unwrap_or(key) == name))
}

/// Checks a map; what is no map is reported. Gives the keys that were misspelled, as they are written rightly: nobody
/// calls them missing.
pub(crate) fn map(node: &Node, rules: Rules<'_>, findings: &mut Findings) -> Vec<&'static str> {
    let Some(entries) = node.as_map() else {
        findings.push(wrong_type(rules.what, node, "a map"));
        return Vec::new();
    };
    let mut meant = Vec::new();
    for (key, value) in entries {
        let Some(written) = key.as_str() else {
            let message = format!("a key of {} is {}, expected a text", rules.what, key.kind());
            findings.push(Finding::new(rules.codes.unknown, message, key.span.clone()));
            continue;
        };
        let is_path = rules.stand_ins == StandIns::Paths && written.ends_with(PATH_SUFFIX);
        let name = if is_path { written.trim_end_matches(PATH_SUFFIX) } else { written };
        match rules.fields.iter().find(|field| field.name == name) {
            Some(_) if is_path => {}
            Some(field) => check(value, field.kind, &format!("`{}`", field.name), rules.stand_ins, findings),
            None => {
                let near = closest(name, rules.fields.iter().map(|field| field.name));
                meant.extend(near);
                let word = rules.codes.word;
                let message = format!("{} has no {word} `{name}`", rules.what);
                let finding = Finding::new(rules.codes.unknown, message, key.span.clone()).did_you_mean(near);
                let finding = match rules.fields {
                    [] => finding.help("it takes none"),
                    _ if near.is_some() => finding,
                    fields => finding.help(format!("known: {}", listed(fields.iter().map(|field| field.name)))),
                };
                // The service adds keys without notice: only what is close to a known one is surely a slip.
                findings.push(if near.is_some() { finding } else { finding.warns() });
            }
        }
    }
    for field in rules.fields.iter().filter(|field| field.required && !meant.contains(&field.name)) {
        if given(node, field.name).is_none() {
            let message = format!("{} needs `{}`", rules.what, field.name);
            findings.push(Finding::new(rules.codes.missing, message, node.start()).help(lowercase(field.doc)));
        }
    }
    meant
}

/// Checks what the keys of a map must be together.
pub(crate) fn together(node: &Node, what: &str, rules: &[Rule], findings: &mut Findings) {
    for rule in rules {
        let (Rule::OneOf(first, second) | Rule::Together(first, second)) = *rule;
        let finding = match (rule, given(node, first), given(node, second)) {
            (Rule::OneOf(..), None, None) => {
                let message = format!("{what} needs `{first}` or `{second}`");
                Finding::new(code::INPUT_MISSING, message, node.start())
            }
            (Rule::OneOf(..), Some((one, _)), Some((other, _))) => {
                let message = format!("`{first}` and `{second}` exclude each other");
                Finding::new(code::INPUTS_CONFLICT, message, other.span.clone())
                    .says("remove this")
                    .also(one.span.clone(), "or this")
            }
            (Rule::Together(..), Some((key, _)), None) => alone(first, second, key.span.clone()),
            (Rule::Together(..), None, Some((key, _))) => alone(second, first, key.span.clone()),
            _ => continue,
        };
        findings.push(finding);
    }
}

fn alone(there: &str, missing: &str, span: Range<usize>) -> Finding {
    Finding::new(code::INPUTS_CONFLICT, format!("`{there}` means nothing without `{missing}`"), span)
        .help(format!("add `{missing}`, or remove `{there}`"))
}

/// Checks a value; `name` is what it is called.
pub(crate) fn check(node: &Node, kind: Kind, name: &str, stand_ins: StandIns, findings: &mut Findings) {
    if braces(node).is_some() {
        return findings.push(unquoted(node));
    }
    if stand_ins != StandIns::None && node.as_str().is_some_and(|text| text.contains("{{")) {
        return;
    }
    match kind {
        Kind::Any | Kind::Own(_) => {}
        Kind::Text => {
            text(node, name, findings);
        }
        Kind::Json(most) => json(node, name, most, findings),
        Kind::Word(words) => word(node, name, words, |a, b| a == b, findings),
        Kind::AnyCaseWord(words) => word(node, name, words, str::eq_ignore_ascii_case, findings),
        Kind::Flag => flag(node, name, findings),
        Kind::Integer(least, most) => integer(node, name, (least, most), findings),
        Kind::Account => account(node, name, findings),
        Kind::Permissions => permissions(node, name, findings),
        Kind::Texts => texts(node, name, findings),
        Kind::TextMap | Kind::TextsMap => match node.as_map() {
            None => findings.push(wrong_type(name, node, "a map")),
            Some(entries) => {
                for (key, value) in entries {
                    let inner = if matches!(kind, Kind::TextMap) { Kind::Text } else { Kind::Texts };
                    let is_path =
                        stand_ins == StandIns::Paths && key.as_str().is_some_and(|k| k.ends_with(PATH_SUFFIX));
                    if !is_path {
                        check(value, inner, &format!("`{}`", key.as_str().unwrap_or_default()), stand_ins, findings);
                    }
                }
            }
        },
        Kind::Map(fields) => {
            map(node, Rules { what: name, fields, codes: INPUTS, stand_ins }, findings);
        }
        Kind::List(fields) => match node.as_list() {
            None => findings.push(wrong_type(name, node, "a list of maps")),
            Some([]) => findings.push(empty(name, node)),
            Some(items) => {
                let what = format!("an entry of {name}");
                for item in items {
                    map(item, Rules { what: &what, fields, codes: INPUTS, stand_ins }, findings);
                }
            }
        },
    }
}

/// The text of a node that must be one. A plain number or boolean is taken as its characters, as public documents show.
pub(crate) fn text<'a>(node: &'a Node, name: &str, findings: &mut Findings) -> Option<&'a str> {
    let finding = match node.scalar() {
        Some(Scalar::Text(text)) => return Some(text),
        Some(Scalar::Nothing) => empty(name, node),
        Some(_) => {
            let written = node.as_str().unwrap_or_default();
            let message = format!("{name} is {} without quotes, taken as the text `{written}`", node.kind());
            findings.push(in_quotes(Finding::new(code::FIELD_TYPE, message, node.span.clone()), node).warns());
            return Some(written);
        }
        None if braces(node).is_some() => unquoted(node),
        None => wrong_type(name, node, "a text"),
    };
    findings.push(finding);
    None
}

/// With the help to put a plain scalar in quotes.
fn in_quotes(finding: Finding, node: &Node) -> Finding {
    let quoted = format!("\"{}\"", node.as_str().unwrap_or_default());
    finding.help(format!("put it in quotes: {quoted}")).edit(node.span.clone(), quoted)
}

/// The expression that a map was meant to be: `{{ name }}` without quotes is a map with a map as its key.
pub(crate) fn braces(node: &Node) -> Option<&str> {
    let [(outer, nothing)] = node.as_map()? else { return None };
    let [(inner, also_nothing)] = outer.as_map()? else { return None };
    let is_bare = [nothing, also_nothing].iter().all(|value| value.scalar() == Some(Scalar::Nothing));
    inner.as_str().filter(|_| is_bare)
}

fn unquoted(node: &Node) -> Finding {
    let message = "a value that begins with `{{` needs quotes: YAML reads it as a map";
    Finding::new(code::FIELD_TYPE, message, node.span.clone()).needs_quotes()
}

/// The items of a list of at least one.
pub(crate) fn items<'a>(node: &'a Node, name: &str, expected: &str, findings: &mut Findings) -> &'a [Node] {
    match node.as_list() {
        Some([]) => findings.push(empty(name, node)),
        Some(items) => return items,
        None if node.scalar() == Some(Scalar::Nothing) => findings.push(empty(name, node)),
        None => findings.push(wrong_type(name, node, expected)),
    }
    &[]
}

fn texts(node: &Node, name: &str, findings: &mut Findings) {
    if matches!(node.scalar(), Some(Scalar::Text(_))) {
        let finding = wrong_type(name, node, "a list of texts");
        return findings.push(finding.help("begin each item with `- ` on a line of its own"));
    }
    for item in items(node, name, "a list of texts", findings) {
        if item.scalar() == Some(Scalar::Nothing) {
            findings.push(empty(&format!("an item of {name}"), item));
        } else if let (Some([(key, _)]), None) = (item.as_map(), braces(item)) {
            // A colon and a space turn a command into a map: the commonest slip there is.
            let found = format!("an item of {name} is a map, expected a text");
            let finding = Finding::new(code::FIELD_TYPE, found, item.span.clone()).needs_quotes();
            let key = key.as_str().unwrap_or_default();
            findings.push(finding.help(format!("`{key}: ` makes a map of this item")));
        } else if item.as_list().is_some() {
            let finding = wrong_type(&format!("an item of {name}"), item, "a text").needs_quotes();
            findings.push(finding.help("`[` makes a list of this item"));
        } else {
            text(item, &format!("an item of {name}"), findings);
        }
    }
}

fn json(node: &Node, name: &str, most: usize, findings: &mut Findings) {
    let Some(text) = text(node, name, findings) else { return };
    if text.len() > most {
        let message = format!("{name} has {} bytes, {most} are allowed", text.len());
        findings.push(Finding::new(code::FIELD_VALUE, message, node.span.clone()));
    } else if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let message = format!("{name} is not JSON: {}", without_position(&error.to_string()));
        findings.push(Finding::new(code::FIELD_VALUE, message, node.span.clone()));
    }
}

fn without_position(message: &str) -> &str {
    message.split(" at line ").next().unwrap_or(message)
}

fn word(node: &Node, name: &str, words: &[&str], is: impl Fn(&str, &str) -> bool, findings: &mut Findings) {
    let Some(written) = text(node, name, findings) else { return };
    if !words.iter().any(|known| is(known, written)) {
        let message = match words {
            [only] => format!("{name} is `{written}`, and can only be `{only}`"),
            _ => format!("`{written}` is not one of {}", listed(words.iter().copied())),
        };
        let near = closest(written, words.iter().copied());
        findings.push(Finding::new(code::FIELD_VALUE, message, node.span.clone()).did_you_mean(near));
    }
}

fn flag(node: &Node, name: &str, findings: &mut Findings) {
    // What YAML 1.1 takes for a truth value is one where nothing else can be meant.
    let is_old = |text: &str| ["yes", "no", "on", "off"].iter().any(|word| word.eq_ignore_ascii_case(text));
    match node.scalar() {
        Some(Scalar::Flag(_)) => {}
        Some(Scalar::Text(text)) if is_old(text) => {}
        Some(Scalar::Text(text @ ("true" | "false"))) => {
            let finding = wrong_type(name, node, "true or false").help("remove the quotes");
            findings.push(finding.edit(node.span.clone(), text));
        }
        _ => findings.push(wrong_type(name, node, "true or false")),
    }
}

fn integer(node: &Node, name: &str, (least, most): (i64, i64), findings: &mut Findings) {
    match node.scalar() {
        Some(Scalar::Integer(number)) if (least..=most).contains(&number) => {}
        Some(Scalar::Integer(number)) => {
            let range = if most == i64::MAX { format!("at least {least}") } else { format!("{least} to {most}") };
            let message = format!("{name} is {number}, allowed is {range}");
            findings.push(Finding::new(code::FIELD_VALUE, message, node.span.clone()));
        }
        Some(Scalar::Text(text)) if text.parse::<i64>().is_ok() => {
            let finding = wrong_type(name, node, "a whole number").help("remove the quotes");
            findings.push(finding.edit(node.span.clone(), text));
        }
        _ => findings.push(wrong_type(name, node, "a whole number")),
    }
}

fn account(node: &Node, name: &str, findings: &mut Findings) {
    let written = match node.scalar() {
        // A number with a zero in front loses it.
        Some(Scalar::Integer(_)) if node.as_str().is_some_and(|text| text.starts_with('0')) => {
            let finding = wrong_type(name, node, "a text").help("a number loses the zero in front");
            return findings.push(in_quotes(finding, node));
        }
        Some(Scalar::Text(_) | Scalar::Integer(_)) => node.as_str().unwrap_or_default(),
        _ => return findings.push(wrong_type(name, node, "an account id of 12 digits")),
    };
    if written.len() != 12 || !written.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = format!("`{written}` is not an account id: it has 12 digits");
        findings.push(Finding::new(code::FIELD_VALUE, message, node.span.clone()));
    }
}

fn permissions(node: &Node, name: &str, findings: &mut Findings) {
    let mut own = Findings::default();
    let Some(text) = text(node, name, &mut own) else { return findings.extend(own) };
    let is_octal = (3..=4).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    if is_octal && own.len() > 0 && text.starts_with('0') {
        let decimal = i64::from_str_radix(text, 8).unwrap_or_default();
        let message =
            format!("{name} is `{text}` without quotes, which some readers of YAML take as the number {decimal}");
        return findings.push(in_quotes(Finding::new(code::FIELD_TYPE, message, node.span.clone()), node).warns());
    }
    findings.extend(own);
    if !is_octal {
        let message = format!("`{text}` are not permissions: they are three or four octal digits");
        findings.push(Finding::new(code::FIELD_VALUE, message, node.span.clone()).help("such as \"0644\" or \"0755\""));
    }
}

/// The finding that something is not of the type that it should be.
pub(crate) fn wrong_type(name: &str, node: &Node, expected: &str) -> Finding {
    let message = format!("{name} is {}, expected {expected}", node.kind());
    Finding::new(code::FIELD_TYPE, message, node.span.clone())
}

/// The finding that there is nothing where something must be.
pub(crate) fn empty(name: &str, node: &Node) -> Finding {
    Finding::new(code::FIELD_TYPE, format!("{name} is empty"), node.span.clone())
}

/// A sentence as a help: a phrase without its stop.
fn lowercase(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    let mut characters = sentence.chars();
    match characters.next() {
        // Words such as `S3` keep their capital.
        Some(first)
            if !sentence
                .get(1..2)
                .is_some_and(|next| next.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())) =>
        {
            first.to_lowercase().chain(characters).collect()
        }
        _ => sentence.to_owned(),
    }
}
