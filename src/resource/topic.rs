//! `AWS::SNS::Topic`: where the end of each build is announced.

use indexmap::IndexMap;

use super::fact::{Hint, hint};
use super::permission::{By, Permission};
use super::{
    Attribute, Companion, Handle, Key, Properties, Resource, Text, Type, Value,
    value::{tag_list, tag_map},
};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::SNS::Topic",
    terraform: "aws_sns_topic",
    create_only: &["TopicName", "FifoTopic"],
    noun: "topic",
    is_versioned: false,
    is_built_from: false,
    arn: |it| it.place.arn("sns", &it.generated(256)),
    permissions: &[&[
        Permission::own(
            "Topics",
            &[
                "sns:CreateTopic",
                "sns:DeleteTopic",
                "sns:GetTopicAttributes",
                "sns:ListSubscriptionsByTopic",
                "sns:ListTagsForResource",
                "sns:SetTopicAttributes",
                "sns:TagResource",
                "sns:UntagResource",
            ],
        ),
        Permission::own("DataProtection", &["sns:GetDataProtectionPolicy"]).by(By::Handlers),
        Permission::own("Subscribe", &["sns:Subscribe"]).by(By::Companion(SUBSCRIPTION)),
        Permission::anywhere("Unsubscribe", &["sns:Unsubscribe"]).by(By::Companion(SUBSCRIPTION)),
        Permission::anywhere("ReadSubscriptions", &["sns:GetSubscriptionAttributes"]).by(By::Companion(SUBSCRIPTION)),
    ]],
    passes: &[],
    holds: None,
    parting: |_| Some("its subscriptions are deleted with it, and must be confirmed again"),
    costs: &[],
    identities: &[],
    hints: &[HINTS],
};

/// Who subscribes is a resource of its own in Terraform.
const SUBSCRIPTION: &str = "aws_sns_topic_subscription";

/// Errors of SNS.
pub(super) const HINTS: &[Hint] =
    &[hint(&["invalid parameter"], "the topic's subscriptions do not take this endpoint")];

/// The topic's ARN.
pub const ARN: Attribute = Attribute::by_ref("arn");

/// A standard topic.
///
/// ```
/// use kiln::plan::{Life, Origin, Part, Plan, Table};
/// use kiln::project::Key;
/// use kiln::resource::topic::Topic;
///
/// let topic = Topic {
///     name_prefix: "web-builds-".into(),
///     kms_master_key_id: None,
///     emails: vec!["images@example.com".into(), "security@example.com".into()],
///     tags: [].into(),
/// };
/// let mut plan = Plan::default();
/// let web = Key::parse("web").expect("it is a name");
/// let origin = Origin::new(Table::Pipeline, &web, Part::Topic);
/// plan.add(origin, &topic, Life::default()).expect("nothing else has its id");
/// // In Terraform, each subscription is a resource beside the topic.
/// assert!(plan.has_terraform("aws_sns_topic_subscription", "web_email_2"));
/// ```
#[derive(Debug, Clone)]
pub struct Topic {
    /// Terraform's generated name starts with it; CloudFormation makes one from the stack's name.
    pub name_prefix: String,
    /// The key that messages are encrypted with. The default key of SNS would shut Image Builder out.
    pub kms_master_key_id: Option<Text>,
    /// Addresses that are asked to subscribe.
    pub emails: Vec<String>,
    /// Tags of the topic.
    pub tags: IndexMap<String, Text>,
}

impl Resource for Topic {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name_prefix, kms_master_key_id, emails, tags } = self;
        let subscriptions = emails
            .iter()
            .map(|email| Value::map([("Protocol", Value::from("email")), ("Endpoint", Value::from(email.as_str()))]));
        Properties::new()
            .value(Key::terraform_only("name_prefix"), name_prefix.as_str())
            .optional("KmsMasterKeyId", kms_master_key_id.as_ref())
            .list(Key::cloudformation_only("Subscription"), subscriptions)
            .differs_if_any("Tags", tag_list(tags), tag_map(tags))
    }

    fn companions(&self, own: &Handle) -> Vec<Companion> {
        self.emails
            .iter()
            .enumerate()
            .map(|(index, email)| Companion {
                terraform: "aws_sns_topic_subscription",
                suffix: format!("email_{}", index + 1),
                properties: Properties::new()
                    .value("TopicArn", own.get(ARN))
                    .value("Protocol", "email")
                    .value("Endpoint", email.as_str()),
            })
            .collect()
    }
}
