//! Components of the project.

use super::Lowering;
use super::text::{kms_key, tags};
use crate::plan::{self, Life, Origin, Table};
use crate::project::definition::{self, Content};
use crate::resource::component::{self, Component};
use crate::resource::{Handle, Part, Text};
use crate::source::At;
use crate::versions::Kind;

/// A component of the plan, and its version for the recipes that use it.
pub(super) struct Planned {
    /// The component.
    pub(super) handle: Handle,
    /// Its name and version, which are part of what a recipe is.
    pub(super) identity: String,
}

/// Adds all components, in their order.
pub(super) fn all(lowering: &mut Lowering<'_>) -> Vec<Planned> {
    let tables = At::ROOT.key("component");
    let components = &lowering.project.components;
    components
        .iter()
        .enumerate()
        .map(|(index, component)| {
            let mut resource = resource(component);
            if let component::Content::Data(text) = &resource.content
                && let Some(uri) = lowering.uploaded(text, "yaml")
            {
                resource.content = component::Content::Uri(uri);
            }
            let origin = Origin::new(Table::Component, &component.key, plan::Part::Main)
                .serving(lowering.uses.components[index].iter().copied());
            let mut hash = lowering.content(&resource, &origin.address(), &[]);
            if let Content::Inline { as_written: Some(text), .. } = &component.content {
                let uri = lowering.upload(text, "yaml").map(|upload| upload.uri());
                let content = uri.map_or_else(|| component::Content::Data(text.clone()), component::Content::Uri);
                let written = Component { content, ..resource.clone() };
                let known = lowering.content(&written, &origin.address(), &[]);
                if lowering.ledger.has(Kind::Component, &resource.name, component.version, &known) {
                    lowering.uploaded(text, "yaml");
                    (resource, hash) = (written, known);
                }
            }
            let at = tables.key(component.key.as_str());
            let pinned = (component.version, hash);
            resource.version = lowering.ledger.assign(Kind::Component, &resource.name, pinned, at);
            let identity = format!("{} {}", resource.name, resource.version);
            let life = Life { create_before_destroy: true, retained: component.retain };
            let handle = lowering.add(origin, &resource, life);
            let description = format!("The component {}", resource.name);
            lowering.output(&handle, ("Arn", component::ARN), description);
            Planned { handle, identity }
        })
        .collect()
}

fn resource(component: &definition::Component) -> Component {
    Component {
        name: component.name.to_string(),
        version: String::new(),
        platform: component.platform.service_word(),
        description: component.description.clone(),
        change_description: component.change_description.clone(),
        supported_os_versions: component.supported_os.clone(),
        kms_key_id: component.kms_key.as_ref().map(|key| kms_key(key, Text::from(Part::Region))),
        content: match &component.content {
            Content::Inline { text, .. } => component::Content::Data(text.clone()),
            Content::S3(uri) => component::Content::Uri(uri.to_string()),
        },
        skip_destroy: component.retain,
        tags: tags(&component.tags),
    }
}
