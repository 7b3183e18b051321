//! `AWS::Logs::LogGroup`: a log group of CloudWatch.

use indexmap::IndexMap;

use super::permission::{By, Grant, Permission};
use super::{
    Attribute, Key, Properties, Resource, Text, Type,
    value::{tag_list, tag_map},
};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::Logs::LogGroup",
    terraform: "aws_cloudwatch_log_group",
    create_only: &["LogGroupName"],
    noun: "log group",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("logs", &format!("log-group:{}", it.literal("LogGroupName"))),
    permissions: &[&[
        Permission::on(
            "LogGroups",
            &[
                "logs:AssociateKmsKey",
                "logs:CreateLogGroup",
                "logs:DeleteLogGroup",
                "logs:DeleteRetentionPolicy",
                "logs:DisassociateKmsKey",
                "logs:ListTagsForResource",
                "logs:PutRetentionPolicy",
                "logs:TagResource",
                "logs:UntagResource",
            ],
            |it| {
                // Some calls name the group, some its streams.
                let own = (it.handle.of.arn)(it);
                Grant::all([format!("{own}:*"), own])
            },
        ),
        Permission::on("ProtectLogGroups", &["logs:GetDataProtectionPolicy"], |it| {
            let own = (it.handle.of.arn)(it);
            Grant::all([format!("{own}:*"), own])
        })
        .by(By::Handlers),
        Permission::anywhere("ReadLogGroups", &["logs:DescribeLogGroups"]),
    ]],
    passes: &[],
    holds: Some("its logs"),
    parting: |_| Some("its logs are deleted with it"),
    costs: &[],
    identities: &[],
    hints: &[],
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
