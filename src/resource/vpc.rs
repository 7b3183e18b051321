//! `AWS::EC2::VPC`: a network of one's own.

use indexmap::IndexMap;

use super::permission::{By, Permission};
use super::{
    Attribute, Properties, Resource, Text, Type,
    value::{tag_list, tag_map},
};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::EC2::VPC",
    terraform: "aws_vpc",
    create_only: &["CidrBlock"],
    noun: "VPC",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("ec2", "vpc/*"),
    permissions: &[&[
        Permission::own(
            "Networks",
            &[
                "ec2:CreateTags",
                "ec2:CreateVpc",
                "ec2:DeleteTags",
                "ec2:DescribeVpcAttribute",
                "ec2:ModifyVpcAttribute",
            ],
        ),
        Permission::on("DeleteNetworks", &["ec2:DeleteVpc"], |it| vec![it.own_of_stack()]),
        Permission::anywhere(
            "ReadNetworks",
            &["ec2:DescribeNetworkAcls", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"],
        ),
        Permission::anywhere("ReadNetworkEncryption", &["ec2:DescribeVpcEncryptionControls"]).by(By::Handlers),
    ]],
    passes: &[],
    holds: None,
    parting: |_| None,
    costs: &[],
    identities: &[],
    hints: &[],
};

/// The network's id.
pub const ID: Attribute = Attribute::by_ref("id");

/// A network whose instances find AWS services by their usual names.
///
/// ```
/// use kiln::plan::{Life, Origin, Part, Plan, Table};
/// use kiln::render::cloudformation;
/// use kiln::resource::vpc::Vpc;
///
/// let tags = [("Name".into(), "builds".into())].into();
/// let vpc = Vpc { cidr_block: "10.0.0.0/24".into(), tags };
/// let origin = Origin::shared(Table::Network, Part::Vpc);
/// let mut plan = Plan::default();
/// plan.add(origin, &vpc, Life::default()).expect("nothing else has its id");
/// assert!(cloudformation::yaml(&plan).contains("EnableDnsHostnames: true"));
/// ```
#[derive(Debug, Clone)]
pub struct Vpc {
    /// Its addresses, such as `10.0.0.0/24`.
    pub cidr_block: String,
    /// Its tags; `Name` is how the console calls it.
    pub tags: IndexMap<String, Text>,
}

impl Resource for Vpc {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { cidr_block, tags } = self;
        Properties::new()
            .value("CidrBlock", cidr_block.as_str())
            // Both are needed for the private names of endpoints.
            .value("EnableDnsSupport", true)
            .value("EnableDnsHostnames", true)
            .differs_if_any("Tags", tag_list(tags), tag_map(tags))
    }
}
