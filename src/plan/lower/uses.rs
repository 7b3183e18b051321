//! Which pipelines use what several of them may use.

use crate::project::Key;
use crate::project::definition::{ComponentSource, Pipeline, Project, WorkflowSource};

/// For each entry of a table, the pipelines that use it, in their order.
pub(super) struct Uses<'a> {
    pub(super) components: Vec<Vec<&'a Key>>,
    pub(super) workflows: Vec<Vec<&'a Key>>,
    pub(super) infrastructures: Vec<Vec<&'a Key>>,
    pub(super) distributions: Vec<Vec<&'a Key>>,
}

impl<'a> Uses<'a> {
    pub(super) fn new(project: &'a Project) -> Self {
        let mut uses = Self {
            components: vec![Vec::new(); project.components.len()],
            workflows: vec![Vec::new(); project.workflows.len()],
            infrastructures: vec![Vec::new(); project.infrastructures.len()],
            distributions: vec![Vec::new(); project.distributions.len()],
        };
        for pipeline in &project.pipelines {
            let key = &pipeline.key;
            once(uses.infrastructures.get_mut(pipeline.infrastructure), key);
            once(uses.distributions.get_mut(pipeline.distribution), key);
            for used in &pipeline.components {
                if let ComponentSource::Own(index) = used.source {
                    once(uses.components.get_mut(index), key);
                }
            }
            for used in &pipeline.build.workflows {
                if let WorkflowSource::Own(index) = used.source {
                    once(uses.workflows.get_mut(index), key);
                }
            }
        }
        for image in &project.images {
            let Some(pipeline) = project.pipelines.get(image.pipeline) else { continue };
            for used in &image.build.workflows {
                if let WorkflowSource::Own(index) = used.source {
                    once(uses.workflows.get_mut(index), &pipeline.key);
                }
            }
        }
        uses
    }
}

/// A pipeline may use one thing several times.
fn once<'a>(users: Option<&mut Vec<&'a Key>>, key: &'a Key) {
    if let Some(users) = users.filter(|users| users.last() != Some(&key)) {
        users.push(key);
    }
}

/// The pipelines that something holds for, in their order.
pub(super) fn pipelines(project: &Project, holds: impl Fn(&Pipeline) -> bool) -> Vec<&Key> {
    project.pipelines.iter().filter(|pipeline| holds(pipeline)).map(|pipeline| &pipeline.key).collect()
}
