//! Where images go.

use super::Tags;
use crate::project::{
    AccountId, AmiName, Key, KmsKey, LaunchTemplateId, LicenseConfigurationArn, Principal, Region, ResourceName,
    SsmParameterName,
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
    /// The AMI's name.
    pub ami_name: AmiName,
    /// The AMI's description.
    pub ami_description: Option<String>,
    /// Tags of the AMI, those of the project included.
    pub ami_tags: Tags,
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
