//! `[backend]`: where Terraform keeps its state.

use crate::table::table;

table! {
    /// Where Terraform keeps its state: one of these. Credentials have no place here: they come from the environment.
    ///
    /// ```
    /// use kiln::spec::{Backend, S3Backend, Spec};
    ///
    /// let state = S3Backend::from("acme-terraform-state").region("eu-west-1");
    /// let spec = Spec::named("web").target("terraform").backend(Backend::new().s3(state));
    /// ```
    Backend needs ["s3" | "local" | "http"] {
        /// An object in a bucket.
        one "s3" s3: S3Backend,
        /// A file on the machine that deploys.
        one "local" local: LocalBackend,
        /// A service that speaks HTTP, such as GitLab's.
        one "http" http: HttpBackend,
    }
}

table! {
    /// State in a bucket.
    ///
    /// ```
    /// use kiln::spec::S3Backend;
    ///
    /// let state = S3Backend::from("acme-terraform-state").key("images/web.tfstate").region("eu-west-1");
    /// ```
    S3Backend short(String) needs ["bucket"] {
        /// The bucket, which must exist.
        one "bucket" bucket: String,
        /// The key of the object; `NAME/terraform.tfstate` otherwise, with the project's name.
        one "key" key: String,
        /// The bucket's Region; what AWS_REGION or the profile says otherwise.
        one "region" region: String,
        /// Whether S3 encrypts the object (default true).
        one "encrypt" encrypt: bool,
        /// The KMS key that it is encrypted with, by ARN or alias; S3's own otherwise.
        one "kms-key" kms_key: String,
        /// Whether an object beside it is the lock. Terraform 1.10 or later.
        one "use-lockfile" use_lockfile: bool,
        /// The table of DynamoDB that is the lock, where Terraform is older.
        one "dynamodb-table" dynamodb_table: String,
        /// A profile of the AWS configuration files.
        one "profile" profile: String,
        /// What stands before the keys of workspaces; `env:` otherwise.
        one "workspace-key-prefix" workspace_key_prefix: String,
    }
}

table! {
    /// State in a file.
    ///
    /// ```
    /// use kiln::spec::{Backend, LocalBackend};
    ///
    /// assert_eq!(Backend::new().local("web.tfstate").local, Some(LocalBackend::new().path("web.tfstate")));
    /// ```
    LocalBackend short(String) needs ["path"] {
        /// The file, relative to the spec's folder.
        one "path" path: String,
    }
}

table! {
    /// State with a service that speaks HTTP.
    ///
    /// ```
    /// use kiln::spec::HttpBackend;
    ///
    /// let state = HttpBackend::from("https://states.example.com/web").lock_address("https://states.example.com/web/lock");
    /// ```
    HttpBackend short(String) needs ["address"] {
        /// Where the state is read and written. A user and a password come from TF_HTTP_USERNAME and TF_HTTP_PASSWORD.
        one "address" address: String,
        /// Where it is locked.
        one "lock-address" lock_address: String,
        /// Where it is unlocked.
        one "unlock-address" unlock_address: String,
    }
}

impl<T: Into<String>> From<T> for S3Backend {
    fn from(bucket: T) -> Self {
        Self::new().bucket(bucket)
    }
}

impl<T: Into<String>> From<T> for LocalBackend {
    fn from(path: T) -> Self {
        Self::new().path(path)
    }
}

impl<T: Into<String>> From<T> for HttpBackend {
    fn from(address: T) -> Self {
        Self::new().address(address)
    }
}
