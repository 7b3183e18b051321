//! `AWS::ImageBuilder::InfrastructureConfiguration`: the EC2 instances that build and test, and where they stand.

use indexmap::IndexMap;

use super::fact::{Cost, Hint, hint};
use super::image_builder;
use super::permission::{Grant, Pass, Permission, Target};
use super::{Attribute, Key, Properties, Resource, Text, Type, Value, value::tag_map};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::ImageBuilder::InfrastructureConfiguration",
    terraform: "aws_imagebuilder_infrastructure_configuration",
    create_only: &["Name"],
    noun: "infrastructure",
    is_versioned: false,
    is_built_from: true,
    arn: |it| it.place.arn("imagebuilder", &format!("infrastructure-configuration/{}", it.name())),
    permissions: &[
        &[
            Permission::own(
                "InfrastructureConfiguration",
                &[
                    "imagebuilder:CreateInfrastructureConfiguration",
                    "imagebuilder:GetInfrastructureConfiguration",
                    "imagebuilder:UpdateInfrastructureConfiguration",
                    "imagebuilder:DeleteInfrastructureConfiguration",
                    "imagebuilder:TagResource",
                    "imagebuilder:UntagResource",
                ],
            ),
            Permission::on("ReadProfiles", &["iam:GetInstanceProfile"], |it| {
                Grant::all(it.references("InstanceProfileName").into_iter().flat_map(|target| match target {
                    Target::Planned(own) => vec![(own.handle.of.arn)(&own)],
                    // A name does not say in which path the profile is.
                    Target::Other(name) => {
                        let name = it.place.text(name);
                        let profiles = ["", "*/"].map(|path| format!("instance-profile/{path}{name}"));
                        profiles.map(|profile| it.place.global("iam", &profile)).into()
                    }
                }))
            }),
            Permission::on("Notify", &["sns:Publish"], |it| {
                Grant::all(it.references("SnsTopicArn").into_iter().map(|target| match target {
                    Target::Planned(own) => (own.handle.of.arn)(&own),
                    Target::Other(arn) if it.place.text(arn) == "*" => it.place.arn("sns", "*"),
                    Target::Other(arn) => it.place.text(arn),
                }))
            }),
            Permission::on("ParentInstances", &["autoscaling:DescribeAutoScalingGroups"], |it| {
                let has_group = it.properties.get("ParentInstance.AutoScalingGroup.Name").is_some();
                Grant::all(has_group.then(|| "*".to_owned()))
            }),
        ],
        image_builder::SERVICE_ROLE,
    ],
    passes: &[Pass { property: "InstanceProfileName", service: "ec2.amazonaws.com" }],
    holds: None,
    parting: |_| None,
    costs: &[
        Cost::Property("InstanceTypes", "instance types"),
        Cost::Property("Placement.Tenancy", "tenancy"),
        Cost::Property("Placement.HostId", "dedicated host"),
    ],
    identities: &[],
    hints: &[image_builder::HINTS, HINTS],
};

/// Errors of infrastructure configurations alone.
const HINTS: &[Hint] =
    &[hint(&["subnet"], "the subnet and its security groups must exist in this Region and belong to one VPC")];

/// The configuration's ARN.
pub const ARN: Attribute = Attribute::by_ref("arn");

/// An infrastructure configuration.
///
/// ```
/// use kiln::resource::infrastructure_configuration::InfrastructureConfiguration;
///
/// /// The same infrastructure, where the instance of a failed build stays for somebody to log in.
/// fn to_debug(from: &InfrastructureConfiguration, key_pair: &str) -> InfrastructureConfiguration {
///     let mut infrastructure = from.clone();
///     infrastructure.terminate_instance_on_failure = false;
///     infrastructure.key_pair = Some(key_pair.into());
///     infrastructure
/// }
/// ```
#[derive(Debug, Clone)]
pub struct InfrastructureConfiguration {
    /// The physical name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The name, not the ARN, of the instance profile.
    pub instance_profile_name: Text,
    /// Types to choose from; the service chooses where there is none.
    pub instance_types: Vec<String>,
    /// The subnet; the default VPC otherwise.
    pub subnet_id: Option<Text>,
    /// The security groups: a list of texts, or one reference to a list.
    pub security_group_ids: Option<Value>,
    /// The key pair that lets somebody log in.
    pub key_pair: Option<Text>,
    /// The topic that hears of each build's end.
    pub sns_topic_arn: Option<Text>,
    /// `required` (IMDSv2) or `optional`.
    pub http_tokens: &'static str,
    /// How many network hops a metadata answer may travel, 1 to 64.
    pub http_put_response_hop_limit: Option<u64>,
    /// Where builds write their logs.
    pub logging: Option<S3Logs>,
    /// Where instances are placed.
    pub placement: Placement,
    /// Whether a failed build's instance goes away.
    pub terminate_instance_on_failure: bool,
    /// Whether the instance of a build that is done goes away. Terraform's provider has no argument for it.
    pub terminate_instance_on_completion: Option<bool>,
    /// The Auto Scaling group whose instances are built on. Terraform's provider has no argument for it.
    pub parent_instance: Option<AutoScalingGroup>,
    /// Tags of the instances and volumes of a build.
    pub resource_tags: IndexMap<String, Text>,
    /// Tags of the configuration.
    pub tags: IndexMap<String, Text>,
}

/// A place in a bucket.
///
/// ```
/// use kiln::plan::{Life, Origin, Planned, Table};
/// use kiln::resource::Part;
/// use kiln::resource::bucket::{self, Bucket};
/// use kiln::resource::infrastructure_configuration::S3Logs;
///
/// let bucket = Bucket { name_prefix: "logs-".into(), expire_after_days: None, tags: [].into() };
/// let origin = Origin::shared(Table::Project, kiln::plan::Part::LogBucket);
/// let bucket = Planned::new(origin, &bucket, Life::default());
/// let logs = S3Logs { bucket: bucket.handle.get(bucket::NAME), key_prefix: Some("web".into()) };
/// assert!(matches!(logs.bucket.parts(), [Part::Attribute(_)]), "AWS gives it its name");
/// ```
#[derive(Debug, Clone)]
pub struct S3Logs {
    /// The bucket's name.
    pub bucket: Text,
    /// What each key starts with.
    pub key_prefix: Option<String>,
}

/// An Auto Scaling group whose instances are built on.
///
/// ```
/// use kiln::resource::infrastructure_configuration::{AutoScalingGroup, InfrastructureConfiguration};
///
/// /// Lets builds wait for an instance of a group, such as one of Macs, for so many minutes.
/// fn wait(infrastructure: &mut InfrastructureConfiguration, group: &str, minutes: u64) {
///     let capacity_wait_timeout_seconds = Some(minutes * 60);
///     let group = AutoScalingGroup { name: group.into(), capacity_wait_timeout_seconds };
///     infrastructure.parent_instance = Some(group);
/// }
/// ```
#[derive(Debug, Clone)]
pub struct AutoScalingGroup {
    /// Its name.
    pub name: String,
    /// Seconds that a build waits for an instance.
    pub capacity_wait_timeout_seconds: Option<u64>,
}

/// Where instances are placed; empty for the service's choice.
///
/// ```
/// use kiln::resource::infrastructure_configuration::Placement;
///
/// let host = Placement {
///     tenancy: Some("host".into()),
///     host_id: Some("h-0123456789abcdef0".into()),
///     ..Placement::default()
/// };
/// // The host stands in a zone already.
/// assert!(host.availability_zone.is_none());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Placement {
    /// `default`, `dedicated` or `host`.
    pub tenancy: Option<String>,
    /// Such as `eu-west-1a`.
    pub availability_zone: Option<String>,
    /// A dedicated host.
    pub host_id: Option<String>,
    /// A host resource group.
    pub host_resource_group_arn: Option<String>,
}

impl Resource for InfrastructureConfiguration {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self {
            name,
            description,
            instance_profile_name,
            instance_types,
            subnet_id,
            security_group_ids,
            key_pair,
            sns_topic_arn,
            http_tokens,
            http_put_response_hop_limit,
            logging,
            placement,
            terminate_instance_on_failure,
            terminate_instance_on_completion,
            parent_instance,
            resource_tags,
            tags,
        } = self;
        let logs = logging.as_ref().map_or_else(Properties::new, |S3Logs { bucket, key_prefix }| {
            Properties::new().value("S3BucketName", bucket).optional("S3KeyPrefix", key_prefix.as_deref())
        });
        let group = parent_instance.as_ref().map_or_else(Properties::new, |group| {
            let AutoScalingGroup { name, capacity_wait_timeout_seconds } = group;
            Properties::new()
                .value("Name", name.as_str())
                .optional("CapacityWaitTimeoutSeconds", *capacity_wait_timeout_seconds)
        });
        let Placement { tenancy, availability_zone, host_id, host_resource_group_arn } = placement;
        Properties::new()
            .value("Name", name.as_str())
            .optional("Description", description.as_deref())
            .value("InstanceProfileName", instance_profile_name)
            .list("InstanceTypes", instance_types.iter().map(String::as_str))
            .optional("SubnetId", subnet_id.as_ref())
            .optional("SecurityGroupIds", security_group_ids.clone())
            .optional("KeyPair", key_pair.as_ref())
            .optional("SnsTopicArn", sns_topic_arn.as_ref())
            // Written out on both sides: the API's default is true, the Terraform provider's is false.
            .value("TerminateInstanceOnFailure", *terminate_instance_on_failure)
            .optional(Key::cloudformation_only("TerminateInstanceOnCompletion"), *terminate_instance_on_completion)
            .block(Key::cloudformation_only("ParentInstance"), Properties::new().block("AutoScalingGroup", group))
            .block(
                "InstanceMetadataOptions",
                Properties::new()
                    .value("HttpTokens", *http_tokens)
                    .optional("HttpPutResponseHopLimit", *http_put_response_hop_limit),
            )
            .block("Logging", Properties::new().block("S3Logs", logs))
            .block(
                "Placement",
                Properties::new()
                    .optional("Tenancy", tenancy.as_deref())
                    .optional("AvailabilityZone", availability_zone.as_deref())
                    .optional("HostId", host_id.as_deref())
                    .optional("HostResourceGroupArn", host_resource_group_arn.as_deref()),
            )
            .optional("ResourceTags", tag_map(resource_tags))
            .optional("Tags", tag_map(tags))
    }
}
