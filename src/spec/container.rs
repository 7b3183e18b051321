//! `container` of a pipeline: what makes its images container images.

use super::Input;
use crate::table::table;

table! {
    /// A container image: how it is made and where it goes.
    ///
    /// ```
    /// use kiln::spec::{Container, Pipeline};
    ///
    /// let api = Pipeline::from_base("docker:amazonlinux:2023")
    ///     .container(Container::from("team/api").dockerfile("Dockerfile").tag("latest"));
    /// ```
    Container short(String) needs ["repository"] {
        /// The repository of ECR that gets the image: a name, and kiln makes it; or a table.
        one "repository" repository: Repository,
        /// The Dockerfile template: a path relative to the spec, or an `s3://` URI. Without one, components are all that
        /// happens to the base.
        one "dockerfile" dockerfile: String,
        /// The Dockerfile template itself, instead of a file.
        one "dockerfile-text" dockerfile_text: String,
        /// Tags of the image, such as `latest`.
        list "tags" tags / tag: String,
        /// The description of the image.
        one "description" description: String,
        /// The image of the build instance, `ami-…` or `ssm:` and a parameter; the newest ECS-optimized one of the
        /// container's architecture otherwise.
        one "instance-image" instance_image: Input,
        /// The version of the operating system in the image, where the service cannot know, as for Windows images of a
        /// registry. CloudFormation only.
        one "os-version" os_version: String,
        /// The KMS key that encrypts the Dockerfile template.
        one "kms-key" kms_key: String,
    }
}

impl From<String> for Container {
    fn from(repository: String) -> Self {
        Self::new().repository(repository)
    }
}

impl From<&str> for Container {
    fn from(repository: &str) -> Self {
        Self::new().repository(repository)
    }
}

impl From<Repository> for Container {
    fn from(repository: Repository) -> Self {
        Self::new().repository(repository)
    }
}

table! {
    /// A repository of Amazon ECR.
    ///
    /// ```
    /// use kiln::spec::{Container, Repository};
    ///
    /// let container = Container::from(Repository::from("team/api").immutable_tags(true).keep_untagged(5));
    /// ```
    Repository short(String) needs ["name" | "existing"] {
        /// The name of the repository that is made: lowercase, `team/api`.
        one "name" name: String,
        /// A repository that exists, by name, instead.
        one "existing" existing: Input,
        /// Whether ECR scans images when they are pushed: `true` unless said otherwise.
        one "scan-on-push" scan_on_push: bool,
        /// Whether a tag, once pushed, stays with its image: `true` unless the container has `tags`, which move.
        one "immutable-tags" immutable_tags: bool,
        /// How many untagged images stay: `10` unless said otherwise.
        one "keep-untagged" keep_untagged: i64 = 1..=1000,
        /// The KMS key that encrypts the images; ECR's own otherwise.
        one "kms-key" kms_key: String,
    }
}

impl From<String> for Repository {
    fn from(name: String) -> Self {
        Self::new().name(name)
    }
}

impl From<&str> for Repository {
    fn from(name: &str) -> Self {
        Self::new().name(name)
    }
}
