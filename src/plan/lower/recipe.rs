//! Recipes: of images and of container images.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;

use super::Lowering;
use super::component::Planned;
use super::text::{given, kms_key, managed, parameter_address, tags, tags_as_written};
use crate::plan::{self, Life, Origin as From, Table};
use crate::project::definition::{self, Ami, ComponentSource, Container, Parent, Pipeline, Product, Volume};
use crate::project::{Origin, Platform};
use crate::resource::build::Recipe;
use crate::resource::container_recipe::{self, ContainerRecipe, Dockerfile};
use crate::resource::image_recipe::{self, ImageRecipe};
use crate::resource::recipe::{BlockDevice, ComponentUse, Device, Ebs};
use crate::resource::{Attribute, Part, Resource, Text, component};
use crate::source::At;
use crate::versions::{Hash, Kind};

/// Adds the recipe of a pipeline. `repository` is the name of that of its container images.
pub(super) fn recipe(
    pipeline: &Pipeline,
    components: &[Planned],
    repository: &Text,
    lowering: &mut Lowering<'_>,
) -> Recipe {
    let used: Vec<String> = pipeline
        .components
        .iter()
        .filter_map(|used| match used.source {
            ComponentSource::Own(index) => Some(components[index].identity.clone()),
            _ => None,
        })
        .collect();
    let address = From::new(Table::Pipeline, &pipeline.key, plan::Part::Recipe).address();
    match &pipeline.product {
        Product::Container(container) => {
            let mut resource = container_recipe(pipeline, container, components, repository);
            if let Dockerfile::Data(text) = &resource.dockerfile
                && let Some(uri) = lowering.uploaded(text, "Dockerfile")
            {
                resource.dockerfile = Dockerfile::Uri(uri);
            }
            let mut hash = lowering.content(&resource, &address, &used);
            if !are_sorted(pipeline) {
                let components = uses(pipeline, components, Order::Written);
                let written = ContainerRecipe { components, ..resource.clone() };
                let known = lowering.content(&written, &address, &used);
                if is_known(pipeline, &known, lowering) {
                    (resource, hash) = (written, known);
                }
            }
            resource.version = version(pipeline, hash, lowering);
            Recipe::Container(add(pipeline, &resource, container_recipe::ARN, lowering))
        }
        Product::Ami(ami) => {
            let mut resource = image_recipe(pipeline, ami, components);
            let mut hash = lowering.content(&resource, &address, &used);
            if !are_sorted(pipeline) || !ami.build_tags.keys().is_sorted() {
                let components = uses(pipeline, components, Order::Written);
                let ami_tags = tags_as_written(&ami.build_tags);
                let written = ImageRecipe { components, ami_tags, ..resource.clone() };
                let known = lowering.content(&written, &address, &used);
                if is_known(pipeline, &known, lowering) {
                    (resource, hash) = (written, known);
                }
            }
            resource.version = version(pipeline, hash, lowering);
            Recipe::Image(add(pipeline, &resource, image_recipe::ARN, lowering))
        }
    }
}

/// The order in which parameters and tags are written. A recipe that was recorded in the order of the spec, as kiln wrote
/// it once, keeps that: no version moves for the order.
#[derive(Clone, Copy)]
enum Order {
    Sorted,
    Written,
}

/// Whether the values for parameters are in the order of their names.
fn are_sorted(pipeline: &Pipeline) -> bool {
    pipeline.components.iter().all(|used| used.parameters.keys().is_sorted())
}

/// Whether this content is that of the recipe's newest version, or of the one that the spec pins.
fn is_known(pipeline: &Pipeline, hash: &Hash, lowering: &Lowering<'_>) -> bool {
    lowering.ledger.has(Kind::Recipe, pipeline.name.as_str(), pipeline.version, hash)
}

fn version(pipeline: &Pipeline, hash: Hash, lowering: &mut Lowering<'_>) -> String {
    let tables = At::ROOT.key("pipeline");
    let at = tables.key(pipeline.key.as_str());
    lowering.ledger.assign(Kind::Recipe, pipeline.name.as_str(), (pipeline.version, hash), at)
}

fn add(pipeline: &Pipeline, resource: &impl Resource, arn: Attribute, lowering: &mut Lowering<'_>) -> Text {
    let life = Life { create_before_destroy: true, retained: false };
    let origin = From::new(Table::Pipeline, &pipeline.key, plan::Part::Recipe);
    let handle = lowering.add(origin, resource, life);
    // It names the key by its alias, which no reference shows.
    if let Some(alias) = &lowering.image_key
        && pipeline.volume_keys().any(|key| Some(key) == lowering.project.image_key.as_ref())
    {
        lowering.plan.order(&handle, std::slice::from_ref(alias));
    }
    lowering.output(&handle, ("Arn", arn), format!("The recipe {}", pipeline.name));
    handle.get(arn)
}

fn image_recipe(pipeline: &Pipeline, ami: &Ami, components: &[Planned]) -> ImageRecipe {
    ImageRecipe {
        name: pipeline.name.to_string(),
        version: String::new(),
        description: pipeline.description.clone(),
        parent_image: parent(&pipeline.parent),
        components: uses(pipeline, components, Order::Sorted),
        block_device_mappings: pipeline.devices.iter().map(block_device).collect(),
        working_directory: pipeline.working_directory.clone(),
        uninstall_ssm_agent: ami.uninstall_ssm_agent,
        user_data: ami.user_data.as_ref().map(|script| STANDARD.encode(script)),
        ami_tags: tags(&ami.build_tags),
        ami_watermarks: ami.watermarks.iter().map(ToString::to_string).collect(),
        tags: tags(&pipeline.tags),
    }
}

fn container_recipe(
    pipeline: &Pipeline,
    container: &Container,
    components: &[Planned],
    repository: &Text,
) -> ContainerRecipe {
    ContainerRecipe {
        name: pipeline.name.to_string(),
        version: String::new(),
        description: pipeline.description.clone(),
        parent_image: parent(&pipeline.parent),
        platform_override: container.platform_override.map(Platform::service_word),
        image_os_version_override: container.os_version.clone(),
        components: uses(pipeline, components, Order::Sorted),
        dockerfile: match &container.dockerfile {
            definition::Dockerfile::Inline(text) => Dockerfile::Data(text.clone()),
            definition::Dockerfile::S3(uri) => Dockerfile::Uri(uri.to_string()),
        },
        repository: repository.clone(),
        instance_image: container.instance_image.as_ref().map(given),
        block_device_mappings: pipeline.devices.iter().map(block_device).collect(),
        working_directory: pipeline.working_directory.clone(),
        kms_key_id: container.kms_key.as_ref().map(|key| kms_key(key, Text::from(Part::Region))),
        tags: tags(&pipeline.tags),
    }
}

fn uses(pipeline: &Pipeline, components: &[Planned], order: Order) -> Vec<ComponentUse> {
    let uses = pipeline.components.iter().map(|used| ComponentUse {
        arn: match &used.source {
            ComponentSource::Own(index) => components[*index].handle.get(component::ARN),
            ComponentSource::Managed { name, version } => managed("component", name, version),
            ComponentSource::Arn(arn) => Text::from(arn.as_str()),
        },
        parameters: {
            let mut parameters: IndexMap<String, Text> =
                used.parameters.iter().map(|(name, value)| (name.clone(), given(value))).collect();
            if let Order::Sorted = order {
                parameters.sort_unstable_keys();
            }
            parameters
        },
    });
    uses.collect()
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
            Origin::Registry(image) => Text::from(image.as_str()),
        },
    }
}

fn block_device(device: &definition::BlockDevice) -> BlockDevice {
    let definition::BlockDevice { name, device } = device;
    BlockDevice {
        device_name: name.to_string(),
        device: match device {
            definition::Device::Volume(volume) => Device::Ebs(ebs(volume)),
            definition::Device::InstanceStore(name) => Device::InstanceStore(name.clone()),
            definition::Device::Nothing => Device::Nothing,
        },
    }
}

fn ebs(volume: &Volume) -> Ebs {
    Ebs {
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
