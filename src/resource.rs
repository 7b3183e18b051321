//! Facts about AWS resource types, each told once for both back ends.
//!
//! A typed struct stands for one AWS type ([`component`], [`image_recipe`], …). It says what the resource is; its
//! [`Resource::properties`] is the table that both CloudFormation and Terraform are written from. Casing and nesting
//! differ mechanically between the two and are handled by the walkers in `render`; the few real exceptions stand
//! beside their field, as a [`Key`] or a [`Shape`] of another kind.
//!
//! This room uses nothing else of the crate. To add a type: a file here with the struct, its [`Type`] and the table;
//! then lower something to it in `plan::lower`.

pub mod bucket;
pub mod bucket_policy;
pub mod build;
pub mod component;
pub mod container_recipe;
pub mod distribution_configuration;
pub mod event_rule;
pub mod fact;
pub mod image;
mod image_builder;
pub mod image_pipeline;
pub mod image_recipe;
pub mod infrastructure_configuration;
pub mod instance_profile;
pub mod key;
pub mod lifecycle_policy;
pub mod log_group;
pub mod log_policy;
pub mod name;
pub mod permission;
pub mod policy;
pub mod property;
pub mod recipe;
pub mod repository;
pub mod role;
pub mod route_table;
pub mod security_group;
pub mod subnet;
pub mod topic;
pub mod topic_policy;
pub mod value;
pub mod vpc;
pub mod vpc_endpoint;
pub mod workflow;

use std::borrow::Cow;
use std::sync::Arc;

use fact::{Cost, Departure, Hint};
use permission::{Deployed, Pass, Permission};
pub use property::{Key, Properties, Shape};
pub use value::{Part, Reference, Text, Value};

/// All types that kiln provisions.
pub static ALL: [&Type; 27] = [
    &component::TYPE,
    &workflow::TYPE,
    &image_recipe::TYPE,
    &container_recipe::TYPE,
    &infrastructure_configuration::TYPE,
    &distribution_configuration::TYPE,
    &image_pipeline::TYPE,
    &image::TYPE,
    &lifecycle_policy::TYPE,
    &role::TYPE,
    &instance_profile::TYPE,
    &bucket::TYPE,
    &bucket_policy::TYPE,
    &topic::TYPE,
    &topic_policy::TYPE,
    &security_group::TYPE,
    &vpc::TYPE,
    &subnet::TYPE,
    &route_table::TYPE,
    &route_table::ASSOCIATION,
    &vpc_endpoint::TYPE,
    &repository::TYPE,
    &log_group::TYPE,
    &event_rule::TYPE,
    &log_policy::TYPE,
    &key::TYPE,
    &key::ALIAS,
];

/// One AWS type with all that is known of it. There are no defaults: a new type answers every question.
///
/// ```
/// use kiln::resource;
///
/// let recipe = resource::ALL.iter().find(|of| of.terraform == "aws_imagebuilder_image_recipe");
/// let recipe = recipe.expect("kiln provisions recipes");
/// assert_eq!(recipe.cloudformation, "AWS::ImageBuilder::ImageRecipe");
/// // A recipe with another base is another recipe; other tags are an update.
/// assert!(recipe.create_only.contains(&"ParentImage") && !recipe.create_only.contains(&"Tags"));
/// ```
#[derive(Debug)]
pub struct Type {
    /// Such as `AWS::ImageBuilder::Component`.
    pub cloudformation: &'static str,
    /// Such as `aws_imagebuilder_component`.
    pub terraform: &'static str,
    /// Properties of the CloudFormation type that no update can change: another value needs another resource. Of Image
    /// Builder's types these are `createOnlyProperties` and `conditionalCreateOnlyProperties` of the type's schema in
    /// the CloudFormation registry; of other types, what the Template Reference gives "Update requires: Replacement" for,
    /// as far as kiln writes it. Terraform's provider replaces for the same.
    pub create_only: &'static [&'static str],
    /// What people call one, such as `lifecycle policy`.
    pub noun: &'static str,
    /// Whether its versions never change: another content is another version.
    pub is_versioned: bool,
    /// Whether images are built from it: what changes in it is in the next image.
    pub is_built_from: bool,
    /// The ARN of one, with wildcards for what is not known before it is deployed.
    pub arn: fn(&Deployed<'_>) -> String,
    /// What creating, reading, changing, tagging and deleting one calls.
    pub permissions: &'static [&'static [Permission]],
    /// The roles that its properties name.
    pub passes: &'static [Pass],
    /// The data that is deleted with one, if it holds any.
    pub holds: Option<&'static str>,
    /// What people want to know when one is removed or replaced.
    pub parting: fn(&Departure<'_>) -> Option<&'static str>,
    /// What makes it cost money.
    pub costs: &'static [Cost],
    /// Lists of objects, by property, and the property that tells the objects apart.
    pub identities: &'static [(&'static str, &'static str)],
    /// Its known errors, the special ones first.
    pub hints: &'static [&'static [Hint]],
}

/// The type of this name, in CloudFormation or Terraform.
#[must_use]
pub fn find(name: &str) -> Option<&'static Type> {
    ALL.into_iter().find(|of| of.cloudformation == name || of.terraform == name)
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        (self.cloudformation, self.terraform) == (other.cloudformation, other.terraform)
    }
}

impl Eq for Type {}

/// Something of a deployed resource that others refer to, and how each back end spells it.
///
/// ```
/// use kiln::plan::{Life, Origin, Output, Part, Plan, Table};
/// use kiln::render::{cloudformation, terraform};
/// use kiln::resource::vpc::Vpc;
/// use kiln::resource::{Address, Attribute};
///
/// let origin = Origin::shared(Table::Network, Part::Vpc);
/// let address = Address { cloudformation: "GroupId".into(), terraform: "group_id".into() };
/// let mut plan = Plan::default();
/// let vpc = Vpc { cidr_block: "10.0.0.0/24".into(), tags: [].into() };
/// let vpc = plan.add(origin, &vpc, Life::default()).expect("nothing else has its id");
/// let value = vpc.get(Attribute::by_get_att("DefaultSecurityGroup", "default_security_group_id"));
/// plan.outputs.push(Output { address, description: "The default group".into(), value });
/// assert!(cloudformation::yaml(&plan).contains("!GetAtt PrivateNetworkVpc.DefaultSecurityGroup"));
/// assert!(terraform::hcl(&plan).contains("aws_vpc.private_network.default_security_group_id"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute {
    /// How a CloudFormation template gets it.
    pub cloudformation: Access,
    /// The attribute's name in Terraform.
    pub terraform: &'static str,
}

/// The intrinsic function that reads an attribute in CloudFormation.
///
/// ```
/// use kiln::resource::{Access, Attribute, role};
///
/// let read = |attribute: Attribute| match attribute.cloudformation {
///     Access::Ref => "!Ref InstanceRole".to_owned(),
///     Access::GetAtt(name) => format!("!GetAtt InstanceRole.{name}"),
/// };
/// // The `Ref` of a role is its name.
/// assert_eq!(read(role::NAME), "!Ref InstanceRole");
/// assert_eq!(read(role::ARN), "!GetAtt InstanceRole.Arn");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// `!Ref Resource`
    Ref,
    /// `!GetAtt Resource.Name`
    GetAtt(&'static str),
}

impl Attribute {
    /// An attribute that is the resource's `Ref`.
    #[must_use]
    pub const fn by_ref(terraform: &'static str) -> Self {
        Self { cloudformation: Access::Ref, terraform }
    }

    /// An attribute that `Fn::GetAtt` reads.
    #[must_use]
    pub const fn by_get_att(cloudformation: &'static str, terraform: &'static str) -> Self {
        Self { cloudformation: Access::GetAtt(cloudformation), terraform }
    }
}

/// Where a resource stands in a template: its logical id and its Terraform label.
///
/// ```
/// use kiln::plan::{Origin, Part, Table};
/// use kiln::project::Key;
///
/// let web = Key::parse("web-servers").expect("it is a name");
/// let address = Origin::new(Table::Pipeline, &web, Part::Recipe).address();
/// assert_eq!(address.cloudformation, "WebServersRecipe");
/// assert_eq!(address.terraform, "web_servers");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The CloudFormation logical id, such as `WebRecipe`.
    pub cloudformation: String,
    /// The Terraform label, such as `web` in `aws_imagebuilder_image_recipe.web`.
    pub terraform: String,
}

/// A resource that is part of a plan. Only the plan gives these out, so a reference cannot dangle.
///
/// ```
/// use kiln::plan::{Life, Origin, Part, Plan, Table};
/// use kiln::render::terraform;
/// use kiln::resource::route_table::RouteTable;
/// use kiln::resource::vpc::{self, Vpc};
///
/// let origin = |part| Origin::shared(Table::Network, part);
/// let mut plan = Plan::default();
/// let vpc = Vpc { cidr_block: "10.0.0.0/24".into(), tags: [].into() };
/// let vpc = plan.add(origin(Part::Vpc), &vpc, Life::default()).expect("nothing else has its id");
/// let routes = RouteTable { vpc_id: vpc.get(vpc::ID), tags: [].into() };
/// plan.add(origin(Part::RouteTable), &routes, Life::default()).expect("nothing else has its id");
/// assert!(terraform::hcl(&plan).contains("vpc_id = aws_vpc.private_network.id"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle {
    /// The resource's type.
    pub of: &'static Type,
    /// The resource's place in the template.
    pub address: Arc<Address>,
}

impl Handle {
    /// The text that is nothing but an attribute of this resource.
    #[must_use]
    pub fn get(&self, attribute: Attribute) -> Text {
        Text::from(Part::Attribute(Box::new(Reference { resource: self.clone(), attribute })))
    }
}

/// A resource of its own in Terraform that is only a property in CloudFormation, such as a bucket's encryption.
///
/// ```
/// use kiln::resource::{Companion, Properties};
///
/// // Beside a topic with the label `builds`, who subscribes is a resource of its own.
/// let properties = Properties::new().value("Protocol", "email").value("Endpoint", "a@example.com");
/// let terraform = "aws_sns_topic_subscription";
/// let subscription = Companion { terraform, suffix: "email_1".into(), properties };
/// assert_eq!(subscription.label("builds"), "builds_email_1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// The Terraform type.
    pub terraform: &'static str,
    /// What is put after the owner's label to name it; empty where the type alone tells them apart.
    pub suffix: String,
    /// Its arguments.
    pub properties: Properties,
}

/// What a companion of this Terraform type is called.
///
/// ```
/// use kiln::resource::companion_noun;
///
/// assert_eq!(companion_noun("aws_iam_role_policy_attachment"), Some("policy attachment"));
/// // What has a type of its own is no companion.
/// assert_eq!(companion_noun("aws_iam_role"), None);
/// ```
#[must_use]
pub fn companion_noun(terraform: &str) -> Option<&'static str> {
    Some(match terraform {
        "aws_cloudwatch_event_target" => "target",
        "aws_ecr_lifecycle_policy" => "lifecycle policy",
        "aws_iam_role_policy" => "inline policy",
        "aws_iam_role_policy_attachment" => "policy attachment",
        "aws_s3_bucket_lifecycle_configuration" => "bucket lifecycle rules",
        "aws_s3_bucket_ownership_controls" => "bucket ownership controls",
        "aws_s3_bucket_public_access_block" => "bucket public access block",
        "aws_s3_bucket_server_side_encryption_configuration" => "bucket encryption",
        "aws_sns_topic_subscription" => "subscription",
        "aws_vpc_security_group_egress_rule" => "egress rule",
        "aws_vpc_security_group_ingress_rule" => "ingress rule",
        _ => return None,
    })
}

impl Companion {
    /// Its label beside an owner of this label.
    #[must_use]
    pub fn label<'a>(&self, owner: &'a str) -> Cow<'a, str> {
        if self.suffix.is_empty() { Cow::Borrowed(owner) } else { format!("{owner}_{}", self.suffix).into() }
    }
}

/// A resource of one AWS type.
///
/// ```
/// use kiln::plan::{Life, Origin, Part, Plan, Table};
/// use kiln::project;
/// use kiln::render::{cloudformation, terraform};
/// use kiln::resource::permission::Permission;
/// use kiln::resource::{Key, Properties, Resource, Type};
///
/// static QUEUE: Type = Type {
///     cloudformation: "AWS::SQS::Queue",
///     terraform: "aws_sqs_queue",
///     create_only: &["QueueName"],
///     noun: "queue",
///     is_versioned: false,
///     is_built_from: false,
///     arn: |it| it.place.arn("sqs", &it.literal("QueueName")),
///     permissions: &[&[Permission::own("Queues", &["sqs:CreateQueue", "sqs:DeleteQueue"])]],
///     passes: &[],
///     holds: Some("its messages"),
///     parting: |_| None,
///     costs: &[],
///     identities: &[],
///     hints: &[],
/// };
///
/// struct Queue(&'static str);
///
/// impl Resource for Queue {
///     fn of(&self) -> &'static Type {
///         &QUEUE
///     }
///
///     fn properties(&self) -> Properties {
///         Properties::new().value(Key::named("QueueName", "name"), self.0)
///     }
/// }
///
/// let mut plan = Plan::default();
/// let builds = project::Key::parse("builds").expect("it is a name");
/// let origin = Origin::new(Table::Infrastructure, &builds, Part::Topic);
/// plan.add(origin, &Queue("image-builds"), Life::default()).expect("nothing else has its id");
/// assert!(cloudformation::yaml(&plan).contains("QueueName: image-builds"));
/// assert!(terraform::hcl(&plan).contains(r#"resource "aws_sqs_queue" "builds""#));
/// ```
pub trait Resource {
    /// The AWS type.
    fn of(&self) -> &'static Type;

    /// Its properties, in the order in which they are written.
    fn properties(&self) -> Properties;

    /// What Terraform wants as resources of their own. `own` refers to this resource.
    fn companions(&self, own: &Handle) -> Vec<Companion> {
        let _ = own;
        Vec::new()
    }
}
