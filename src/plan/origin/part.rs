//! The resources that a table of the spec has, and how their addresses are spelt.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::{Table, capitalised};
use crate::project::endpoint;
use crate::project::event_target::TargetKind;

/// Which of a table's resources something is.
///
/// ```
/// use kiln::plan::{Origin, Part, Table};
/// use kiln::project::Key;
///
/// let shared = Key::parse("shared").expect("it is a name");
/// let role = Origin::new(Table::Infrastructure, &shared, Part::InstanceRole);
/// assert_eq!(role.address().cloudformation, "SharedInstanceRole");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What the table itself is: a component, a workflow, a pipeline or an image.
    Main,
    /// An infrastructure configuration, shared or of one pipeline.
    Infrastructure,
    /// The role of its instances.
    InstanceRole,
    /// The profile of its instances.
    InstanceProfile,
    /// The security group of its instances.
    SecurityGroup,
    /// The topic of its builds.
    Topic,
    /// The policy of that topic.
    TopicPolicy,
    /// A distribution configuration, shared or of one pipeline.
    Distribution,
    /// A pipeline's recipe.
    Recipe,
    /// The repository of a pipeline's container images.
    Repository,
    /// The role that runs the workflows of a pipeline or an image.
    ExecutionRole,
    /// A pipeline's lifecycle policy.
    Lifecycle,
    /// The image that each deployment of a pipeline builds.
    LatestImage,
    /// The rule that builds a pipeline after the one that it is built on.
    Cascade,
    /// A rule for events of a pipeline's builds.
    Event(EventId),
    /// The role of such a rule.
    EventRole(EventId),
    /// The log group of a pipeline's images.
    ImageLogs,
    /// The log group of a pipeline.
    PipelineLogs,
    /// The bucket of the build logs.
    LogBucket,
    /// The policy of that bucket.
    LogBucketPolicy,
    /// The role that retires images.
    LifecycleRole,
    /// The role that starts the pipelines which are built on others.
    CascadeRole,
    /// The policy of the log groups that events are written to.
    EventLogPolicy,
    /// The key that images are encrypted with.
    ImageKey,
    /// The alias of that key.
    ImageKeyAlias,
    /// The role that takes copies of images in other accounts.
    DistributionRole,
    /// The private network itself.
    Vpc,
    /// Its subnet.
    Subnet,
    /// Its route table.
    RouteTable,
    /// What joins the two.
    SubnetRoutes,
    /// The security group of the builds in it.
    BuildsGroup,
    /// The security group of its endpoints.
    EndpointsGroup,
    /// An endpoint, by the name of the service.
    Endpoint(&'static str),
}

/// What tells the events of one pipeline apart: the kind of target, and a hash of the target and the states.
///
/// ```
/// use kiln::plan::EventId;
/// use kiln::project::event_target::TargetKind;
///
/// let queue = |states: &[&str]| EventId::new(TargetKind::Queue, "arn:aws:sqs:us-east-1:111122223333:q", states);
/// // Its place in the list is no part of it.
/// assert_eq!(queue(&["AVAILABLE"]), queue(&["AVAILABLE"]));
/// assert_ne!(queue(&["AVAILABLE"]), queue(&["FAILED"]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    kind: TargetKind,
    hash: u32,
}

/// Parts whose addresses are fixed: the end of the logical id, and that of the Terraform label.
const FIXED: [(Part, &str, &str); 29] = [
    (Part::Infrastructure, "Infrastructure", ""),
    (Part::InstanceRole, "InstanceRole", "instance"),
    (Part::InstanceProfile, "InstanceProfile", "instance"),
    (Part::SecurityGroup, "SecurityGroup", ""),
    (Part::Topic, "Topic", ""),
    (Part::TopicPolicy, "TopicPolicy", ""),
    (Part::Distribution, "Distribution", ""),
    (Part::Recipe, "Recipe", ""),
    (Part::Repository, "Repository", ""),
    (Part::ExecutionRole, "ExecutionRole", "execution"),
    (Part::Lifecycle, "LifecyclePolicy", ""),
    (Part::LatestImage, "LatestImage", "latest"),
    (Part::Cascade, "Cascade", "cascade"),
    (Part::ImageLogs, "ImageLogGroup", "images"),
    (Part::PipelineLogs, "PipelineLogGroup", "pipeline"),
    (Part::LogBucket, "LogBucket", "logs"),
    (Part::LogBucketPolicy, "LogBucketPolicy", "logs"),
    (Part::LifecycleRole, "LifecycleRole", "lifecycle"),
    (Part::CascadeRole, "CascadeRole", "cascade"),
    (Part::EventLogPolicy, "EventLogPolicy", "events"),
    (Part::ImageKey, "ImageKey", "images"),
    (Part::ImageKeyAlias, "ImageKeyAlias", "images"),
    (Part::DistributionRole, "DistributionRole", "distribution"),
    (Part::Vpc, "PrivateNetworkVpc", "private_network"),
    (Part::Subnet, "PrivateNetworkSubnet", "private_network"),
    (Part::RouteTable, "PrivateNetworkRouteTable", "private_network"),
    (Part::SubnetRoutes, "PrivateNetworkSubnetRoutes", "private_network"),
    (Part::BuildsGroup, "PrivateNetworkBuildsGroup", "private_network_builds"),
    (Part::EndpointsGroup, "PrivateNetworkEndpointsGroup", "private_network_endpoints"),
];

impl EventId {
    /// The identity of an event that goes to this target, by its ARN or the name of a parameter, for these states.
    #[must_use]
    pub fn new(kind: TargetKind, target: &str, states: &[&str]) -> Self {
        let content = std::iter::once(&target).chain(states).fold(String::new(), |text, word| text + word + "\n");
        let digest = Sha256::digest(content);
        Self { kind, hash: u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) }
    }

    /// `Queue1f3a9c2e`
    fn suffix(self) -> String {
        format!("{}{:08x}", pascal(self.kind.word()), self.hash)
    }

    fn read(text: &str) -> Option<Self> {
        let (word, hash) = text.split_at_checked(text.len().checked_sub(8)?)?;
        let (_, kind) = TargetKind::ALL.into_iter().find(|(name, _)| pascal(name) == word)?;
        Some(Self { kind, hash: u32::from_str_radix(hash, 16).ok()? })
    }
}

impl Part {
    /// The end of a logical id.
    pub(super) fn suffix(self, table: Table) -> Cow<'static, str> {
        match self {
            Self::Main => capitalised(table.as_str()).into(),
            Self::Event(id) => format!("Event{}", id.suffix()).into(),
            Self::EventRole(id) => format!("Event{}Role", id.suffix()).into(),
            Self::Endpoint(service) => format!("PrivateNetwork{}Endpoint", pascal(service)).into(),
            fixed => fixed.row().map_or("", |(_, suffix, _)| suffix).into(),
        }
    }

    /// The end of a Terraform label.
    pub(super) fn label(self) -> Cow<'static, str> {
        match self {
            Self::Main => "".into(),
            Self::Event(id) | Self::EventRole(id) => {
                format!("event_{}_{:08x}", id.kind.word().replace('-', "_"), id.hash).into()
            }
            Self::Endpoint(service) => format!("private_network_{}", service.replace('.', "_")).into(),
            fixed => fixed.row().map_or("", |(_, _, label)| label).into(),
        }
    }

    /// The part with this end of its logical id.
    pub(super) fn read(table: Table, suffix: &str) -> Option<Self> {
        if suffix == capitalised(table.as_str()) && table != Table::Infrastructure && table != Table::Distribution {
            return Some(Self::Main);
        }
        if let Some((part, ..)) = FIXED.iter().find(|(_, known, _)| *known == suffix) {
            return Some(*part);
        }
        if let Some(event) = suffix.strip_prefix("Event") {
            return match event.strip_suffix("Role") {
                Some(event) => EventId::read(event).map(Self::EventRole),
                None => EventId::read(event).map(Self::Event),
            };
        }
        endpoint::all().map(Self::Endpoint).find(|part| part.suffix(table) == suffix)
    }

    fn row(self) -> Option<(Self, &'static str, &'static str)> {
        FIXED.into_iter().find(|(part, ..)| *part == self)
    }
}

/// `event-bus` is `EventBus`, `ecr.api` is `EcrApi`.
fn pascal(name: &str) -> String {
    name.split(['-', '.']).map(capitalised).collect()
}
