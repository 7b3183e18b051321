//! The log bucket: one for all pipelines of the project that name no other.

use super::text::{prefix, tags};
use super::{Lowering, shared_address};
use crate::plan::Life;
use crate::project::definition::LogBucket;
use crate::resource::Handle;
use crate::resource::bucket::{self, Bucket};
use crate::resource::bucket_policy::BucketPolicy;
use crate::resource::policy::{Policy, Statement};

/// Terraform adds 26 characters to a prefix, and a bucket's name has 63.
const MOST_PREFIX: usize = 37;

/// Adds the bucket if some infrastructure writes to it.
pub(super) fn bucket(lowering: &mut Lowering<'_>) -> Option<Handle> {
    let project = lowering.project;
    let mut expiries = project.infrastructures.iter().filter_map(|infrastructure| match &infrastructure.logs {
        Some(logs) => match logs.bucket {
            LogBucket::Generated { expire_after_days } => Some(expire_after_days),
            LogBucket::Existing(_) => None,
        },
        None => None,
    });
    let first = expiries.next()?;
    let expire_after_days = first.or_else(|| expiries.flatten().next()).map(u64::from);
    let name_prefix = prefix(&format!("{}-logs", project.name.kebab()), MOST_PREFIX);
    let resource = Bucket { name_prefix, expire_after_days, tags: tags(&project.tags) };
    let life = Life { retained: true, create_before_destroy: false };
    let bucket = lowering.plan.add(shared_address("LogBucket", "logs"), &resource, life);
    let arn = bucket.get(bucket::ARN);
    let policy = BucketPolicy {
        bucket: bucket.get(bucket::NAME),
        policy: Policy(vec![Statement::tls_only("s3:*", [arn.clone(), arn.then("/*")])]),
    };
    lowering.plan.add(shared_address("LogBucketPolicy", "logs"), &policy, Life::default());
    lowering.output(&bucket, ("Name", bucket::NAME), "The bucket of the build logs".to_owned());
    Some(bucket)
}
