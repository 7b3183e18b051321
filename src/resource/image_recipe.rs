//! `AWS::ImageBuilder::ImageRecipe`: the base, the components in order and the volumes of an AMI, immutable.

use indexmap::IndexMap;

use super::{Attribute, Key, Properties, Resource, Text, Type, Value, value::tag_map};

/// The type's names.
pub static TYPE: Type =
    Type { cloudformation: "AWS::ImageBuilder::ImageRecipe", terraform: "aws_imagebuilder_image_recipe" };

/// The recipe version's ARN.
pub const ARN: Attribute = Attribute::by_ref("arn");

/// An image recipe.
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
    /// Tags of the recipe.
    pub tags: IndexMap<String, Text>,
}

/// A component at its place in a recipe.
#[derive(Debug, Clone)]
pub struct ComponentUse {
    /// The component version's ARN.
    pub arn: Text,
    /// Values for the document's parameters.
    pub parameters: IndexMap<String, Text>,
}

/// A volume at a device name.
#[derive(Debug, Clone)]
pub struct BlockDevice {
    /// Such as `/dev/xvda`.
    pub device_name: String,
    /// Whether the volume goes with its instance.
    pub delete_on_termination: bool,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The key it is encrypted with; the account's default key for EBS otherwise.
    pub kms_key_id: Option<Text>,
    /// GiB; the snapshot's size otherwise.
    pub volume_size: Option<u64>,
    /// Such as `gp3`.
    pub volume_type: String,
    /// I/O operations per second.
    pub iops: Option<u64>,
    /// MiB/s.
    pub throughput: Option<u64>,
    /// A snapshot that it starts from.
    pub snapshot_id: Option<String>,
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
            components,
            block_device_mappings,
            working_directory,
            uninstall_ssm_agent,
            user_data,
            tags,
        } = self;
        let agent = Properties::new().optional("UninstallAfterBuild", *uninstall_ssm_agent);
        Properties::new()
            .value("Name", name.as_str())
            .value("Version", version.as_str())
            .optional("Description", description.as_deref())
            .value("ParentImage", parent_image)
            .blocks(Key::named("Components", "component"), components.iter().map(component))
            .blocks(
                Key::named("BlockDeviceMappings", "block_device_mapping"),
                block_device_mappings.iter().map(block_device),
            )
            .optional("WorkingDirectory", working_directory.as_deref())
            .block(
                Key::flattened("AdditionalInstanceConfiguration"),
                Properties::new()
                    .optional(Key::named("UserDataOverride", "user_data_base64"), user_data.as_deref())
                    .block("SystemsManagerAgent", agent),
            )
            .optional("Tags", tag_map(tags))
    }
}

fn component(component: &ComponentUse) -> Properties {
    let ComponentUse { arn, parameters } = component;
    Properties::new().value("ComponentArn", arn).blocks(
        Key::named("Parameters", "parameter"),
        parameters.iter().map(|(name, value)| {
            // The API takes a list of values and uses the first; Terraform takes the one.
            Properties::new().value("Name", name.as_str()).differs("Value", Value::texts([value]), value)
        }),
    )
}

fn block_device(device: &BlockDevice) -> Properties {
    let BlockDevice {
        device_name,
        delete_on_termination,
        encrypted,
        kms_key_id,
        volume_size,
        volume_type,
        iops,
        throughput,
        snapshot_id,
    } = device;
    Properties::new().value("DeviceName", device_name.as_str()).block(
        "Ebs",
        Properties::new()
            .optional("VolumeSize", *volume_size)
            .value("VolumeType", volume_type.as_str())
            .optional("Iops", *iops)
            .optional("Throughput", *throughput)
            .optional("SnapshotId", snapshot_id.as_deref())
            .value("Encrypted", *encrypted)
            .optional("KmsKeyId", kms_key_id.as_ref())
            .value("DeleteOnTermination", *delete_on_termination),
    )
}
