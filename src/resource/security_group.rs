//! `AWS::EC2::SecurityGroup`: what build instances may reach. Nothing reaches them.

use indexmap::IndexMap;

use super::{
    Attribute, Key, Properties, Resource, Text, Type, Value,
    value::{tag_list, tag_map},
};

/// The type's names.
pub static TYPE: Type = Type { cloudformation: "AWS::EC2::SecurityGroup", terraform: "aws_security_group" };

/// The group's id.
pub const ID: Attribute = Attribute::by_get_att("GroupId", "id");

/// A security group without any inbound rule.
#[derive(Debug, Clone)]
pub struct SecurityGroup {
    /// Terraform's generated name starts with it; CloudFormation makes one from the stack's name.
    pub name_prefix: String,
    /// What it is for.
    pub description: String,
    /// The VPC.
    pub vpc_id: Text,
    /// TCP ports that may be reached anywhere, each with its reason.
    pub egress: Vec<(u64, &'static str)>,
    /// Tags of the group.
    pub tags: IndexMap<String, Text>,
}

impl Resource for SecurityGroup {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name_prefix, description, vpc_id, egress, tags } = self;
        let egress = egress.iter().map(|(port, reason)| {
            Properties::new()
                .value("Description", *reason)
                .value(Key::named("IpProtocol", "protocol"), "tcp")
                .value("FromPort", *port)
                .value("ToPort", *port)
                .differs(Key::named("CidrIp", "cidr_blocks"), "0.0.0.0/0", Value::texts(["0.0.0.0/0"]))
        });
        Properties::new()
            .value(Key::terraform_only("name_prefix"), name_prefix.as_str())
            .value(Key::named("GroupDescription", "description"), description.as_str())
            .value("VpcId", vpc_id)
            .blocks(Key::named("SecurityGroupEgress", "egress"), egress)
            .differs_if_any("Tags", tag_list(tags), tag_map(tags))
    }
}
