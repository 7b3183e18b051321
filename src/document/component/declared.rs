//! Parameters and constants: lists of maps, each with one key, the name.

use std::collections::HashMap;

use super::actions::{CONSTANT, PARAMETER};
use crate::diagnostic::code;
use crate::document::finding::{Finding, Findings};
use crate::document::grammar::check::{self, KEYS, Rules, StandIns};
use crate::document::grammar::{Field, listed};
use crate::document::secret;
use crate::document::yaml::{Node, Scalar};
use crate::project::suggest::closest;

/// A parameter that a recipe may give a value.
///
/// ```
/// use kiln::document::component::read;
///
/// let text = "schemaVersion: 1.0
/// parameters: [{Url: {type: string}}]
/// phases:
///   - {name: test, steps: [{name: Run, action: ExecuteBash, inputs: {commands: ['curl {{ Url }}']}}]}
/// ";
/// let (document, _) = read(text);
/// // A recipe that uses the component must give it a value.
/// assert!(document.parameters.iter().any(|it| it.name == "Url" && !it.has_default));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Whether there is a value if the recipe gives none.
    pub has_default: bool,
    /// The only values that it may have, if the document names them.
    pub allowed: Option<Vec<String>>,
}

/// What `{{ NAME }}` may stand for.
#[derive(Debug, Default)]
pub(super) struct Declared<'a> {
    /// Whether a spec declares them, and no document.
    is_of_spec: bool,
    items: Vec<Item<'a>>,
    by_name: HashMap<&'a str, usize>,
    /// Names that come near: what is misspelled is not unused.
    nearly_used: Vec<String>,
}

#[derive(Debug)]
struct Item<'a> {
    name: &'a str,
    kind: &'static str,
    key: Option<&'a Node>,
    has_default: bool,
    allowed: Option<Vec<String>>,
    is_used: bool,
}

impl<'a> Declared<'a> {
    /// What a document declares.
    pub(super) fn read(root: &'a Node, findings: &mut Findings) -> Self {
        let mut declared = Self::default();
        declared.section(root, ("parameters", "parameter", PARAMETER), findings);
        declared.section(root, ("constants", "constant", CONSTANT), findings);
        declared
    }

    /// These parameters, which stand in no document.
    pub(super) fn of_names(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut declared = Self { is_of_spec: true, ..Self::default() };
        for name in names {
            declared.by_name.insert(name, declared.items.len());
            declared.items.push(Item {
                name,
                kind: "parameter",
                key: None,
                has_default: true,
                allowed: None,
                is_used: true,
            });
        }
        declared
    }

    /// How a parameter is declared.
    pub(super) fn example(&self, name: &str) -> String {
        if self.is_of_spec {
            format!("`parameters = {{ {name} = \"…\" }}`")
        } else {
            format!("`parameters:`, below it `- {name}:`, below that `type: string`")
        }
    }

    fn section(
        &mut self,
        root: &'a Node,
        (section, kind, fields): (&str, &'static str, &'static [Field]),
        findings: &mut Findings,
    ) {
        let Some(node) = root.get(section) else { return };
        if node.scalar() == Some(Scalar::Nothing) {
            return;
        }
        let items =
            check::items(node, &format!("`{section}`"), "a list of maps, each with a name as its key", findings);
        for item in items {
            let Some([(key, value)]) = item.as_map() else {
                let message = format!("an entry of `{section}` is no map with the name as its only key");
                let finding = Finding::new(code::FIELD_TYPE, message, item.span.clone());
                findings.push(finding.help(format!("write `- NAME:` and below it `type: string`, for each {kind}")));
                continue;
            };
            let Some(name) = key.as_str() else { continue };
            if name == "name" && value.scalar().is_some() {
                let message = format!("a {kind} stands under its name");
                let written = value.as_str().unwrap_or_default();
                let finding = Finding::new(code::FIELD_TYPE, message, item.span.clone());
                findings.push(finding.help(format!("write `- {written}:` and below it `type: string`")));
                continue;
            }
            if !is_name(name) {
                let message = format!("`{name}` cannot be the name of a {kind}");
                let finding = Finding::new(code::BAD_DOCUMENT_NAME, message, key.span.clone());
                findings.push(finding.says("3 to 128 letters, digits, `-` and `_`"));
            }
            let what = format!("the {kind} `{name}`");
            check::map(value, Rules { what: &what, fields, codes: KEYS, stand_ins: StandIns::None }, findings);
            let text = ["default", "value"].iter().find_map(|key| value.get(key));
            if let Some(finding) = text.and_then(|text| secret::of_named(name, text)) {
                findings.push(finding.help(secret::IN_COMPONENT));
            }
            if let Some(first) = self.by_name.get(name).and_then(|index| self.items.get(*index)) {
                let message = format!("`{name}` is declared twice");
                let finding = Finding::new(code::DUPLICATE_IN_DOCUMENT, message, key.span.clone());
                let span = first.key.map_or_else(|| key.span.clone(), |key| key.span.clone());
                findings.push(finding.also(span, format!("the {}", first.kind)));
                continue;
            }
            self.by_name.insert(name, self.items.len());
            let (has_default, allowed) = (value.get("default").is_some(), allowed(value));
            if let (Some(allowed), Some(default)) = (&allowed, value.get("default"))
                && let Some(written) = default.as_str().filter(|text| allowed.iter().all(|value| value != text))
            {
                let message = format!("`{written}` is not one of the allowed values of `{name}`");
                let finding = Finding::new(code::FIELD_VALUE, message, default.span.clone());
                let near = closest(written, allowed.iter().map(String::as_str));
                findings.push(
                    finding.did_you_mean(near).help(format!("allowed: {}", listed(allowed.iter().map(String::as_str)))),
                );
            }
            self.items.push(Item { name, kind, key: Some(key), has_default, allowed, is_used: false });
        }
    }

    /// Whether `{{ name }}` stands for something, which is then used.
    pub(super) fn uses(&mut self, name: &str) -> bool {
        let found = self.by_name.get(name).and_then(|index| self.items.get_mut(*index));
        found.map(|item| item.is_used = true).is_some()
    }

    /// The name that is nearest.
    pub(super) fn closest(&mut self, name: &str) -> Option<String> {
        let near = closest(name, self.items.iter().map(|item| item.name)).map(str::to_owned);
        self.nearly_used.extend(near.clone());
        near
    }

    /// All names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|item| item.name)
    }

    /// Reports what nothing uses.
    pub(super) fn report_unused(&self, findings: &mut Findings) {
        for item in &self.items {
            let is_meant = self.nearly_used.iter().any(|near| near == item.name);
            if let (false, false, Some(key)) = (item.is_used, is_meant, item.key) {
                let message = format!("nothing uses the {} `{}`", item.kind, item.name);
                let finding = Finding::new(code::UNUSED_PARAMETER, message, key.span.clone());
                findings.push(finding.help(format!("write `{{{{ {} }}}}` in an input, or remove it", item.name)));
            }
        }
    }

    /// The parameters among them.
    pub(super) fn into_parameters(self) -> Vec<Parameter> {
        let parameters = self.items.into_iter().filter(|item| item.kind == "parameter");
        let parameter = |item: Item<'_>| {
            let Item { name, has_default, allowed, .. } = item;
            Parameter { name: name.to_owned(), has_default, allowed }
        };
        parameters.map(parameter).collect()
    }
}

/// The values that a parameter may have.
fn allowed(parameter: &Node) -> Option<Vec<String>> {
    let items = parameter.get("allowedValues")?.as_list()?;
    items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Whether a text can be the name of a parameter or a constant.
fn is_name(text: &str) -> bool {
    (3..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
