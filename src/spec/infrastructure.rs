//! `[infrastructure.NAME]`: the instances that build and test, their role and their network.

use toml::de::DeValue;

use super::{Input, Network};
use crate::diagnostic::Report;
use crate::source::At;
use crate::table::{Form, Read, Strings, TableDoc, table, wrong_type};

table! {
    /// The instances that build and test images.
    ///
    /// ```
    /// use kiln::spec::{Infrastructure, Pipeline};
    ///
    /// let graviton = Infrastructure::new().instance_types(["m7g.large", "m6g.large"]).network("private");
    /// let web = Pipeline::from_base("amazon-linux-2023/arm64").infrastructure(graviton);
    /// ```
    Infrastructure {
        /// What it is for.
        one "description" description: String,
        /// Instance types to choose from, of the base's architecture; the service chooses otherwise.
        list "instance-types" instance_types / instance_type: String,
        /// An existing instance profile, by name; one with just the rights that the spec needs is made otherwise.
        one "instance-profile" instance_profile: Input,
        /// Rights added to the generated instance role.
        list "permissions" permissions / permission: Permission,
        /// Where instances stand: `"default"` (the default VPC), `"private"`, or a table with a subnet.
        one "network" network: Network = ["default", "private"],
        /// The instance metadata service. IMDSv2 is required unless said otherwise.
        one "metadata" metadata: Metadata,
        /// Where builds write their logs: an encrypted bucket is made unless said otherwise; `false` writes none to S3.
        one "logs" logs: Logs,
        /// Whom the end of each build is told; `true` makes a topic.
        one "notify" notify: Notify,
        /// Whether the instance of a failed build goes away: `true` unless said otherwise.
        one "terminate-on-failure" terminate_on_failure: bool,
        /// Whether instances go away when a build is done: `true` unless said otherwise. CloudFormation only.
        one "terminate-on-completion" terminate_on_completion: bool,
        /// An Auto Scaling group whose instances are built on. CloudFormation only.
        one "parent-instance" parent_instance: ParentInstance,
        /// A key pair that lets somebody log in to build instances.
        one "key-pair" key_pair: Input,
        /// On which hardware instances are placed.
        one "placement" placement: Placement,
        /// More tags of build instances and their volumes, over those of the project.
        map "resource-tags" resource_tags / resource_tag: String,
        /// More tags of the configuration, over those of the project.
        map "tags" tags / tag: String,
    }
}

table! {
    /// A right added to the generated instance role.
    ///
    /// ```
    /// use kiln::spec::{Infrastructure, Permission};
    ///
    /// let packages = Permission::new().action("s3:GetObject").resource("arn:aws:s3:::acme-packages/*");
    /// let infrastructure = Infrastructure::new().permission(packages);
    /// ```
    Permission needs ["actions"] ["resources"] {
        /// IAM actions, such as `secretsmanager:GetSecretValue`.
        list "actions" actions / action: String,
        /// ARNs that they are allowed on. `${partition}`, `${region}` and `${account}` stand for those deployed to.
        list "resources" resources / resource: String,
    }
}

table! {
    /// The instance metadata service.
    ///
    /// ```
    /// use kiln::spec::{Infrastructure, Metadata};
    ///
    /// let infrastructure = Infrastructure::new().metadata(Metadata::new().hop_limit(2));
    /// ```
    Metadata {
        /// `required` (IMDSv2, default) or `optional`.
        one "tokens" tokens: String = ["required", "optional"],
        /// How many network hops an answer may travel, 1 to 64.
        one "hop-limit" hop_limit: i64 = 1..=64,
    }
}

table! {
    /// Where builds write their logs.
    ///
    /// ```
    /// use kiln::spec::{Infrastructure, Logs};
    ///
    /// let logs = Logs::new().bucket("acme-logs").prefix("image-builder/");
    /// let infrastructure = Infrastructure::new().logs(logs);
    /// assert_eq!(Logs::from(false), Logs::new().enabled(false));
    /// ```
    Logs short(bool) {
        /// Whether logs go to S3 at all: `true` unless said otherwise.
        one "enabled" enabled: bool,
        /// An existing bucket, by name; one is made for the project otherwise.
        one "bucket" bucket: Input,
        /// What each key starts with; the pipeline's or the infrastructure's name otherwise.
        one "prefix" prefix: String,
        /// How long logs stay in the generated bucket, such as `"90 days"`; for ever otherwise.
        one "expire-after" expire_after: String,
    }
}

impl From<bool> for Logs {
    fn from(enabled: bool) -> Self {
        Self::new().enabled(enabled)
    }
}

table! {
    /// Whom the end of each build is told.
    ///
    /// ```
    /// use kiln::spec::{Infrastructure, Notify};
    ///
    /// let infrastructure = Infrastructure::new().notify(Notify::new().email(["images@example.com"]));
    /// ```
    Notify short(bool) {
        /// Whether anybody is: `true` unless said otherwise.
        one "enabled" enabled: bool,
        /// An existing SNS topic, by ARN; one is made otherwise.
        one "topic" topic: Input,
        /// Addresses that are asked to subscribe to the generated topic.
        list "email" email: String,
        /// A customer key of the same account that encrypts the generated topic.
        one "kms-key" kms_key: String,
    }
}

impl From<bool> for Notify {
    fn from(enabled: bool) -> Self {
        Self::new().enabled(enabled)
    }
}

table! {
    /// On which hardware instances are placed.
    ///
    /// ```
    /// use kiln::spec::{Infrastructure, Placement};
    ///
    /// let mac = Placement::new().tenancy("host").availability_zone("eu-west-1a");
    /// let infrastructure = Infrastructure::new().instance_type("mac2.metal").placement(mac);
    /// ```
    Placement {
        /// `default`, `dedicated` or `host`.
        one "tenancy" tenancy: String = ["default", "dedicated", "host"],
        /// Such as `eu-west-1a`.
        one "availability-zone" availability_zone: String,
        /// A dedicated host's id; with `tenancy = "host"`.
        one "host" host: String,
        /// A host resource group's ARN; with `tenancy = "host"`.
        one "host-resource-group" host_resource_group: String,
    }
}

table! {
    /// An Auto Scaling group whose instances are built on.
    ///
    /// ```
    /// use kiln::spec::{Infrastructure, ParentInstance};
    ///
    /// let parent = ParentInstance::from("macs").capacity_wait("30 minutes");
    /// let infrastructure = Infrastructure::new().parent_instance(parent);
    /// ```
    ParentInstance short(String) {
        /// The group's name.
        one "auto-scaling-group" auto_scaling_group: String,
        /// How long a build waits for an instance, up to `"60 minutes"`.
        one "capacity-wait" capacity_wait: String,
    }
}

impl From<String> for ParentInstance {
    fn from(group: String) -> Self {
        Self::new().auto_scaling_group(group)
    }
}

impl From<&str> for ParentInstance {
    fn from(group: &str) -> Self {
        Self::new().auto_scaling_group(group)
    }
}

/// A pipeline's infrastructure: the name of a shared one, or a table of its own.
///
/// ```
/// use kiln::spec::{Infrastructure, Pipeline};
///
/// let base = "amazon-linux-2023/arm64";
/// let shared = Pipeline::from_base(base).infrastructure("graviton");
/// let own = Pipeline::from_base(base).infrastructure(Infrastructure::new().network("private"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InfrastructureChoice {
    /// `[infrastructure.NAME]`
    Shared(String),
    /// Of this pipeline alone.
    Own(Box<Infrastructure>),
}

impl Read for InfrastructureChoice {
    const EXPECTED: &'static str = "the name of an infrastructure or a table";
    const TABLE: Option<&'static TableDoc> = Infrastructure::TABLE;

    fn forms() -> Vec<Form> {
        [vec![Form::Text], Infrastructure::forms()].concat()
    }

    fn read(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Self> {
        match value {
            DeValue::String(name) => Some(Self::Shared(name.to_string())),
            DeValue::Table(_) => Infrastructure::read(value, at, report).map(|table| Self::Own(Box::new(table))),
            _ => {
                report.push(wrong_type(Self::EXPECTED, value, at));
                None
            }
        }
    }
}

impl Strings for InfrastructureChoice {
    fn strings(&mut self, at: At<'_>, visit: &mut dyn FnMut(&mut String, At<'_>)) {
        match self {
            Self::Shared(name) => visit(name, at),
            Self::Own(table) => table.strings(at, visit),
        }
    }
}

impl From<&str> for InfrastructureChoice {
    fn from(name: &str) -> Self {
        Self::Shared(name.to_owned())
    }
}

impl From<Infrastructure> for InfrastructureChoice {
    fn from(table: Infrastructure) -> Self {
        Self::Own(Box::new(table))
    }
}
