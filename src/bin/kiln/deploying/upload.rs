//! What is too long to be sent inline goes through S3.

use kiln::aws::Session;
use kiln::deploy::{Fault, FaultKind, Start, flow};
use kiln::plan::Upload;

use super::words;
use crate::exit::{Exit, Failure};

/// CloudFormation takes templates of so many bytes inline (AWS CloudFormation quotas).
pub const MOST_INLINE: usize = 51_200;

/// Where templates are put.
#[derive(Debug, Clone, Copy)]
pub enum Bucket<'a> {
    /// A bucket that the user names.
    Named(&'a str),
    /// kiln's own, made if need be.
    Own,
    /// Nowhere was allowed.
    None,
}

/// The template as CloudFormation takes it.
pub async fn template(session: &Session, text: &str, bucket: Bucket<'_>) -> Result<Start, Failure> {
    if text.len() <= MOST_INLINE {
        return Ok(Start::Body(text.to_owned()));
    }
    let bucket = match bucket {
        Bucket::Named(bucket) => {
            let region = session.bucket_region(bucket).await.map_err(|fault| missing(bucket, &fault))?;
            if region != session.region {
                return Err(Failure::new(format!(
                    "the bucket `{bucket}` is in {region}, and the stack is deployed to {}",
                    session.region
                ))
                .help("name a bucket of the same Region")
                .exit(Exit::Refused));
            }
            bucket.to_owned()
        }
        Bucket::Own => session.own_bucket().await.map_err(|fault| words::fault(&fault))?,
        Bucket::None => {
            return Err(Failure::new(format!(
                "the template has {} bytes, and CloudFormation takes more than {MOST_INLINE} only through S3",
                text.len()
            ))
            .help("name a bucket with --bucket, or let kiln make one of its own with --create-bucket"));
        }
    };
    // The name is the content's hash: what is there already is the same.
    let key = format!("kiln/{}.template", flow::digest([text]));
    let url = session.put_text(&bucket, &key, text).await.map_err(|fault| missing(&bucket, &fault))?;
    Ok(Start::Url(url))
}

/// Puts documents where the template says that they are. What is there already is the same.
pub async fn documents(session: &Session, uploads: &[Upload]) -> Result<(), Failure> {
    for Upload { bucket, key, text } in uploads {
        session.put_text(bucket, key, text).await.map_err(|fault| match fault.kind {
            FaultKind::Missing => Failure::new(format!("there is no bucket `{bucket}` in this account"))
                .help("make it, or name another in the spec: `documents = \"BUCKET\"`")
                .exit(Exit::Refused),
            _ => words::fault(&fault),
        })?;
    }
    Ok(())
}

fn missing(bucket: &str, fault: &Fault) -> Failure {
    match fault.kind {
        FaultKind::Missing => Failure::new(format!("there is no bucket `{bucket}` in this account"))
            .help("name another with --bucket, or let kiln make one of its own with --create-bucket")
            .exit(Exit::Refused),
        _ => words::fault(fault),
    }
}
