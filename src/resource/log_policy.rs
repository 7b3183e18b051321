//! `AWS::Logs::ResourcePolicy`: which services may write to log groups.

use super::permission::Permission;
use super::{Properties, Resource, Type, policy::Policy};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::Logs::ResourcePolicy",
    terraform: "aws_cloudwatch_log_resource_policy",
    create_only: &["PolicyName"],
    noun: "log policy",
    is_versioned: false,
    is_built_from: false,
    arn: |_| "*".to_owned(),
    permissions: &[&[Permission::own(
        "LogPolicies",
        &["logs:DeleteResourcePolicy", "logs:DescribeResourcePolicies", "logs:PutResourcePolicy"],
    )]],
    passes: &[],
    holds: None,
    parting: |_| None,
    costs: &[],
    identities: &[],
    hints: &[],
};

/// A policy of the account for its log groups.
///
/// ```
/// use kiln::resource::log_policy::LogPolicy;
/// use kiln::resource::policy::{Policy, Principal, Statement};
///
/// let group = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/events/images:*";
/// let events = Principal::Service("events.amazonaws.com".into());
/// let write = Statement::allow("WriteEvents", ["logs:PutLogEvents"], [group]).principal(events);
/// let policy = LogPolicy { name: "web-events".into(), policy: Policy(vec![write]) };
/// // CloudFormation is given this text, Terraform the document.
/// let text = policy.policy.text();
/// assert!(text.as_literal().is_some_and(|json| json.starts_with(r#"{"Version":"2012-10-17""#)));
/// ```
#[derive(Debug, Clone)]
pub struct LogPolicy {
    /// The name, of which an account has one each.
    pub name: String,
    /// The policy.
    pub policy: Policy,
}

impl Resource for LogPolicy {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { name, policy } = self;
        // CloudFormation wants the document as a string, where it takes an object everywhere else.
        Properties::new().value("PolicyName", name.as_str()).differs("PolicyDocument", policy.text(), policy)
    }
}
