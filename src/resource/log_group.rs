//! `AWS::Logs::LogGroup`: a log group of CloudWatch.

use indexmap::IndexMap;

use super::{
    Attribute, Key, Properties, Resource, Text, Type,
    value::{tag_list, tag_map},
};

/// The type's names.
pub static TYPE: Type = Type {
    cloudformation: "AWS::Logs::LogGroup",
    terraform: "aws_cloudwatch_log_group",
    create_only: &["LogGroupName"],
};

/// The group's name.
pub const NAME: Attribute = Attribute::by_ref("name");

/// A log group.
///
/// ```
/// use kiln::resource::log_group::LogGroup;
/// use kiln::resource::{Key, Resource, Shape, Value};
///
/// let group = LogGroup {
///     name: "/aws/imagebuilder/web".into(),
///     retention_in_days: Some(90),
///     kms_key_id: None,
///     tags: [].into(),
/// };
/// let retention = (Key::from("RetentionInDays"), Shape::Value(Value::Integer(90)));
/// assert!(group.properties().iter().any(|property| *property == retention));
/// ```
#[derive(Debug, Clone)]
pub struct LogGroup {
    /// The name.
    pub name: String,
    /// Days that logs stay; for ever otherwise.
    pub retention_in_days: Option<u64>,
    /// The key that encrypts logs.
    pub kms_key_id: Option<Text>,
    /// Tags of the group.
    pub tags: IndexMap<String, Text>,
}

impl Resource for LogGroup {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name, retention_in_days, kms_key_id, tags } = self;
        Properties::new()
            .value(Key::named("LogGroupName", "name"), name.as_str())
            .optional("RetentionInDays", *retention_in_days)
            .optional("KmsKeyId", kms_key_id.as_ref())
            .differs_if_any("Tags", tag_list(tags), tag_map(tags))
    }
}
