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
