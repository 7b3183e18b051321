//! `AWS::EC2::SecurityGroup`: what build instances may reach. Nothing reaches them.
//!
//! CloudFormation holds the rules in the group; the Terraform provider advises a resource for each.

use indexmap::IndexMap;

use super::{
    Attribute, Companion, Handle, Key, Properties, Resource, Text, Type,
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
        let egress = egress.iter().map(self::egress);
        Properties::new()
            .value(Key::terraform_only("name_prefix"), name_prefix.as_str())
            .value(Key::named("GroupDescription", "description"), description.as_str())
            .value("VpcId", vpc_id)
            .blocks(Key::cloudformation_only("SecurityGroupEgress"), egress)
            .differs_if_any("Tags", tag_list(tags), tag_map(tags))
    }

    fn companions(&self, own: &Handle) -> Vec<Companion> {
        self.egress
            .iter()
            .map(|rule| Companion {
                terraform: "aws_vpc_security_group_egress_rule",
                suffix: rule.0.to_string(),
                properties: Properties::new().value("SecurityGroupId", own.get(ID)).extend(egress(rule)),
            })
            .collect()
    }
}

fn egress((port, reason): &(u64, &'static str)) -> Properties {
    Properties::new()
        .value("Description", *reason)
        .value("IpProtocol", "tcp")
        .value("FromPort", *port)
        .value("ToPort", *port)
        .value(Key::named("CidrIp", "cidr_ipv4"), "0.0.0.0/0")
}
