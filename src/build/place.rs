//! Where a step of a component stands in what the user wrote.

use super::Where;
use crate::deploy::Subjects;
use crate::document::yaml::{self, Node};
use crate::plan::{Plan, Planned};
use crate::resource::component;
use crate::source::{FieldPath, Lines, Locator, Segment, Source};
use crate::spec::Spec;

/// The words for the component in question, such as ``component `nginx` 1.0.0``, and the place of its step:
/// `scripts/nginx.yml:12:9`. A component of somebody else has neither.
#[must_use]
pub fn find(
    at: &Where,
    (plan, subjects): (&Plan, &Subjects),
    (spec, source): (&Spec, Option<&Source>),
) -> Option<(String, Option<String>)> {
    let arn = at.component.as_deref()?;
    let name = arn.split_once(":component/")?.1.split('/').next()?;
    let planned = plan.resources.iter().find(|planned| {
        planned.handle.of.cloudformation == component::TYPE.cloudformation
            && literal(planned, "Name").is_some_and(|own| own.to_lowercase().replace([' ', '_'], "-") == name)
    })?;
    let subject = subjects.get(&planned.handle.address.cloudformation)?;
    let words = subjects.words_of((&planned.handle.address.cloudformation, component::TYPE.cloudformation), Some(arn));
    let path = subject.path.as_ref()?;
    let place = in_document(at, planned, (path, spec))
        .or_else(|| in_spec(at, path, source?))
        .or_else(|| subjects.place(subject));
    Some((words, place))
}

/// The place in a document that stands in a file of its own, which the plan has word for word.
fn in_document(at: &Where, planned: &Planned, (path, spec): (&FieldPath, &Spec)) -> Option<String> {
    let Some(Segment::Key(key)) = path.0.get(1) else { return None };
    let file = spec.component.get(key)?.source.as_deref().filter(|source| !source.starts_with("s3://"))?;
    let text = literal(planned, "Data")?;
    let root = yaml::parse(text).root?;
    let phases = root.get("phases")?.as_list()?;
    let named = |nodes: &'_ [Node], name: &str| {
        nodes.iter().find(|node| node.get("name").and_then(Node::as_str) == Some(name)).cloned()
    };
    let phase = named(phases, at.phase.as_deref()?)?;
    let step = at.step.as_deref().and_then(|step| named(phase.get("steps")?.as_list()?, step));
    let (line, column) = Lines::new(text).position(step.unwrap_or(phase).span.start);
    Some(format!("{file}:{line}:{column}"))
}

/// The place of a command of the spec: the step `Build2` is the second one under `build`.
fn in_spec(at: &Where, path: &FieldPath, source: &Source) -> Option<String> {
    let step = at.step.as_deref()?;
    let digits = step.find(|char: char| char.is_ascii_digit())?;
    let index = step[digits..].parse::<usize>().ok()?.checked_sub(1)?;
    let mut path = path.clone();
    path.0.extend([Segment::Key(at.phase.clone()?), Segment::Index(index)]);
    let span = Locator::new(&source.text).value(&path)?;
    let (line, column) = Lines::new(&source.text).position(span.start);
    Some(format!("{}:{line}:{column}", source.name))
}

pub(super) fn literal<'a>(planned: &'a Planned, property: &str) -> Option<&'a str> {
    planned.properties.literal(property)
}
