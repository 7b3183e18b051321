//! How images are built, tested and scanned: workflows and their role, and images of their own.

use indexmap::IndexMap;

use super::{Content, Given, Permission, Tags};
use crate::project::{
    Duration, ImageTag, Key, KmsKey, LogGroupName, ParallelGroup, RepositoryName, ResourceName, Role, Stage, Version,
    WorkflowArn,
};

/// A workflow of the spec.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// Its name in the spec.
    pub key: Key,
    /// Its physical name.
    pub name: ResourceName,
    /// The stage that it is for.
    pub stage: Stage,
    /// What it does.
    pub description: Option<String>,
    /// What is new.
    pub change_description: Option<String>,
    /// Its document.
    pub content: Content,
    /// What its steps do, in their order.
    pub actions: Vec<Action>,
    /// The version, if it is pinned.
    pub version: Option<Version>,
    /// The key that encrypts the document.
    pub kms_key: Option<KmsKey>,
    /// Its tags, those of the project included.
    pub tags: Tags,
}

/// What a step of a workflow does, as far as its role must have rights for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Such as `WaitForAction`.
    pub name: String,
    /// The inputs that are plain texts, by name.
    pub inputs: IndexMap<String, String>,
}

/// How images are built, tested and scanned.
#[derive(Debug, Clone)]
pub struct Build {
    /// Tests.
    pub tests: Tests,
    /// Scans.
    pub scan: Scan,
    /// Whether packages are recorded.
    pub enhanced_metadata: bool,
    /// Workflows instead of the service's own.
    pub workflows: Vec<WorkflowUse>,
    /// The role that runs workflows.
    pub role: ExecutionRole,
}

/// Tests of new images.
#[derive(Debug, Clone, Copy)]
pub struct Tests {
    /// Whether they run.
    pub enabled: bool,
    /// How long they may take.
    pub timeout: Option<Duration>,
}

/// Scans of new images.
#[derive(Debug, Clone)]
pub struct Scan {
    /// Whether they run.
    pub enabled: bool,
    /// For a container, the repository that images are pushed to for it.
    pub repository: Option<Given<RepositoryName>>,
    /// Tags of the image there.
    pub tags: Vec<ImageTag>,
}

/// The role that runs workflows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecutionRole {
    /// The service's own.
    Service,
    /// Made for the purpose, with these rights added.
    Generated(Vec<Permission>),
    /// One that exists.
    Existing(Given<Role>),
}

/// A workflow at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowUse {
    /// Which one.
    pub source: WorkflowSource,
    /// Values for its parameters.
    pub parameters: IndexMap<String, Vec<Given<String>>>,
    /// Whether a test that fails leaves the others running; the service's choice otherwise.
    pub continue_on_failure: Option<bool>,
    /// Tests of one group run at the same time.
    pub group: Option<ParallelGroup>,
}

/// Which workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkflowSource {
    /// The project's, by its place in the list.
    Own(usize),
    /// Amazon's, by stage and name, the newest version.
    Managed {
        /// The stage that it is for.
        stage: Stage,
        /// Such as `build-image`.
        name: String,
    },
    /// Somebody's, by ARN.
    Arn(WorkflowArn),
}

/// An image that is built when the template is deployed.
#[derive(Debug, Clone)]
pub struct Image {
    /// Its name in the spec.
    pub key: Key,
    /// The place of its pipeline in the project's list.
    pub pipeline: usize,
    /// How it is built.
    pub build: Build,
    /// The log group that its build writes to; the service's own otherwise.
    pub log_group: Option<Given<LogGroupName>>,
    /// Whether what was built is deleted with it, and by which role.
    pub deletion: Deletion,
    /// How long Terraform waits for it.
    pub timeout: Option<Duration>,
    /// Its tags, those of the project included.
    pub tags: Tags,
}

/// What happens to the AMIs and container images of an image that is deleted.
#[derive(Debug, Clone)]
pub enum Deletion {
    /// They stay.
    Keep,
    /// They go, by the project's lifecycle role.
    Generated,
    /// They go, by this role.
    Existing(Given<Role>),
}
