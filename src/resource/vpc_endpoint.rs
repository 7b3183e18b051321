//! `AWS::EC2::VPCEndpoint`: how instances reach an AWS service without the internet.

use indexmap::IndexMap;

use super::{
    Key, Properties, Resource, Text, Type, Value,
    policy::Policy,
    value::{tag_list, tag_map},
};

/// The type's names.
pub static TYPE: Type = Type {
    cloudformation: "AWS::EC2::VPCEndpoint",
    terraform: "aws_vpc_endpoint",
    create_only: &["VpcId", "ServiceName", "VpcEndpointType"],
};

/// An endpoint.
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
