//! Where build instances stand: the default VPC, a subnet of the user's, or the project's private network.
//!
//! The private network has no gateway to the internet. What builds need of AWS they reach through endpoints, which
//! let in nobody but the builds.

use indexmap::IndexMap;

use super::text::{arn, given, prefix, tags};
use super::uses::pipelines;
use super::{Lowering, infrastructure};
use crate::plan::{self, Life, Origin, Table};
use crate::project::definition::{Given, Groups, Infrastructure, Network, Profile};
use crate::project::endpoint;
use crate::resource::policy::{Policy, Principal, Statement};
use crate::resource::route_table::{self, Association, RouteTable};
use crate::resource::security_group::{self, Peer, Rule, SecurityGroup};
use crate::resource::subnet::{self, Subnet};
use crate::resource::vpc::{self, Vpc};
use crate::resource::vpc_endpoint::{VpcEndpoint, Way};
use crate::resource::{Handle, Part, Text, Value};

/// The project's private network, as infrastructures refer to it.
pub(super) struct Private {
    subnet: Handle,
    builds: Handle,
    /// What a build needs that no property of its infrastructure refers to.
    pub(super) ways: Vec<Handle>,
}

/// A terraform prefix of a security group takes so much of its 255 characters here.
const MOST_PREFIX: usize = 100;

/// Buckets of AWS that builds read without credentials, by their names around the Region: the component manager and the
/// content of managed components (EC2 Image Builder user guide, "Custom policies for S3 bucket access"), the SSM agent,
/// and the repositories of Amazon Linux.
const READ_BY_BUILDS: [(&str, &str); 6] = [
    ("ec2imagebuilder-toe-", "-prod/*"),
    ("ec2imagebuilder-managed-resources-", "-prod/components/*"),
    ("amazon-ssm-", "/*"),
    ("al2023-repos-", "-de612dc2/*"),
    ("amazonlinux-2-repos-", "/*"),
    ("amazoncloudwatch-agent-", "/*"),
];

/// Package mirrors and AWS endpoints; the Region's resolver and time service need no rule.
fn anywhere() -> Vec<Rule> {
    let rule = |label, port, reason| Rule { label, port, peer: Peer::anywhere(), reason };
    vec![rule("443", 443, "AWS endpoints and package mirrors"), rule("80", 80, "Package mirrors without TLS")]
}

/// Adds the private network, if an infrastructure is in it.
pub(super) fn private(lowering: &mut Lowering<'_>) -> Option<Private> {
    let project = lowering.project;
    let is_in = |infrastructure: &&Infrastructure| matches!(infrastructure.network, Network::Private);
    project.infrastructures.iter().find(is_in)?;
    let settings = &project.private_network;
    let cidr = settings.cidr.to_string();
    let life = Life::default();

    let network = Vpc { cidr_block: cidr.clone(), tags: named("", lowering) };
    let network = lowering.add(origin(plan::Part::Vpc, lowering), &network, life);
    let vpc_id = network.get(vpc::ID);
    let subnet = Subnet {
        vpc_id: vpc_id.clone(),
        cidr_block: cidr.clone(),
        availability_zone: settings.availability_zone.as_ref().map(given),
        tags: named("", lowering),
    };
    let subnet = lowering.add(origin(plan::Part::Subnet, lowering), &subnet, life);
    let routes = RouteTable { vpc_id: vpc_id.clone(), tags: named("", lowering) };
    let routes = lowering.add(origin(plan::Part::RouteTable, lowering), &routes, life);
    let association = Association { subnet_id: subnet.get(subnet::ID), route_table_id: routes.get(route_table::ID) };
    let association = lowering.add(origin(plan::Part::SubnetRoutes, lowering), &association, life);

    let builds = builds_group(&vpc_id, &cidr, lowering);
    let endpoints = endpoints_group(&vpc_id, &builds, lowering);
    let mut ways = vec![association];
    ways.push(s3(&vpc_id, &routes, lowering));
    for service in services(lowering) {
        let way =
            Way::Interface { subnet_id: subnet.get(subnet::ID), security_group_id: endpoints.get(security_group::ID) };
        let endpoint = VpcEndpoint {
            vpc_id: vpc_id.clone(),
            service_name: service_name(service),
            way,
            policy: None,
            tags: named(service, lowering),
        };
        ways.push(lowering.add(origin(plan::Part::Endpoint(service), lowering), &endpoint, life));
    }
    lowering.output(&network, ("Id", vpc::ID), "The private network that images are built in".to_owned());
    Some(Private { subnet, builds, ways })
}

/// The subnet and the security groups of an infrastructure.
pub(super) fn place(
    (index, infrastructure): (usize, &Infrastructure),
    private: Option<&Private>,
    lowering: &mut Lowering<'_>,
) -> (Option<Text>, Option<Value>) {
    let (subnet, groups) = match &infrastructure.network {
        Network::Default => return (None, None),
        Network::Private => {
            let places =
                private.map(|it| (it.subnet.get(subnet::ID), Value::texts([it.builds.get(security_group::ID)])));
            return places.unzip();
        }
        Network::Subnet { subnet, groups } => (subnet, groups),
    };
    let groups = match groups {
        Groups::Existing(groups) => match groups.as_slice() {
            // A parameter that is a list is the whole value, not an item of one.
            [only @ Given::Parameter(key)] if lowering.is_list(key) => Value::Text(given(only)),
            groups => Value::texts(groups.iter().map(given)),
        },
        Groups::Generated { vpc } => {
            let group = SecurityGroup {
                name_prefix: prefix(infrastructure.name.as_str(), MOST_PREFIX),
                description: format!("Build and test instances of {}", infrastructure.name),
                vpc_id: given(vpc),
                ingress: Vec::new(),
                egress: anywhere(),
                tags: tags(&infrastructure.tags),
            };
            let life = Life { create_before_destroy: true, retained: false };
            let group = lowering.add(
                infrastructure::origin(infrastructure, index, plan::Part::SecurityGroup, lowering),
                &group,
                life,
            );
            Value::texts([group.get(security_group::ID)])
        }
    };
    (Some(given(subnet)), Some(groups))
}

/// What instances may reach: the endpoints and S3. Neither template language knows the prefix list of S3 in the Region
/// deployed to, so where the spec does not say it, the rule names every address; the routes lead to S3 alone.
fn builds_group(vpc_id: &Text, cidr: &str, lowering: &mut Lowering<'_>) -> Handle {
    let project = lowering.project;
    let to = |label, peer, reason| Rule { label, port: 443, peer, reason };
    let egress = match &project.private_network.s3_prefix_list {
        Some(list) => vec![
            to("endpoints", Peer::Cidr(Text::from(cidr)), "Endpoints of AWS services"),
            to("s3", Peer::PrefixList(given(list)), "Amazon S3"),
        ],
        None => vec![to("443", Peer::anywhere(), "Endpoints and Amazon S3: nothing else is routed")],
    };
    let group = SecurityGroup {
        name_prefix: prefix(&format!("{}-builds", project.name.kebab()), MOST_PREFIX),
        description: format!("Build and test instances of {} in the private network", project.name.kebab()),
        vpc_id: vpc_id.clone(),
        ingress: Vec::new(),
        egress,
        tags: tags(&project.tags),
    };
    let life = Life { create_before_destroy: true, retained: false };
    lowering.add(origin(plan::Part::BuildsGroup, lowering), &group, life)
}

fn endpoints_group(vpc_id: &Text, builds: &Handle, lowering: &mut Lowering<'_>) -> Handle {
    let project = lowering.project;
    let ingress =
        Rule { label: "builds", port: 443, peer: Peer::Group(builds.get(security_group::ID)), reason: "Builds" };
    // An endpoint only answers. A group without any rule would be open in CloudFormation.
    let nothing = Peer::Cidr(Text::from("127.0.0.1/32"));
    let egress = Rule { label: "nothing", port: 443, peer: nothing, reason: "Nothing: endpoints only answer" };
    let group = SecurityGroup {
        name_prefix: prefix(&format!("{}-endpoints", project.name.kebab()), MOST_PREFIX),
        description: format!("Endpoints of {} in the private network", project.name.kebab()),
        vpc_id: vpc_id.clone(),
        ingress: vec![ingress],
        egress: vec![egress],
        tags: tags(&project.tags),
    };
    let life = Life { create_before_destroy: true, retained: false };
    lowering.add(origin(plan::Part::EndpointsGroup, lowering), &group, life)
}

/// The gateway to S3: for what the account's own roles may do, and for the public buckets that builds read.
fn s3(vpc_id: &Text, routes: &Handle, lowering: &mut Lowering<'_>) -> Handle {
    let public =
        READ_BY_BUILDS.map(|(before, after)| arn(Text::from("s3:::").then(before).then(Part::Region).then(after)));
    let account = Statement {
        conditions: vec![(
            "StringEquals".to_owned(),
            "aws:PrincipalAccount".to_owned(),
            vec![Text::from(Part::Account)],
        )],
        ..Statement::allow("AllowAccount", ["s3:*"], ["*"]).principal(Principal::Everyone)
    };
    let policy = Policy(vec![
        account,
        Statement::allow("ReadBuildTools", ["s3:GetObject"], public).principal(Principal::Everyone),
    ]);
    let endpoint = VpcEndpoint {
        vpc_id: vpc_id.clone(),
        service_name: service_name("s3"),
        way: Way::Gateway { route_table_id: routes.get(route_table::ID) },
        policy: Some(policy),
        tags: named("s3", lowering),
    };
    lowering.add(origin(plan::Part::Endpoint("s3"), lowering), &endpoint, Life::default())
}

/// The services that builds in the private network need, by the names of their endpoints.
fn services(lowering: &Lowering<'_>) -> Vec<&'static str> {
    let mut services = endpoint::OF_BUILDS.to_vec();
    let private = lowering.project.infrastructures.iter().filter(|it| matches!(it.network, Network::Private));
    let permissions = private.filter_map(|infrastructure| match &infrastructure.profile {
        Profile::Generated(permissions) => Some(permissions),
        Profile::Existing(_) => None,
    });
    for action in permissions.flatten().flat_map(|permission| &permission.actions) {
        for service in endpoint::of_action(action).unwrap_or_default() {
            if !services.contains(service) {
                services.push(service);
            }
        }
    }
    services
}

fn service_name(service: &str) -> Text {
    Text::from("com.amazonaws.").then(Part::Region).then(format!(".{service}"))
}

/// The tags of something that has no name but its tag.
fn named(part: &str, lowering: &Lowering<'_>) -> IndexMap<String, Text> {
    let project = lowering.project;
    let name = [project.name.kebab().as_str(), "builds", part].join("-");
    let mut tags = tags(&project.tags);
    tags.insert("Name".to_owned(), Text::from(name.trim_end_matches('-')));
    tags
}

/// The origin of a part of the private network, which works for the pipelines in it.
fn origin(part: plan::Part, lowering: &Lowering<'_>) -> Origin {
    let project = lowering.project;
    let served = pipelines(project, |pipeline| {
        matches!(project.infrastructures[pipeline.infrastructure].network, Network::Private)
    });
    Origin::shared(Table::Network, part).serving(served)
}
