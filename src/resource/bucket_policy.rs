//! `AWS::S3::BucketPolicy`: who may do what in a bucket.

use super::{Key, Properties, Resource, Text, Type, policy::Policy};

/// The type's names.
pub static TYPE: Type =
    Type { cloudformation: "AWS::S3::BucketPolicy", terraform: "aws_s3_bucket_policy", create_only: &["Bucket"] };

/// A bucket's policy.
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
