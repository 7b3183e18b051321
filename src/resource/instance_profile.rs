//! `AWS::IAM::InstanceProfile`: how an EC2 instance gets its role.

use indexmap::IndexMap;

use super::permission::{Pass, Permission};
use super::role;
use super::{Attribute, Key, Properties, Resource, Text, Type, Value, value::tag_map};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::IAM::InstanceProfile",
    terraform: "aws_iam_instance_profile",
    create_only: &["InstanceProfileName", "Path"],
    noun: "instance profile",
    is_versioned: false,
    is_built_from: false,
    arn: |it| {
        let path = it.properties.text("Path").map_or_else(|| "/".to_owned(), |path| it.place.text(path));
        it.place.global("iam", &format!("instance-profile{path}{}", it.generated(128)))
    },
    permissions: &[&[Permission::own(
        "Profiles",
        &[
            "iam:AddRoleToInstanceProfile",
            "iam:CreateInstanceProfile",
            "iam:DeleteInstanceProfile",
            "iam:GetInstanceProfile",
            "iam:RemoveRoleFromInstanceProfile",
            "iam:TagInstanceProfile",
            "iam:UntagInstanceProfile",
        ],
    )]],
    passes: &[Pass { property: "Roles", service: "ec2.amazonaws.com" }],
    holds: None,
    parting: |_| None,
    costs: &[],
    identities: &[],
    hints: &[role::HINTS],
};

/// The profile's name, which an infrastructure configuration wants.
pub const NAME: Attribute = Attribute::by_ref("name");

/// An instance profile.
///
/// ```
/// use kiln::resource::instance_profile::InstanceProfile;
/// use kiln::resource::{Resource, Shape};
///
/// let profile = InstanceProfile {
///     name_prefix: "web-instance-".into(),
///     path: None,
///     role: "builds".into(),
///     tags: [].into(),
/// };
/// // In CloudFormation it is a list of one role, in Terraform the role.
/// assert!(profile.properties().iter().any(|(_, shape)| matches!(shape, Shape::Differs(_))));
/// ```
#[derive(Debug, Clone)]
pub struct InstanceProfile {
    /// Terraform's generated name starts with it; CloudFormation makes one from the stack's name.
    pub name_prefix: String,
    /// The path; `/` otherwise.
    pub path: Option<String>,
    /// The name of its role.
    pub role: Text,
    /// Tags of the profile, in Terraform only: the CloudFormation type takes none.
    pub tags: IndexMap<String, Text>,
}

impl Resource for InstanceProfile {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name_prefix, path, role, tags } = self;
        Properties::new()
            .value(Key::terraform_only("name_prefix"), name_prefix.as_str())
            .optional("Path", path.as_deref())
            .differs(Key::named("Roles", "role"), Value::texts([role]), role)
            .optional(Key::terraform_only("tags"), tag_map(tags))
    }
}
