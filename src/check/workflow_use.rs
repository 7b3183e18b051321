//! The workflows of a pipeline or an image: that they exist, fit together, and get their parameters.

use indexmap::IndexMap;

use super::arns;
use super::context::Context;
use super::parameter::without_nul;
use crate::diagnostic::{Diagnostic, code};
use crate::project::definition::{Given, WorkflowSource, WorkflowUse};
use crate::project::suggest::closest;
use crate::project::workflow::MANAGED;
use crate::project::{Invalid, ParallelGroup, Stage, WorkflowArn};
use crate::source::At;
use crate::spec::{self, Inputs};

/// A pipeline takes so many workflows (`CreateImagePipeline`, `workflows`).
const MOST_WORKFLOWS: usize = 10;

/// Checks the workflows of a pipeline or an image, in their order.
pub(super) fn all(uses: &[spec::WorkflowUse], list: At<'_>, cx: &mut Context<'_>) -> Option<Vec<WorkflowUse>> {
    if uses.len() > MOST_WORKFLOWS {
        let message = format!("{} workflows, a pipeline takes {MOST_WORKFLOWS}", uses.len());
        cx.report(Diagnostic::new(code::TOO_MANY, message).at_value(list, ""));
    }
    let mut first_of_stage: IndexMap<Stage, usize> = IndexMap::new();
    let checked: Vec<Option<WorkflowUse>> = uses
        .iter()
        .enumerate()
        .map(|(index, used)| {
            let at = list.index(index);
            let Some(name) = used.workflow.as_deref() else {
                cx.missing("it does not say which workflow", (at, &["use"]), "add `use = \"…\"`");
                return None;
            };
            let source = source(name, at.key("use"), cx);
            let stage = source.as_ref().and_then(|source| stage(source, cx));
            if let Some(stage) = stage.filter(|stage| *stage != Stage::Test) {
                let first = *first_of_stage.entry(stage).or_insert(index);
                if first != index {
                    cx.report(
                        Diagnostic::new(code::WORKFLOW_PLACE, format!("a second {stage} workflow"))
                            .at_value(at, "")
                            .at_value(list.index(first), "the first")
                            .help("a pipeline takes one of them, and any number of tests"),
                    );
                }
                of_tests_only(used, stage, at, cx);
            }
            let continues =
                cx.choice(used.on_failure.as_deref(), at.key("on-failure"), &[("abort", false), ("continue", true)]);
            let group = cx.optional(code::BAD_NAME, at.key("group"), used.group.as_deref(), ParallelGroup::parse);
            let parameters = parameters(used, at, cx);
            if let Some(WorkflowSource::Own(own)) = source {
                super::workflow::check_parameters(used, own, at, cx);
            }
            Some(WorkflowUse {
                source: source?,
                parameters: parameters?,
                continue_on_failure: continues,
                group: group?,
            })
        })
        .collect();
    checked.into_iter().collect()
}

fn of_tests_only(used: &spec::WorkflowUse, stage: Stage, at: At<'_>, cx: &mut Context<'_>) {
    for (key, _) in [("on-failure", used.on_failure.is_some()), ("group", used.group.is_some())]
        .iter()
        .filter(|(_, is_there)| *is_there)
    {
        let message = format!("`{key}` is of tests, and this is a {stage} workflow");
        cx.report(Diagnostic::new(code::WORKFLOW_PLACE, message).at_key(at.key(key), "remove this"));
    }
}

fn stage(source: &WorkflowSource, cx: &Context<'_>) -> Option<Stage> {
    match source {
        WorkflowSource::Own(index) => Stage::parse(cx.spec.workflow.get_index(*index)?.1.kind.as_deref()?).ok(),
        WorkflowSource::Managed { stage, .. } => Some(*stage),
        WorkflowSource::Arn(arn) => arn.stage(),
    }
}

fn source(name: &str, at: At<'_>, cx: &mut Context<'_>) -> Option<WorkflowSource> {
    if let Some(index) = cx.spec.workflow.get_index_of(name) {
        return Some(WorkflowSource::Own(index));
    }
    if let Some(managed) = name.strip_prefix("aws:") {
        return self::managed(managed, at, cx);
    }
    if let Some((stage, rest)) = arns::of_amazon(name, "workflow/") {
        let short = format!("{stage}/{}", rest.split('/').next().unwrap_or(rest));
        managed(&short, at, cx)?;
    }
    if name.starts_with("arn:") {
        return cx.parse(code::BAD_ID, at, name, WorkflowArn::parse).map(WorkflowSource::Arn);
    }
    cx.unknown("workflow", name, cx.spec.workflow.keys(), at);
    None
}

/// Amazon's workflow, by stage and name.
fn managed(text: &str, at: At<'_>, cx: &mut Context<'_>) -> Option<WorkflowSource> {
    let parse = |text: &str| {
        let (stage, name) = text.split_once('/').unwrap_or(("", text));
        let known = MANAGED.iter().flat_map(|(stage, names)| names.iter().map(move |name| (*stage, *name)));
        let found = known.clone().find(|(of, known)| *known == name && of.word() == stage);
        found.ok_or_else(|| {
            let names: Vec<String> = known.clone().map(|(stage, name)| format!("{stage}/{name}")).collect();
            let exact = names.iter().find(|full| full.ends_with(&format!("/{name}"))).map(String::as_str);
            let near = exact.or_else(|| closest(text, names.iter().map(String::as_str))).map(str::to_owned);
            let bare = || {
                let near = closest(name, known.clone().map(|(_, known)| known))?;
                names.iter().find(|full| full.ends_with(&format!("/{near}"))).cloned()
            };
            let near = near.or_else(bare);
            let error = Invalid::new(format!("Amazon manages no workflow `{text}`"));
            match near {
                Some(near) => error.help(format!("did you mean `aws:{near}`?")),
                None => error.help(format!("known: {}", names.join(", "))),
            }
        })
    };
    let (stage, name) = cx.parse(code::UNKNOWN_REFERENCE, at, text, parse)?;
    Some(WorkflowSource::Managed { stage, name: name.to_owned() })
}

fn parameters(
    used: &spec::WorkflowUse,
    at: At<'_>,
    cx: &mut Context<'_>,
) -> Option<IndexMap<String, Vec<Given<String>>>> {
    let table = at.key("parameters");
    let checked: Vec<Option<(String, Vec<Given<String>>)>> = used
        .parameters
        .iter()
        .map(|(name, inputs)| {
            let values = match inputs {
                Inputs::One(input) => {
                    let value = cx.given(code::BAD_TEXT, table.key(name), input, without_nul)?;
                    vec![value]
                }
                Inputs::Many(texts) => {
                    let values = cx.each(code::BAD_TEXT, table.key(name), texts, without_nul);
                    values.into_iter().map(Given::Value).collect()
                }
            };
            Some((name.clone(), values))
        })
        .collect();
    checked.into_iter().collect()
}
