//! Where logs go: a bucket for all pipelines of the project that name no other, and log groups of CloudWatch.

use super::Lowering;
use super::text::{given, kms_key, prefix, tags};
use super::uses::pipelines;
use crate::plan::{self, Life, Origin, Table};
use crate::project::LogGroupName;
use crate::project::definition::{Given, LogBucket, LogGroups, Pipeline};
use crate::resource::bucket::{self, Bucket};
use crate::resource::bucket_policy::BucketPolicy;
use crate::resource::image_pipeline::Logging;
use crate::resource::log_group::{self, LogGroup};
use crate::resource::policy::{Policy, Statement};
use crate::resource::{Handle, Part, Text};
use crate::source::Segment;

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
    let writes = |pipeline: &Pipeline| {
        let logs = &project.infrastructures[pipeline.infrastructure].logs;
        logs.as_ref().is_some_and(|logs| matches!(logs.bucket, LogBucket::Generated { .. }))
    };
    let origin = |part| Origin::shared(Table::Project, part).serving(pipelines(project, writes));
    let bucket = lowering.add(origin(plan::Part::LogBucket), &resource, life);
    let arn = bucket.get(bucket::ARN);
    let policy = BucketPolicy {
        bucket: bucket.get(bucket::NAME),
        policy: Policy(vec![Statement::tls_only("s3:*", [arn.clone(), arn.then("/*")])]),
    };
    lowering.add(origin(plan::Part::LogBucketPolicy), &policy, Life::default());
    lowering.output(&bucket, ("Name", bucket::NAME), "The bucket of the build logs".to_owned());
    Some(bucket)
}

/// CloudWatch keeps logs for so many days, and no other numbers (`PutRetentionPolicy`).
const RETENTION_DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// The log groups of a pipeline, made where the spec says how long logs stay.
pub(super) fn groups(pipeline: &Pipeline, lowering: &mut Lowering<'_>) -> Logging {
    let LogGroups { image, pipeline: own, made } = &pipeline.log_groups;
    let Some(made) = made else {
        return Logging { image_log_group: image.as_ref().map(given), pipeline_log_group: own.as_ref().map(given) };
    };
    let mut make = |name: String, part: plan::Part| {
        let resource = LogGroup {
            name,
            // The next longer time that there is.
            retention_in_days: made.expire_after_days.map(|days| {
                let next = RETENTION_DAYS.into_iter().find(|next| *next >= days);
                u64::from(next.unwrap_or(RETENTION_DAYS[RETENTION_DAYS.len() - 1]))
            }),
            kms_key_id: made.kms_key.as_ref().map(|key| kms_key(key, Text::from(Part::Region))),
            tags: tags(&pipeline.tags),
        };
        let origin = Origin::new(Table::Pipeline, &pipeline.key, part).at([Segment::Key("log-groups".to_owned())]);
        lowering.add(origin, &resource, Life::default()).get(log_group::NAME)
    };
    let written = |group: &Given<LogGroupName>| match group {
        Given::Value(name) => Some(name.to_string()),
        Given::Parameter(_) => None,
    };
    // The service writes to the group of the recipe's name by itself.
    let default = format!("{}{}", LogGroupName::OWN_PREFIX, pipeline.name);
    let of_images = make(image.as_ref().and_then(written).unwrap_or(default), plan::Part::ImageLogs);
    let of_pipeline = own.as_ref().and_then(written).map(|name| make(name, plan::Part::PipelineLogs));
    Logging { image_log_group: image.as_ref().map(|_| of_images), pipeline_log_group: of_pipeline }
}
