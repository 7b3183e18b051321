//! How images are built, tested and scanned: workflows and their role, and images of their own.

use indexmap::IndexMap;

use super::{Content, Given, Permission, Tags};
use crate::project::scan::{MaxSeverity, ScanType};
use crate::project::{
    Duration, ImageTag, Key, KmsKey, LogGroupName, ParallelGroup, RepositoryName, ResourceName, Role, Stage, Version,
    WorkflowArn,
};

/// A workflow of the spec.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec, Workflow};
/// use kiln::synth::{Request, check};
///
/// # let text = "name: ask\nschemaVersion: 1.0\nsteps:\n  - name: Ask\n    action: WaitForAction\n";
/// let files = InMemory::default().with("ask.yaml", text);
/// let ask = Workflow::from_source("test", "ask.yaml");
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").workflow("ask", ask).pipeline("web", web.workflow("ask"));
/// let planned = check(Request::new(&spec, &files)).planned.expect("nothing is wrong");
/// assert_eq!(planned.project.workflows[0].stage.word(), "test");
/// ```
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
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec, Workflow};
/// use kiln::synth::{Request, check};
///
/// # let text = "name: ask\nschemaVersion: 1.0\nsteps:\n  - name: Ask\n    action: WaitForAction\n";
/// let files = InMemory::default().with("ask.yaml", text);
/// let ask = Workflow::from_source("test", "ask.yaml");
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").workflow("ask", ask).pipeline("web", web.workflow("ask"));
/// let planned = check(Request::new(&spec, &files)).planned.expect("nothing is wrong");
/// assert_eq!(planned.project.workflows[0].actions[0].name, "WaitForAction");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Such as `WaitForAction`.
    pub name: String,
    /// The inputs that are plain texts, by name.
    pub inputs: IndexMap<String, String>,
}

/// How images are built, tested and scanned.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::ExecutionRole;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let build = &planned.project.pipelines[0].build;
/// assert!(build.tests.enabled && !build.scan.enabled && build.role == ExecutionRole::Service);
/// ```
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
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::Duration;
/// use kiln::spec::{Pipeline, Spec, Tests};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:simple-boot-test-linux");
/// let spec = Spec::named("web").pipeline("web", web.tests(Tests::new().timeout("4 hours")));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let tests = planned.project.pipelines[0].build.tests;
/// assert_eq!(tests.timeout.map(Duration::minutes), Some(240));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Tests {
    /// Whether they run.
    pub enabled: bool,
    /// How long they may take.
    pub timeout: Option<Duration>,
}

/// Scans of new images.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Scan, Spec};
/// use kiln::synth::{Request, check};
///
/// let scan = Scan::new().repository("team/scans").tag("nightly");
/// let api = Pipeline::from_base("amazon-linux-2023/x86_64").component("aws:update-linux");
/// let spec = Spec::named("api").pipeline("api", api.container("team/api").scan(scan));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let scan = &planned.project.pipelines[0].build.scan;
/// assert!(scan.enabled && scan.tags[0].as_str() == "nightly");
/// ```
#[derive(Debug, Clone)]
pub struct Scan {
    /// Whether they run.
    pub enabled: bool,
    /// What is scanned; the service's default otherwise.
    pub kind: Option<ScanType>,
    /// What an image must meet to be distributed.
    pub condition: Option<ScanCondition>,
    /// For a container, the repository that images are pushed to for it.
    pub repository: Option<Given<RepositoryName>>,
    /// Tags of the image there.
    pub tags: Vec<ImageTag>,
}

/// What the findings of a scan may be.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Scan, Spec};
/// use kiln::synth::{Request, check};
///
/// let scan = Scan::new().kind("ON_DEMAND_AMI_CVE").max_severity("high");
/// let web = Pipeline::from_base("amazon-linux-2023/x86_64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.scan(scan));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let condition = planned.project.pipelines[0].build.scan.condition.expect("there is one");
/// assert!(condition.fix_available && condition.max_severity.service_word() == "HIGH");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanCondition {
    /// The highest severity.
    pub max_severity: MaxSeverity,
    /// Whether only findings with a fix count.
    pub fix_available: bool,
}

/// The role that runs workflows.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::ExecutionRole;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.workflow("aws:test/test-image"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// // Workflows that are named need a role of the account.
/// assert_eq!(planned.project.pipelines[0].build.role, ExecutionRole::Generated(Vec::new()));
/// ```
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
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Pipeline, Spec, WorkflowUse};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let tests = WorkflowUse::from("aws:test/test-image").on_failure("continue");
/// let spec = Spec::named("web").pipeline("web", web.workflow(tests));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert_eq!(planned.project.pipelines[0].build.workflows[0].continue_on_failure, Some(true));
/// ```
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
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::WorkflowSource;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let spec = Spec::named("web").pipeline("web", web.workflow("aws:build/build-image"));
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let source = &planned.project.pipelines[0].build.workflows[0].source;
/// assert!(matches!(source, WorkflowSource::Managed { name, .. } if name == "build-image"));
/// ```
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
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::spec::{Image, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let first = Image::of_pipeline("web").tests(false);
/// let spec = Spec::named("web").pipeline("web", web).image("first", first);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// let image = &planned.project.images[0];
/// assert_eq!(planned.project.pipelines[image.pipeline].key.as_str(), "web");
/// ```
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
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::project::definition::ImageDeletion;
/// use kiln::spec::{Image, Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let first = Image::of_pipeline("web").delete_images(true);
/// let spec = Spec::named("web").pipeline("web", web).image("first", first);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("nothing is wrong");
/// assert!(matches!(planned.project.images[0].deletion, ImageDeletion::Generated));
/// ```
#[derive(Debug, Clone)]
pub enum Deletion {
    /// They stay.
    Keep,
    /// They go, by the project's lifecycle role.
    Generated,
    /// They go, by this role.
    Existing(Given<Role>),
}
