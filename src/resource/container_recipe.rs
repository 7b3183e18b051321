//! `AWS::ImageBuilder::ContainerRecipe`: the base, the components and the Dockerfile of a container image, immutable.

use indexmap::IndexMap;

use super::permission::{Grant, Permission, Target};
use super::recipe::{BlockDevice, ComponentUse, block_devices, components};
use super::{Attribute, Key, Properties, Resource, Text, Type, value::tag_map};
use super::{image_builder, recipe};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::ImageBuilder::ContainerRecipe",
    terraform: "aws_imagebuilder_container_recipe",
    create_only: &[
        "Name",
        "Version",
        "ContainerType",
        "TargetRepository",
        "InstanceConfiguration",
        "ParentImage",
        "Description",
        "DockerfileTemplateUri",
        "DockerfileTemplateData",
        "ImageOsVersionOverride",
        "KmsKeyId",
        "PlatformOverride",
        "WorkingDirectory",
        "Components",
    ],
    noun: "container recipe",
    is_versioned: true,
    is_built_from: true,
    arn: |it| it.place.arn("imagebuilder", &format!("container-recipe/{}/*", it.name())),
    permissions: &[
        &[
            Permission::own(
                "ContainerRecipe",
                &[
                    "imagebuilder:CreateContainerRecipe",
                    "imagebuilder:GetContainerRecipe",
                    "imagebuilder:DeleteContainerRecipe",
                    "imagebuilder:TagResource",
                    "imagebuilder:UntagResource",
                ],
            ),
            Permission::on("ReadRepositories", &["ecr:DescribeRepositories"], |it| {
                Grant::all(it.references("RepositoryName").into_iter().map(|target| match target {
                    Target::Planned(own) => (own.handle.of.arn)(&own),
                    Target::Other(name) => it.place.arn("ecr", &format!("repository/{}", it.place.text(name))),
                }))
            }),
        ],
        image_builder::SERVICE_ROLE,
        image_builder::DOCUMENT,
        image_builder::PARTS,
    ],
    passes: &[],
    holds: None,
    parting: |it| match it.is_replaced {
        true => None,
        false => Some("it is deleted; images that were built with it stay"),
    },
    costs: recipe::COSTS,
    identities: recipe::IDENTITIES,
    hints: &[image_builder::HINTS],
};

/// The recipe version's ARN.
pub const ARN: Attribute = Attribute::by_ref("arn");

/// A container recipe.
///
/// ```
/// use kiln::resource::container_recipe::ContainerRecipe;
///
/// /// The next version of a recipe, whose instance is no longer chosen by the service.
/// fn on_image(recipe: &ContainerRecipe, version: &str, ami: &str) -> ContainerRecipe {
///     ContainerRecipe { version: version.into(), instance_image: Some(ami.into()), ..recipe.clone() }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct ContainerRecipe {
    /// The physical name.
    pub name: String,
    /// Such as `1.0.3`, or `1.0.x` where CloudFormation counts.
    pub version: String,
    /// What it makes.
    pub description: Option<String>,
    /// The base: an image ARN, or an image of a registry.
    pub parent_image: Text,
    /// `Linux` or `Windows`, where the base is no image of Image Builder.
    pub platform_override: Option<&'static str>,
    /// The version of the base's operating system. Terraform's provider has no argument for it.
    pub image_os_version_override: Option<String>,
    /// The components, in the order in which they run.
    pub components: Vec<ComponentUse>,
    /// The Dockerfile template.
    pub dockerfile: Dockerfile,
    /// The name of the repository of ECR in the Region of the build.
    pub repository: Text,
    /// The image of the build instance; the service's choice otherwise.
    pub instance_image: Option<Text>,
    /// The volumes of the build instance.
    pub block_device_mappings: Vec<BlockDevice>,
    /// The directory that components run in.
    pub working_directory: Option<String>,
    /// The key that the service encrypts the Dockerfile template with.
    pub kms_key_id: Option<Text>,
    /// Tags of the recipe.
    pub tags: IndexMap<String, Text>,
}

/// Where the text of a Dockerfile template comes from.
///
/// ```
/// use kiln::resource::container_recipe::{ContainerRecipe, Dockerfile};
///
/// /// The document that somebody has to put into S3 before the recipe can be made, if there is one.
/// fn needed(recipe: &ContainerRecipe) -> Option<&str> {
///     match &recipe.dockerfile {
///         Dockerfile::Data(_) => None,
///         Dockerfile::Uri(uri) => Some(uri),
///     }
/// }
/// ```
#[derive(Debug, Clone)]
pub enum Dockerfile {
    /// The text itself, at most 16,000 characters.
    Data(String),
    /// An `s3://` URI that the service reads when the recipe is created.
    Uri(String),
}

impl Resource for ContainerRecipe {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self {
            name,
            version,
            description,
            parent_image,
            platform_override,
            image_os_version_override,
            components: used,
            dockerfile,
            repository,
            instance_image,
            block_device_mappings,
            working_directory,
            kms_key_id,
            tags,
        } = self;
        let table = Properties::new()
            .value("Name", name.as_str())
            .value("Version", version.as_str())
            .optional("Description", description.as_deref())
            .value("ContainerType", "DOCKER")
            .value("ParentImage", parent_image)
            .optional("PlatformOverride", *platform_override)
            .optional(Key::cloudformation_only("ImageOsVersionOverride"), image_os_version_override.as_deref())
            .extend(components(used));
        let table = match dockerfile {
            Dockerfile::Data(text) => table.value("DockerfileTemplateData", text.as_str()),
            Dockerfile::Uri(uri) => table.value("DockerfileTemplateUri", uri.as_str()),
        };
        let instance =
            Properties::new().optional("Image", instance_image.as_ref()).extend(block_devices(block_device_mappings));
        table
            .block("TargetRepository", repository_block(repository))
            .block("InstanceConfiguration", instance)
            .optional("WorkingDirectory", working_directory.as_deref())
            .optional("KmsKeyId", kms_key_id.as_ref())
            .optional("Tags", tag_map(tags))
    }
}

/// A repository of ECR, as the service names one.
pub(super) fn repository_block(name: &Text) -> Properties {
    Properties::new().value("Service", "ECR").value("RepositoryName", name)
}
