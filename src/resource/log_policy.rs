//! `AWS::Logs::ResourcePolicy`: which services may write to log groups.

use super::{Properties, Resource, Type, policy::Policy};

/// The type's names.
pub static TYPE: Type = Type {
    cloudformation: "AWS::Logs::ResourcePolicy",
    terraform: "aws_cloudwatch_log_resource_policy",
    create_only: &["PolicyName"],
};

/// A policy of the account for its log groups.
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
