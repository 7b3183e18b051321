//! `AWS::EC2::Subnet`: the part of a network that lies in one availability zone.

use indexmap::IndexMap;

use super::permission::{By, Grant, Permission};
use super::{
    Attribute, Properties, Resource, Text, Type,
    value::{tag_list, tag_map},
};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::EC2::Subnet",
    terraform: "aws_subnet",
    create_only: &["VpcId", "CidrBlock", "AvailabilityZone"],
    noun: "subnet",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("ec2", "subnet/*"),
    permissions: &[&[
        Permission::on("CreateSubnets", &["ec2:CreateSubnet"], |it| {
            Grant::all(["subnet/*", "vpc/*"].map(|kind| it.place.arn("ec2", kind)))
        }),
        Permission::own("Subnets", &["ec2:CreateTags", "ec2:DeleteTags", "ec2:ModifySubnetAttribute"]),
        Permission::on("DeleteSubnets", &["ec2:DeleteSubnet"], |it| vec![it.own_of_stack()]),
        Permission::anywhere(
            "ReadSubnets",
            &["ec2:DescribeAvailabilityZones", "ec2:DescribeNetworkAcls", "ec2:DescribeSubnets"],
        ),
        Permission::anywhere("ReadSubnetInterfaces", &["ec2:DescribeNetworkInterfaces"]).by(By::Provider),
    ]],
    passes: &[],
    holds: None,
    parting: |_| None,
    costs: &[],
    identities: &[],
    hints: &[],
};

/// The subnet's id.
pub const ID: Attribute = Attribute::by_ref("id");

/// A subnet whose instances get no public address.
///
/// ```
/// use kiln::resource::subnet::Subnet;
/// use kiln::resource::{Key, Resource, Shape, Value};
///
/// let subnet = Subnet {
///     vpc_id: "vpc-0123456789abcdef0".into(),
///     cidr_block: "10.0.0.0/24".into(),
///     availability_zone: Some("eu-west-1a".into()),
///     tags: [].into(),
/// };
/// let private = (Key::from("MapPublicIpOnLaunch"), Shape::Value(Value::from(false)));
/// assert!(subnet.properties().iter().any(|property| *property == private));
/// ```
#[derive(Debug, Clone)]
pub struct Subnet {
    /// The network.
    pub vpc_id: Text,
    /// Its addresses, some or all of the network's.
    pub cidr_block: String,
    /// Such as `eu-west-1a`; AWS chooses otherwise.
    pub availability_zone: Option<Text>,
    /// Its tags; `Name` is how the console calls it.
    pub tags: IndexMap<String, Text>,
}

impl Resource for Subnet {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { vpc_id, cidr_block, availability_zone, tags } = self;
        Properties::new()
            .value("VpcId", vpc_id)
            .value("CidrBlock", cidr_block.as_str())
            .optional("AvailabilityZone", availability_zone.as_ref())
            .value("MapPublicIpOnLaunch", false)
            .differs_if_any("Tags", tag_list(tags), tag_map(tags))
    }
}
