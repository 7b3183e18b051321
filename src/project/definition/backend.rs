//! Where Terraform keeps its state.

use crate::project::{BucketName, Region};

/// Where Terraform keeps its state.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition;
/// use kiln::spec::{Backend, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").target("terraform").pipeline("web", web);
/// let spec = spec.backend(Backend::new().local("web.tfstate"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert_eq!(planned.project.backend, Some(definition::Backend::Local("web.tfstate".to_owned())));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// An object in a bucket.
    S3(S3State),
    /// A file, relative to the spec's folder.
    Local(String),
    /// A service that speaks HTTP.
    Http {
        /// Where the state is read and written.
        address: String,
        /// Where it is locked.
        lock_address: Option<String>,
        /// Where it is unlocked.
        unlock_address: Option<String>,
    },
}

/// State in a bucket.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Backend;
/// use kiln::spec::{self, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let state = spec::Backend::new().s3("acme-state");
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").target("terraform").backend(state).pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert!(matches!(planned.project.backend, Some(Backend::S3(state)) if state.region.is_none()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3State {
    /// The bucket.
    pub bucket: BucketName,
    /// The key of the object, if it is chosen.
    pub key: Option<String>,
    /// The bucket's Region, if it is chosen.
    pub region: Option<Region>,
    /// Whether S3 encrypts the object, if that is chosen.
    pub encrypt: Option<bool>,
    /// The KMS key, by ARN or alias.
    pub kms_key: Option<String>,
    /// Whether an object beside it is the lock.
    pub use_lockfile: Option<bool>,
    /// The table of DynamoDB that is the lock.
    pub dynamodb_table: Option<String>,
    /// A profile of the AWS configuration files.
    pub profile: Option<String>,
    /// What stands before the keys of workspaces.
    pub workspace_key_prefix: Option<String>,
}
