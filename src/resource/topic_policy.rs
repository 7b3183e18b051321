//! `AWS::SNS::TopicPolicy`: who may publish to a topic.

use super::{Key, Properties, Resource, Text, Type, Value, policy::Policy};

/// The type's names.
pub static TYPE: Type =
    Type { cloudformation: "AWS::SNS::TopicPolicy", terraform: "aws_sns_topic_policy", create_only: &[] };

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
