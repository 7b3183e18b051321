//! Workflow documents: the steps in which an image is built, tested or distributed.
//!
//! The rules are those of schema 1.0 (EC2 Image Builder User Guide, "Create a YAML workflow document").

pub(crate) mod actions;
mod path;
mod step;

use std::ops::Range;

use indexmap::IndexMap;

use super::finding::{Finding, Findings};
use super::grammar::check::{self, KEYS, Rules, StandIns};
use super::grammar::listed;
use super::yaml::{self, Node, Scalar};
use super::{mistaken, root, schema_version, secret};
use crate::diagnostic::code;
use crate::project::Stage;
use actions::{ACTIONS, DOCUMENT};
use step::Target;

/// The only version of the language.
pub const SCHEMA_VERSION: &str = "1.0";

/// A workflow has so many steps at most.
pub(crate) const MOST_STEPS: usize = 15;

/// What a workflow document says that matters outside of it.
///
/// ```
/// use kiln::document::workflow::read;
/// use kiln::project::Stage;
///
/// let text = "schemaVersion: 1.0\nsteps: [{name: Share, action: DistributeImage}]\n";
/// let (document, _) = read(text);
/// assert!(document.in_stage(Stage::Distribution).is_empty());
/// let [finding] = &document.in_stage(Stage::Test)[..] else { panic!("a test brings nothing along") };
/// assert_eq!(finding.message, "a test workflow has no action `DistributeImage`");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// The parameters that it declares, in order.
    pub parameters: Vec<Parameter>,
    /// Its steps in order, as far as their actions exist.
    pub steps: Vec<Step>,
    /// The names of its outputs, in order.
    pub outputs: Vec<String>,
}

/// A parameter that a pipeline may give values.
///
/// ```
/// use kiln::document::workflow::read;
///
/// let text = "schemaVersion: 1.0
/// parameters: [{name: topic, type: string}, {name: level, type: string, default: high}]
/// steps: [{name: Ask, action: WaitForAction}]
/// ";
/// let (document, _) = read(text);
/// let must_be_given = document.parameters.iter().find(|it| it.default.is_none());
/// assert!(must_be_given.is_some_and(|parameter| parameter.name == "topic"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ParameterKind,
    /// The values that it has if the pipeline gives none: one, or any number for a list of texts. A parameter without
    /// a default must be given.
    pub default: Option<Vec<String>>,
}

/// The type of a workflow's parameter.
///
/// ```
/// use kiln::document::workflow::{ParameterKind, read};
///
/// let text = "schemaVersion: 1.0
/// parameters: [{name: accounts, type: stringList}]
/// steps: [{name: Ask, action: WaitForAction}]
/// ";
/// let (document, _) = read(text);
/// assert_eq!(document.parameters[0].kind, ParameterKind::TextList);
/// assert_eq!(ParameterKind::TextList.word(), "stringList");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// Any number of texts.
    TextList,
}

impl ParameterKind {
    /// The document's word: `string`, `integer`, `boolean` or `stringList`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::TextList => "stringList",
        }
    }

    const ALL: [Self; 4] = [Self::Text, Self::Integer, Self::Boolean, Self::TextList];

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A step, as those who give it rights need to know it.
///
/// ```
/// use kiln::document::workflow::read;
///
/// let text = "schemaVersion: 1.0
/// steps:
///   - {name: Scan, action: RunCommand, inputs: {documentName: ScanHost, instanceId: i-0abc}}
/// ";
/// let (document, _) = read(text);
/// // A role that runs the workflow needs the right to run this document.
/// assert_eq!(document.steps[0].inputs["documentName"], "ScanHost");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Its action, such as `LaunchInstance`.
    pub action: &'static str,
    /// Those of its inputs that are texts known now, by name: no path, and no `{{ … }}` in them.
    pub inputs: IndexMap<String, String>,
    /// The name of the action in the document.
    pub span: Range<usize>,
}

impl Document {
    /// What keeps the document from being a workflow of this type.
    #[must_use]
    pub fn in_stage(&self, stage: Stage) -> Vec<Finding> {
        let foreign = self.steps.iter().filter_map(|step| {
            let stages = stages(step);
            (!stages.contains(&stage)).then(|| {
                let message = format!("a {} workflow has no action `{}`", stage.word(), step.action);
                let help = format!("it exists in {} workflows", listed(stages.iter().map(|stage| stage.word())));
                Finding::new(code::WORKFLOW_STAGE, message, step.span.clone()).help(help)
            })
        });
        foreign.collect()
    }

    /// What keeps the document from being a workflow of any type.
    #[must_use]
    pub fn in_any_stage(&self) -> Vec<Finding> {
        if Stage::ALL.into_iter().any(|stage| self.steps.iter().all(|step| stages(step).contains(&stage))) {
            return Vec::new();
        }
        let narrow: Vec<&Step> = self.steps.iter().filter(|step| stages(step).len() < Stage::ALL.len()).collect();
        let clash = narrow.iter().enumerate().find_map(|(index, one)| {
            let apart = |other: &&&Step| !stages(one).iter().any(|stage| stages(other).contains(stage));
            narrow.get(index + 1..)?.iter().find(apart).map(|other| (*one, *other))
        });
        let Some((one, other)) = clash else { return Vec::new() };
        let message = format!("no workflow has both `{}` and `{}`", one.action, other.action);
        let words = |step: &Step| format!("only in {}", listed(stages(step).iter().map(|stage| stage.word())));
        let finding = Finding::new(code::WORKFLOW_STAGE, message, other.span.clone()).says(words(other));
        vec![finding.also(one.span.clone(), words(one)).help("write a document for each type of workflow")]
    }
}

fn stages(step: &Step) -> &'static [Stage] {
    let known = ACTIONS.iter().find(|known| known.action.name == step.action);
    known.map_or(&Stage::ALL, |known| known.stages)
}

/// Reads a document. Findings do not keep the rest from being read.
#[must_use]
pub fn read(text: &str) -> (Document, Vec<Finding>) {
    of_tree(text, yaml::parse(text))
}

/// Reads a document that was parsed.
pub(crate) fn of_tree(text: &str, parsed: yaml::Parsed) -> (Document, Vec<Finding>) {
    let mut findings = Findings::default();
    let help = "a workflow document has `schemaVersion: 1.0` and `steps`, each with a `name` and an `action`";
    let Some(root) = root(parsed, (code::NOT_A_WORKFLOW, help), &mut findings) else {
        return (Document::default(), findings.into_vec(text));
    };
    if let Some(finding) = mistaken::for_workflow(&root) {
        findings.push(finding);
        return (Document::default(), findings.into_vec(text));
    }
    let rules = Rules { what: "a workflow document", fields: DOCUMENT, codes: KEYS, stand_ins: StandIns::None };
    check::map(&root, rules, &mut findings);
    schema_version(&root, &mut findings);
    let parameters = parameters(&root, &mut findings);
    let steps = root.get("steps").map(|steps| step::all(text, steps, &parameters, &mut findings));
    let (steps, targets) = steps.unwrap_or_default();
    let outputs = outputs(text, &root, &parameters, &targets, &mut findings);
    (Document { parameters, steps, outputs }, secret::with_text(text, findings.into_vec(text), secret::IN_WORKFLOW))
}

fn parameters(root: &Node, findings: &mut Findings) -> Vec<Parameter> {
    let mut parameters: Vec<(Parameter, &Node)> = Vec::new();
    for item in root.get("parameters").and_then(Node::as_list).unwrap_or_default() {
        let Some(name) = item.get("name") else { continue };
        let kind = item.get("type").and_then(Node::as_str).and_then(ParameterKind::parse);
        let text = name.as_str().unwrap_or_default();
        if let Some((_, first)) = parameters.iter().find(|(known, _)| known.name == text) {
            findings.push(twice("parameter", name, first));
            continue;
        }
        let given = item.get("default").map_or(&[][..], |node| node.as_list().unwrap_or(std::slice::from_ref(node)));
        for found in given.iter().filter_map(|value| secret::of_named(text, value)) {
            findings.push(found.help(secret::IN_WORKFLOW));
        }
        // A type that does not exist has been reported; what refers to the parameter is right all the same.
        let default = item.get("default").and_then(|default| values(default, kind?, findings));
        let kind = kind.unwrap_or(ParameterKind::Text);
        parameters.push((Parameter { name: text.to_owned(), kind, default }, name));
    }
    parameters.into_iter().map(|(parameter, _)| parameter).collect()
}

/// The values of a default, which must be of the parameter's type.
fn values(node: &Node, kind: ParameterKind, findings: &mut Findings) -> Option<Vec<String>> {
    let of_list = || {
        let items = node.as_list()?.iter().map(|item| item.as_str().map(str::to_owned));
        items.collect::<Option<Vec<String>>>()
    };
    let values = match (kind, node.scalar()) {
        (ParameterKind::TextList, _) => of_list(),
        (ParameterKind::Text, Some(Scalar::Text(text))) => Some(vec![text.to_owned()]),
        (ParameterKind::Integer, Some(Scalar::Integer(_))) | (ParameterKind::Boolean, Some(Scalar::Flag(_))) => {
            node.as_str().map(|text| vec![text.to_owned()])
        }
        _ => None,
    };
    if values.is_none() {
        let expected = match kind {
            ParameterKind::Text => "a text",
            ParameterKind::Integer => "a whole number",
            ParameterKind::Boolean => "true or false",
            ParameterKind::TextList => "a list of texts",
        };
        findings.push(check::wrong_type("`default`", node, expected));
    }
    values
}

fn outputs(
    text: &str,
    root: &Node,
    parameters: &[Parameter],
    steps: &[Target<'_>],
    findings: &mut Findings,
) -> Vec<String> {
    let mut names: Vec<(String, &Node)> = Vec::new();
    for item in root.get("outputs").and_then(Node::as_list).unwrap_or_default() {
        if let Some(value) = item.get("value") {
            path::in_texts(text, value, path::Known { parameters, steps, here: None }, findings);
        }
        let Some(name) = item.get("name") else { continue };
        let Some(written) = name.as_str() else { continue };
        match names.iter().find(|(known, _)| known == written) {
            Some((_, first)) => findings.push(twice("output", name, first)),
            None => names.push((written.to_owned(), name)),
        }
    }
    names.into_iter().map(|(name, _)| name).collect()
}

fn twice(kind: &str, name: &Node, first: &Node) -> Finding {
    let message = format!("the {kind} `{}` is there twice", name.as_str().unwrap_or_default());
    Finding::new(code::DUPLICATE_IN_DOCUMENT, message, name.span.clone()).also(first.span.clone(), "the first")
}
