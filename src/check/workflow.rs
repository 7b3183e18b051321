//! `[workflow.NAME]`: the document, its stage, and what pipelines must know of it (`CreateWorkflow`).

use super::context::Context;
use super::documents;
use super::tags;
use crate::diagnostic::{Diagnostic, code};
use crate::document::workflow::{Document, Parameter, ParameterKind, read};
use crate::project::definition::{Action, Content, Workflow};
use crate::project::suggest::closest;
use crate::project::{Key, KmsKey, S3Uri, Stage};
use crate::source::At;
use crate::spec::{self, Inputs, Spec};

/// Checks all workflows, in their order. What pipelines must know of their documents is left in the context.
pub(super) fn all(spec: &Spec, cx: &mut Context<'_>) -> Vec<Option<Workflow>> {
    let tables = At::ROOT.key("workflow");
    spec.workflow
        .iter()
        .map(|(name, table)| {
            let at = tables.key(name);
            let stage = stage(table, at, cx);
            let (content, document) = content(name, table, stage, at, cx);
            let actions = document.as_ref().map(actions).unwrap_or_default();
            // A use may give what a document that has other faults declares.
            cx.workflow_parameters.push(document.map(|document| document.parameters));
            workflow(name, table, (stage, content, actions), at, cx)
        })
        .collect()
}

fn workflow(
    key: &str,
    table: &spec::Workflow,
    (stage, content, actions): (Option<Stage>, Option<Content>, Vec<Action>),
    at: At<'_>,
    cx: &mut Context<'_>,
) -> Option<Workflow> {
    let name = cx.physical_name(key, at);
    let version = cx.version(table.version.as_deref(), at);
    let kms_key = cx.optional(code::BAD_KMS_KEY, at.key("kms-key"), table.kms_key.as_deref(), KmsKey::parse);
    let description = cx.text(table.description.as_deref(), at.key("description"), 1024);
    let change_description = cx.text(table.change_description.as_deref(), at.key("change-description"), 1024);
    let tags = tags::tags(&[(&table.tags, at.key("tags"))], cx);
    Some(Workflow {
        key: Key::parse(key).ok()?,
        name: name?,
        stage: stage?,
        description,
        change_description,
        content: content?,
        actions,
        version: version?,
        kms_key: kms_key?,
        tags,
    })
}

fn stage(table: &spec::Workflow, at: At<'_>, cx: &mut Context<'_>) -> Option<Stage> {
    match &table.kind {
        Some(word) => cx.parse(code::BAD_CHOICE, at.key("kind"), word, Stage::parse),
        None => {
            let help = "add `kind = \"build\"`, `\"test\"` or `\"distribution\"`";
            cx.missing("the workflow does not say which stage it is for", (at, &["kind"]), help);
            None
        }
    }
}

fn content(
    name: &str,
    table: &spec::Workflow,
    stage: Option<Stage>,
    at: At<'_>,
    cx: &mut Context<'_>,
) -> (Option<Content>, Option<Document>) {
    let source_at = at.key("source");
    let Some(source) = &table.source else {
        cx.missing(&format!("the workflow `{name}` does nothing"), (at, &["source"]), "add `source = \"…\"`");
        return (None, None);
    };
    if source.starts_with("s3://") {
        return (cx.parse(code::BAD_ID, source_at, source, S3Uri::parse).map(Content::S3), None);
    }
    // A file that could not be read has been reported.
    let Some(text) = cx.texts.get(source) else { return (None, None) };
    let (document, mut findings) = read(text);
    if let Some(stage) = stage {
        findings.extend(document.in_stage(stage));
    }
    let (mut is_valid, mut is_read) = (true, true);
    for finding in findings {
        is_read &= ![code::NOT_YAML, code::NOT_A_WORKFLOW].contains(&finding.code);
        is_valid &= !cx.refuses(finding.in_file(source));
    }
    let name = format!("`{source}`");
    let long = documents::Long { text, name: &name, help: "split the workflow" };
    is_valid &= documents::fits(&long, |finding| finding.at_value(source_at, ""), cx);
    let content = is_valid.then(|| Content::Inline { text: text.to_owned(), as_written: None, downloads: Vec::new() });
    (content, is_read.then_some(document))
}

fn actions(document: &Document) -> Vec<Action> {
    let steps = document.steps.iter();
    steps.map(|step| Action { name: step.action.to_owned(), inputs: step.inputs.clone() }).collect()
}

/// Checks the values that a use gives a workflow of the spec.
pub(super) fn check_parameters(used: &spec::WorkflowUse, workflow: usize, at: At<'_>, cx: &mut Context<'_>) {
    let Some(Some(declared)) = cx.workflow_parameters.get(workflow).cloned() else { return };
    let table = at.key("parameters");
    for (name, inputs) in &used.parameters {
        let Some(parameter) = declared.iter().find(|parameter| parameter.name == *name) else {
            let near = closest(name, declared.iter().map(|parameter| parameter.name.as_str()));
            let label = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            let message = format!("the workflow declares no parameter `{name}`");
            cx.report(Diagnostic::new(code::COMPONENT_PARAMETER, message).at_key(table.key(name), label));
            continue;
        };
        if let Some(fault) = fault(parameter, inputs) {
            let message = format!("the parameter `{name}` is a `{}`: {fault}", parameter.kind.word());
            cx.report(Diagnostic::new(code::COMPONENT_PARAMETER, message).at_value(table.key(name), ""));
        }
    }
    for parameter in declared.iter().filter(|declared| declared.default.is_none()) {
        if !used.parameters.contains_key(&parameter.name) && !cx.spoiled(table.key(&parameter.name)) {
            let name = &parameter.name;
            cx.report(
                Diagnostic::new(code::COMPONENT_PARAMETER, format!("the workflow needs a value for `{name}`"))
                    .at_value(at, "")
                    .help(format!(
                        "write `{{ use = \"…\", parameters = {{ {name} = \"…\" }} }}`, or give it a default"
                    )),
            );
        }
    }
}

/// What keeps values from being of a parameter's type; those given at deployment are not known.
fn fault(parameter: &Parameter, inputs: &Inputs) -> Option<&'static str> {
    let text = match (inputs, parameter.kind) {
        (Inputs::Many(_), ParameterKind::TextList) => return None,
        (Inputs::Many(_), _) => return Some("write one value"),
        (Inputs::One(spec::Input::Text(text)), _) => text,
        (Inputs::One(spec::Input::Parameter(_)), _) => return None,
    };
    match parameter.kind {
        ParameterKind::Integer if text.parse::<i64>().is_err() => Some("write a whole number"),
        ParameterKind::Boolean if !["true", "false"].contains(&text.as_str()) => Some("write `true` or `false`"),
        _ => None,
    }
}
