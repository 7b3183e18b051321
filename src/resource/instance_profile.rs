//! `AWS::IAM::InstanceProfile`: how an EC2 instance gets its role.

use indexmap::IndexMap;

use super::{Attribute, Key, Properties, Resource, Text, Type, Value, value::tag_map};

/// The type's names.
pub static TYPE: Type = Type {
    cloudformation: "AWS::IAM::InstanceProfile",
    terraform: "aws_iam_instance_profile",
    create_only: &["InstanceProfileName", "Path"],
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
