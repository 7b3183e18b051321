//! `AWS::ImageBuilder::DistributionConfiguration`: where an image goes, under which name, and who may use it.

use indexmap::IndexMap;

use super::container_recipe::repository_block;
use super::fact::Cost;
use super::image_builder;
use super::permission::{Deployed, Grant, Permission};
use super::{Attribute, Key, Properties, Resource, Text, Type, value::tag_map};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::ImageBuilder::DistributionConfiguration",
    terraform: "aws_imagebuilder_distribution_configuration",
    create_only: &["Name"],
    noun: "distribution",
    is_versioned: false,
    is_built_from: true,
    arn: |it| it.place.arn("imagebuilder", &format!("distribution-configuration/{}", it.name())),
    permissions: &[
        &[
            Permission::own(
                "DistributionConfiguration",
                &[
                    "imagebuilder:CreateDistributionConfiguration",
                    "imagebuilder:GetDistributionConfiguration",
                    "imagebuilder:UpdateDistributionConfiguration",
                    "imagebuilder:DeleteDistributionConfiguration",
                    "imagebuilder:TagResource",
                    "imagebuilder:UntagResource",
                ],
            ),
            Permission::on("LaunchTemplates", &["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"], |it| {
                Grant::all(launch_templates(it))
            }),
            Permission::on("ReadLaunchTemplates", &["ec2:DescribeLaunchTemplates"], |it| {
                Grant::all(launch_templates(it).first().map(|_| "*".to_owned()))
            }),
            Permission::on("ReadPublishedParameters", &["ssm:GetParameter"], |it| {
                let arn = |name: &str| {
                    let name = name.trim_start_matches('/');
                    format!("arn:{}:ssm:*:{}:parameter/{name}", it.place.partition, it.place.account)
                };
                Grant::all(published(it.properties).into_iter().map(arn))
            }),
        ],
        image_builder::SERVICE_ROLE,
    ],
    passes: &[],
    holds: None,
    parting: |_| None,
    costs: &[
        Cost::Property(".TargetAccountIds", "accounts that get a copy"),
        Cost::Property(".TargetResourceCount", "snapshots for faster launches"),
        Cost::Copies("Distributions"),
    ],
    identities: &[
        ("Distributions", "Region"),
        ("LaunchTemplateConfigurations", "LaunchTemplateId"),
        ("SsmParameterConfigurations", "ParameterName"),
        ("FastLaunchConfigurations", "AccountId"),
    ],
    hints: &[image_builder::HINTS],
};

/// The launch templates that get new versions, in the Region and account of each.
fn launch_templates(it: &Deployed<'_>) -> Vec<String> {
    let text = |block: &Properties, name: &str| block.text(name).map(|text| it.place.text(text));
    let arns = it.properties.list_of("Distributions").iter().flat_map(|distribution| {
        let region = text(distribution, "Region").unwrap_or_else(|| "*".to_owned());
        distribution.list_of("LaunchTemplateConfigurations").iter().map(move |template| {
            let account = text(template, "AccountId").unwrap_or_else(|| it.place.account.clone());
            let id = text(template, "LaunchTemplateId").unwrap_or_else(|| "*".to_owned());
            format!("arn:{}:ec2:{region}:{account}:launch-template/{id}", it.place.partition)
        })
    });
    arns.collect()
}

/// The names of the parameters that a distribution publishes to.
#[must_use]
pub fn published(properties: &Properties) -> Vec<&str> {
    properties.texts("ParameterName").into_iter().filter_map(Text::as_literal).collect()
}

/// The configuration's ARN.
pub const ARN: Attribute = Attribute::by_ref("arn");

/// A distribution configuration.
///
/// ```
/// use kiln::resource::distribution_configuration::DistributionConfiguration;
///
/// /// Takes a Region out, and says whether images went there.
/// fn remove(configuration: &mut DistributionConfiguration, region: &str) -> bool {
///     let before = configuration.distributions.len();
///     configuration.distributions.retain(|it| it.region.as_literal() != Some(region));
///     configuration.distributions.len() < before
/// }
/// ```
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
///
/// ```
/// use kiln::resource::Part;
/// use kiln::resource::distribution_configuration::{Ami, Distribution, Output};
///
/// /// An AMI in the Region deployed to.
/// fn here(ami: Ami) -> Distribution {
///     let output = Output::Ami(Box::new(ami));
///     Distribution { region: Part::Region.into(), output, license_configuration_arns: vec![] }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Distribution {
    /// The Region.
    pub region: Text,
    /// What is brought there.
    pub output: Output,
    /// Licence configurations that the AMI is associated with.
    pub license_configuration_arns: Vec<String>,
}

/// What is brought to a Region.
///
/// ```
/// use kiln::resource::distribution_configuration::{Container, Output};
///
/// let tags = vec!["latest".into()];
/// let output = Output::Container(Container { repository: "api".into(), description: None, tags });
/// let moves = match output {
///     Output::Ami(_) => false,
///     Output::Container(image) => image.tags.iter().any(|tag| tag == "latest"),
/// };
/// assert!(moves, "a tag of the repository moves to each new image");
/// ```
#[derive(Debug, Clone)]
pub enum Output {
    /// An AMI.
    Ami(Box<Ami>),
    /// A container image.
    Container(Container),
}

/// An AMI in one Region.
///
/// ```
/// use kiln::resource::distribution_configuration::{Ami, LaunchPermission};
///
/// /// The same AMI, which accounts of an organization may launch and nobody else.
/// fn within(ami: Ami, organization: &str) -> Ami {
///     let organization_arns = vec![organization.into()];
///     let launch_permission = LaunchPermission { organization_arns, ..LaunchPermission::default() };
///     Ami { launch_permission, ..ami }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Ami {
    /// The AMI's name, with `{{ imagebuilder:buildDate }}` in it.
    pub name: String,
    /// The AMI's description.
    pub description: Option<String>,
    /// Tags of the AMI.
    pub tags: IndexMap<String, Text>,
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
    /// Accounts whose launches of it are faster.
    pub fast_launch: Vec<FastLaunch>,
    /// A copy of its disk in a bucket. CloudFormation has no property for it.
    pub s3_export: Option<S3Export>,
}

/// A container image in one Region.
///
/// ```
/// use kiln::resource::distribution_configuration::Container;
/// use kiln::resource::{Handle, repository};
///
/// /// A container image that goes to a repository of the plan.
/// fn to(repository: &Handle, tag: &str) -> Container {
///     let repository = repository.get(repository::NAME);
///     Container { repository, description: None, tags: vec![tag.into()] }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Container {
    /// The name of the repository of ECR.
    pub repository: Text,
    /// The description of the image.
    pub description: Option<String>,
    /// Tags of the image.
    pub tags: Vec<String>,
}

/// Faster launches of a Windows AMI in an account.
///
/// ```
/// use kiln::resource::distribution_configuration::{Ami, FastLaunch};
///
/// /// The snapshots that are kept ready for launches of an AMI, in all accounts together.
/// fn snapshots(ami: &Ami) -> u64 {
///     let on = |fast: &&FastLaunch| fast.enabled;
///     ami.fast_launch.iter().filter(on).filter_map(|fast| fast.target_resource_count).sum()
/// }
/// ```
#[derive(Debug, Clone)]
pub struct FastLaunch {
    /// The account that owns the AMI.
    pub account_id: String,
    /// Whether it is on.
    pub enabled: bool,
    /// The id of the launch template of the instances that prepare.
    pub launch_template_id: Option<String>,
    /// Its name instead.
    pub launch_template_name: Option<String>,
    /// Its version.
    pub launch_template_version: Option<String>,
    /// How many instances prepare at the same time.
    pub max_parallel_launches: Option<u64>,
    /// How many snapshots are kept ready.
    pub target_resource_count: Option<u64>,
}

/// A copy of an AMI's disk in a bucket.
///
/// ```
/// use kiln::resource::distribution_configuration::{Ami, S3Export};
///
/// /// The same AMI, whose disk is copied to a bucket. Only Terraform can say it.
/// fn exported(ami: Ami, bucket: &str) -> Ami {
///     let role = "vmimport".into();
///     let export = S3Export { bucket: bucket.into(), prefix: None, format: "VMDK", role };
///     Ami { s3_export: Some(export), ..ami }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct S3Export {
    /// The bucket.
    pub bucket: String,
    /// What keys start with.
    pub prefix: Option<String>,
    /// `RAW`, `VHD` or `VMDK`.
    pub format: &'static str,
    /// The name of the role that exports.
    pub role: String,
}

/// Who may launch an AMI.
///
/// ```
/// use kiln::resource::distribution_configuration::LaunchPermission;
///
/// let mut permission = LaunchPermission::default();
/// permission.user_ids.push("111122223333".into());
/// let organization = "arn:aws:organizations::123456789012:organization/o-exampleorgid";
/// permission.organization_arns.push(organization.into());
/// assert!(!permission.user_groups.contains(&"all"), "the AMI is not public");
/// ```
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
///
/// ```
/// use kiln::resource::distribution_configuration::{Ami, LaunchTemplate};
///
/// /// The same AMI, of which a launch template gets a version that nobody uses unasked.
/// fn offered(mut ami: Ami, id: &str) -> Ami {
///     let template = LaunchTemplate { id: id.into(), account_id: None, set_default_version: false };
///     ami.launch_templates.push(template);
///     ami
/// }
/// ```
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
///
/// ```
/// use kiln::resource::distribution_configuration::{Ami, SsmParameter};
///
/// /// Tells each account of the copy that it gets, under the same name.
/// fn tell(ami: &mut Ami, name: &str) {
///     let parameters = ami.target_account_ids.iter().map(|account| SsmParameter {
///         name: name.into(),
///         data_type: "aws:ec2:image",
///         ami_account_id: Some(account.clone()),
///     });
///     ami.ssm_parameters.extend(parameters);
/// }
/// ```
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
    let Distribution { region, output, license_configuration_arns } = distribution;
    let table = Properties::new()
        .value("Region", region)
        .list("LicenseConfigurationArns", license_configuration_arns.iter().map(String::as_str));
    match output {
        Output::Ami(it) => table.extend(ami(it)),
        Output::Container(it) => table.block("ContainerDistributionConfiguration", container(it)),
    }
}

fn ami(ami: &Ami) -> Properties {
    let Ami {
        name,
        description,
        tags,
        kms_key_id,
        target_account_ids,
        launch_permission,
        launch_templates,
        ssm_parameters,
        fast_launch: fast,
        s3_export: export,
    } = ami;
    let own = Properties::new()
        .value("Name", name.as_str())
        .optional("Description", description.as_deref())
        .optional("KmsKeyId", kms_key_id.as_ref())
        .list("TargetAccountIds", target_account_ids.iter().map(String::as_str))
        .optional("AmiTags", tag_map(tags))
        .block(Key::named("LaunchPermissionConfiguration", "launch_permission"), permission(launch_permission));
    Properties::new()
        .block("AmiDistributionConfiguration", own)
        .blocks(
            Key::named("LaunchTemplateConfigurations", "launch_template_configuration"),
            launch_templates.iter().map(launch_template),
        )
        .blocks(
            Key::named("SsmParameterConfigurations", "ssm_parameter_configuration"),
            ssm_parameters.iter().map(ssm_parameter),
        )
        .blocks(Key::named("FastLaunchConfigurations", "fast_launch_configuration"), fast.iter().map(fast_launch))
        .blocks(Key::terraform_only("s3_export_configuration"), export.iter().map(s3_export))
}

fn container(container: &Container) -> Properties {
    let Container { repository, description, tags } = container;
    Properties::new()
        .optional("Description", description.as_deref())
        .list("ContainerTags", tags.iter().map(String::as_str))
        .block("TargetRepository", repository_block(repository))
}

fn fast_launch(fast: &FastLaunch) -> Properties {
    let FastLaunch {
        account_id,
        enabled,
        launch_template_id,
        launch_template_name,
        launch_template_version,
        max_parallel_launches,
        target_resource_count,
    } = fast;
    let template = Properties::new()
        .optional("LaunchTemplateId", launch_template_id.as_deref())
        .optional("LaunchTemplateName", launch_template_name.as_deref())
        .optional("LaunchTemplateVersion", launch_template_version.as_deref());
    Properties::new()
        .value("AccountId", account_id.as_str())
        .value("Enabled", *enabled)
        .optional("MaxParallelLaunches", *max_parallel_launches)
        .block("LaunchTemplate", template)
        .block("SnapshotConfiguration", Properties::new().optional("TargetResourceCount", *target_resource_count))
}

fn s3_export(export: &S3Export) -> Properties {
    let S3Export { bucket, prefix, format, role } = export;
    Properties::new()
        .value(Key::terraform_only("disk_image_format"), *format)
        .value(Key::terraform_only("role_name"), role.as_str())
        .value(Key::terraform_only("s3_bucket"), bucket.as_str())
        .optional(Key::terraform_only("s3_prefix"), prefix.as_deref())
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
