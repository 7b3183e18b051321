//! What makes container images.

use super::Given;
use crate::project::{ImageTag, KmsKey, Platform, RepositoryName, S3Uri};

/// A checked container recipe, and where its images go in the Region deployed to.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Container, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let container = Container::from("team/api").tag("latest");
/// let api = Pipeline::from_base("amazon-linux-2023/x86_64").component("aws:update-linux");
/// let spec = Spec::named("api").pipeline("api", api.container(container));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let container = planned.project.pipelines[0].container().expect("it makes container images");
/// assert_eq!(container.tags[0].as_str(), "latest");
/// ```
#[derive(Debug, Clone)]
pub struct Container {
    /// The repository.
    pub repository: Repository,
    /// The Dockerfile template.
    pub dockerfile: Dockerfile,
    /// Tags of the image.
    pub tags: Vec<ImageTag>,
    /// The description of the image.
    pub description: Option<String>,
    /// The image of the build instance; the service's choice otherwise.
    pub instance_image: Option<Given<String>>,
    /// The platform, where the base is no image of Image Builder.
    pub platform_override: Option<Platform>,
    /// The version of the base's operating system, where the service cannot know.
    pub os_version: Option<String>,
    /// The key that encrypts the Dockerfile template.
    pub kms_key: Option<KmsKey>,
}

/// A repository of Amazon ECR.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Repository;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let api = Pipeline::from_base("amazon-linux-2023/x86_64").component("aws:update-linux");
/// let spec = Spec::named("api").pipeline("api", api.container("team/api"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let container = planned.project.pipelines[0].container().expect("it makes container images");
/// assert!(matches!(container.repository, Repository::Generated { immutable_tags: true, .. }));
/// ```
#[derive(Debug, Clone)]
pub enum Repository {
    /// Made for the purpose.
    Generated {
        /// Its name.
        name: RepositoryName,
        /// Whether images are scanned when they are pushed.
        scan_on_push: bool,
        /// Whether a tag stays with its image.
        immutable_tags: bool,
        /// How many untagged images stay.
        keep_untagged: u16,
        /// The key that encrypts images; ECR's own otherwise.
        kms_key: Option<KmsKey>,
    },
    /// One that exists, by name.
    Existing(Given<RepositoryName>),
}

/// A Dockerfile template.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::Dockerfile;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let api = Pipeline::from_base("docker:amazonlinux:2023").component("aws:update-linux");
/// let spec = Spec::named("api").pipeline("api", api.container("team/api"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let container = planned.project.pipelines[0].container().expect("it makes container images");
/// assert!(matches!(&container.dockerfile, Dockerfile::Inline(text) if text.starts_with("FROM ")));
/// ```
#[derive(Debug, Clone)]
pub enum Dockerfile {
    /// The text.
    Inline(String),
    /// An object that the service reads.
    S3(S3Uri),
}
