//! From a base over components to an image.

use indexmap::IndexMap;

use super::{Given, Lifecycle, Tags};
use crate::project::{
    Base, DeviceName, Expression, Gibibytes, Key, KmsKey, ResourceName, Throughput, Timezone, Version, VolumeType,
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
    /// Volumes, the root volume first.
    pub volumes: Vec<Volume>,
    /// The script of the first boot, as it was read.
    pub user_data: Option<String>,
    /// The directory that components run in.
    pub working_directory: Option<String>,
    /// Whether the SSM agent is removed at the end.
    pub uninstall_ssm_agent: Option<bool>,
    /// The place of its infrastructure in the project's list.
    pub infrastructure: usize,
    /// The place of its distribution in the project's list.
    pub distribution: usize,
    /// When it runs by itself.
    pub schedule: Option<Schedule>,
    /// Whether tests run.
    pub tests: bool,
    /// Whether the test instance is scanned.
    pub scan: bool,
    /// Whether packages are recorded.
    pub enhanced_metadata: bool,
    /// Whether it may run by its schedule.
    pub enabled: bool,
    /// How long images stay; for ever otherwise.
    pub lifecycle: Option<Lifecycle>,
    /// The recipe's version, if it is pinned.
    pub version: Option<Version>,
    /// Tags of the pipeline and its recipe, those of the project included.
    pub tags: Tags,
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

/// A volume.
#[derive(Debug, Clone)]
pub struct Volume {
    /// Where it is attached.
    pub device: DeviceName,
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
