//! Image recipes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::component::Planned;
use super::text::{given, kms_key, managed, parameter_address, tags};
use super::{Lowering, address};
use crate::plan::Life;
use crate::project::Origin;
use crate::project::definition::{ComponentSource, Parent, Pipeline, Volume};
use crate::resource::image_recipe::{self, BlockDevice, ComponentUse, ImageRecipe};
use crate::resource::{Handle, Part, Text, component};
use crate::source::At;
use crate::versions::Kind;

/// Adds the recipe of a pipeline.
pub(super) fn recipe(pipeline: &Pipeline, components: &[Planned], lowering: &mut Lowering<'_>) -> Handle {
    let mut resource = ImageRecipe {
        name: pipeline.name.to_string(),
        version: String::new(),
        description: pipeline.description.clone(),
        parent_image: parent(&pipeline.parent),
        components: pipeline
            .components
            .iter()
            .map(|used| ComponentUse {
                arn: match &used.source {
                    ComponentSource::Own(index) => components[*index].handle.get(component::ARN),
                    ComponentSource::Managed { name, version } => managed("component", name, version),
                    ComponentSource::Arn(arn) => Text::from(arn.as_str()),
                },
                parameters: used.parameters.iter().map(|(name, value)| (name.clone(), given(value))).collect(),
            })
            .collect(),
        block_device_mappings: pipeline.volumes.iter().map(block_device).collect(),
        working_directory: pipeline.working_directory.clone(),
        uninstall_ssm_agent: pipeline.uninstall_ssm_agent,
        user_data: pipeline.user_data.as_ref().map(|script| STANDARD.encode(script)),
        tags: tags(&pipeline.tags),
    };
    let used: Vec<String> = pipeline
        .components
        .iter()
        .filter_map(|used| match used.source {
            ComponentSource::Own(index) => Some(components[index].identity.clone()),
            _ => None,
        })
        .collect();
    let address = address(&pipeline.key, "Recipe", "");
    let hash = lowering.content(&resource, &address, &used);
    let tables = At::ROOT.key("pipeline");
    let at = tables.key(pipeline.key.as_str());
    resource.version = lowering.ledger.assign(Kind::Recipe, &resource.name, (pipeline.version, hash), at);
    let life = Life { create_before_destroy: true, retained: false };
    let handle = lowering.plan.add(address, &resource, life);
    lowering.output(&handle, ("Arn", image_recipe::ARN), format!("The recipe {}", resource.name));
    handle
}

fn parent(parent: &Parent) -> Text {
    match parent {
        Parent::Parameter(key) => Text::from(Part::Parameter(parameter_address(key))),
        Parent::Base(base) => match base.origin() {
            Origin::Managed { name } => managed("image", name, "x.x.x"),
            Origin::Ssm { parameter } => Text::from(format!("ssm:{parameter}")),
            Origin::Arn(arn) => Text::from(arn.to_string()),
            Origin::Ami(id) => Text::from(id.as_str()),
            Origin::Marketplace(product) => Text::from(product.as_str()),
        },
    }
}

fn block_device(volume: &Volume) -> BlockDevice {
    BlockDevice {
        device_name: volume.device.to_string(),
        delete_on_termination: volume.delete_on_termination,
        encrypted: volume.encrypted,
        kms_key_id: volume.kms_key.as_ref().map(|key| kms_key(key, Text::from(Part::Region))),
        volume_size: volume.size.map(|size| u64::from(size.get())),
        volume_type: volume.kind.to_string(),
        iops: volume.iops.map(u64::from),
        throughput: volume.throughput.map(|throughput| u64::from(throughput.get())),
        snapshot_id: volume.snapshot.clone(),
    }
}
