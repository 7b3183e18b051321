//! `AWS::EC2::SecurityGroup`: what instances may reach, and who reaches them.
//!
//! CloudFormation holds the rules in the group; the Terraform provider advises a resource for each.

use indexmap::IndexMap;

use super::fact::{Hint, hint};
use super::permission::{By, Grant, Permission};
use super::{
    Attribute, Companion, Handle, Key, Properties, Resource, Text, Type,
    value::{tag_list, tag_map},
};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::EC2::SecurityGroup",
    terraform: "aws_security_group",
    create_only: &["GroupName", "GroupDescription", "VpcId"],
    noun: "security group",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("ec2", "security-group/*"),
    permissions: &[&[
        Permission::on("CreateSecurityGroups", &["ec2:CreateSecurityGroup"], |it| {
            Grant::all(["security-group/*", "vpc/*"].map(|kind| it.place.arn("ec2", kind)))
        }),
        Permission::on(
            "SecurityGroups",
            &[
                "ec2:AuthorizeSecurityGroupEgress",
                "ec2:AuthorizeSecurityGroupIngress",
                "ec2:CreateTags",
                "ec2:DeleteTags",
                "ec2:RevokeSecurityGroupEgress",
                "ec2:RevokeSecurityGroupIngress",
            ],
            |it| Grant::all(["security-group/*", "security-group-rule/*"].map(|kind| it.place.arn("ec2", kind))),
        ),
        Permission::on("DeleteSecurityGroups", &["ec2:DeleteSecurityGroup"], |it| vec![it.own_of_stack()]),
        Permission::anywhere(
            "ReadSecurityGroups",
            &["ec2:DescribeInstances", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"],
        ),
        Permission::anywhere(
            "ReadSecurityGroupRules",
            &["ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroupRules"],
        )
        .by(By::Provider),
        Permission::on("ChangeEgressRules", &["ec2:ModifySecurityGroupRules"], |it| {
            vec![Grant::on(it.place.arn("ec2", "security-group*/*"))]
        })
        .by(By::Companion("aws_vpc_security_group_egress_rule")),
        Permission::on("ChangeIngressRules", &["ec2:ModifySecurityGroupRules"], |it| {
            vec![Grant::on(it.place.arn("ec2", "security-group*/*"))]
        })
        .by(By::Companion("aws_vpc_security_group_ingress_rule")),
    ]],
    passes: &[],
    holds: None,
    parting: |_| None,
    costs: &[],
    identities: &[],
    hints: &[HINTS],
};

/// Errors of security groups.
const HINTS: &[Hint] = &[
    hint(&["does not exist"], "the VPC must exist in this Region and account"),
    hint(&["dependent object"], "a network interface still uses it: a build may be running"),
];

/// The group's id.
pub const ID: Attribute = Attribute::by_get_att("GroupId", "id");

/// A security group.
///
/// ```
/// use kiln::resource::Resource;
/// use kiln::resource::security_group::{Peer, Rule, SecurityGroup};
///
/// let group = SecurityGroup {
///     name_prefix: "web-".into(),
///     description: "Build instances of web".into(),
///     vpc_id: "vpc-0123456789abcdef0".into(),
///     ingress: vec![],
///     egress: vec![Rule { label: "https", port: 443, peer: Peer::anywhere(), reason: "Mirrors" }],
///     tags: [].into(),
/// };
/// let names: Vec<_> = group.properties().iter().filter_map(|(key, _)| key.cloudformation).collect();
/// assert!(!names.contains(&"SecurityGroupIngress"), "nobody reaches a build instance");
/// ```
#[derive(Debug, Clone)]
pub struct SecurityGroup {
    /// Terraform's generated name starts with it; CloudFormation makes one from the stack's name.
    pub name_prefix: String,
    /// What it is for.
    pub description: String,
    /// The VPC.
    pub vpc_id: Text,
    /// Who reaches its members; nobody if empty.
    pub ingress: Vec<Rule>,
    /// What its members reach. It must not be empty: CloudFormation would then open everything, Terraform nothing.
    pub egress: Vec<Rule>,
    /// Tags of the group.
    pub tags: IndexMap<String, Text>,
}

/// A rule that lets something through, over TCP.
///
/// ```
/// use kiln::resource::security_group::{Peer, Rule, SecurityGroup};
///
/// /// Lets the members of a group reach a package mirror.
/// fn reach(group: &mut SecurityGroup, mirror: &str) {
///     let peer = Peer::Cidr(mirror.into());
///     group.egress.push(Rule { label: "mirror", port: 443, peer, reason: "The package mirror" });
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Rule {
    /// What tells it from the other rules of the group, in Terraform's labels.
    pub label: &'static str,
    /// The port.
    pub port: u64,
    /// Who, or what, is at the other side.
    pub peer: Peer,
    /// Why.
    pub reason: &'static str,
}

/// The other side of a rule.
///
/// ```
/// use kiln::resource::security_group::Peer;
///
/// let is_open = |peer: &Peer| match peer {
///     Peer::Cidr(addresses) => addresses.as_literal() == Some("0.0.0.0/0"),
///     Peer::Group(_) | Peer::PrefixList(_) => false,
/// };
/// assert!(is_open(&Peer::anywhere()));
/// assert!(!is_open(&Peer::PrefixList("pl-0123456789abcdef0".into())));
/// ```
#[derive(Debug, Clone)]
pub enum Peer {
    /// These addresses.
    Cidr(Text),
    /// The members of a security group.
    Group(Text),
    /// The addresses of a prefix list.
    PrefixList(Text),
}

impl Peer {
    /// Every address.
    #[must_use]
    pub fn anywhere() -> Self {
        Self::Cidr(Text::from("0.0.0.0/0"))
    }
}

impl Resource for SecurityGroup {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name_prefix, description, vpc_id, ingress, egress, tags } = self;
        Properties::new()
            .value(Key::terraform_only("name_prefix"), name_prefix.as_str())
            .value(Key::named("GroupDescription", "description"), description.as_str())
            .value("VpcId", vpc_id)
            .blocks(Key::cloudformation_only("SecurityGroupIngress"), ingress.iter().map(|it| rule(it, &SOURCE)))
            .blocks(Key::cloudformation_only("SecurityGroupEgress"), egress.iter().map(|it| rule(it, &DESTINATION)))
            .differs_if_any("Tags", tag_list(tags), tag_map(tags))
    }

    fn companions(&self, own: &Handle) -> Vec<Companion> {
        let companion = |terraform, one: &Rule, sides| Companion {
            terraform,
            suffix: one.label.to_owned(),
            properties: Properties::new().value("SecurityGroupId", own.get(ID)).extend(rule(one, sides)),
        };
        let ingress = self.ingress.iter().map(|it| companion("aws_vpc_security_group_ingress_rule", it, &SOURCE));
        let egress = self.egress.iter().map(|it| companion("aws_vpc_security_group_egress_rule", it, &DESTINATION));
        ingress.chain(egress).collect()
    }
}

/// What a group and a prefix list are called at one side of a rule.
type Sides = (Key, Key);

const SOURCE: Sides = (
    Key::named("SourceSecurityGroupId", "referenced_security_group_id"),
    Key::named("SourcePrefixListId", "prefix_list_id"),
);
const DESTINATION: Sides = (
    Key::named("DestinationSecurityGroupId", "referenced_security_group_id"),
    Key::named("DestinationPrefixListId", "prefix_list_id"),
);

fn rule(Rule { label: _, port, peer, reason }: &Rule, (group, prefix_list): &Sides) -> Properties {
    let properties = Properties::new()
        .value("Description", *reason)
        .value("IpProtocol", "tcp")
        .value("FromPort", *port)
        .value("ToPort", *port);
    match peer {
        Peer::Cidr(cidr) => properties.value(Key::named("CidrIp", "cidr_ipv4"), cidr),
        Peer::Group(id) => properties.value(*group, id),
        Peer::PrefixList(id) => properties.value(*prefix_list, id),
    }
}
