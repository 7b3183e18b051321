//! Workflows of the project.

use super::Lowering;
use super::text::{kms_key, tags};
use crate::plan::{self, Life, Origin, Table};
use crate::project::definition::{self, Content};
use crate::resource::workflow::{self, Workflow};
use crate::resource::{Part, Text, component};
use crate::source::At;
use crate::versions::Kind;

/// The ARNs of the project's workflows, in their order.
pub(super) type Workflows = Vec<Text>;

/// Adds all workflows, in their order.
pub(super) fn all(lowering: &mut Lowering<'_>) -> Workflows {
    let tables = At::ROOT.key("workflow");
    let workflows = &lowering.project.workflows;
    workflows
        .iter()
        .enumerate()
        .map(|(index, workflow)| {
            let mut resource = resource(workflow);
            if let component::Content::Data(text) = &resource.content
                && let Some(uri) = lowering.uploaded(text, "yaml")
            {
                resource.content = component::Content::Uri(uri);
            }
            let origin = Origin::new(Table::Workflow, &workflow.key, plan::Part::Main)
                .serving(lowering.uses.workflows[index].iter().copied());
            let hash = lowering.content(&resource, &origin.address(), &[]);
            let at = tables.key(workflow.key.as_str());
            resource.version = lowering.ledger.assign(Kind::Workflow, &resource.name, (workflow.version, hash), at);
            let life = Life { create_before_destroy: true, retained: false };
            let handle = lowering.add(origin, &resource, life);
            lowering.output(&handle, ("Arn", workflow::ARN), format!("The workflow {}", resource.name));
            handle.get(workflow::ARN)
        })
        .collect()
}

fn resource(workflow: &definition::Workflow) -> Workflow {
    Workflow {
        name: workflow.name.to_string(),
        version: String::new(),
        kind: workflow.stage.service_word(),
        description: workflow.description.clone(),
        change_description: workflow.change_description.clone(),
        kms_key_id: workflow.kms_key.as_ref().map(|key| kms_key(key, Text::from(Part::Region))),
        content: match &workflow.content {
            Content::Inline { text, .. } => component::Content::Data(text.clone()),
            Content::S3(uri) => component::Content::Uri(uri.to_string()),
        },
        tags: tags(&workflow.tags),
    }
}
