//! The instances that build and test.

use super::{Given, Tags};
use crate::project::{Cidr, Duration, InstanceType, Key, KmsKey, ResourceName};

/// A checked infrastructure configuration.
#[derive(Debug, Clone)]
pub struct Infrastructure {
    /// Its name in the spec: its own, or that of the only pipeline that it serves.
    pub key: Key,
    /// Its physical name.
    pub name: ResourceName,
    /// What it is for.
    pub description: Option<String>,
    /// Types to choose from.
    pub instance_types: Vec<InstanceType>,
    /// The role of its instances.
    pub profile: Profile,
    /// Where instances stand.
    pub network: Network,
    /// The metadata service.
    pub metadata: Metadata,
    /// Where logs go, if to S3.
    pub logs: Option<Logs>,
    /// Whom the end of a build is told.
    pub notify: Option<Topic>,
    /// Whether a failed build's instance goes.
    pub terminate_on_failure: bool,
    /// Whether the instance of a build that is done goes; the service's choice otherwise.
    pub terminate_on_completion: Option<bool>,
    /// An Auto Scaling group whose instances are built on.
    pub parent_instance: Option<AutoScalingGroup>,
    /// A key pair to log in with.
    pub key_pair: Option<Given<String>>,
    /// The hardware.
    pub placement: Placement,
    /// Tags of build instances, those of the project included.
    pub resource_tags: Tags,
    /// Tags of the configuration, those of the project included.
    pub tags: Tags,
}

/// An Auto Scaling group whose instances are built on.
#[derive(Debug, Clone)]
pub struct AutoScalingGroup {
    /// Its name.
    pub name: String,
    /// How long a build waits for an instance.
    pub capacity_wait: Option<Duration>,
}

/// The role of build instances.
#[derive(Debug, Clone)]
pub enum Profile {
    /// Made for the purpose, with these rights added.
    Generated(Vec<Permission>),
    /// An instance profile that exists.
    Existing(Given<String>),
}

/// Rights added to a generated role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// IAM actions.
    pub actions: Vec<String>,
    /// ARNs, with `${partition}`, `${region}` and `${account}` in them.
    pub resources: Vec<String>,
}

/// Where instances stand.
#[derive(Debug, Clone)]
pub enum Network {
    /// In the default VPC.
    Default,
    /// In the network that is made for the project.
    Private,
    /// In this subnet.
    Subnet {
        /// The subnet.
        subnet: Given<String>,
        /// Its security groups.
        groups: Groups,
    },
}

/// The network that is made for the project, if an infrastructure is in it.
#[derive(Debug, Clone, Default)]
pub struct PrivateNetwork {
    /// Its addresses.
    pub cidr: Cidr,
    /// The availability zone of its subnet.
    pub availability_zone: Option<Given<String>>,
    /// The prefix list of S3.
    pub s3_prefix_list: Option<Given<String>>,
}

/// Security groups.
#[derive(Debug, Clone)]
pub enum Groups {
    /// These.
    Existing(Vec<Given<String>>),
    /// One made in this VPC, which lets nothing in.
    Generated {
        /// The VPC.
        vpc: Given<String>,
    },
}

/// The metadata service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    /// Whether IMDSv2 is required.
    pub token_required: bool,
    /// Network hops of an answer.
    pub hop_limit: Option<u8>,
}

/// Where logs go.
#[derive(Debug, Clone)]
pub struct Logs {
    /// The bucket.
    pub bucket: LogBucket,
    /// What each key starts with, without a slash at its end.
    pub prefix: String,
}

/// A bucket for logs.
#[derive(Debug, Clone)]
pub enum LogBucket {
    /// The project's own, whose objects go after so many days.
    Generated {
        /// Days; for ever otherwise.
        expire_after_days: Option<u32>,
    },
    /// One that exists.
    Existing(Given<String>),
}

/// A topic for notifications.
#[derive(Debug, Clone)]
pub enum Topic {
    /// Made for the purpose.
    Generated {
        /// Addresses that are asked to subscribe.
        emails: Vec<String>,
        /// A customer key that encrypts messages.
        kms_key: Option<KmsKey>,
    },
    /// One that exists, by ARN.
    Existing(Given<String>),
}

/// The hardware that instances are placed on.
#[derive(Debug, Clone, Default)]
pub struct Placement {
    /// Whom the hardware is shared with.
    pub tenancy: Option<Tenancy>,
    /// An availability zone.
    pub availability_zone: Option<String>,
    /// A dedicated host.
    pub host: Option<String>,
    /// A host resource group.
    pub host_resource_group: Option<String>,
}

/// Whom hardware is shared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenancy {
    /// Everybody.
    Default,
    /// The account alone.
    Dedicated,
    /// A host of one's own.
    Host,
}

impl Tenancy {
    /// The service's word.
    #[must_use]
    pub const fn service_word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Dedicated => "dedicated",
            Self::Host => "host",
        }
    }
}
