//! Objects that are too long to be sent inline: templates and documents, under a name that is their content's hash.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, PublicAccessBlockConfiguration};

use super::Session;
use crate::deploy::{Fault, FaultKind};

impl Session {
    /// Puts a text into a bucket of this account, unless it is there already, and gives its address.
    ///
    /// # Errors
    ///
    /// If the bucket does not exist, belongs to another account, is in another Region, or may not be written to.
    pub async fn put_text(&self, bucket: &str, key: &str, text: &str) -> Result<String, Fault> {
        let head = || self.s3.head_object().bucket(bucket).key(key).expected_bucket_owner(&self.account).send();
        match self.calls.run("s3:GetObject", head).await {
            Ok(_) => return Ok(self.object_url(bucket, key)),
            // Who may write but not list is told "forbidden" of an object that is not there.
            Err(fault) if matches!(fault.kind, FaultKind::Missing | FaultKind::Denied { .. }) => {}
            Err(fault) => return Err(fault),
        }
        let put = || {
            self.s3
                .put_object()
                .bucket(bucket)
                .key(key)
                .expected_bucket_owner(&self.account)
                .content_type("text/plain; charset=utf-8")
                .body(ByteStream::from(text.as_bytes().to_vec()))
                .send()
        };
        self.calls.run("s3:PutObject", put).await?;
        Ok(self.object_url(bucket, key))
    }

    /// The Region that a bucket is in, if it exists and may be asked.
    ///
    /// # Errors
    ///
    /// If it does not exist, or belongs to somebody else.
    pub async fn bucket_region(&self, bucket: &str) -> Result<String, Fault> {
        let location = || self.s3.get_bucket_location().bucket(bucket).expected_bucket_owner(&self.account).send();
        let answer = self.calls.run("s3:GetBucketLocation", location).await?;
        Ok(match answer.location_constraint().map(BucketLocationConstraint::as_str) {
            // The oldest two Regions have names of their own here.
            None | Some("") => "us-east-1".to_owned(),
            Some("EU") => "eu-west-1".to_owned(),
            Some(region) => region.to_owned(),
        })
    }

    /// Makes the bucket that kiln keeps for itself in this account and Region, unless there is one.
    ///
    /// # Errors
    ///
    /// If it cannot be made or belongs to somebody else.
    pub async fn own_bucket(&self) -> Result<String, Fault> {
        let bucket = format!("kiln-{}-{}", self.account, self.region);
        match self.bucket_region(&bucket).await {
            Ok(_) => return Ok(bucket),
            Err(fault) if fault.kind == FaultKind::Missing => {}
            Err(fault) => return Err(fault),
        }
        let place = (self.region != "us-east-1").then(|| {
            let region = BucketLocationConstraint::from(self.region.as_str());
            CreateBucketConfiguration::builder().location_constraint(region).build()
        });
        let create = || self.s3.create_bucket().bucket(&bucket).set_create_bucket_configuration(place.clone()).send();
        match self.calls.run("s3:CreateBucket", create).await {
            Ok(_) => {}
            // The answer to a first try was lost.
            Err(fault) if fault.kind == FaultKind::Exists => {
                self.bucket_region(&bucket).await?;
            }
            Err(fault) => return Err(fault),
        }
        let closed = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .block_public_policy(true)
            .ignore_public_acls(true)
            .restrict_public_buckets(true)
            .build();
        let close = || {
            self.s3.put_public_access_block().bucket(&bucket).public_access_block_configuration(closed.clone()).send()
        };
        self.calls.run("s3:PutBucketPublicAccessBlock", close).await?;
        Ok(bucket)
    }

    fn object_url(&self, bucket: &str, key: &str) -> String {
        let suffix = if self.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        format!("https://{bucket}.s3.{}.{suffix}/{key}", self.region)
    }
}
