//! `AWS::S3::BucketPolicy`: who may do what in a bucket.

use super::bucket::BLOCKED;
use super::fact::hint;
use super::permission::{Permission, Target};
use super::{Key, Properties, Resource, Text, Type, policy::Policy};

/// The type with its facts.
pub static TYPE: Type = Type {
    cloudformation: "AWS::S3::BucketPolicy",
    terraform: "aws_s3_bucket_policy",
    create_only: &["Bucket"],
    noun: "bucket policy",
    is_versioned: false,
    is_built_from: false,
    arn: |it| match it.references("Bucket").into_iter().find_map(Target::planned) {
        Some(bucket) => (bucket.handle.of.arn)(&bucket),
        None => it.place.s3(&it.literal("Bucket")),
    },
    permissions: &[&[Permission::own(
        "BucketPolicies",
        &["s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"],
    )]],
    passes: &[],
    holds: None,
    parting: |_| None,
    costs: &[],
    identities: &[],
    hints: &[&[hint(&["block public"], BLOCKED)]],
};

/// A bucket's policy.
///
/// ```
/// use kiln::resource::Resource;
/// use kiln::resource::bucket_policy::{self, BucketPolicy};
/// use kiln::resource::policy::{Policy, Statement};
///
/// let objects = "arn:aws:s3:::acme-logs/*";
/// let policy = Policy(vec![Statement::tls_only("s3:*", ["arn:aws:s3:::acme-logs", objects])]);
/// let policy = BucketPolicy { bucket: "acme-logs".into(), policy };
/// assert_eq!(policy.of(), &bucket_policy::TYPE);
/// assert!(policy.policy.text().as_literal().is_some_and(|json| json.contains("SecureTransport")));
/// ```
#[derive(Debug, Clone)]
pub struct BucketPolicy {
    /// The bucket's name.
    pub bucket: Text,
    /// The policy.
    pub policy: Policy,
}

impl Resource for BucketPolicy {
    fn of(&self) -> &'static Type {
        &TYPE
    }

    fn properties(&self) -> Properties {
        let Self { bucket, policy } = self;
        Properties::new().value("Bucket", bucket).value(Key::named("PolicyDocument", "policy"), policy)
    }
}
