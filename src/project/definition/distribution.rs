//! Where images go.

use super::{Given, Tags};
use crate::project::{
    AccountId, AmiName, BucketName, ImageTag, Key, KmsKey, LaunchTemplateId, LicenseConfigurationArn, Principal,
    Region, RepositoryName, ResourceName, SsmParameterName,
};

/// A checked distribution configuration.
#[derive(Debug, Clone)]
pub struct Distribution {
    /// Its name in the spec: its own, or that of the only pipeline that it serves.
    pub key: Key,
    /// Its physical name.
    pub name: ResourceName,
    /// What it is for.
    pub description: Option<String>,
    /// The Regions, at least one.
    pub destinations: Vec<Destination>,
    /// Tags of the configuration, those of the project included.
    pub tags: Tags,
}

/// What happens in one Region.
#[derive(Debug, Clone)]
pub struct Destination {
    /// The Region; the one deployed to otherwise.
    pub region: Option<Region>,
    /// What is brought there.
    pub output: Output,
}

impl Destination {
    /// The AMI that is brought there, if it is one.
    #[must_use]
    pub fn ami(&self) -> Option<&AmiDestination> {
        match &self.output {
            Output::Ami(ami) => Some(ami),
            Output::Container(_) => None,
        }
    }
}

/// What is brought to a Region.
#[derive(Debug, Clone)]
pub enum Output {
    /// An AMI.
    Ami(Box<AmiDestination>),
    /// A container image.
    Container(ContainerDestination),
}

/// A container image in one Region.
#[derive(Debug, Clone)]
pub struct ContainerDestination {
    /// The repository; that of the pipeline otherwise.
    pub repository: Option<Given<RepositoryName>>,
    /// Tags of the image.
    pub tags: Vec<ImageTag>,
    /// The description of the image.
    pub description: Option<String>,
}

/// An AMI in one Region.
#[derive(Debug, Clone)]
pub struct AmiDestination {
    /// The AMI's name.
    pub name: AmiName,
    /// The AMI's description.
    pub description: Option<String>,
    /// Tags of the AMI, those of the project included.
    pub tags: Tags,
    /// Who may launch it.
    pub share_with: Vec<Principal>,
    /// Who gets a copy.
    pub copy_to_accounts: Vec<AccountId>,
    /// The key that it is encrypted with there.
    pub kms_key: Option<KmsKey>,
    /// Launch templates that get a new version.
    pub launch_templates: Vec<LaunchTemplate>,
    /// Parameters that get its id.
    pub ssm_parameters: Vec<SsmParameter>,
    /// Licence configurations.
    pub licenses: Vec<LicenseConfigurationArn>,
    /// Accounts whose launches of it are faster.
    pub fast_launch: Vec<FastLaunch>,
    /// A copy of its disk in a bucket.
    pub s3_export: Option<S3Export>,
}

/// Faster launches of a Windows AMI in an account.
#[derive(Debug, Clone)]
pub struct FastLaunch {
    /// The account that owns the AMI.
    pub account: AccountId,
    /// Whether it is on.
    pub enabled: bool,
    /// The launch template of the instances that prepare, by id or name.
    pub launch_template: Option<TemplateName>,
    /// Its version.
    pub launch_template_version: Option<String>,
    /// How many instances prepare at the same time.
    pub max_parallel_launches: Option<u32>,
    /// How many snapshots are kept ready.
    pub target_snapshots: Option<u16>,
}

/// How a launch template is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateName {
    /// By its id.
    Id(LaunchTemplateId),
    /// By its name.
    Name(String),
}

/// A copy of an AMI's disk in a bucket.
#[derive(Debug, Clone)]
pub struct S3Export {
    /// The bucket.
    pub bucket: BucketName,
    /// What keys start with.
    pub prefix: Option<String>,
    /// The service's word: `RAW`, `VHD` or `VMDK`.
    pub format: &'static str,
    /// The name of the role that exports.
    pub role: String,
}

/// A launch template that gets a new version.
#[derive(Debug, Clone)]
pub struct LaunchTemplate {
    /// Its id.
    pub id: LaunchTemplateId,
    /// Its account, if it is another.
    pub account: Option<AccountId>,
    /// Whether the new version becomes the default.
    pub set_default: bool,
}

/// A parameter that gets an AMI's id.
#[derive(Debug, Clone)]
pub struct SsmParameter {
    /// Its name.
    pub name: SsmParameterName,
    /// Whether its type is `aws:ec2:image`, which Systems Manager validates; `text` otherwise.
    pub is_image: bool,
    /// The account whose copy it names, if it is another.
    pub account: Option<AccountId>,
}
