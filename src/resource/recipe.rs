//! What image recipes and container recipes have in common: components and block devices.

use indexmap::IndexMap;

use super::{Key, Properties, Text, Value};

/// A component at its place in a recipe.
#[derive(Debug, Clone)]
pub struct ComponentUse {
    /// The component version's ARN.
    pub arn: Text,
    /// Values for the document's parameters.
    pub parameters: IndexMap<String, Text>,
}

/// What stands at a device name.
#[derive(Debug, Clone)]
pub struct BlockDevice {
    /// Such as `/dev/xvda`.
    pub device_name: String,
    /// What it is.
    pub device: Device,
}

/// What a block device is.
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
