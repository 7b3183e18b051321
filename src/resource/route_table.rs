//! `AWS::EC2::RouteTable` and `AWS::EC2::SubnetRouteTableAssociation`: where the packets of a subnet may go.

use indexmap::IndexMap;

use super::permission::{Grant, Permission};
use super::{
    Attribute, Properties, Resource, Text, Type,
    value::{tag_list, tag_map},
};

/// The names of the table's type.
pub static TYPE: Type = Type {
    cloudformation: "AWS::EC2::RouteTable",
    terraform: "aws_route_table",
    create_only: &["VpcId"],
    noun: "route table",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("ec2", "route-table/*"),
    permissions: &[&[
        Permission::on("CreateRouteTables", &["ec2:CreateRouteTable"], |it| {
            Grant::all(["route-table/*", "vpc/*"].map(|kind| it.place.arn("ec2", kind)))
        }),
        Permission::own("RouteTables", &["ec2:CreateTags", "ec2:DeleteTags"]),
        Permission::on("DeleteRouteTables", &["ec2:DeleteRouteTable"], |it| vec![it.own_of_stack()]),
        Permission::anywhere("ReadRouteTables", &["ec2:DescribeRouteTables"]),
    ]],
    passes: &[],
    holds: None,
    parting: |_| None,
    costs: &[],
    identities: &[],
    hints: &[],
};
/// The association's type with its facts.
pub static ASSOCIATION: Type = Type {
    cloudformation: "AWS::EC2::SubnetRouteTableAssociation",
    terraform: "aws_route_table_association",
    create_only: &["SubnetId"],
    noun: "route table association",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("ec2", "route-table/*"),
    permissions: &[&[
        Permission::on(
            "AssociateRouteTables",
            &["ec2:AssociateRouteTable", "ec2:DisassociateRouteTable", "ec2:ReplaceRouteTableAssociation"],
            |it| Grant::all(["route-table/*", "subnet/*"].map(|kind| it.place.arn("ec2", kind))),
        ),
        Permission::anywhere("ReadAssociations", &["ec2:DescribeRouteTables", "ec2:DescribeSubnets"]),
    ]],
    passes: &[],
    holds: None,
    parting: |_| None,
    costs: &[],
    identities: &[],
    hints: &[],
};

/// The table's id.
pub const ID: Attribute = Attribute::by_ref("id");

/// A table with the network's own route alone. Gateway endpoints add theirs.
///
/// ```
/// use kiln::plan::{Life, Origin, Part, Plan, Table};
/// use kiln::render::cloudformation;
/// use kiln::resource::route_table::RouteTable;
///
/// let tags = [("Name".into(), "builds".into())].into();
/// let routes = RouteTable { vpc_id: "vpc-0123456789abcdef0".into(), tags };
/// let mut plan = Plan::default();
/// let origin = Origin::shared(Table::Network, Part::RouteTable);
/// plan.add(origin, &routes, Life::default()).expect("nothing else has its id");
/// assert!(cloudformation::yaml(&plan).contains("- Key: Name"));
/// ```
#[derive(Debug, Clone)]
pub struct RouteTable {
    /// The network.
    pub vpc_id: Text,
    /// Its tags; `Name` is how the console calls it.
    pub tags: IndexMap<String, Text>,
}

impl Resource for RouteTable {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { vpc_id, tags } = self;
        Properties::new().value("VpcId", vpc_id).differs_if_any("Tags", tag_list(tags), tag_map(tags))
    }
}

/// That a subnet goes by a table.
///
/// ```
/// use kiln::resource::route_table::{self, Association};
/// use kiln::resource::{Handle, subnet};
///
/// /// Lets a subnet of the plan go by a table of the plan.
/// fn association(subnet: &Handle, routes: &Handle) -> Association {
///     Association { subnet_id: subnet.get(subnet::ID), route_table_id: routes.get(route_table::ID) }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Association {
    /// The subnet.
    pub subnet_id: Text,
    /// The table.
    pub route_table_id: Text,
}

impl Resource for Association {
    fn of(&self) -> &'static Type {
        &ASSOCIATION
    }

    fn properties(&self) -> Properties {
        let Self { subnet_id, route_table_id } = self;
        Properties::new().value("SubnetId", subnet_id).value("RouteTableId", route_table_id)
    }
}
