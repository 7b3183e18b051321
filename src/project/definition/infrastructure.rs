//! The instances that build and test.

use super::{Given, Tags};
use crate::project::{Cidr, Duration, InstanceType, Key, KmsKey, ResourceName};

/// A checked infrastructure configuration.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.instance_type("m7g.large"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let infrastructure = &planned.project.infrastructures[0];
/// assert!(infrastructure.metadata.token_required && infrastructure.terminate_on_failure);
/// ```
#[derive(Debug, Clone)]
pub struct Infrastructure {
    /// Its name in the spec: its own, or that of the only pipeline that it serves.
    pub key: Key,
    /// Whether it is that of one pipeline, and has no table of its own.
    pub is_own: bool,
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
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Infrastructure, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let warm = Infrastructure::new().parent_instance("builders");
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.infrastructure(warm));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let group = planned.project.infrastructures[0].parent_instance.as_ref().expect("there is one");
/// assert_eq!(group.name, "builders");
/// ```
#[derive(Debug, Clone)]
pub struct AutoScalingGroup {
    /// Its name.
    pub name: String,
    /// How long a build waits for an instance.
    pub capacity_wait: Option<Duration>,
}

/// The role of build instances.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Profile;
/// use kiln::spec::{Infrastructure, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let builds = Infrastructure::new().instance_profile("image-builds");
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.infrastructure(builds));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert!(matches!(planned.project.infrastructures[0].profile, Profile::Existing(_)));
/// ```
#[derive(Debug, Clone)]
pub enum Profile {
    /// Made for the purpose, with these rights added.
    Generated(Vec<Permission>),
    /// An instance profile that exists.
    Existing(Given<String>),
}

/// Rights added to a generated role.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Infrastructure, Permission, Pipeline, Spec};
/// use kiln::synth::{Request, synth};
///
/// let read = Permission::new().action("s3:GetObject").resource("arn:${partition}:s3:::acme/*");
/// let read = Infrastructure::new().permission(read);
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.infrastructure(read));
/// let output = synth(Request::new(&spec, &InMemory::default())).output.expect("nothing is wrong");
/// assert!(output.text.contains("arn:${AWS::Partition}:s3:::acme/*"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// IAM actions.
    pub actions: Vec<String>,
    /// ARNs, with `${partition}`, `${region}` and `${account}` in them.
    pub resources: Vec<String>,
}

/// Where instances stand.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Network;
/// use kiln::spec::{Infrastructure, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let web = web.infrastructure(Infrastructure::new().network("private"));
/// let spec = Spec::named("web").pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert!(matches!(planned.project.infrastructures[0].network, Network::Private));
/// ```
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
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Infrastructure, Pipeline, PrivateNetwork, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let web = web.infrastructure(Infrastructure::new().network("private"));
/// let network = PrivateNetwork::new().cidr("10.20.0.0/25");
/// let spec = Spec::named("web").private_network(network).pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert_eq!(planned.project.private_network.cidr.to_string(), "10.20.0.0/25");
/// ```
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
///
/// ```
/// use kiln::project::definition::{Given, Groups, Network};
///
/// let [subnet, vpc] = ["subnet-0123456789abcdef0", "vpc-0123456789abcdef0"].map(str::to_owned);
/// let network = Network::Subnet {
///     subnet: Given::Value(subnet),
///     groups: Groups::Generated { vpc: Given::Value(vpc) },
/// };
/// let is_made = |network| matches!(network, Network::Subnet { groups: Groups::Generated { .. }, .. });
/// assert!(is_made(network) && !is_made(Network::Private));
/// ```
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
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Infrastructure, Metadata, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let builders = Infrastructure::new().metadata(Metadata::new().hop_limit(2));
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.infrastructure(builders));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let metadata = planned.project.infrastructures[0].metadata;
/// assert!(metadata.token_required && metadata.hop_limit == Some(2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    /// Whether IMDSv2 is required.
    pub token_required: bool,
    /// Network hops of an answer.
    pub hop_limit: Option<u8>,
}

/// Where logs go.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Infrastructure, Logs, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let builders = Infrastructure::new().logs(Logs::new().prefix("builds/web/"));
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.infrastructure(builders));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let logs = planned.project.infrastructures[0].logs.as_ref().expect("logs are on");
/// assert_eq!(logs.prefix, "builds/web");
/// ```
#[derive(Debug, Clone)]
pub struct Logs {
    /// The bucket.
    pub bucket: LogBucket,
    /// What each key starts with, without a slash at its end.
    pub prefix: String,
}

/// A bucket for logs.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::LogBucket;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let logs = planned.project.infrastructures[0].logs.as_ref().expect("logs are on by default");
/// assert!(matches!(logs.bucket, LogBucket::Generated { expire_after_days: None }));
/// ```
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
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Topic;
/// use kiln::spec::{Infrastructure, Notify, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let told = Infrastructure::new().notify(Notify::new().email(["images@example.com"]));
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.infrastructure(told));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert!(matches!(planned.project.infrastructures[0].notify, Some(Topic::Generated { .. })));
/// ```
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
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Tenancy;
/// use kiln::spec::{Infrastructure, Pipeline, Placement, Spec};
/// use kiln::synth::{Request, check};
///
/// let alone = Infrastructure::new().placement(Placement::new().tenancy("dedicated"));
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.infrastructure(alone));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert_eq!(planned.project.infrastructures[0].placement.tenancy, Some(Tenancy::Dedicated));
/// ```
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
///
/// ```
/// use kiln::project::definition::{Placement, Tenancy};
///
/// let placement = Placement { tenancy: Some(Tenancy::Dedicated), ..Placement::default() };
/// assert_eq!(placement.tenancy.map(Tenancy::service_word), Some("dedicated"));
/// ```
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
