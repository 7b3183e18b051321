//! `AWS::SNS::TopicPolicy`: who may publish to a topic.

use super::permission::{Permission, Target};
use super::topic;
use super::{Key, Properties, Resource, Text, Type, Value, policy::Policy};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::SNS::TopicPolicy",
    terraform: "aws_sns_topic_policy",
    create_only: &[],
    noun: "topic policy",
    is_versioned: false,
    is_built_from: false,
    arn: |it| match it.references("Topics").into_iter().find_map(Target::planned) {
        Some(topic) => (topic.handle.of.arn)(&topic),
        None => it.place.arn("sns", "*"),
    },
    permissions: &[&[Permission::own("TopicPolicies", &["sns:GetTopicAttributes", "sns:SetTopicAttributes"])]],
    passes: &[],
    holds: None,
    parting: |_| None,
    costs: &[],
    identities: &[],
    hints: &[topic::HINTS],
};

/// A topic's policy.
///
/// ```
/// use kiln::resource::Resource;
/// use kiln::resource::policy::{Policy, Statement};
/// use kiln::resource::topic_policy::TopicPolicy;
///
/// let topic = "arn:aws:sns:eu-west-1:123456789012:images";
/// let policy = Policy(vec![Statement::tls_only("sns:Publish", [topic])]);
/// let policy = TopicPolicy { topic: topic.into(), policy };
/// assert_eq!(policy.of().terraform, "aws_sns_topic_policy");
/// assert_eq!(policy.properties().iter().count(), 2);
/// ```
#[derive(Debug, Clone)]
pub struct TopicPolicy {
    /// The topic's ARN.
    pub topic: Text,
    /// The policy.
    pub policy: Policy,
}

impl Resource for TopicPolicy {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { topic, policy } = self;
        Properties::new()
            .differs(Key::named("Topics", "arn"), Value::texts([topic]), topic)
            .value(Key::named("PolicyDocument", "policy"), policy)
    }
}
