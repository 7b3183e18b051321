//! `AWS::ImageBuilder::ImageRecipe`: the base, the components in order and the volumes of an AMI, immutable.

use indexmap::IndexMap;

use super::fact::{Hint, hint};
use super::permission::Permission;
use super::recipe::{BlockDevice, ComponentUse, block_devices, components};
use super::{Attribute, Key, Properties, Resource, Text, Type, value::tag_map};
use super::{image_builder, recipe};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::ImageBuilder::ImageRecipe",
    terraform: "aws_imagebuilder_image_recipe",
    create_only: &[
        "Name",
        "Version",
        "Components",
        "ParentImage",
        "Description",
        "BlockDeviceMappings",
        "WorkingDirectory",
        "AdditionalInstanceConfiguration",
        "AmiTags",
        "AmiWatermarks",
    ],
    noun: "recipe",
    is_versioned: true,
    is_built_from: true,
    arn: |it| it.place.arn("imagebuilder", &format!("image-recipe/{}/*", it.name())),
    permissions: &[
        &[Permission::own(
            "ImageRecipe",
            &[
                "imagebuilder:CreateImageRecipe",
                "imagebuilder:GetImageRecipe",
                "imagebuilder:DeleteImageRecipe",
                "imagebuilder:TagResource",
                "imagebuilder:UntagResource",
            ],
        )],
        image_builder::SERVICE_ROLE,
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
    hints: &[HINTS, image_builder::HINTS],
};

/// Errors of recipes alone.
const HINTS: &[Hint] = &[hint(
    &["already exists"],
    "this version exists already: a recipe is immutable. If kiln.lock was lost, write a higher `version`; otherwise a \
     recipe of this name belongs to something else",
)];

/// The recipe version's ARN.
pub const ARN: Attribute = Attribute::by_ref("arn");

/// An image recipe.
///
/// ```
/// use kiln::resource::image_recipe::ImageRecipe;
///
/// /// A recipe cannot be edited: another base makes another version of it.
/// fn rebased(recipe: &ImageRecipe, version: &str, parent: &str) -> ImageRecipe {
///     ImageRecipe { version: version.into(), parent_image: parent.into(), ..recipe.clone() }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct ImageRecipe {
    /// The physical name.
    pub name: String,
    /// Such as `1.0.3`, or `1.0.x` where CloudFormation counts.
    pub version: String,
    /// What it makes.
    pub description: Option<String>,
    /// The base: an image ARN, `ssm:` and a parameter, an AMI id or a Marketplace product id.
    pub parent_image: Text,
    /// The components, in the order in which they run.
    pub components: Vec<ComponentUse>,
    /// The volumes of the build instance and of the AMI.
    pub block_device_mappings: Vec<BlockDevice>,
    /// The directory that components run in.
    pub working_directory: Option<String>,
    /// Whether the SSM agent is removed before the image is taken.
    pub uninstall_ssm_agent: Option<bool>,
    /// The build instance's user data, base64.
    pub user_data: Option<String>,
    /// Tags of the AMI from the moment it is made. Terraform's provider has no argument for it.
    pub ami_tags: IndexMap<String, Text>,
    /// Marks of the AMI. Terraform's provider has no argument for it.
    pub ami_watermarks: Vec<String>,
    /// Tags of the recipe.
    pub tags: IndexMap<String, Text>,
}

impl Resource for ImageRecipe {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self {
            name,
            version,
            description,
            parent_image,
            components: used,
            block_device_mappings,
            working_directory,
            uninstall_ssm_agent,
            user_data,
            ami_tags,
            ami_watermarks,
            tags,
        } = self;
        let agent = Properties::new().optional("UninstallAfterBuild", *uninstall_ssm_agent);
        Properties::new()
            .value("Name", name.as_str())
            .value("Version", version.as_str())
            .optional("Description", description.as_deref())
            .value("ParentImage", parent_image)
            .extend(components(used))
            .extend(block_devices(block_device_mappings))
            .optional("WorkingDirectory", working_directory.as_deref())
            .block(
                Key::flattened("AdditionalInstanceConfiguration"),
                Properties::new()
                    .optional(Key::named("UserDataOverride", "user_data_base64"), user_data.as_deref())
                    .block("SystemsManagerAgent", agent),
            )
            .optional(Key::cloudformation_only("AmiTags"), tag_map(ami_tags))
            .list(Key::cloudformation_only("AmiWatermarks"), ami_watermarks.iter().map(String::as_str))
            .optional("Tags", tag_map(tags))
    }
}
