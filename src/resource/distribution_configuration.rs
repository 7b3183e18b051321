//! `AWS::ImageBuilder::DistributionConfiguration`: where an image goes, under which name, and who may use it.

use indexmap::IndexMap;

use super::{Attribute, Key, Properties, Resource, Text, Type, value::tag_map};

/// The type's names.
pub static TYPE: Type = Type {
    cloudformation: "AWS::ImageBuilder::DistributionConfiguration",
    terraform: "aws_imagebuilder_distribution_configuration",
};

/// The configuration's ARN.
pub const ARN: Attribute = Attribute::by_ref("arn");

/// A distribution configuration.
#[derive(Debug, Clone)]
pub struct DistributionConfiguration {
    /// The physical name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// One entry a Region.
    pub distributions: Vec<Distribution>,
    /// Tags of the configuration.
    pub tags: IndexMap<String, Text>,
}

/// What happens in one Region.
#[derive(Debug, Clone)]
pub struct Distribution {
    /// The Region.
    pub region: Text,
    /// The AMI's name, with `{{ imagebuilder:buildDate }}` in it.
    pub ami_name: String,
    /// The AMI's description.
    pub ami_description: Option<String>,
    /// Tags of the AMI.
    pub ami_tags: IndexMap<String, Text>,
    /// The key that the copy is encrypted with.
    pub kms_key_id: Option<Text>,
    /// Accounts that get a copy of their own.
    pub target_account_ids: Vec<String>,
    /// Who may launch the AMI.
    pub launch_permission: LaunchPermission,
    /// Launch templates that get a new version with the AMI.
    pub launch_templates: Vec<LaunchTemplate>,
    /// Parameters that get the AMI's id.
    pub ssm_parameters: Vec<SsmParameter>,
    /// Licence configurations that the AMI is associated with.
    pub license_configuration_arns: Vec<String>,
}

/// Who may launch an AMI.
#[derive(Debug, Clone, Default)]
pub struct LaunchPermission {
    /// Accounts.
    pub user_ids: Vec<String>,
    /// Organizations.
    pub organization_arns: Vec<String>,
    /// Organizational units.
    pub organizational_unit_arns: Vec<String>,
    /// `all` makes the AMI public.
    pub user_groups: Vec<&'static str>,
}

/// A launch template that gets a new version.
#[derive(Debug, Clone)]
pub struct LaunchTemplate {
    /// Such as `lt-0123456789abcdef0`.
    pub id: String,
    /// The account that owns it; the deploying account otherwise.
    pub account_id: Option<String>,
    /// Whether the new version becomes the default.
    pub set_default_version: bool,
}

/// A parameter that gets the AMI's id.
#[derive(Debug, Clone)]
pub struct SsmParameter {
    /// The parameter's name.
    pub name: String,
    /// `text` or `aws:ec2:image`.
    pub data_type: &'static str,
    /// The account whose copy it names.
    pub ami_account_id: Option<String>,
}

impl Resource for DistributionConfiguration {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name, description, distributions, tags } = self;
        Properties::new()
            .value("Name", name.as_str())
            .optional("Description", description.as_deref())
            .blocks(Key::named("Distributions", "distribution"), distributions.iter().map(distribution))
            .optional("Tags", tag_map(tags))
    }
}

fn distribution(distribution: &Distribution) -> Properties {
    let Distribution {
        region,
        ami_name,
        ami_description,
        ami_tags,
        kms_key_id,
        target_account_ids,
        launch_permission,
        launch_templates,
        ssm_parameters,
        license_configuration_arns,
    } = distribution;
    let ami = Properties::new()
        .value("Name", ami_name.as_str())
        .optional("Description", ami_description.as_deref())
        .optional("KmsKeyId", kms_key_id.as_ref())
        .list("TargetAccountIds", target_account_ids.iter().map(String::as_str))
        .optional("AmiTags", tag_map(ami_tags))
        .block(Key::named("LaunchPermissionConfiguration", "launch_permission"), permission(launch_permission));
    Properties::new()
        .value("Region", region)
        .list("LicenseConfigurationArns", license_configuration_arns.iter().map(String::as_str))
        .block("AmiDistributionConfiguration", ami)
        .blocks(
            Key::named("LaunchTemplateConfigurations", "launch_template_configuration"),
            launch_templates.iter().map(launch_template),
        )
        .blocks(
            Key::named("SsmParameterConfigurations", "ssm_parameter_configuration"),
            ssm_parameters.iter().map(ssm_parameter),
        )
}

fn permission(permission: &LaunchPermission) -> Properties {
    let LaunchPermission { user_ids, organization_arns, organizational_unit_arns, user_groups } = permission;
    Properties::new()
        .list("UserIds", user_ids.iter().map(String::as_str))
        .list("UserGroups", user_groups.iter().copied())
        .list("OrganizationArns", organization_arns.iter().map(String::as_str))
        .list("OrganizationalUnitArns", organizational_unit_arns.iter().map(String::as_str))
}

fn launch_template(template: &LaunchTemplate) -> Properties {
    let LaunchTemplate { id, account_id, set_default_version } = template;
    Properties::new()
        .value("LaunchTemplateId", id.as_str())
        .optional("AccountId", account_id.as_deref())
        .value(Key::named("SetDefaultVersion", "default"), *set_default_version)
}

fn ssm_parameter(parameter: &SsmParameter) -> Properties {
    let SsmParameter { name, data_type, ami_account_id } = parameter;
    Properties::new()
        .value("ParameterName", name.as_str())
        .value("DataType", *data_type)
        .optional("AmiAccountId", ami_account_id.as_deref())
}
