//! What image recipes and container recipes have in common: components and block devices.

use indexmap::IndexMap;

use super::fact::Cost;
use super::{Key, Properties, Text, Value};

/// A component at its place in a recipe.
///
/// ```
/// use kiln::resource::recipe::ComponentUse;
/// use kiln::resource::{Handle, component};
///
/// /// A component of the plan at its place in a recipe, with a value for its parameter.
/// fn of_version(agent: &Handle, version: &str) -> ComponentUse {
///     let parameters = [("Version".into(), version.into())].into();
///     ComponentUse { arn: agent.get(component::ARN), parameters }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct ComponentUse {
    /// The component version's ARN.
    pub arn: Text,
    /// Values for the document's parameters.
    pub parameters: IndexMap<String, Text>,
}

/// What stands at a device name.
///
/// ```
/// use kiln::resource::recipe::{BlockDevice, Device};
///
/// let devices = [
///     BlockDevice { device_name: "/dev/sdb".into(), device: Device::Nothing },
///     BlockDevice {
///         device_name: "/dev/sdc".into(),
///         device: Device::InstanceStore("ephemeral0".into()),
///     },
/// ];
/// let volumes = devices.iter().filter(|it| matches!(it.device, Device::Ebs(_)));
/// assert_eq!(volumes.count(), 0, "neither has a snapshot in the AMI");
/// ```
#[derive(Debug, Clone)]
pub struct BlockDevice {
    /// Such as `/dev/xvda`.
    pub device_name: String,
    /// What it is.
    pub device: Device,
}

/// What a block device is.
///
/// ```
/// use kiln::resource::image_recipe::ImageRecipe;
/// use kiln::resource::recipe::{BlockDevice, Device};
///
/// /// Keeps a volume of the base out of the AMI.
/// fn without(recipe: &mut ImageRecipe, name: &str) {
///     recipe.block_device_mappings.retain(|it| it.device_name != name);
///     let nothing = BlockDevice { device_name: name.into(), device: Device::Nothing };
///     recipe.block_device_mappings.push(nothing);
/// }
/// ```
#[derive(Debug, Clone)]
pub enum Device {
    /// A volume of EBS.
    Ebs(Ebs),
    /// An instance store volume, such as `ephemeral0`.
    InstanceStore(String),
    /// Nothing, whatever the base has there.
    Nothing,
}

/// A volume of EBS.
///
/// ```
/// use kiln::resource::recipe::Ebs;
/// use kiln::resource::{Handle, key};
///
/// /// The same volume, encrypted with a key of the plan.
/// fn encrypted(volume: Ebs, key: &Handle) -> Ebs {
///     Ebs { encrypted: true, kms_key_id: Some(key.get(key::ARN)), ..volume }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Ebs {
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

/// What the instances of builds cost.
pub(super) const COSTS: &[Cost] = &[
    Cost::Property(".Ebs.VolumeSize", "GiB of the volume"),
    Cost::Property(".Ebs.VolumeType", "type of the volume"),
    Cost::Property(".Ebs.Iops", "IOPS of the volume"),
    Cost::Property(".Ebs.Throughput", "MiB/s of the volume"),
];

/// What tells components, their parameters and devices apart.
pub(super) const IDENTITIES: &[(&str, &str)] =
    &[("Components", "ComponentArn"), ("BlockDeviceMappings", "DeviceName"), ("Parameters", "Name")];

/// The components of a recipe, in the order in which they run.
pub(super) fn components(components: &[ComponentUse]) -> Properties {
    Properties::new().blocks(Key::named("Components", "component"), components.iter().map(component))
}

/// The block devices of a build instance.
pub(super) fn block_devices(devices: &[BlockDevice]) -> Properties {
    let key = Key::named("BlockDeviceMappings", "block_device_mapping");
    Properties::new().blocks(key, devices.iter().map(block_device))
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
    let BlockDevice { device_name, device } = device;
    let table = Properties::new().value("DeviceName", device_name.as_str());
    match device {
        Device::Ebs(volume) => table.block("Ebs", ebs(volume)),
        Device::InstanceStore(name) => table.value("VirtualName", name.as_str()),
        Device::Nothing => table.differs("NoDevice", "", true),
    }
}

fn ebs(volume: &Ebs) -> Properties {
    let Ebs { delete_on_termination, encrypted, kms_key_id, volume_size, volume_type, iops, throughput, snapshot_id } =
        volume;
    Properties::new()
        .optional("VolumeSize", *volume_size)
        .value("VolumeType", volume_type.as_str())
        .optional("Iops", *iops)
        .optional("Throughput", *throughput)
        .optional("SnapshotId", snapshot_id.as_deref())
        .value("Encrypted", *encrypted)
        .optional("KmsKeyId", kms_key_id.as_ref())
        .value("DeleteOnTermination", *delete_on_termination)
}
