//! Infrastructure configurations with their role, security group and topic.

use super::Lowering;
use super::network::{self, Private};
use super::text::{arn, given, kms_key, placeholders, prefix, role_settings, tags};
use crate::plan::{self, Life, Origin, Table};
use crate::project::definition::{
    ComponentSource, Content, Infrastructure, LogBucket, Network, Permission, Profile, Topic,
};
use crate::resource::infrastructure_configuration::{
    self, AutoScalingGroup, InfrastructureConfiguration, Placement, S3Logs,
};
use crate::resource::instance_profile::{self, InstanceProfile};
use crate::resource::policy::{Policy, Principal, Statement};
use crate::resource::role::{self, Role};
use crate::resource::topic::{self, Topic as TopicResource};
use crate::resource::topic_policy::TopicPolicy;
use crate::resource::{Handle, Part, Text, bucket};
use crate::source::Segment;

/// What every build instance needs (EC2 Image Builder User Guide, "Prerequisites").
const MANAGED_POLICIES: [&str; 2] = ["AmazonSSMManagedInstanceCore", "EC2InstanceProfileForImageBuilder"];

/// What a build instance of containers needs besides.
const CONTAINER_POLICY: &str = "EC2InstanceProfileForImageBuilderECRContainerBuilds";

/// A container is one hop away from its instance, which is one from the metadata service.
const CONTAINER_HOPS: u8 = 2;

/// Terraform adds 26 characters to a prefix, and a role's name has 64.
const MOST_PREFIX: usize = 38;

/// What several infrastructures have in common.
pub(super) struct Shared {
    /// The project's bucket for logs, if there is one.
    pub(super) log_bucket: Option<Handle>,
    /// The project's private network, if there is one.
    pub(super) private_network: Option<Private>,
}

/// Adds all infrastructures, in their order.
pub(super) fn all(shared: &Shared, lowering: &mut Lowering<'_>) -> Vec<Handle> {
    let infrastructures = &lowering.project.infrastructures;
    infrastructures
        .iter()
        .enumerate()
        .map(|(index, infrastructure)| one(index, infrastructure, shared, lowering))
        .collect()
}

fn one(index: usize, infrastructure: &Infrastructure, shared: &Shared, lowering: &mut Lowering<'_>) -> Handle {
    let logging = infrastructure.logs.as_ref().and_then(|logs| {
        let bucket = match &logs.bucket {
            LogBucket::Existing(name) => given(name),
            LogBucket::Generated { .. } => shared.log_bucket.as_ref()?.get(bucket::NAME),
        };
        Some(S3Logs { bucket, key_prefix: Some(logs.prefix.clone()).filter(|prefix| !prefix.is_empty()) })
    });
    let mut pipelines = lowering.project.pipelines.iter().filter(|pipeline| pipeline.infrastructure == index);
    let builds_containers = pipelines.any(|pipeline| pipeline.container().is_some());
    let profile = match &infrastructure.profile {
        Profile::Existing(name) => given(name),
        Profile::Generated(permissions) => {
            let statements = statements(index, permissions, logging.as_ref(), lowering);
            generated_profile((index, infrastructure), (builds_containers, statements), lowering)
        }
    };
    let (subnet_id, security_group_ids) =
        network::place((index, infrastructure), shared.private_network.as_ref(), lowering);
    let sns_topic_arn = infrastructure.notify.as_ref().map(|notify| topic((index, infrastructure), notify, lowering));
    let hop_limit = infrastructure.metadata.hop_limit.or(builds_containers.then_some(CONTAINER_HOPS));
    let placement = &infrastructure.placement;
    let resource = InfrastructureConfiguration {
        name: infrastructure.name.to_string(),
        description: infrastructure.description.clone(),
        instance_profile_name: profile,
        instance_types: infrastructure.instance_types.iter().map(ToString::to_string).collect(),
        subnet_id,
        security_group_ids,
        key_pair: infrastructure.key_pair.as_ref().map(given),
        sns_topic_arn,
        http_tokens: if infrastructure.metadata.token_required { "required" } else { "optional" },
        http_put_response_hop_limit: hop_limit.map(u64::from),
        logging,
        placement: Placement {
            tenancy: placement.tenancy.map(|tenancy| tenancy.service_word().to_owned()),
            availability_zone: placement.availability_zone.clone(),
            host_id: placement.host.clone(),
            host_resource_group_arn: placement.host_resource_group.clone(),
        },
        terminate_instance_on_failure: infrastructure.terminate_on_failure,
        terminate_instance_on_completion: infrastructure.terminate_on_completion,
        parent_instance: infrastructure.parent_instance.as_ref().map(|group| AutoScalingGroup {
            name: group.name.clone(),
            capacity_wait_timeout_seconds: group.capacity_wait.map(|wait| u64::from(wait.minutes()) * 60),
        }),
        resource_tags: tags(&infrastructure.resource_tags),
        tags: tags(&infrastructure.tags),
    };
    let life = Life { create_before_destroy: true, retained: false };
    let handle = lowering.add(origin(infrastructure, index, plan::Part::Infrastructure, lowering), &resource, life);
    if let (Network::Private, Some(private)) = (&infrastructure.network, &shared.private_network) {
        lowering.plan.order(&handle, &private.ways);
    }
    let description = format!("The infrastructure configuration {}", resource.name);
    lowering.output(&handle, ("Arn", infrastructure_configuration::ARN), description);
    handle
}

/// The origin of a part of an infrastructure, which is shared or of one pipeline.
pub(super) fn origin(
    infrastructure: &Infrastructure,
    index: usize,
    part: plan::Part,
    lowering: &Lowering<'_>,
) -> Origin {
    let serves = lowering.uses.infrastructures[index].iter().copied();
    if infrastructure.is_own {
        return Origin::new(Table::Pipeline, &infrastructure.key, part)
            .at([Segment::Key("infrastructure".to_owned())])
            .serving(serves);
    }
    Origin::new(Table::Infrastructure, &infrastructure.key, part).serving(serves)
}

fn generated_profile(
    (index, infrastructure): (usize, &Infrastructure),
    (builds_containers, statements): (bool, Vec<Statement>),
    lowering: &mut Lowering<'_>,
) -> Text {
    let name_prefix = prefix(&format!("{}-instance", infrastructure.name), MOST_PREFIX);
    let role = Role {
        name_prefix: name_prefix.clone(),
        description: format!("Build and test instances of {}", infrastructure.name),
        service: Text::from("ec2.amazonaws.com"),
        managed_policies: MANAGED_POLICIES.into_iter().chain(builds_containers.then_some(CONTAINER_POLICY)).collect(),
        policies: if statements.is_empty() { Vec::new() } else { vec![("build".to_owned(), statements)] },
        settings: role_settings(lowering.project),
        tags: tags(&infrastructure.tags),
    };
    let life = Life { create_before_destroy: true, retained: false };
    let path = role.settings.path.clone();
    let role = lowering.add(origin(infrastructure, index, plan::Part::InstanceRole, lowering), &role, life);
    let description = format!("The role of the instances of {}", infrastructure.name);
    lowering.output(&role, ("Arn", role::ARN), description);
    let profile = InstanceProfile { name_prefix, path, role: role.get(role::NAME), tags: tags(&infrastructure.tags) };
    let profile = lowering.add(origin(infrastructure, index, plan::Part::InstanceProfile, lowering), &profile, life);
    profile.get(instance_profile::NAME)
}

/// The rights that this infrastructure's pipelines need, and those that the spec adds.
fn statements(
    index: usize,
    permissions: &[Permission],
    logging: Option<&S3Logs>,
    lowering: &Lowering<'_>,
) -> Vec<Statement> {
    let mut statements = Vec::new();
    if let Some(S3Logs { bucket, key_prefix }) = logging {
        let objects = arn(Text::from("s3:::").then(bucket).then("/"));
        let objects = match key_prefix {
            Some(prefix) => objects.then(format!("{prefix}/*")),
            None => objects.then("*"),
        };
        statements.push(Statement::allow("WriteLogs", ["s3:PutObject"], [objects]));
    }
    let sources = sources(index, lowering);
    if !sources.is_empty() {
        let objects = sources.iter().map(|(bucket, key)| arn(format!("s3:::{bucket}/{key}")));
        statements.push(Statement::allow("ReadSources", ["s3:GetObject"], objects));
        // A source with a wildcard is a listing.
        let mut listed: Vec<&str> =
            sources.iter().filter(|(_, key)| key.contains('*')).map(|(bucket, _)| bucket.as_str()).collect();
        listed.dedup();
        if !listed.is_empty() {
            let buckets = listed.into_iter().map(|bucket| arn(format!("s3:::{bucket}")));
            statements.push(Statement::allow("ListSources", ["s3:ListBucket"], buckets));
        }
    }
    for (number, permission) in permissions.iter().enumerate() {
        let resources = permission.resources.iter().map(|resource| placeholders(resource));
        let sid = format!("Permission{}", number + 1);
        statements.push(Statement::allow(&sid, permission.actions.iter().cloned(), resources));
    }
    statements
}

/// The buckets and keys that the components of this infrastructure's pipelines are read from, sorted.
fn sources(index: usize, lowering: &Lowering<'_>) -> Vec<(String, String)> {
    let project = lowering.project;
    let pipelines = project.pipelines.iter().filter(|pipeline| pipeline.infrastructure == index);
    let components = pipelines.flat_map(|pipeline| &pipeline.components).filter_map(|used| match used.source {
        ComponentSource::Own(component) => project.components.get(component),
        _ => None,
    });
    let mut sources: Vec<(String, String)> = components
        .flat_map(|component| match &component.content {
            Content::S3(uri) => vec![(uri.bucket().to_string(), uri.key().to_owned())],
            Content::Inline { downloads, .. } => downloads.iter().filter_map(|source| literal_source(source)).collect(),
        })
        .collect();
    sources.sort();
    sources.dedup();
    sources
}

/// The bucket and key of a download. What a document computes when it runs stands for anything.
fn literal_source(source: &str) -> Option<(String, String)> {
    let (bucket, key) = source.strip_prefix("s3://")?.split_once('/')?;
    if bucket.contains("{{") {
        return None;
    }
    let key = key.split_once("{{").map_or_else(|| key.to_owned(), |(before, _)| format!("{before}*"));
    Some((bucket.to_owned(), key))
}

fn topic((index, infrastructure): (usize, &Infrastructure), notify: &Topic, lowering: &mut Lowering<'_>) -> Text {
    let (emails, key) = match notify {
        Topic::Existing(arn) => return given(arn),
        Topic::Generated { emails, kms_key } => (emails, kms_key),
    };
    let resource = TopicResource {
        name_prefix: prefix(&format!("{}-builds", infrastructure.name), 100),
        kms_master_key_id: key.as_ref().map(|key| kms_key(key, Text::from(Part::Region))),
        emails: emails.clone(),
        tags: tags(&infrastructure.tags),
    };
    let topic = lowering.add(origin(infrastructure, index, plan::Part::Topic, lowering), &resource, Life::default());
    let arn = topic.get(topic::ARN);
    // A policy of one's own replaces the default one, so what the account may do is said again.
    let owner = Principal::Aws(self::arn(Text::from("iam::").then(Part::Account).then(":root")));
    let actions = ["sns:GetTopicAttributes", "sns:Publish", "sns:Subscribe"];
    let policy = Policy(vec![
        Statement::allow("AllowAccount", actions, [arn.clone()]).principal(owner),
        Statement::tls_only("sns:Publish", [arn.clone()]),
    ]);
    let policy = TopicPolicy { topic: arn.clone(), policy };
    lowering.add(origin(infrastructure, index, plan::Part::TopicPolicy, lowering), &policy, Life::default());
    lowering.output(&topic, ("Arn", topic::ARN), format!("The topic that hears of builds of {}", infrastructure.name));
    arn
}
