//! Documents of one kind in the shape of another: one finding says what it is, instead of one for each key.

use super::component::actions as component;
use super::finding::Finding;
use super::workflow::actions as workflow;
use super::yaml::Node;
use crate::diagnostic::code;

/// What a document that is read as a component is instead.
pub(super) fn for_component(root: &Node) -> Option<Finding> {
    if let (Some((key, steps)), None) = (root.entry("steps"), root.get("phases")) {
        let finding = match shape(steps)? {
            Shape::Workflow => {
                let finding = Finding::new(code::NOT_A_COMPONENT, "this is a workflow document", key.span.clone());
                finding.help("name it as the `source` of a `[workflow.NAME]`")
            }
            Shape::Component => {
                let finding = Finding::new(code::NOT_A_COMPONENT, "the steps are in no phase", key.span.clone());
                finding.help("put them under `phases:`, below it `- name: build`, below that `steps:`")
            }
        };
        return Some(finding);
    }
    let (key, phases) = root.entry("phases")?;
    Some(match shape(phases)? {
        Shape::Workflow => {
            let message = "this is a workflow document, whose steps are under `steps`";
            let finding = Finding::new(code::NOT_A_COMPONENT, message, key.span.clone());
            finding.help("write `steps:` instead of `phases:`").edit(key.span.clone(), "steps")
        }
        Shape::Component => {
            let message = "these are steps, and `phases` holds phases";
            let finding = Finding::new(code::NOT_A_COMPONENT, message, key.span.clone());
            finding.help("put them under `steps:` of a phase: `- name: build`, below it `steps:`")
        }
    })
}

/// What a document that is read as a workflow is instead.
pub(super) fn for_workflow(root: &Node) -> Option<Finding> {
    if let (Some((key, phases)), None) = (root.entry("phases"), root.get("steps")) {
        return Some(match shape(phases) {
            Some(Shape::Workflow) => {
                let message = "the steps of a workflow are under `steps`";
                let finding = Finding::new(code::NOT_A_WORKFLOW, message, key.span.clone());
                finding.help("write `steps:` instead of `phases:`").edit(key.span.clone(), "steps")
            }
            _ => {
                let finding = Finding::new(code::NOT_A_WORKFLOW, "this is a component document", key.span.clone());
                finding.help("name it as the `source` of a `[component.NAME]`")
            }
        });
    }
    let (key, steps) = root.entry("steps")?;
    (shape(steps)? == Shape::Component).then(|| {
        let message = "these are steps of a component, and a workflow has other actions";
        let finding = Finding::new(code::NOT_A_WORKFLOW, message, key.span.clone());
        finding.help("for a component, put them under `phases:`, below it `- name: build`, below that `steps:`")
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Shape {
    Workflow,
    Component,
}

/// The language whose actions all items of a list have, as steps do; `None` where they are no steps.
fn shape(list: &Node) -> Option<Shape> {
    let items = list.as_list().filter(|items| !items.is_empty())?;
    let steps = items.iter().filter(|item| item.get("steps").is_none());
    let actions: Vec<&str> = steps.filter_map(|item| item.get("action")?.as_str()).collect();
    if actions.len() != items.len() {
        return None;
    }
    let is_workflow = |name: &&str| workflow::ACTIONS.iter().any(|known| known.action.name == *name);
    let (of_workflow, of_component) = (
        actions.iter().filter(|name| is_workflow(name)).count(),
        actions.iter().filter(|name| component::find(name).is_some()).count(),
    );
    match (of_workflow, of_component) {
        (1.., 0) => Some(Shape::Workflow),
        (0, 1..) => Some(Shape::Component),
        _ => None,
    }
}
