//! `AWS::EC2::VPCEndpoint`: how instances reach an AWS service without the internet.

use indexmap::IndexMap;

use super::fact::Cost;
use super::permission::{By, Grant, Permission};
use super::{
    Key, Properties, Resource, Text, Type, Value,
    policy::Policy,
    value::{tag_list, tag_map},
};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::EC2::VPCEndpoint",
    terraform: "aws_vpc_endpoint",
    create_only: &["VpcId", "ServiceName", "VpcEndpointType"],
    noun: "VPC endpoint",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("ec2", "vpc-endpoint/*"),
    permissions: &[&[
        Permission::on("ConnectEndpoints", &["ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint"], |it| {
            let kinds = ["route-table/*", "security-group/*", "subnet/*", "vpc-endpoint/*", "vpc/*"];
            Grant::all(kinds.map(|kind| it.place.arn("ec2", kind)))
        }),
        Permission::own("Endpoints", &["ec2:CreateTags", "ec2:DeleteTags", "ec2:DeleteVpcEndpoints"]),
        Permission::anywhere("ReadEndpoints", &["ec2:DescribeVpcEndpoints"]),
        Permission::anywhere("ReadEndpointDetails", &["ec2:DescribeNetworkInterfaces", "ec2:DescribePrefixLists"])
            .by(By::Provider),
    ]],
    passes: &[],
    holds: None,
    parting: |_| None,
    costs: &[Cost::Existence],
    identities: &[],
    hints: &[],
};

/// An endpoint.
///
/// ```
/// use kiln::resource::vpc_endpoint::{VpcEndpoint, Way};
/// use kiln::resource::{Key, Part, Resource, Shape, Text, Value};
///
/// let endpoint = VpcEndpoint {
///     vpc_id: "vpc-0123456789abcdef0".into(),
///     service_name: Text::from("com.amazonaws.").then(Part::Region).then(".s3"),
///     way: Way::Gateway { route_table_id: "rtb-0123456789abcdef0".into() },
///     policy: None,
///     tags: [].into(),
/// };
/// let kind = (Key::from("VpcEndpointType"), Shape::Value(Value::from("Gateway")));
/// assert!(endpoint.properties().iter().any(|property| *property == kind));
/// ```
#[derive(Debug, Clone)]
pub struct VpcEndpoint {
    /// The network.
    pub vpc_id: Text,
    /// Such as `com.amazonaws.eu-west-1.ssm`.
    pub service_name: Text,
    /// How it is reached.
    pub way: Way,
    /// What may be done through it; everything otherwise.
    pub policy: Option<Policy>,
    /// Its tags; `Name` is how the console calls it.
    pub tags: IndexMap<String, Text>,
}

/// How an endpoint is reached.
///
/// ```
/// use kiln::resource::vpc_endpoint::Way;
/// use kiln::resource::{Handle, security_group, subnet};
///
/// /// By addresses in a subnet of the plan, which only those reach whom the group lets in.
/// fn interface(subnet: &Handle, group: &Handle) -> Way {
///     Way::Interface {
///         subnet_id: subnet.get(subnet::ID),
///         security_group_id: group.get(security_group::ID),
///     }
/// }
/// ```
#[derive(Debug, Clone)]
pub enum Way {
    /// By addresses in a subnet, under the service's usual name.
    Interface {
        /// The subnet.
        subnet_id: Text,
        /// The security group of those addresses.
        security_group_id: Text,
    },
    /// By a route.
    Gateway {
        /// The table that gets the route.
        route_table_id: Text,
    },
}

impl Resource for VpcEndpoint {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { vpc_id, service_name, way, policy, tags } = self;
        let properties = Properties::new().value("VpcId", vpc_id).value("ServiceName", service_name);
        match way {
            Way::Interface { subnet_id, security_group_id } => properties
                .value("VpcEndpointType", "Interface")
                .value("PrivateDnsEnabled", true)
                .value("SubnetIds", Value::texts([subnet_id]))
                .value("SecurityGroupIds", Value::texts([security_group_id])),
            Way::Gateway { route_table_id } => {
                properties.value("VpcEndpointType", "Gateway").value("RouteTableIds", Value::texts([route_table_id]))
            }
        }
        .optional(Key::named("PolicyDocument", "policy"), policy.as_ref())
        .differs_if_any("Tags", tag_list(tags), tag_map(tags))
    }
}
