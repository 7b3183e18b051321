//! From a base over components to an image.

use indexmap::IndexMap;

use super::{Build, BuildEvent, Container, Given, Lifecycle, Tags};
use crate::project::{
    Base, DeviceName, Expression, Gibibytes, Key, KmsKey, LogGroupName, ResourceName, Throughput, Timezone, Version,
    VolumeType, Watermark,
};

/// A checked pipeline.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// Its name in the spec.
    pub key: Key,
    /// Its physical name, and that of its recipe.
    pub name: ResourceName,
    /// What it makes.
    pub description: Option<String>,
    /// What an image starts from.
    pub parent: Parent,
    /// Components in order.
    pub components: Vec<Component>,
    /// Block devices of the build instance, the root volume first.
    pub devices: Vec<BlockDevice>,
    /// The directory that components run in.
    pub working_directory: Option<String>,
    /// What it makes.
    pub product: Product,
    /// The place of its infrastructure in the project's list.
    pub infrastructure: usize,
    /// The place of its distribution in the project's list.
    pub distribution: usize,
    /// The place of the pipeline whose new images start it.
    pub cascade: Option<usize>,
    /// Who is told of its builds.
    pub events: Vec<BuildEvent>,
    /// When it runs by itself.
    pub schedule: Option<Schedule>,
    /// How images are built, tested and scanned.
    pub build: Build,
    /// Where the service writes its logs.
    pub log_groups: LogGroups,
    /// Whether each deployment that changes the pipeline builds an image.
    pub image_on_change: bool,
    /// Whether it may run by its schedule.
    pub enabled: bool,
    /// How long images stay; for ever otherwise.
    pub lifecycle: Option<Lifecycle>,
    /// The recipe's version, if it is pinned.
    pub version: Option<Version>,
    /// Tags of the images, as Image Builder lists them.
    pub image_tags: Tags,
    /// Tags of the pipeline and its recipe, those of the project included.
    pub tags: Tags,
}

impl Pipeline {
    /// What makes its images container images, if they are.
    #[must_use]
    pub fn container(&self) -> Option<&Container> {
        match &self.product {
            Product::Container(container) => Some(container),
            Product::Ami(_) => None,
        }
    }

    /// The keys that its volumes are encrypted with.
    pub fn volume_keys(&self) -> impl Iterator<Item = &KmsKey> {
        self.devices.iter().filter_map(|device| device.volume()?.kms_key.as_ref())
    }
}

/// What a pipeline makes.
#[derive(Debug, Clone)]
pub enum Product {
    /// AMIs.
    Ami(Ami),
    /// Container images.
    Container(Box<Container>),
}

/// What the recipe of an AMI has besides.
#[derive(Debug, Clone)]
pub struct Ami {
    /// The script of the first boot, as it was read.
    pub user_data: Option<String>,
    /// Whether the SSM agent is removed at the end.
    pub uninstall_ssm_agent: Option<bool>,
    /// Tags of the AMI from the moment it is made.
    pub build_tags: Tags,
    /// Marks of the AMI.
    pub watermarks: Vec<Watermark>,
}

/// Log groups of CloudWatch.
#[derive(Debug, Clone, Default)]
pub struct LogGroups {
    /// Of image builds; the service's own otherwise.
    pub image: Option<Given<LogGroupName>>,
    /// Of the pipeline; the service's own otherwise.
    pub pipeline: Option<Given<LogGroupName>>,
    /// How groups are made, if they are.
    pub made: Option<MadeLogGroups>,
}

/// How log groups are made.
#[derive(Debug, Clone)]
pub struct MadeLogGroups {
    /// Days that logs stay; for ever otherwise.
    pub expire_after_days: Option<u32>,
    /// The key that encrypts them.
    pub kms_key: Option<KmsKey>,
}

/// What an image starts from.
#[derive(Debug, Clone)]
pub enum Parent {
    /// A base image.
    Base(Base),
    /// The AMI that this template parameter is given.
    Parameter(Key),
}

/// A component at its place.
#[derive(Debug, Clone)]
pub struct Component {
    /// Which one.
    pub source: ComponentSource,
    /// Values for its parameters.
    pub parameters: IndexMap<String, Given<String>>,
}

/// Which component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComponentSource {
    /// The project's, by its place in the list.
    Own(usize),
    /// Amazon's, by name and version, which may hold wildcards.
    Managed {
        /// Such as `update-linux`.
        name: String,
        /// Such as `x.x.x`.
        version: String,
    },
    /// Somebody's, by ARN.
    Arn(String),
}

/// What stands at a device name.
#[derive(Debug, Clone)]
pub struct BlockDevice {
    /// Where it is attached.
    pub name: DeviceName,
    /// What it is.
    pub device: Device,
}

impl BlockDevice {
    /// The volume of EBS, if it is one.
    #[must_use]
    pub fn volume(&self) -> Option<&Volume> {
        match &self.device {
            Device::Volume(volume) => Some(volume),
            Device::InstanceStore(_) | Device::Nothing => None,
        }
    }
}

/// What a block device is.
#[derive(Debug, Clone)]
pub enum Device {
    /// A volume of EBS.
    Volume(Volume),
    /// An instance store volume, such as `ephemeral0`.
    InstanceStore(String),
    /// Nothing, whatever the base has there.
    Nothing,
}

/// A volume of EBS.
#[derive(Debug, Clone)]
pub struct Volume {
    /// Its size; the snapshot's otherwise.
    pub size: Option<Gibibytes>,
    /// Its type.
    pub kind: VolumeType,
    /// I/O operations per second.
    pub iops: Option<u32>,
    /// Its throughput.
    pub throughput: Option<Throughput>,
    /// A snapshot to start from.
    pub snapshot: Option<String>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// With which key; the account's default for EBS otherwise.
    pub kms_key: Option<KmsKey>,
    /// Whether it goes with its instance.
    pub delete_on_termination: bool,
}

/// When a pipeline runs by itself.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// At which times.
    pub expression: Expression,
    /// In which time zone; UTC otherwise.
    pub timezone: Option<Timezone>,
    /// Whether only a new version of the base or of a component makes it run.
    pub only_for_updates: bool,
    /// Failed runs in a row after which the service disables the pipeline.
    pub disable_after_failures: Option<u8>,
}
